// The interface's words: French is written in the modules, its English comes with the page (`data-words` of the body).

const ENGLISH = JSON.parse(document.body.dataset.words ?? "{}");

/** The language of the page, "fr" or "en". */
export const LANG = document.body.dataset.lang ?? "fr";

/** A French sentence in the language of the page, its `{names}` filled in. */
export function _(sentence, values = {}) {
  return (ENGLISH[sentence] ?? sentence).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
