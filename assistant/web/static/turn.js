// One turn of the conversation: the question, how it was understood, what it rests on, the answer as it comes.
//
// Nothing moves while an answer streams: what is known first (how the question was understood, the passages) stands
// above, each sentence is added below the last, and the end only fills in.

import { actions } from "./actions.js";
import { understood } from "./adjust.js";
import { button, el, outward } from "./dom.js";
import { dueSaid, place, sayDate, spaced, warningLabel } from "./format.js";
import { pieces, prose } from "./prose.js";
import { asking, recover } from "./recover.js";
import { passageLink, sources } from "./sources.js";
import { LANG, _ } from "./words.js";

/** Characters from which a question is folded to three lines; a click opens it. */
const LONG = 220;
/** What came of each turn's answer so far: its sentences, and what stood of it while the rest was being planned. */
const came = new WeakMap();
let count = 0;

/** The article of a question that is being answered. */
export function pendingTurn(question) {
  const id = `question-${++count}`;
  const heading = el("h2", { id, class: `question${question.length > LONG ? " long" : ""}`, tabindex: "-1" }, spaced(question));
  heading.addEventListener("click", () => heading.classList.remove("long"));
  const turn = el("article", { class: "turn", "aria-labelledby": id }, heading);
  came.set(turn, { said: "", draft: "" });
  return turn;
}

/** Show that a turn waits for its answer. */
export function showWaiting(turn) {
  came.set(turn, { said: "", draft: "" });
  settle(turn, el("p", { class: "understood waiting" }, _("Recherche dans les textes…")));
  turn.setAttribute("aria-busy", "true");
}

/** Show what is known before any prose: how the question was understood, and the passages. */
export function showPassages(turn, { passages, understood: read }, tools) {
  const cards = passages.map((p) => ({ ...p, n: null, quote: null }));
  came.get(turn).shown = null;
  settle(turn, understood({ understood: read }, tools, false), el("div", { class: "answered" }, el("div", { class: "prose" })), sources(cards, tools.open));
  write(turn);
  turn.setAttribute("aria-busy", "true");
}

/** Add a verified sentence to the answer; it may open a paragraph or a step, or go on with the last one. */
export function showSentence(turn, text) {
  came.get(turn).said += text;
  write(turn);
}

/** Show the parts of the answer that stand while the others are being planned; the sentences take their place. */
export function showDraft(turn, text) {
  came.get(turn).draft = text;
  write(turn);
}

/** Write what came of the answer below what is known of it, whichever comes first; sentences that the draft already
 * holds change nothing on screen. */
function write(turn) {
  const so = came.get(turn);
  const text = so.draft.startsWith(so.said) ? so.draft : so.said;
  let place = turn.querySelector(".prose");
  if (place && so.shown === text) return;
  if (!place) turn.append(el("div", { class: "answered" }, (place = el("div", { class: "prose" }))));
  so.shown = text;
  const cite = (n) => el("span", { class: "cite" }, String(n));
  place.replaceChildren(...(text ? prose(text, cite) : [el("p")]));
}

/** Put the whole answer in its turn; `tools` are what its buttons do; `note` is something to say first. */
export function showAnswer(turn, answer, tools, note = null) {
  const { open, ask } = tools;
  const lang = answer.understood.language === LANG ? null : answer.understood.language;
  const cite = (n) => {
    const c = answer.citations.find((one) => one.n === n);
    if (!c) return `[${n}]`;
    return passageLink(c, open, { class: "cite", "aria-label": _("{n}, source : {place}", { n, place: place(c.source_title, c.locator) }) }, String(n));
  };
  const abstained = answer.outcome === "abstained";
  settle(
    turn,
    note && el("p", { class: "minor" }, note),
    understood(answer, tools, true),
    projectState(answer.project),
    el("div", { class: abstained ? "abstained" : "answered" },
      answer.reason === "not_found" && !abstained && el("p", { class: "badge caution partial" }, spaced(_("Un point reste sans réponse"))),
      answersTo(answer),
      el("div", { class: "prose", lang }, prose(answer.answer, cite)),
      abstained && el("p", { class: "minor" }, searched(answer, tools.domainLabel)),
      asking(answer, tools, lang),
      why(answer),
      near(answer, open)),
    recover(answer, turn, tools, lang),
    todo(answer, cite, lang),
    warnings(answer, cite, lang),
    sources(answer.citations, open),
    contacts(answer),
    followUps(answer, ask, lang),
    el("footer", { class: "foot" }, actions(answer, tools, turn), el("p", { lang }, answer.disclaimer)),
  );
  turn.id = answer.message_id;
  turn.querySelector(".question").lang = answer.understood.language;
}

/** The reviewed questions that the answer answers: a wrong reading is seen at once. */
function answersTo(answer) {
  const read = answer.parts.map((part) => part.answers_to).filter(Boolean);
  if (!read.length) return null;
  return el("p", { class: "minor answers-to" }, `${_("Répond à")} : `, el("span", { lang: answer.understood.language }, spaced(read.join(" · "))));
}

