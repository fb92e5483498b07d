// Builds DOM nodes. Data only ever becomes text nodes and attributes: nothing is parsed as HTML.

import { _ } from "./words.js";

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

/** A button of the page. */
export function button(text, onclick, props = {}) {
  return el("button", { type: "button", class: "button", ...props, onclick }, text);
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
  return el("a", { ...props, href: address.href, target: "_blank", rel: "noopener noreferrer" }, text, unseen(` (${_("nouvel onglet")})`));
}

/** Text for screen readers alone. */
export function unseen(text) {
  return el("span", { class: "unseen" }, text);
}

/** True when a click asks for a new tab or window: the link then does what links do. */
export function elsewhere(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
}

/** Put a text on the clipboard; false when the browser refuses. The clipboard API needs https or localhost. */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "unseen" });
    area.value = text;
    const before = document.activeElement;
    (document.querySelector("dialog:modal") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }
}

/** A button that copies what `text()` gives, and says so beside it. */
export function copyButton(label, text, done) {
  const said = el("span", { role: "status", class: "minor" });
  const copy = async () => {
    said.textContent = (await toClipboard(text())) ? done : _("Copie refusée par le navigateur.");
    setTimeout(() => said.replaceChildren(), 4000);
  };
  return el("span", { class: "copy" }, button(label, copy), said);
}

/** A response of the API; one that is no success is thrown as the `Problem` that it carries. */
export async function request(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(_("Connexion impossible"), _("Le serveur ne répond pas. Vérifiez qu'il tourne et que vous êtes en ligne."));
  }
  if (!response.ok) throw Problem.of(await response.json().catch(() => null), response.status);
  return response;
}

/** JSON from the API. */
export async function fetchJson(url, options = {}) {
  const body = await (await request(url, options)).json().catch(() => null);
  if (body === null) throw Problem.of(null, 200);
  return body;
}

/** Options of a request that sends JSON. */
export function sending(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** An error to show: what happened, what to do, and a stable code when the API gave one. */
export class Problem extends Error {
  constructor(title, detail, code = null) {
    super(`${title}: ${detail}`);
    Object.assign(this, { title, detail, code });
  }

  /** The problem of a problem+json body. */
  static of(body, status) {
    return new Problem(
      body?.title ?? _("Erreur {status}", { status }),
      body?.detail ?? _("Le serveur a répondu autre chose que prévu. Recommencez dans un instant."),
      body?.code,
    );
  }
}
