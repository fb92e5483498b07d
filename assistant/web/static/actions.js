// What one does with an answer: copy, export, share, judge.

import { button, copyButton, el, fetchJson, request, sending } from "./dom.js";
import { plainText } from "./format.js";
import { _ } from "./words.js";

const FORMATS = {
  docx: _("Word (.docx)"),
  pdf: _("PDF"),
  md: _("Markdown"),
  ics: _("Échéances pour l'agenda (.ics)"),
  json: _("Reçu de vérification (.json)"),
};

/** The actions of an answer. */
export function actions(answer, tools, turn) {
  return el("div", { class: "toolbar" },
    copyButton(_("Copier"), () => plainText(answer), _("Copiée avec ses sources.")),
    document.body.dataset.exports && exportMenu(answer),
    button(_("Partager"), (event) => tools.share(answer, event.currentTarget), { "aria-haspopup": "dialog" }),
    told(answer) && el("a", { class: "button", href: `/projets/ajouter/${encodeURIComponent(answer.message_id)}` }, _("Ajouter à mon projet")),
    ...verdict(answer, tools.rating, () => turn.querySelector("details.otherwise")?.setAttribute("open", "")));
}

/** Whether a question told something of its case that a project can keep. */
const told = ({ understood: u }) => Object.keys(u.facets).length > 0 || (u.case ?? []).some((item) => item.from !== "project");

/** The menu of the files that the answer can be taken away as, known when it opens. */
function exportMenu(answer) {
  const list = el("ul", { role: "list", class: "menu" }, el("li", { class: "minor" }, _("Préparation…")));
  const menu = el("details", { class: "export" }, el("summary", { class: "button" }, _("Exporter")), list);
  const fill = async () => {
    if (!menu.open) return;
    try {
      const { exports } = await fetchJson(`/api/answers/${encodeURIComponent(answer.message_id)}/exports`);
      list.replaceChildren(...exports.map((e) => el("li", {}, el("a", { href: e.url, download: e.file_name }, FORMATS[e.format] ?? e.format))));
    } catch (problem) {
      list.replaceChildren(el("li", { class: "trouble" }, problem.detail ?? _("Erreur")));
    }
  };
  menu.addEventListener("toggle", fill);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

/** Two buttons and, once one is pressed, a comment; one verdict an answer. « À revoir » opens the ways back. */
function verdict(answer, given, wayBack) {
  const said = el("span", { role: "status", class: "minor" });
  const buttons = { up: null, down: null };
  let rating = given ?? null;
  const send = async (chosen, comment) => {
    try {
      await request("/api/feedback", sending("POST", { message_id: answer.message_id, rating: chosen, comment }));
      rating = chosen;
      for (const [name, one] of Object.entries(buttons)) one.setAttribute("aria-pressed", String(name === chosen));
      said.textContent = _("Merci, c'est noté.");
      return true;
    } catch (problem) {
      said.textContent = problem.detail ?? _("Erreur");
      return false;
    }
  };
  const judge = async (chosen) => {
    if (!(await send(chosen, box.elements.comment.value.trim() || null))) return;
    box.hidden = false;
    if (chosen !== "down") return;
    wayBack();
    box.elements.comment.focus();
  };
  buttons.up = button(_("Utile"), () => judge("up"), { "aria-pressed": String(given === "up") });
  buttons.down = button(_("À revoir"), () => judge("down"), { "aria-pressed": String(given === "down") });
  const box = el("form", { class: "comment", hidden: true },
    el("label", {}, _("Un mot de plus ? (facultatif)"), el("textarea", { name: "comment", rows: "2", maxlength: "4000" })),
    button(_("Envoyer"), null, { type: "submit", class: "button small" }));
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send(rating, box.elements.comment.value.trim() || null)) {
      box.hidden = true;
      buttons[rating].focus();
    }
  });
  return [said, el("span", { class: "verdict push", role: "group", "aria-label": _("Cette réponse") }, buttons.up, buttons.down), box];
}

/** The dialog of a shared link: made when it opens, copied, taken back. */
export class Share {
  #dialog;
  #opener = null;

  constructor(dialog) {
    this.#dialog = dialog;
    dialog.addEventListener("close", () => this.#opener?.isConnected && this.#opener.focus());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  async open(answer, opener) {
    this.#opener = opener;
    const path = `/api/answers/${encodeURIComponent(answer.message_id)}/share`;
    try {
      const { url } = await fetchJson(path, { method: "POST" });
      this.#show(new URL(url, location.href).href, path);
    } catch (problem) {
      this.#fill(el("p", { class: "trouble" }, problem.detail ?? _("Erreur")));
    }
  }

  #show(url, path) {
    const closed = async () => {
      await request(path, { method: "DELETE" });
      this.#fill(el("p", { role: "status" }, _("Lien retiré : il n'ouvre plus rien.")));
    };
    this.#fill(
      el("p", {}, _("Qui a ce lien lit cette réponse et ses sources, rien d'autre de vos conversations. Il s'efface avec la conversation.")),
      el("div", { class: "field" }, el("label", { for: "share-url" }, _("Lien")), el("input", { id: "share-url", readonly: true, value: url, onfocus: (e) => e.target.select() })),
      el("div", { class: "actions" },
        button(_("Retirer le lien"), closed, { class: "button danger" }),
        el("a", { class: "button", href: url, target: "_blank", rel: "noopener" }, _("Ouvrir")),
        copyButton(_("Copier le lien"), () => url, _("Lien copié."))),
    );
  }

  #fill(...parts) {
    this.#dialog.replaceChildren(
      el("div", { class: "bar" }, el("h2", { id: "share-title", tabindex: "-1" }, _("Partager cette réponse")),
        button("", () => this.#dialog.close(), { class: "close", "aria-label": _("Fermer") })),
      el("div", { class: "stack" }, parts));
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.querySelector("h2").focus();
  }
}
