"use strict";
// Filters, keys and links of the report. Without it every question is listed, what needs reading first.
const form = document.getElementById("filters");
const questions = [...document.querySelectorAll(".q")];
const fields = ["verdict", "stage", "domain", "kind", "change"].filter((name) => form.elements[name]);
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const texts = new Map();
const textOf = (q) => {
  if (!texts.has(q)) texts.set(q, plain(`${q.id} ${q.textContent}`));
  return texts.get(q);
};

function matches(q, words) {
  for (const name of fields) {
    const wanted = form.elements[name].value;
    if (wanted && (wanted === "any" ? !q.dataset[name] : q.dataset[name] !== wanted)) return false;
  }
  if (form.elements.vital.checked && !q.dataset.vital) return false;
  return words.every((word) => textOf(q).includes(word));
}

function apply(remember = true) {
  const words = plain(form.elements.text.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const q of questions) {
    q.hidden = !matches(q, words);
    shown += !q.hidden;
  }
  form.elements.count.value = `${shown} question${shown > 1 ? "s" : ""} sur ${questions.length}`;
  document.getElementById("none").hidden = shown > 0;
  if (remember) {
    const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", state.size ? `#?${state}` : "#questions");
  }
}

function restore() {
  const hash = decodeURIComponent(location.hash.slice(1));
  if (location.hash.startsWith("#?")) {
    form.reset();
    for (const [name, value] of new URLSearchParams(location.hash.slice(2))) {
      const field = form.elements[name];
      if (field?.type === "checkbox") field.checked = true;
      else if (field) field.value = value;
    }
    apply(false);
    return;
  }
  const named = hash ? document.getElementById(hash) : null;
  const q = named?.closest(".q");
  if (q) {
    q.hidden = false;
    q.open = true;
    named.scrollIntoView();
  }
}

function step(by) {
  const visible = questions.filter((q) => !q.hidden);
  const at = visible.indexOf(document.activeElement?.closest(".q"));
  const next = visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : Math.min(Math.max(at + by, 0), visible.length - 1)];
  next?.querySelector("summary").focus();
}

form.addEventListener("input", () => apply());
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(apply));
form.querySelector("[data-do=open]").addEventListener("click", (event) => {
  const visible = questions.filter((q) => !q.hidden);
  const open = visible.some((q) => !q.open);
  for (const q of visible) q.open = open;
  event.target.textContent = open ? "Tout fermer" : "Tout ouvrir";
});
for (const button of document.querySelectorAll("[data-stage].link")) {
  button.addEventListener("click", () => {
    form.reset();
    setTimeout(() => {
      form.elements.stage.value = button.dataset.stage;
      apply();
      document.getElementById("questions").scrollIntoView();
      step(1);
    });
  });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    form.elements.text.focus();
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
});
addEventListener("hashchange", restore);

form.hidden = false;
document.getElementById("back").hidden = !location.pathname.startsWith("/evals/");
if (!location.hash && form.elements.verdict.querySelector("[value=failed]")) form.elements.verdict.value = "failed";
apply(false);
restore();
