// One turn of the conversation: the question, how it was understood, the answer and what it rests on.

import { el, outward, unseen } from "./dom.js";
import { RANKS, dateSaid, facet, outOfForce, pages, place, plainText, spaced, validity, version, warningLabel } from "./format.js";

const PARTIAL = { unclear: "Réponse partielle : elle dépend d'un détail", not_found: "Réponse partielle : un point reste sans réponse" };
let count = 0;

/** The article of a question that is being answered. */
export function pendingTurn(question) {
  const id = `question-${++count}`;
  return el(
    "article",
    { class: "turn", "aria-labelledby": id },
    el("h2", { id, class: "question", tabindex: "-1" }, spaced(question)),
  );
}

/** Show that a turn waits for its answer. */
export function showWaiting(turn) {
  settle(turn, el("p", { class: "waiting" }, "Recherche dans les textes…"));
  turn.setAttribute("aria-busy", "true");
}

/** Put the answer in its turn; `open` shows a passage, `ask` puts another question, `askAlone` the same one without what came
 * before, `domainLabel` names a domain; `note` is something to say first. */
export function showAnswer(turn, answer, { open, ask, askAlone, domainLabel, note }) {
  const lang = answer.understood.language === "fr" ? null : answer.understood.language;
  const cite = (n) => {
    const citation = answer.citations.find((c) => c.n === n);
    if (!citation) return `[${n}]`;
    const label = `${n}, source : ${place(citation.source_title, citation.locator)}`;
    return el("button", { type: "button", class: "cite", "aria-label": label, "aria-haspopup": "dialog",
      onclick: (event) => open(citation, event.currentTarget) }, String(n));
  };
  const abstained = answer.outcome === "abstained";
  settle(
    turn,
    note && el("p", { class: "understood" }, note),
    understood(answer, domainLabel, askAlone),
    el(
      "div",
      { class: abstained ? "abstained" : "answered" },
      answer.outcome === "partial" && el("p", { class: "badge partial" }, PARTIAL[answer.reason] ?? "Réponse partielle"),
      el("div", { class: "prose", lang }, prose(answer.answer, cite)),
      abstained && el("p", { class: "minor" }, searched(answer, domainLabel)),
      near(answer, open),
      abstained && contacts(answer),
    ),
    warnings(answer, cite, lang),
    !abstained && contacts(answer),
    sources(answer, open),
    followUps(answer, ask, lang),
    el("footer", { class: "foot" }, copyButton(answer), el("p", { lang }, answer.disclaimer)),
  );
  turn.querySelector(".question").lang = answer.understood.language;
}

/** Put an error in a turn, with a button to try again. */
export function showProblem(turn, problem, retry) {
  settle(
    turn,
    el("div", { class: "box problem" },
      el("p", {}, el("strong", {}, problem.title ?? "Erreur")),
      el("p", {}, problem.detail ?? "Une erreur inattendue s'est produite dans la page."),
      el("button", { type: "button", class: "quiet", onclick: retry }, "Réessayer")),
  );
}

/** Replace what follows the question, which keeps its place and the focus. */
function settle(turn, ...parts) {
  turn.removeAttribute("aria-busy");
  while (turn.children.length > 1) turn.lastChild.remove();
  turn.append(...parts.filter(Boolean));
}

function understood(answer, domainLabel, askAlone) {
  const u = answer.understood;
  const said = [
    ...Object.values(u.facets).flat().map(facet),
    ...Object.values(u.profile).map(facet),
    u.domains.length > 0 && `domaines : ${u.domains.map(domainLabel).join(", ")}`,
  ];
  return el("p", { class: "understood" },
    "Compris comme\u00a0: ",
    u.follow_up && `${spaced(`« ${u.question} »`)} · `,
    el(u.as_of_reason === "today" ? "span" : "strong", {}, dateSaid(u)),
    [...new Set(said.filter(Boolean))].map((fact) => ` · ${spaced(fact)}`),
    u.follow_up && [" ", el("button", { type: "button", class: "link", onclick: () => askAlone(answer.question) }, "Reposer sans ce qui précède")]);
}

/** Paragraphs, **bold**, and [n] as buttons kept on the line of the word they follow. */
function prose(markdown, cite) {
  return markdown.split(/\n{2,}/).map((paragraph) => {
    const p = el("p");
    for (const piece of spaced(paragraph).split(/(\*\*[^*]+\*\*|(?:\s*\[\d+\])+)/)) {
      const marks = /^(?:\s*\[\d+\])+$/.test(piece) && [...piece.matchAll(/\d+/g)].map((m) => cite(Number(m[0])));
      if (marks) p.append(el("span", { class: "together" }, lastWord(p), ...marks));
      else if (/^\*\*.+\*\*$/s.test(piece)) p.append(el("strong", {}, piece.slice(2, -2)));
      else if (piece) p.append(piece);
    }
    return p;
  });
}

