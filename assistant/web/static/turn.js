// One turn of the conversation: the question, how it was understood, what it rests on, the answer as it comes.
//
// Nothing moves while an answer streams: what is known first (how the question was understood, the passages) stands
// above, each sentence is added below the last, and the end only fills in.

import { actions } from "./actions.js";
import { understood } from "./adjust.js";
import { button, el, elsewhere, outward, unseen } from "./dom.js";
import { dueSaid, outOfForce, pages, place, rankName, sayDate, spaced, validity, validityShort, version, warningLabel } from "./format.js";
import { pieces, prose } from "./prose.js";
import { LANG, _ } from "./words.js";

const PARTIAL = { unclear: _("Réponse partielle : elle dépend d'un détail"), not_found: _("Réponse partielle : un point reste sans réponse") };
/** What came of each turn's answer so far: its sentences, and what stood of it while the rest was being planned. */
const came = new WeakMap();
let count = 0;

/** The address of a passage's own page, its quoted words marked. */
const pageOf = (c) => `/passages/${encodeURIComponent(c.passage_id)}${c.quote ? `?q=${encodeURIComponent(c.quote)}` : ""}`;

/** A link to a passage that opens the panel. */
function passageLink(c, open, props, ...children) {
  const opened = (event) => {
    if (elsewhere(event)) return;
    event.preventDefault();
    open(c, event.currentTarget);
  };
  return el("a", { href: pageOf(c), "aria-haspopup": "dialog", ...props, onclick: opened }, ...children);
}

/** The article of a question that is being answered. */
export function pendingTurn(question) {
  const id = `question-${++count}`;
  const turn = el("article", { class: "turn", "aria-labelledby": id }, el("h2", { id, class: "question", tabindex: "-1" }, spaced(question)));
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
  settle(turn, understood({ understood: read }, tools, false), sources(cards, tools.open));
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
    sources(answer.citations, open),
    projectState(answer.project),
    el("div", { class: abstained ? "abstained" : "answered" },
      answer.outcome === "partial" && el("p", { class: "badge caution partial" }, spaced(PARTIAL[answer.reason] ?? _("Réponse partielle"))),
      answersTo(answer),
      el("div", { class: "prose", lang }, prose(answer.answer, cite)),
      abstained && el("p", { class: "minor" }, searched(answer, tools.domainLabel)),
      why(answer),
      near(answer, open)),
    otherwise(answer, (id) => tools.choose(answer, id, turn), lang),
    todo(answer, cite, lang),
    warnings(answer, cite, lang),
    contacts(answer),
    followUps(answer, ask, lang),
    el("footer", { class: "foot" }, actions(answer, tools), el("p", { lang }, answer.disclaimer)),
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

/** The other questions that were perhaps meant: one answers in the place of this answer. */
function otherwise(answer, choose, lang) {
  if (!answer.alternatives?.length) return null;
  return el("details", { class: "otherwise" },
    el("summary", {}, _("Pas votre question ?")),
    el("ul", { role: "list" }, answer.alternatives.map((a) => el("li", {},
      el("button", { type: "button", class: "ask", lang, onclick: () => choose(a.id) }, spaced(a.question))))));
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

/** The passages that an answer rests on, as cards: what each is, where it stands, since when it holds. */
function sources(citations, open) {
  if (!citations.length) return null;
  return el("section", { class: "sources" },
    el("h3", {}, citations[0].n === null ? _("Passages lus") : citations.length > 1 ? _("Sources") : _("Source")),
    el("ol", { role: "list", tabindex: "-1" }, citations.map((c) => el("li", { class: `card-${c.rank}` },
      passageLink(c, open, { class: "source" },
        el("span", { class: "number" }, c.n === null ? "·" : String(c.n)), unseen("."), " ",
        el("span", {}, el("span", { class: "title" }, spaced(c.source_title)), el("span", { class: "locator" }, `, ${spaced(c.locator)}`))),
      el("p", { class: "facts" },
        rankBadge(c.rank), " ",
        c.confidence === "moyenne" && el("span", { class: "badge caution" }, _("confiance moyenne")), " ",
        validity(c) && el("span", { class: outOfForce(c) ? "past" : "holds", title: validity(c) }, validityShort(c)), " ",
        c.page && el("span", {}, pages(c.page))),
      c.based_on && el("p", { class: "basis" }, basis(c.based_on))))));
}

/** "d'après" and the text that a notice rests on, linked. */
export function basis(based) {
  const said = version(based);
  return el("span", {}, _("d'après"), " ", outward(based.url, spaced(place(based.title, based.locator))), said && ` (${said})`);
}

/** The badge of a rank: a notice never looks like the law. */
export function rankBadge(rank) {
  return el("span", { class: `badge rank-${rank}` }, rankName(rank));
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
    el("h3", {}, _("Qui pourrait savoir")),
    el("ul", { role: "list" }, answer.contacts.map((c) => el("li", {},
      c.url ? outward(c.url, c.name) : el("span", {}, c.name),
      c.about && el("span", { class: "minor" }, spaced(` : ${c.about}`))))));
}

function searched(answer, domainLabel) {
  const { domains } = answer.understood;
  const only = domains.length > 0 && _("Domaines : {names}.", { names: domains.map(domainLabel).join(", ") });
  return spaced([_("Cherché parmi {n} textes du registre.", { n: answer.searched.sources }), only].filter(Boolean).join(" "));
}

function followUps(answer, ask, lang) {
  if (!answer.follow_ups.length) return null;
  return el("section", { class: "next" },
    el("h3", {}, _("Pour continuer")),
    el("ul", { role: "list" }, answer.follow_ups.map((q) => el("li", {},
      el("button", { type: "button", class: "ask", lang, onclick: () => ask(q) }, spaced(q))))));
}
