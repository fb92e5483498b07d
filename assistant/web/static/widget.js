// Clapvert in a frame of another site: asks `/v1` with the key of the frame's address, and keeps the conversation here.
//
// Nothing is kept by the server: the questions asked so far go with each question, and are gone with the frame.

import { Problem, el, outward, request, sending } from "./dom.js";
import { dueSaid, place, rankName, spaced, warningLabel } from "./format.js";
import { pieces, prose } from "./prose.js";
import { LANG, _ } from "./words.js";

const [form, field, send, thread, trouble] = ["ask", "question", "send", "thread", "trouble"].map((id) => document.getElementById(id));
const key = location.hash.slice(1);
const asked = [];
const REFUSED = new Set(["key_missing", "forbidden"]);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(field.value.trim());
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
if (!key) refuse(_("Cette page ne porte pas de clé : Clapvert n'y répond pas."));

async function ask(question) {
  if (!question || send.disabled) return;
  trouble.hidden = true;
  send.disabled = true;
  const turn = el("article", { class: "turn" }, el("h2", { class: "question", tabindex: "-1" }, spaced(question)), el("p", { class: "minor waiting" }, _("Recherche dans les textes…")));
  turn.setAttribute("aria-busy", "true");
  thread.append(turn);
  turn.firstChild.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "start" });
  try {
    const messages = [...asked, question].map((content) => ({ role: "user", content }));
    const { headers, ...options } = sending("POST", { model: "clapvert", messages });
    const response = await request("/v1/chat/completions", { ...options, headers: { ...headers, Authorization: `Bearer ${key}` }, credentials: "omit" });
    const { choices, clapvert } = await response.json();
    show(turn, clapvert, links(choices[0].message));
    asked.push(question);
    field.value = "";
  } catch (error) {
    turn.remove();
    if (REFUSED.has(error.code)) refuse(error.detail);
    else say(error instanceof Problem ? error.detail : _("Une erreur inattendue s'est produite dans la page."));
  } finally {
    send.disabled = false;
    turn.removeAttribute("aria-busy");
  }
}

/** The address that each number of the answer opens. */
function links({ content, annotations }) {
  const found = new Map();
  for (const { url_citation: cited } of annotations) {
    found.set(Number(content.slice(cited.start_index + 1, cited.end_index - 1)), cited.url);
  }
  return found;
}

function show(turn, answer, opens) {
  const lang = answer.understood.language === LANG ? null : answer.understood.language;
  const cite = (n) => {
    const c = answer.citations.find((one) => one.n === n);
    const href = opens.get(n);
    if (!c || !href) return `[${n}]`;
    return el("a", { class: "cite", href, target: "_blank", rel: "noopener", "aria-label": _("{n}, source : {place}", { n, place: place(c.source_title, c.locator) }) }, String(n));
  };
  const noted = ({ text, citations }) => pieces(`${text} ${citations.map((n) => `[${n}]`).join("")}`.trim(), cite);
  turn.lastChild.remove();
  turn.append(...[
    el("div", { class: "prose", lang }, prose(answer.answer, cite)),
    answer.depends_on && !answer.answer.includes(answer.depends_on.ask) && el("p", { lang }, spaced(answer.depends_on.ask)),
    answer.next.length > 0 && el("section", { class: "todo" }, el("h3", {}, _("À faire")), el("ul", {}, answer.next.map((step) => el("li", {}, noted(step), step.due && ` (${dueSaid(step.due)})`)))),
    answer.warnings.length > 0 && el("ul", { class: "warnings", role: "list" }, answer.warnings.map((w) => el("li", { class: w.kind }, el("strong", {}, spaced(`${warningLabel(w, answer)} : `)), noted(w)))),
    answer.near.length > 0 && el("section", {}, el("h3", {}, _("Ce qui s'en approche")), el("ul", {}, answer.near.map((n) => el("li", {}, spaced(n.quote))))),
    answer.contacts.length > 0 && el("section", {}, el("h3", {}, _("À qui demander")), el("ul", {}, answer.contacts.map((c) => el("li", {}, c.url ? outward(c.url, c.name) : c.name)))),
    answer.citations.length > 0 && el("section", { class: "cited" }, el("h3", {}, _("Sources")), el("ul", { role: "list" }, answer.citations.map((c) => el("li", {}, cite(c.n), " ", rankName(c.rank), ` · ${spaced(place(c.source_title, c.locator))}`, c.based_on && ` (${_("d'après")} ${spaced(place(c.based_on.title, c.based_on.locator))})`)))),
    el("p", { class: "minor" }, answer.disclaimer),
  ].filter(Boolean));
}

/** Nothing can be asked from here. */
function refuse(detail) {
  say(detail);
  form.hidden = true;
}

function say(text) {
  trouble.textContent = spaced(text);
  trouble.hidden = false;
}
