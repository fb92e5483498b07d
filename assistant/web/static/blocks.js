// The Markdown of an answer, read back: paragraphs, numbered steps and bullets. The server reads the same
// (wording/prose.py).

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
