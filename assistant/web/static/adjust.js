// "Compris comme": how a question was read, as chips; the last one can be changed, and is asked again.
//
// A change is asked in the words of the conversation (« Et au 31 décembre 2024 ? », « Et pour : documentaire ? »): what
// is asked is on screen, and the answer says again how it was understood.

import { button, el } from "./dom.js";
import { dateChip, facet, figure, sayDate, spaced } from "./format.js";
import { _ } from "./words.js";

/** The words by which a question names a value, where its label is not one. */
const ASKED_AS = JSON.parse(document.body.dataset.askedAs ?? "{}");

/** The line of chips of an answer; `settled` once the answer is whole, when its chips act. */
export function understood(answer, tools, settled) {
  const u = answer.understood;
  const line = el("div", { class: "understood" });
  const act = (name, props, text, onclick) =>
    settled ? el("button", { type: "button", class: `chip ${name}`, ...props, onclick }, text) : el("span", { class: `chip ${name}` }, text);
  const editor = (fields) => toggleEditor(line, fields);
  const chips = [
    u.follow_up && act("words", { title: _("Modifier la question") }, spaced(`« ${brief(u.question)} »`), () => tools.edit(u)),
    act(u.as_of_reason === "today" ? "" : "set", { title: _("Changer la date") }, dateChip(u), () => editor(dateFields(u, tools))),
    ...facets(u).map(([name, value]) =>
      act("", { title: _("Changer") }, facet(value), () => editor(facetFields(name, value, u, tools)))),
    u.project && el("a", { class: "chip set", href: `/projets/${encodeURIComponent(u.project.id)}` }, spaced(_("projet : {title}", { title: u.project.title }))),
    ...(u.case ?? []).filter((item) => item.from !== "project").map((item) => act("", { title: _("Changer") }, figure(item), () => editor(caseFields(item, u, tools)))),
    ...u.domains.map((d) => act("", { title: _("Chercher dans tous les domaines") }, [tools.domainLabel(d), settled && " ×"], () => tools.forgetDomains(u))),
    settled && u.follow_up && button(_("Sans ce qui précède"), () => tools.askAlone(answer.question), { class: "link" }),
    settled && button(_("Modifier"), () => tools.edit(u), { class: "link" }),
  ];
  line.append(el("span", { class: "label" }, spaced(_("Compris comme :"))), ...chips.filter(Boolean));
  return line;
}

/** A whole story is not repeated: its end tells what is asked. */
const brief = (text) => (text.length > 120 ? `… ${text.slice(-110).replace(/^\S*\s/, "")}` : text);

/** A change is asked in the language of the question, whatever that of the page. */
const english = (u) => u.language === "en";
const facets = (u) => Object.entries(u.facets).flatMap(([name, values]) => values.map((value) => [name, value]));

/** Chips act on the last turn alone: a change continues the conversation. */
export function freeze(turn) {
  for (const chip of turn.querySelectorAll(".understood button")) {
    if (chip.classList.contains("link")) chip.remove();
    else chip.replaceWith(el("span", { class: chip.className }, ...chip.childNodes));
  }
  turn.querySelector(".adjust")?.remove();
}

function toggleEditor(line, fields) {
  const open = line.parentElement.querySelector(".adjust");
  open?.remove();
  if (open?.dataset.of === fields.dataset.of) return;
  line.after(fields);
  fields.querySelector("input, select").focus();
}

function form(of, field, go, others) {
  const box = el("form", { class: "adjust", "data-of": of }, field, button(_("Redemander"), null, { type: "submit", class: "button small primary" }), ...others);
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    const line = box.previousElementSibling;
    box.remove();
    line.querySelector("button")?.focus();
  });
  return box;
}

function dateFields(u, tools) {
  const input = el("input", { type: "date", value: u.as_of, min: "1900-01-01", max: "2099-12-31", required: true, "aria-label": _("À la date du") });
  const to = (day) => tools.ask(english(u) ? `And on ${sayDate(day, "en")}?` : `Et au ${sayDate(day, "fr")} ?`);
  const past = u.as_of_reason !== "today" && button(_("Revenir à aujourd'hui"), () => tools.ask(english(u) ? "And today?" : "Et aujourd'hui ?"), { class: "button small" });
  return form("date", input, () => input.value && to(input.value), [past].filter(Boolean));
}

/** A fact of the case, corrected in words: « Pardon, effectif : 30 salariés ». */
function caseFields(item, u, tools) {
  const input = el("input", { type: "text", value: item.said, maxlength: "60", required: true, "aria-label": _("Changer : {value}", { value: figure(item) }) });
  const name = english(u) ? item.field.replaceAll("_", " ") : figure({ field: item.field, said: "" }).replace(/\s*:\s*$/, "");
  const go = () => {
    const said = input.value.trim();
    if (said && said !== item.said) tools.ask(english(u) ? `Sorry, ${name}: ${said}` : `Pardon, ${name} : ${said}`);
  };
  return form(`case-${item.field}`, input, go, []);
}

function facetFields(name, value, u, tools) {
  const known = document.querySelectorAll(`#project [data-facet="${name}"] option:not([value=""])`);
  const options = [...known].map((option) => [option.value.split(":")[1], option.textContent]);
  const select = el("select", { "aria-label": _("Changer : {value}", { value: facet(value) }) },
    options.map(([v, text]) => el("option", { value: v, selected: v === value }, text)));
  const given = u.profile[name] === value;
  const drop = given && button(_("Retirer"), () => tools.setProfile(name, "", u), { class: "button small" });
  const go = () => {
    if (select.value === value) return;
    const word = ASKED_AS[name]?.[select.value] ?? facet(select.value);
    if (given) tools.setProfile(name, select.value, u);
    else tools.ask(english(u) ? `And for: ${word}?` : `Et pour : ${word} ?`);
  };
  return form(`facet-${name}`, select, go, [drop].filter(Boolean));
}
