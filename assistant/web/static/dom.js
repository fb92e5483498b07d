// Builds DOM nodes. Data only ever becomes text nodes and attributes: nothing is parsed as HTML.

/** An element; `props` are attributes, or listeners when their name starts with "on". */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A link that opens in a new tab; plain text when the address is not http(s). */
export function outward(url, text, props = {}) {
  let address = null;
  try {
    address = new URL(url);
  } catch {
    return document.createTextNode(text);
  }
  if (address.protocol !== "https:" && address.protocol !== "http:") return document.createTextNode(text);
  return el("a", { ...props, href: address.href, target: "_blank", rel: "noopener noreferrer" }, text, unseen(" (nouvel onglet)"));
}

/** Text for screen readers alone. */
export function unseen(text) {
  return el("span", { class: "unseen" }, text);
}

/** JSON from the API; an error carries the `title`, `detail` and `code` of its problem+json. */
export async function fetchJson(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("Connexion impossible", "Le serveur ne répond pas. Vérifiez qu'il tourne et que vous êtes en ligne.");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    throw new Problem(
      body?.title ?? `Erreur ${response.status}`,
      body?.detail ?? "Le serveur a répondu autre chose que prévu. Recommencez dans un instant.",
      body?.code,
    );
  }
  return body;
}

/** An error to show: what happened, what to do, and a stable code when the API gave one. */
export class Problem extends Error {
  constructor(title, detail, code = null) {
    super(`${title} : ${detail}`);
    Object.assign(this, { title, detail, code });
  }
}
