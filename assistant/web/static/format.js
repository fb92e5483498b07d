// Words and dates: how ranks, validity and versions are said. The server says the same in the same words (said.py).

import { LANG, _ } from "./words.js";

const MONTHS = {
  fr: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
  en: "January February March April May June July August September October November December",
};

export const TODAY = document.body.dataset.today;
/** The labels of the facets' values; those that the form offers are not sent twice. */
const FACETS = JSON.parse(document.body.dataset.facets ?? "{}");
for (const option of document.querySelectorAll('#project [data-facet] option:not([value=""])')) FACETS[option.value.split(":")[1]] = option.textContent;

const RANKS = {
  officiel: _("Texte officiel"),
  autorite: _("Document d'une autorité"),
  guide: _("Guide"),
  presse: _("Presse"),
  notice: _("Notice Clapvert"),
};
export const rankName = (rank) => RANKS[rank] ?? rank;

/** `2026`, `2026-03` or `2026-03-01` in words. */
export function sayDate(iso, lang = LANG) {
  const [year, month, day] = iso.split("-").map(Number);
  if (!month) return String(year);
  const name = `${MONTHS[lang].split(" ")[month - 1]} ${year}`;
  return day ? `${day === 1 && lang === "fr" ? "1er" : day} ${name}` : name;
}

/** When a passage holds; null when nothing is dated. */
export function validity({ valid_from: from, valid_until: until, bill }) {
  const start = from && sayDate(from);
  const end = until && sayDate(until);
  if (bill) return billed(start, end);
  if (start && end) return _("en vigueur du {start} au {end}", { start, end });
  if (start) return from > TODAY ? _("en vigueur à partir du {start}", { start }) : _("en vigueur depuis le {start}", { start });
  return end ? _("en vigueur jusqu'au {end}", { end }) : null;
}

/** A bill is never in force: its dates are those of what happened to it. */
function billed(start, end) {
  if (start && end) return _("projet, situation du {start} au {end}", { start, end });
  if (start) return _("projet, situation depuis le {start}", { start });
  return end ? _("projet, situation jusqu'au {end}", { end }) : _("projet");
}

/** The same in the few words of a card. */
export function validityShort({ valid_from: from, valid_until: until }) {
  const start = from && sayDate(from);
  const end = until && sayDate(until);
  if (start && end) return _("du {start} au {end}", { start, end });
  if (start) return from > TODAY ? _("à partir du {start}", { start }) : _("depuis le {start}", { start });
  return end ? _("jusqu'au {end}", { end }) : null;
}

/** True when the rule is no longer in force, or not yet. */
export function outOfForce({ valid_from: from, valid_until: until }) {
  return (until && until < TODAY) || (from && from > TODAY);
}

/** "Règlement général des aides du CNC, art. 122-18". */
export function place(title, locator) {
  return locator ? `${title}, ${locator}` : title;
}

/** "version de mars 2026". */
export function version(based) {
  if (!based.version) return null;
  const said = sayDate(based.version);
  return based.version.length === 10 ? _("version du {day}", { day: said }) : _("version de {month}", { month: said });
}

/** "p. 12" or "p. 12-13". */
export function pages(first, last) {
  if (!first) return null;
  return last && last !== first ? `p. ${first}-${last}` : `p. ${first}`;
}

/** The label of a facet's value. */
export function facet(value) {
  return FACETS[value] ?? value.replaceAll("-", " ");
}

const FIGURES = {
  headcount: _("effectif"),
  turnover: _("chiffre d'affaires"),
  balance_sheet: _("total de bilan"),
  budget: _("budget"),
  ad_spend: _("investissement publicitaire"),
  consumption: _("consommation"),
  surface: _("surface"),
  power: _("puissance"),
  emissions: _("émissions"),
  duration: _("durée"),
  distance: _("distance"),
  height: _("hauteur"),
  people: _("personnes"),
  volume: _("volume"),
  weight: _("poids"),
  share: _("part"),
  score: _("score"),
  level: _("niveau"),
  noise: _("bruit"),
  amount: _("montant"),
  population: _("population"),
  age: _("âge"),
  filing: _("dépôt"),
  visa: _("visa"),
  decision: _("décision"),
  shoot: _("tournage"),
  shoot_end: _("fin du tournage"),
  delivery: _("livraison"),
  broadcast: _("diffusion"),
  financial_year: _("exercice"),
  publication_year: _("publication"),
};

