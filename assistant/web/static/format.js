// Words and dates: how ranks, validity and versions are said in French.

const MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" ");

export const TODAY = document.body.dataset.today;
const FACETS = JSON.parse(document.body.dataset.facets);

export const RANKS = {
  officiel: "Texte officiel",
  autorite: "Document d'une autorité",
  guide: "Guide",
  presse: "Presse",
  notice: "Notice Clapvert",
};

/** `2026`, `2026-03` or `2026-03-01` in words. */
export function sayDate(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  if (!month) return String(year);
  const name = `${MONTHS[month - 1]} ${year}`;
  return day ? `${day === 1 ? "1er" : day} ${name}` : name;
}

/** When a passage holds; null when nothing is dated. */
export function validity({ valid_from: from, valid_until: until }) {
  if (from && until) return `en vigueur du ${sayDate(from)} au ${sayDate(until)}`;
  if (from) return `en vigueur ${from > TODAY ? "à partir du" : "depuis le"} ${sayDate(from)}`;
  return until ? `en vigueur jusqu'au ${sayDate(until)}` : null;
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
  const dated = based.version.length === 10;
  return `version ${dated ? "du" : "de"} ${sayDate(based.version)}`;
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

/** French spacing, for display only: no line starts with « : », « ? », « » » or « € ». */
export function spaced(text) {
  return text
    .replace(/ (?=[:;?!»%€]|Md?€)/g, "\u00a0")
    .replace(/« /g, "«\u00a0")
    .replace(/(\d) (?=\d{3}(?!\d))/g, "$1\u00a0")
    .replace(/(art\.|n°|§|\b[LRDA]\.) (?=\S)/g, "$1\u00a0");
}

/** How the date of an answer came about. */
export function dateSaid({ as_of: day, as_of_reason: reason }) {
  const why = { today: "aujourd'hui", asked: "date demandée", sticky: "date gardée de la conversation" }[reason];
  return `règles au ${sayDate(day)} (${why})`;
}

/** An answer as plain text, with its sources, for pasting elsewhere. */
export function plainText(answer) {
  const lines = [answer.question, `(${dateSaid(answer.understood)})`, "", answer.answer.replaceAll("**", "")];
  for (const warning of answer.warnings) {
    const marks = warning.citations.map((n) => `[${n}]`).join("");
    lines.push("", `${warningLabel(warning, answer)} : ${warning.text} ${marks}`.trim());
  }
  if (answer.citations.length) lines.push("", "Sources");
  for (const c of answer.citations) {
    const based = c.based_on && [place(c.based_on.title, c.based_on.locator), version(c.based_on)].filter(Boolean).join(", ");
    const said = [
      `${RANKS[c.rank]} : ${place(c.source_title, c.locator)}`,
      based && `d'après ${based}`,
      validity(c),
      pages(c.page),
      c.confidence === "moyenne" && "confiance moyenne",
    ];
    lines.push(`[${c.n}] ${said.filter(Boolean).join(" ; ")}`, `    « ${c.quote} »`);
    const url = c.based_on?.url ?? c.url;
    if (url) lines.push(`    ${url}`);
  }
  return [...lines, "", answer.disclaimer].join("\n");
}

/** The heading of a warning; what was still to come on the day asked may have come since. */
export function warningLabel(warning, answer) {
  const starts = answer.citations.filter((c) => warning.citations.includes(c.n)).map((c) => c.valid_from);
  const come = starts.length > 0 && starts.every((day) => day && day <= TODAY);
  if (warning.kind === "upcoming") return come ? "Changé depuis" : "À venir";
  return { changed: "A changé", conflict: "Les sources divergent", stale: "À revérifier" }[warning.kind];
}