/** The rules that decided, each open on the facts that it was given; the démarches whose steps are shown. */
function why(answer) {
  const ruled = answer.parts.filter((part) => part.rule);
  const steps = answer.parts.filter((part) => part.title);
  if (!ruled.length && !steps.length) return null;
  const facts = new URLSearchParams();
  for (const { field, value } of answer.understood.case) facts.set(field, Array.isArray(value) ? value.join("..") : String(value).split("/")[0]);
  for (const [name, values] of Object.entries(answer.understood.facets)) facts.set(name, values[0]);
  return el("p", { class: "minor why" }, ruled.map((part) => [
    el("a", { href: `/sources/regles/${part.rule}?${facts}` }, _("Pourquoi ? La règle, et vos chiffres à essayer")), " "]), steps.map((part) => [
    el("a", { href: `/demarches/${part.card}` }, _("La démarche entière, étape par étape")), " "]));
}

/** What the caller's own project says, told apart from the law: it cites nothing, and leads to the project. */
function projectState(project) {
  if (!project) return null;
  return el("section", { class: "box project-state" },
    el("h3", {}, el("a", { href: project.url }, project.title)),
    el("p", {}, spaced(project.said)),
    project.open.length > 0 && el("ul", {}, project.open.map((o) => el("li", {},
      el("a", { href: o.url }, o.code && `${o.code} `, spaced(o.title)), ` · ${o.status}`, o.person && ` · ${o.person}`,
      o.due && [" · ", el("span", { class: o.late ? "trouble" : null }, sayDate(o.due))],
      o.mandatory && [" ", el("span", { class: "badge strong" }, _("obligatoire"))]))),
    project.more > 0 && el("p", { class: "minor" }, el("a", { href: project.url }, _("et {n|autre|autres}", { n: project.more }))),
    el("p", { class: "minor" }, _("Vos propres données, pas un texte : ce que demandent les textes est cité dessous.")));
}

/** Put an error in a turn, with a button to try again. */
export function showProblem(turn, problem, retry) {
  settle(
    turn,
    el("div", { class: "box problem" },
      el("p", {}, el("strong", {}, problem.title ?? _("Erreur"))),
      el("p", {}, problem.detail ?? _("Une erreur inattendue s'est produite dans la page.")),
      button(_("Réessayer"), retry)),
  );
}

/** Replace what follows the question, which keeps its place and the focus. */
function settle(turn, ...parts) {
  turn.removeAttribute("aria-busy");
  while (turn.children.length > 1) turn.lastChild.remove();
  turn.append(...parts.filter(Boolean));
}

/** What to do now, and by when. */
function todo(answer, cite, lang) {
  if (!answer.next?.length) return null;
  return el("section", { class: "todo" },
    el("h3", {}, _("À faire")),
    el("ul", {}, answer.next.map((step) => el("li", {},
      el("span", { lang }, pieces(cited(step), cite)),
      step.due && [" ", el("span", { class: "badge due" }, dueSaid(step.due))]))));
}

/** The text of a warning or of a step, and the numbers of what it cites. */
const cited = ({ text, citations }) => `${text} ${citations.map((n) => `[${n}]`).join("")}`.trim();

function warnings(answer, cite, lang) {
  if (!answer.warnings.length) return null;
  return el("ul", { class: "warnings", role: "list" }, answer.warnings.map((w) =>
    el("li", { class: w.kind },
      el("strong", {}, spaced(`${warningLabel(w, answer)} : `)),
      el("span", { lang }, pieces(cited(w), cite)))));
}

function near(answer, open) {
  if (!answer.near.length) return null;
  return el("section", { class: "near" },
    el("h3", {}, _("Ce qui s'en approche")),
    el("p", { class: "minor" }, _("Sans répondre à la question.")),
    el("ul", { role: "list" }, answer.near.map((n) => el("li", {},
      passageLink(n, open, { class: "ask" }, spaced(n.quote), " ", el("span", { class: "locator" }, spaced(place(n.source_title, n.locator))))))));
}

function contacts(answer) {
  if (!answer.contacts.length) return null;
  return el("section", { class: "contacts" },
    el("h3", {}, _("À qui demander")),
    el("ul", { role: "list" }, answer.contacts.map((c) => el("li", {},
      c.url ? outward(c.url, c.name) : el("span", {}, c.name),
      c.about && el("span", { class: "minor" }, spaced(` : ${c.about}`))))));
}

function searched(answer, domainLabel) {
  const { domains } = answer.understood;
  const only = domains.length > 0 && _("Domaines : {names}.", { names: domains.map(domainLabel).join(", ") });
  return spaced([_("Cherché parmi {n} textes du registre.", { n: answer.searched.sources }), only].filter(Boolean).join(" "));
}

/** Questions that go on from the answer; what Clapvert asks itself is replied to, not asked back. */
function followUps(answer, ask, lang) {
  const questions = answer.follow_ups.filter((q) => q !== answer.depends_on?.ask);
  if (!questions.length) return null;
  return el("section", { class: "next" },
    el("h3", {}, _("Pour continuer")),
    el("ul", { role: "list" }, questions.map((q) => el("li", {},
      el("button", { type: "button", class: "ask", lang, onclick: () => ask(q) }, spaced(q))))));
}