/** By when a step is to be done. */
export const dueSaid = (day) => label(_("échéance"), sayDate(day));

/** A figure of the case: « effectif : 12 salariés », in the words that were said. */
export function figure({ field, said }) {
  return label(FIGURES[field] ?? field, said);
}

/** French spacing, for display only: no line starts with « : », « ? », « » » or « € ». */
export function spaced(text) {
  return text
    .replace(/ (?=[:;?!»%€]|Md?€)/g, "\u00a0")
    .replace(/« /g, "«\u00a0")
    .replace(/(\d) (?=\d{3}(?!\d))/g, "$1\u00a0")
    .replace(/(art\.|n°|§|\b[LRDA]\.) (?=\S)/g, "$1\u00a0");
}

const REASONS = { today: _("aujourd'hui"), asked: _("date demandée"), sticky: _("date gardée de la conversation") };

/** The date of an answer, and how it came about; today is today on that day alone. */
export function dateSaid({ as_of: day, as_of_reason: reason }) {
  return _("règles au {day} ({reason})", { day: sayDate(day), reason: reasonSaid(day, reason) });
}

function reasonSaid(day, reason) {
  return reason === "today" && day !== TODAY ? _("jour de la question") : REASONS[reason];
}

const label = (title, text) => spaced(`${title} : ${text}`);

/** A citation as one writes it elsewhere: the words, what they are, where they stand, since when. */
export function asCitation(c, quote) {
  const based = c.based_on && [place(c.based_on.title, c.based_on.locator), version(c.based_on)].filter(Boolean).join(", ");
  const said = [
    `${rankName(c.rank)}${LANG === "fr" ? " : " : ": "}${place(c.source_title, c.locator)}`,
    based && `${_("d'après")} ${based}`,
    validity(c),
    pages(c.page ?? c.page_from, c.page_to),
    c.confidence === "moyenne" && _("confiance moyenne"),
    c.based_on?.url ?? c.url,
    _("consulté le {day}", { day: sayDate(TODAY) }),
  ];
  return `« ${quote} » (${said.filter(Boolean).join(" ; ")})`;
}

/** The same on a chip. */
export function dateChip({ as_of: day, as_of_reason: reason }) {
  return _("{day} ({reason})", { day: sayDate(day), reason: reason === "sticky" ? _("date gardée") : reasonSaid(day, reason) });
}

/** An answer as plain text, with its sources, for pasting elsewhere. */
export function plainText(answer) {
  const lines = [answer.question, `(${dateSaid(answer.understood)})`, "", answer.answer.replaceAll("**", "")];
  if (answer.next?.length) lines.push("", label(_("À faire"), "").trim());
  for (const step of answer.next ?? []) {
    const marks = step.citations.map((n) => `[${n}]`).join("");
    lines.push(`- ${step.text} ${marks}${step.due ? ` (${dueSaid(step.due)})` : ""}`.trim());
  }
  for (const warning of answer.warnings) {
    const marks = warning.citations.map((n) => `[${n}]`).join("");
    lines.push("", `${label(warningLabel(warning, answer), warning.text)} ${marks}`.trim());
  }
  if (answer.citations.length) lines.push("", _("Sources"));
  for (const c of answer.citations) lines.push(`[${c.n}] ${asCitation(c, c.quote)}`);
  return [...lines, "", answer.disclaimer].join("\n");
}

const WARNINGS = {
  changed: _("Cela a changé"),
  upcoming: _("À venir"),
  conflict: _("Les sources divergent"),
  stale: _("À revérifier"),
};

/** The heading of a warning; what was still to come on the day asked may have come since. */
export function warningLabel(warning, answer) {
  const starts = answer.citations.filter((c) => warning.citations.includes(c.n)).map((c) => c.valid_from);
  const come = starts.length > 0 && starts.every((day) => day && day <= TODAY);
  return warning.kind === "upcoming" && come ? _("Changé depuis") : WARNINGS[warning.kind];
}
