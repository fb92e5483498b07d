// The interface's words: French is written in the modules, its English comes with the page (`data-words` of the body).

const ENGLISH = JSON.parse(document.body.dataset.words ?? "{}");

/** The language of the page, "fr" or "en". */
export const LANG = document.body.dataset.lang ?? "fr";

/** A French sentence in the language of the page, its `{names}` filled in; `{n|texte lu|textes lus}` is the number and
 * the words that agree with it: in French, two is the first plural. */
export function _(sentence, values = {}) {
  return (ENGLISH[sentence] ?? sentence).replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name, one, several) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    if (one === undefined) return String(value);
    return `${value} ${(LANG === "en" ? value === 1 : value < 2) ? one : several}`;
  });
}
