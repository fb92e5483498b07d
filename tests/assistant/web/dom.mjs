// The little of a browser that the modules of the conversation need to build an answer: nodes, attributes, text.

class Node {
  constructor(tag, text = "") {
    Object.assign(this, { tag, text, attributes: {}, childNodes: [], parent: null, dataset: {}, lang: "" });
  }
  get children() { return this.childNodes.filter((n) => n.tag); }
  get lastChild() { return this.childNodes.at(-1); }
  get classList() { return (this.attributes.class ?? "").split(" "); }
  setAttribute(name, value) { this.attributes[name] = String(value); }
  removeAttribute(name) { delete this.attributes[name]; }
  addEventListener() {}
  append(...nodes) {
    for (const n of nodes) {
      const node = n instanceof Node ? n : new Node(null, String(n));
      node.parent = this;
      this.childNodes.push(node);
    }
  }
  remove() { this.parent.childNodes = this.parent.childNodes.filter((n) => n !== this); }
  replaceChildren(...nodes) {
    this.childNodes = [];
    this.append(...nodes);
  }
  *all() {
    for (const n of this.children) yield* [n, ...n.all()];
  }
  querySelector(selector) { return [...this.all()].find((n) => selector === `.${n.classList.find((c) => `.${c}` === selector)}`) ?? null; }
  html() {
    if (!this.tag) return this.text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    const attributes = Object.entries(this.attributes).filter(([name]) => name === "class" || name === "href");
    const inner = this.childNodes.map((n) => n.html()).join("");
    return `<${this.tag}${attributes.map(([name, value]) => ` ${name}="${value}"`).join("")}>${inner}</${this.tag}>`;
  }
}

const body = new Node("body");
Object.assign(body.dataset, { today: "2026-11-25", facets: "{}", words: "{}" });
globalThis.document = {
  body,
  documentElement: { lang: "fr" },
  createElement: (tag) => new Node(tag),
  createTextNode: (text) => new Node(null, text),
  querySelector: () => null,
  querySelectorAll: () => [],
};
globalThis.location = { href: "http://localhost/" };

export const read = async () => {
  let text = "";
  for await (const part of process.stdin) text += part;
  return JSON.parse(text);
};
