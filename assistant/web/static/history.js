// The history: the caller's conversations, searched, renamed, erased for good.

import { button, el, fetchJson, request, sending } from "./dom.js";
import { sayDate, spaced } from "./format.js";
import { _ } from "./words.js";

const PAGE = 30;
const KEEP = document.body.dataset.retention;

export class History {
  #dialog;
  #list;
  #search;
  #said;
  #all;
  #ticket = 0;
  #current;
  #erased;

  /** `current()` is the id of the conversation on screen; `erased()` is told when it is gone. */
  constructor(dialog, current, erased) {
    this.#dialog = dialog;
    this.#current = current;
    this.#erased = erased;
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  open() {
    this.#list = el("ul", { role: "list", class: "conversations" });
    this.#said = el("p", { role: "status", class: "minor" });
    this.#search = el("input", { type: "search", id: "history-search", autocomplete: "off", oninput: () => this.#sought() });
    this.#all = el("div", { class: "actions" }, button(_("Tout effacer"), (event) => this.#confirm(event.currentTarget, () => this.#eraseAll()), { class: "button danger small" }));
    this.#dialog.replaceChildren(
      el("div", { class: "sheet" },
        el("div", { class: "bar" }, el("h2", { id: "history-title", tabindex: "-1" }, _("Vos conversations")),
          button("", () => this.#dialog.close(), { class: "close", "aria-label": _("Fermer l'historique") })),
        el("div", { class: "field" }, el("label", { for: "history-search" }, _("Chercher dans les questions et les réponses")), this.#search),
        this.#said, this.#list, this.#all,
        el("p", { class: "minor" }, spaced(KEEP === "0" ? _("Rien n'est gardé sur le disque.") : _("Gardées {n|jour|jours} après la première question, sur ce serveur, pour vous seul. Effacer est définitif.", { n: KEEP })))),
    );
    this.#dialog.showModal();
    this.#dialog.querySelector("h2").focus();
    return this.#load();
  }

  #sought() {
    const ticket = ++this.#ticket;
    setTimeout(() => ticket === this.#ticket && this.#load(), 200);
  }

  async #load(before = null) {
    const ticket = ++this.#ticket;
    const asked = new URLSearchParams({ limit: PAGE, q: this.#search.value.trim(), ...(before && { before }) });
    try {
      const page = await fetchJson(`/api/conversations?${asked}`);
      if (ticket !== this.#ticket) return;
      if (!before) this.#list.replaceChildren();
      this.#list.append(...page.conversations.map((c) => this.#row(c)));
      const shown = this.#list.children.length;
      this.#said.textContent = shown ? "" : this.#search.value.trim() ? _("Aucune conversation ne le dit.") : _("Aucune conversation pour l'instant.");
      this.#all.hidden = !shown;
      if (page.next) {
        const more = el("li", {}, button(_("Voir les précédentes"), () => (more.remove(), this.#load(page.next))));
        this.#list.append(more);
      }
    } catch (problem) {
      this.#said.textContent = problem.detail ?? _("Erreur");
    }
  }

  #row(c) {
    const row = el("li", { class: "conversation" });
    const link = el("a", { href: `/c/${encodeURIComponent(c.conversation_id)}`, "aria-current": c.conversation_id === this.#current() ? "page" : null }, spaced(c.title));
    const facts = [sayDate(c.started), c.messages > 1 && _("{n|question|questions}", { n: c.messages })].filter(Boolean).join(" · ");
    row.append(link, el("p", { class: "minor" }, facts),
      el("div", { class: "row-tools" },
        button(_("Renommer"), () => this.#rename(row, c), { class: "link", "aria-label": _("Renommer : {title}", { title: c.title }) }),
        button(_("Effacer…"), (event) => this.#confirm(event.currentTarget, () => this.#erase(row, c)), { class: "link", "aria-label": _("Effacer : {title}", { title: c.title }) })));
    return row;
  }

  #rename(row, c) {
    const input = el("input", { type: "text", value: c.title, maxlength: "80", "aria-label": _("Titre") });
    const again = (focus) => {
      const fresh = this.#row(c);
      box.closest("li").replaceWith(fresh);
      if (focus) fresh.querySelector("button").focus();
    };
    const box = el("form", { class: "rename" }, input, button(_("Garder"), null, { type: "submit", class: "button small" }));
    box.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const kept = await fetchJson(`/api/conversations/${encodeURIComponent(c.conversation_id)}`, sending("PATCH", { title: input.value }));
        c.title = kept.title;
        again(true);
      } catch (problem) {
        this.#said.textContent = problem.detail ?? _("Erreur");
      }
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      again(true);
    });
    row.replaceChildren(box);
    input.select();
  }

  /** A button that erases asks once more, in its place. */
  #confirm(asked, go) {
    const back = () => {
      sure.replaceWith(asked);
      asked.focus();
    };
    const sure = el("span", { class: "sure", role: "group", "aria-label": _("Effacer pour de bon ?") },
      button(_("Effacer pour de bon"), go, { class: "button danger small" }),
      button(_("Garder"), back, { class: "button small" }));
    asked.replaceWith(sure);
    sure.querySelector("button").focus();
  }

  async #erase(row, c) {
    try {
      await request(`/api/conversations/${encodeURIComponent(c.conversation_id)}`, { method: "DELETE" });
    } catch (problem) {
      this.#said.textContent = problem.detail ?? _("Erreur");
      return;
    }
    const next = row.nextElementSibling?.querySelector("a") ?? this.#search;
    row.remove();
    next.focus();
    this.#said.textContent = _("Conversation effacée.");
    this.#all.hidden = !this.#list.children.length;
    if (c.conversation_id === this.#current()) this.#erased();
  }

  async #eraseAll() {
    const { deleted } = await fetchJson("/api/conversations", { method: "DELETE" });
    this.#list.replaceChildren();
    this.#all.hidden = true;
    this.#said.textContent = _("{n|conversation effacée|conversations effacées}.", { n: deleted });
    this.#search.focus();
    this.#erased();
  }
}
