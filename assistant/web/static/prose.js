// The Markdown of an answer, read back and shown: paragraphs, numbered steps and bullets. The server reads the same
// (wording/prose.py).

import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { spaced } from "./format.js";

/** Paragraphs and lists of an answer. */
export function prose(markdown, cite) {
  const tags = { steps: "ol", bullets: "ul" };
  return blocks(markdown).map(({ form, items }) => (form === "paragraph"
    ? el("p", {}, pieces(items[0], cite))
    : el(tags[form], {}, items.map((item) => el("li", {}, pieces(item, cite))))));
}

/** Text, **bold**, and [n] as links kept on the line of the word they follow. */
export function pieces(text, cite) {
  const out = [];
  for (const piece of spaced(text).split(/(\*\*[^*]+\*\*|(?:\s*\[\d+\])+)/)) {
    const marks = /^(?:\s*\[\d+\])+$/.test(piece) && [...piece.matchAll(/\d+/g)].map((m) => cite(Number(m[0])));
    if (marks) out.push(el("span", { class: "together" }, lastWord(out), ...marks));
    else if (/^\*\*.+\*\*$/s.test(piece)) out.push(el("strong", {}, piece.slice(2, -2)));
    else if (piece) out.push(piece);
  }
  return out;
}

/** Takes the last word off the text before, so that a number never starts a line alone. */
function lastWord(out) {
  const text = out.at(-1);
  if (typeof text !== "string") return null;
  const word = text.match(/\S+$/)?.[0] ?? "";
  out[out.length - 1] = text.slice(0, text.length - word.length);
  return word;
}
