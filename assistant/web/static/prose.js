// The Markdown of an answer, read back and shown: paragraphs, numbered steps and bullets. The server reads the same
// (wording/prose.py).

import { el } from "./dom.js";
import { spaced } from "./format.js";

/** The blocks of an answer, in order: `{ form: "paragraph" | "steps" | "bullets", items: [text] }`. */
export function blocks(markdown) {
  return markdown.split(/\n{2,}/).filter((part) => part.trim()).map(block);
}

function block(part) {
  const lines = part.replace(/^\n+|\n+$/g, "").split("\n");
  const steps = lines[0].startsWith("1. ");
  if (!steps && !lines[0].startsWith("- ")) return { form: "paragraph", items: [part.trim()] };
  const items = [];
  for (const line of lines) {
    const mark = steps ? `${items.length + 1}. ` : "- ";
    if (line.startsWith(mark)) items.push(line.slice(mark.length));
    else items.push(`${items.pop()}\n${line}`);
  }
  return { form: steps ? "steps" : "bullets", items };
}

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
