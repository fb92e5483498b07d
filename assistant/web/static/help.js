// Help, and keyboard shortcuts. Single keys can be turned off (WCAG 2.1.4), and never act while one is typing.

import { button, el } from "./dom.js";
import { spaced } from "./format.js";
import { _ } from "./words.js";

const STORE = "clapvert.keys";

/** `keys` is a list of [key, what it does, function]. */
export class Help {
  #dialog;
  #keys;

  constructor(dialog, keys) {
    this.#dialog = dialog;
    this.#keys = [...keys, ["?", _("cette aide"), () => this.open()]];
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  open() {
    const box = el("input", { type: "checkbox", id: "keys-on", checked: on(), onchange: (e) => keep(e.target.checked) });
    this.#dialog.replaceChildren(
      el("div", { class: "bar" }, el("h2", { id: "help-title", tabindex: "-1" }, _("Aide et raccourcis")),
        button("", () => this.#dialog.close(), { class: "close", "aria-label": _("Fermer l'aide") })),
      el("div", { class: "stack" },
        el("ul", { class: "help" },
          el("li", {}, spaced(_("Chaque phrase porte le numéro du passage sur lequel elle repose : ouvrez-le, les mots cités y sont surlignés."))),
          el("li", {}, spaced(_("« Texte officiel » : le texte exact. « Notice Clapvert » : notre résumé, avec le texte d'origine en lien ; seul celui-ci fait foi."))),
          el("li", {}, spaced(_("« Compris comme » : touchez la date ou un cas pour le changer. La suite de la conversation s'en souvient."))),
          el("li", {}, spaced(_("Quand les textes ne disent rien, Clapvert le dit, montre ce qui s'en approche et à qui demander.")))),
        el("table", { class: "table keys-table" },
          el("caption", { class: "unseen" }, _("Raccourcis")),
          el("tbody", {},
            [["Entrée", _("envoyer la question")], ["Maj + Entrée", _("aller à la ligne")], ["Échap", _("fermer ce qui est ouvert")], ...this.#keys].map(([key, text]) =>
              el("tr", {}, el("th", { scope: "row" }, el("kbd", {}, key.length > 1 ? _(key) : key)), el("td", {}, text))))),
        el("div", { class: "choices" }, el("label", { for: "keys-on" }, box, _("Raccourcis d'une seule touche")))),
    );
    this.#dialog.showModal();
    this.#dialog.querySelector("h2").focus();
  }

  #pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !on()) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog:modal")) return;
    const found = this.#keys.find(([key]) => key === event.key) ?? (/^[1-9]$/.test(event.key) && this.#keys.find(([key]) => key === "1 … 9"));
    if (!found) return;
    event.preventDefault();
    found[2](event.key);
  }
}

function on() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function keep(wanted) {
  try {
    localStorage.setItem(STORE, wanted ? "on" : "off");
  } catch {
    // a browser that keeps nothing keeps the shortcuts
  }
}

// The names of keys, for their English: _("Entrée") _("Maj + Entrée") _("Échap")