/** Takes the last word off a paragraph's text, so that a number never starts a line alone. */
function lastWord(p) {
  const text = p.lastChild;
  if (text?.nodeType !== Node.TEXT_NODE) return null;
  const word = text.data.match(/\S+$/)?.[0] ?? "";
  text.data = text.data.slice(0, text.data.length - word.length);
  return word;
}

function warnings(answer, cite, lang) {
  if (!answer.warnings.length) return null;
  return el("ul", { class: "warnings", role: "list" }, answer.warnings.map((w) =>
    el("li", { class: w.kind },
      el("strong", {}, `${warningLabel(w, answer)}\u00a0: `),
      el("span", { lang }, ...prose(`${w.text} ${w.citations.map((n) => `[${n}]`).join("")}`, cite)[0].childNodes))));
}

function sources(answer, open) {
  if (!answer.citations.length) return null;
  return el("section", { class: "sources" },
    el("h3", {}, answer.citations.length > 1 ? "Sources" : "Source"),
    el("ol", { role: "list" }, answer.citations.map((c) => el("li", {},
      el("button", { type: "button", class: "source", "aria-haspopup": "dialog", onclick: (event) => open(c, event.currentTarget) },
        el("span", { class: "number" }, String(c.n)), unseen("."), " ",
        el("span", {}, el("span", { class: "title" }, spaced(c.source_title)), el("span", { class: "locator" }, `, ${spaced(c.locator)}`))),
      el("p", { class: "facts" },
        rankBadge(c.rank),
        [c.based_on && basis(c.based_on), validity(c) && el("span", { class: outOfForce(c) ? "past" : null }, validity(c)), pages(c.page)]
          .filter(Boolean)
          .map((fact, i) => [i ? " · " : " ", fact]),
        c.confidence === "moyenne" && [" ", el("span", { class: "badge doubt" }, "confiance moyenne")])))));
}

/** "d'après" and the text that a notice rests on, linked. */
export function basis(based) {
  const said = version(based);
  return el("span", {}, "d'après ", outward(based.url, spaced(place(based.title, based.locator))), said && ` (${said})`);
}

/** The badge of a rank: a notice never looks like the law. */
export function rankBadge(rank) {
  return el("span", { class: `badge rank-${rank}` }, RANKS[rank]);
}

function near(answer, open) {
  if (!answer.near.length) return null;
  return el("section", { class: "near" },
    el("h3", {}, "Ce qui s'en approche"),
    el("p", { class: "minor" }, "Sans répondre à la question."),
    el("ul", { role: "list" }, answer.near.map((n) => el("li", {},
      el("button", { type: "button", class: "ask", "aria-haspopup": "dialog", onclick: (event) => open(n, event.currentTarget) },
        spaced(n.quote), " ", el("span", { class: "locator" }, spaced(place(n.source_title, n.locator))))))));
}

function contacts(answer) {
  if (!answer.contacts.length) return null;
  return el("section", { class: "contacts" },
    el("h3", {}, "Qui pourrait savoir"),
    el("ul", { role: "list" }, answer.contacts.map((c) => el("li", {},
      c.url ? outward(c.url, c.name) : el("span", {}, c.name),
      c.about && el("span", { class: "minor" }, spaced(` : ${c.about}`))))));
}

function searched(answer, domainLabel) {
  const { domains, sources: n } = answer.searched;
  const only = answer.understood.domains.length > 0 && `, domaines : ${domains.map(domainLabel).join(", ")}`;
  return spaced(`Cherché parmi ${n} textes du registre${only || ""}.`);
}

function followUps(answer, ask, lang) {
  if (!answer.follow_ups.length) return null;
  return el("section", { class: "next" },
    el("h3", {}, "Pour continuer"),
    el("ul", { role: "list" }, answer.follow_ups.map((q) => el("li", {},
      el("button", { type: "button", class: "ask", lang, onclick: () => ask(q) }, spaced(q))))));
}

function copyButton(answer) {
  const said = el("span", { role: "status", class: "minor" });
  const copy = async () => {
    said.textContent = (await toClipboard(plainText(answer))) ? "Copiée avec ses sources." : "Copie refusée par le navigateur.";
    setTimeout(() => said.replaceChildren(), 4000);
  };
  return el("span", { class: "copy" }, el("button", { type: "button", class: "quiet", onclick: copy }, "Copier la réponse"), said);
}

/** The clipboard API needs https or localhost; elsewhere, the old way. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "unseen" });
    area.value = text;
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }
}
