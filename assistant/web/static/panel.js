// The passage panel: a drawer beside the conversation on a wide screen, a modal sheet on a narrow one.

import { button, copyButton, el, fetchJson, outward } from "./dom.js";
import { TODAY, asCitation, outOfForce, pages, sayDate, spaced, validity } from "./format.js";
import { basis, rankBadge } from "./sources.js";
import { _ } from "./words.js";

const STATUS = { superseded: _("Rédaction remplacée depuis"), removed: _("Retiré du corpus depuis") };
const LONGEST = 700; // characters shown of what stands beside a passage
const PATIENCE = 150; // ms before the panel opens on "loading" rather than on the passage

export class Panel {
  #dialog;
  #opener = null;
  #cited = null;
  #ticket = 0;
  #wide = matchMedia("(min-width: 68.75em)");

  constructor(dialog) {
    this.#dialog = dialog;
    dialog.addEventListener("close", () => this.#closed());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && dialog.open && !event.defaultPrevented) {
        event.preventDefault();
        dialog.close();
      }
    });
    this.#wide.addEventListener("change", () => {
      if (!dialog.open) return;
      dialog.close();
      this.#show();
    });
  }

  /** Open the passage of a citation, its quoted words marked; focus comes back to `opener`. */
  open(cited, opener) {
    this.#mark(opener);
    this.#cited = cited;
    return this.#load(cited.passage_id, cited.quote);
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  async #load(id, quote, pressed = null) {
    const ticket = ++this.#ticket;
    const slow = setTimeout(() => this.#fill(_("Ouverture du passage…")), PATIENCE);
    let view;
    try {
      const passage = await opened(id);
      const around = await Promise.all([passage.previous_id, passage.next_id].map((one) => one && opened(one).catch(() => null)));
      view = [...this.#passage(passage, quote, around)];
    } catch (problem) {
      view = [problem.title ?? _("Erreur"), el("p", { class: "box problem" }, problem.detail ?? _("Ce passage ne s'affiche pas."))];
    }
    clearTimeout(slow);
    if (ticket === this.#ticket) this.#fill(view[0], view.slice(1), pressed);
  }

  #fill(title, parts = [], pressed = null) {
    const heading = el("h2", { id: "panel-title", tabindex: "-1" }, spaced(title));
    this.#dialog.replaceChildren(
      el("div", { class: "sheet" },
        el("div", { class: "bar" }, heading, button("", () => this.close(), { class: "close", "aria-label": _("Fermer le passage") })),
        ...parts),
    );
    this.#show();
    const again = pressed && this.#dialog.querySelector(`[data-step="${pressed}"]`);
    (again ?? heading).focus({ preventScroll: true });
    this.#dialog.querySelector(".sheet").scrollTop = 0;
    this.#dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  #show() {
    if (this.#dialog.open) return;
    if (this.#wide.matches) this.#dialog.show();
    else this.#dialog.showModal();
    document.body.classList.toggle("beside", this.#wide.matches);
  }

  #closed() {
    if (this.#dialog.open) return; // closed to open again the other way
    this.#ticket += 1;
    document.body.classList.remove("beside");
    const opener = this.#opener;
    if (!opener) return;
    this.#mark(null);
    if (opener.isConnected) opener.focus();
  }

  #mark(opener) {
    this.#opener?.removeAttribute("aria-current");
    opener?.setAttribute("aria-current", "true");
    this.#opener = opener;
  }

  *#passage(p, quote, [before, after]) {
    const notice = p.rank === "notice";
    yield p.source_title;
    const path = p.heading_path.filter((step) => step !== p.source_title && step !== p.locator);
    yield el("p", { class: "path" }, spaced([...path, p.locator].join(" › ")));
    yield el("p", { class: "kind" }, rankBadge(p.rank), p.based_on && [" ", basis(p.based_on)]);
    yield el("p", { class: "facts" },
      p.status !== "current" && el("span", { class: "badge caution" }, STATUS[p.status]),
      validity(p) && el("span", { class: p.bill || outOfForce(p) ? "badge caution" : "badge good" }, validity(p)),
      p.attested_at && el("span", { class: "badge" }, _("lu dans une copie du {day}", { day: sayDate(p.attested_at) })),
      p.page_from && el("span", { class: "badge" }, pages(p.page_from, p.page_to)),
      p.confidence === "moyenne" && el("span", { class: "badge caution" }, _("confiance moyenne")));
    if (!p.bill && outOfForce(p)) yield el("p", { class: "past" }, p.valid_from > TODAY ? _("Pas encore en vigueur.") : _("N'est plus en vigueur aujourd'hui."));
    if (before) yield beside(before, before.text.slice(-LONGEST));
    yield el("blockquote", { class: `passage ${p.rank}`, lang: p.language }, marked(p.text, quote));
    if (after) yield beside(after, after.text.slice(0, LONGEST));
    yield el("p", { class: "minor" }, spaced(notice ? _("Notice rédigée par Clapvert : seul le texte d'origine fait foi.") : _("Texte exact, tel que votre corpus le contient.")),
      notice && p.based_on && [" ", el("a", { href: `/sources/${encodeURIComponent(p.based_on.source_id)}` }, _("Ce texte n'est pas ici : comment l'avoir"))]);
    const url = notice ? p.based_on?.url : p.url;
    yield el("div", { class: "toolbar" },
      copyButton(_("Copier la citation"), () => asCitation(p, quote ?? p.text), _("Copiée.")),
      url && outward(url, _("Texte d'origine, {host}", { host: host(url) }), { class: "button" }),
      el("a", { class: "minor", href: `/passages/${encodeURIComponent(p.passage_id)}${quote ? `?q=${encodeURIComponent(quote)}` : ""}` }, _("Page du passage")));
    yield this.#steps(p, quote);
  }

  #steps(p, quote) {
    const step = (id, key, text) => id && button(text, () => this.#load(id, null, key), { "data-step": key });
    const away = this.#cited.passage_id !== p.passage_id;
    return el("nav", { class: "steps", "aria-label": _("Passages voisins") },
      step(p.previous_id, "previous", `← ${_("Précédent")}`),
      step(p.next_id, "next", `${_("Suivant")} →`),
      away && button(_("Revenir au passage cité"), () => this.#load(this.#cited.passage_id, this.#cited.quote), { class: "link" }));
  }
}

const opened = (id) => fetchJson(`/api/passages/${encodeURIComponent(id)}`);

/** What stands before or after a passage in its text, told apart from it. */
const beside = (p, text) => el("blockquote", { class: "passage around", lang: p.language }, el("p", {}, text));

/** The exact text in paragraphs, with the exact quoted words marked where they stand in it. */
function marked(text, quote) {
  const start = quote ? text.indexOf(quote) : -1;
  const end = start < 0 ? -1 : start + quote.length;
  return [...text.matchAll(/[^\n]+(?:\n[^\n]+)*/g)].map(({ 0: paragraph, index }) => {
    const [from, to] = [start, end].map((at) => Math.min(Math.max(at - index, 0), paragraph.length));
    return el("p", {}, paragraph.slice(0, from), from < to && el("mark", {}, paragraph.slice(from, to)), paragraph.slice(to));
  });
}

function host(url) {
  try {
    return new URL(url).hostname.replace(/^www\./, "");
  } catch {
    return url;
  }
}
