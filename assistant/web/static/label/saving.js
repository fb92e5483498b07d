// A row of the board: saves a criterion as it changes, and loses nothing when someone else edits it too.
//
// A row knows the value it started from and its revision. A save that comes too late is refused with the current value:
// fields that only one of the two changed are merged, a field that both changed is shown with both values, to choose.

import { el } from "../dom.js";
import { FIELDS, changed, merged } from "./merge.js";
import { _ } from "../words.js";

const project = document.body.dataset.project;
const api = `/api/label/projects/${project}`;
const LABELS = {
  status: _("Statut"),
  note: _("Note"),
  person: _("Responsable"),
  due: _("Échéance"),
  not_applicable_reason: _("Motif du « sans objet »"),
};
const said = document.querySelector("#saved");
let waiting = 0;

/** Whether a save is under way, or something typed could not be saved. */
export function unsaved() {
  return waiting > 0 || document.querySelector(".row.failed") !== null;
}

export class Row {
  /** `counted` is called after each save: what is above the rows follows. */
  constructor(form, counted) {
    this.form = form;
    this.counted = counted;
    this.key = form.dataset.key;
    this.revision = Number(form.dataset.revision);
    this.base = this.shown();
    this.state = form.querySelector(".row-state");
    this.saving = Promise.resolve();
    form.addEventListener("change", (event) => {
      if (event.target.name && event.target.name !== "code") this.save();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  /** What the form says now. */
  shown() {
    const data = new FormData(this.form);
    return Object.fromEntries(FIELDS.map((f) => [f, (data.get(f) ?? "").replaceAll("\r\n", "\n").trim()]));
  }

  show(values) {
    for (const [field, value] of Object.entries(values)) {
      const control = this.form.elements.namedItem(field);
      if (control) control.value = value ?? "";
    }
  }

  /** One save after another: each starts from what the one before left. */
  save() {
    this.saving = this.saving.then(() => this.put());
    return this.saving;
  }

  async put(again = 0) {
    const mine = this.shown();
    const changes = changed(this.base, mine);
    if (!Object.keys(changes).length || this.form.querySelector(".conflict")) return;
    if (mine.status === "sans_objet" && !mine.not_applicable_reason) {
      this.tell("", _("Dites pourquoi ce critère est sans objet : il est enregistré avec son motif."));
      this.form.classList.add("open");
      this.form.elements.not_applicable_reason.focus();
      return;
    }
    waiting += 1;
    this.tell("", _("Enregistrement…"));
    try {
      const answer = await fetch(`${api}/criteria/${encodeURIComponent(this.key)}`, {
        method: "PUT",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...body(changes), revision: this.revision }),
      });
      const told = await answer.json();
      if (answer.ok) this.saved(told, again > 0);
      else if (answer.status === 409 && told.current) await this.reconcile(mine, told.current, again);
      else this.tell("failed", told.detail ?? _("Non enregistré."));
    } catch {
      this.tell("failed", _("Non enregistré : le serveur ne répond pas. Votre saisie est gardée ici ; modifiez-la pour réessayer."));
    } finally {
      waiting -= 1;
    }
  }

  saved(state, together) {
    const typed = changed(this.base, this.shown());
    this.take(state, Object.keys(typed).filter((f) => (typed[f] ?? "") !== (value(state, f) ?? "")));
    this.tell("saved", together ? _("Enregistré, avec ce que {who} a modifié en même temps.", { who: this.other }) : _("Enregistré."));
    said.textContent = _("{code} enregistré.", { code: this.key });
    this.counted();
  }

  /** Start again from a state of the server; fields being typed keep what is typed. */
  take(state, typing = []) {
    this.revision = state.revision;
    this.base = Object.fromEntries(FIELDS.map((f) => [f, value(state, f)]));
    this.show(Object.fromEntries(FIELDS.filter((f) => !typing.includes(f)).map((f) => [f, this.base[f]])));
    this.look();
  }

  /** What the row looks like follows its status and its day. */
  look() {
    const { status, due } = this.shown();
    for (const name of [...this.form.classList]) if (name.startsWith("is-")) this.form.classList.remove(name);
    this.form.classList.add(`is-${status}`);
    const open = status === "a_faire" || status === "en_cours" || status === "a_clarifier";
    const day = this.form.elements.due;
    day.classList.toggle("blank", !due);
    day.classList.toggle("is-late", Boolean(due) && open && due < document.body.dataset.today);
  }

  async reconcile(mine, current, again) {
    const theirs = Object.fromEntries(FIELDS.map((f) => [f, value(current, f)]));
    const { clean, disputed } = merged(this.base, mine, theirs);
    this.other = current.updated_by;
    this.take(current);
    this.show(clean);
    if (disputed.length) this.ask(disputed, mine, theirs, current.updated_by);
    else if (again < 5) await this.put(again + 1);
  }

  /** Show both values of what two people changed; nothing of this row is saved until one is chosen. */
  ask(disputed, mine, theirs, who) {
    const choose = (values) => {
      box.remove();
      this.show(values);
      this.form.classList.remove("failed");
      this.tell("", "");
      this.save();
    };
    const lines = disputed.map((field) => [
      el("p", {}, el("strong", {}, LABELS[field])),
      el("blockquote", {}, `${who} : ${name(this.form, field, theirs[field])}`),
      el("blockquote", {}, _("Vous : {value}", { value: name(this.form, field, mine[field]) })),
    ]);
    const both = disputed.length === 1 && disputed[0] === "note" && mine.note && theirs.note;
    const box = el("div", { class: "conflict", role: "alertdialog", "aria-label": _("Modifié en même temps") },
      el("p", {}, _("{who} a modifié ce critère en même temps que vous. Rien n'est perdu : choisissez.", { who })),
      lines,
      el("p", { class: "toolbar" },
        el("button", { type: "button", class: "button small", onclick: () => choose(pick(disputed, mine)) }, _("Garder ma saisie")),
        el("button", { type: "button", class: "button small", onclick: () => choose(pick(disputed, theirs)) }, _("Garder celle de {who}", { who })),
        both && el("button", { type: "button", class: "button small", onclick: () => choose({ note: `${theirs.note}\n${mine.note}` }) }, _("Garder les deux"))));
    this.form.append(box);
    this.form.classList.add("open");
    this.tell("failed", _("À trancher."));
    box.querySelector("button").focus();
  }

  tell(kind, text) {
    this.form.classList.remove("saved", "failed");
    if (kind) this.form.classList.add(kind);
    this.state.textContent = text;
  }
}

function value(state, field) {
  return state[field] ?? "";
}

function pick(fields, values) {
  return Object.fromEntries(fields.map((f) => [f, values[f]]));
}

/** Changes as the API takes them: an emptied day is null. */
function body(changes) {
  return "due" in changes ? { ...changes, due: changes.due || null } : changes;
}

/** A value as it is read on the page. */
function name(form, field, raw) {
  if (field !== "status") return raw || "∅";
  return form.querySelector(`.status input[value="${raw}"] + span b`)?.textContent ?? raw;
}
