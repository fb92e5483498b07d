// A row of the board: saves a criterion as it changes, and loses nothing when someone else edits it too.
//
// A row knows the value it started from and its revision. A save that comes too late is refused with the current value:
// fields that only one of the two changed are merged, a field that both changed is shown with both values, to choose.
// What a field says is the only copy of what was typed: an answer, however late, never writes over a field that was
// changed since it was asked for, and a choice is made between what is written now and what the other one saved.

import { el } from "../dom.js";
import { writing } from "./hands.js";
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
const PAUSE = 1000;
const LONGEST = 30_000;
const said = document.querySelector("#saved");

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
    this.pause = PAUSE;
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

  /** Whether the form says what the server was not told, or did not take. */
  unsaved() {
    return Object.keys(changed(this.base, this.shown())).length > 0;
  }

  /** Write these values where the form says otherwise: the caret stays in a field that already says it. */
  show(values) {
    for (const field of Object.keys(changed(values, this.shown()))) {
      if (field in values) this.form.elements.namedItem(field).value = values[field];
    }
  }

  /** One save after another: each starts from what the one before left. */
  save() {
    this.saving = this.saving.then(() => this.put());
    return this.saving;
  }

  async put(together = false) {
    const sent = this.shown();
    const changes = changed(this.base, sent);
    if (this.form.querySelector(".conflict")) return;
    if (!Object.keys(changes).length) {
      if (!this.form.classList.contains("saved")) this.tell("", "");
      return;
    }
    if (sent.status === "sans_objet" && !sent.not_applicable_reason) {
      this.tell("", _("Dites pourquoi ce critère est sans objet : il est enregistré avec son motif."));
      this.form.classList.add("open");
      lead(this.form.elements.not_applicable_reason);
      return;
    }
    this.tell("", _("Enregistrement…"));
    const { status, told } = await this.send(changes);
    if (status === 200) this.saved(told, sent, together);
    else if (status === 409 && told.current) await this.reconcile(told.current);
    else if (status === 0 || status === 429 || status >= 500) this.later();
    else this.tell("failed", told.detail ?? _("Non enregistré."));
  }

  /** What the server answers; status 0 when it does not. The request outlives the page. */
  async send(changes) {
    try {
      const answer = await fetch(`${api}/criteria/${encodeURIComponent(this.key)}`, {
        method: "PUT",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...body(changes), revision: this.revision }),
        keepalive: true,
      });
      return { status: answer.status, told: await answer.json().catch(() => ({})) };
    } catch {
      return { status: 0, told: {} };
    }
  }

  /** Ask again after a while, each time a longer one; sooner when something else is typed. */
  later() {
    this.tell("failed", _("Pas encore enregistré. Votre saisie est gardée ici, et renvoyée jusqu'à ce que le serveur la prenne."));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST);
  }

  saved(state, sent, together) {
    this.pause = PAUSE;
    this.take(state, sent);
    this.tell("saved", together ? _("Enregistré, avec ce que {who} a modifié en même temps.", { who: this.other }) : _("Enregistré."));
    said.textContent = _("{code} enregistré.", { code: this.key });
    this.counted();
  }

  /** Start again from a state of the server; fields that no longer say what they said `then` keep what they say. */
  take(state, then) {
    const typed = changed(then, this.shown());
    this.revision = state.revision;
    this.base = values(state);
    this.show(Object.fromEntries(FIELDS.filter((f) => !(f in typed)).map((f) => [f, this.base[f]])));
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

  async reconcile(current) {
    const { disputed } = merged(this.base, this.shown(), values(current));
    this.other = current.updated_by;
    this.take(current, this.base);
    if (disputed.length) this.ask(disputed);
    else if (this.unsaved()) await this.put(true);
    else this.saved(current, this.base, true);
  }

  /** Show both values of what two people changed; nothing of this row is saved until one is chosen. The form goes on
   *  saying what was typed here, and may be typed in: what is kept is what it says when the choice is made. */
  ask(disputed) {
    const theirs = pick(disputed, this.base);
    const who = this.other;
    const choose = (kept) => {
      box.remove();
      this.form.removeEventListener("input", tellBoth);
      this.show(kept);
      this.look();
      this.tell("", "");
      this.save();
    };
    const both = disputed.length === 1 && disputed[0] === "note" && this.shown().note && theirs.note;
    const lines = el("div", { class: "both" });
    const tellBoth = () => {
      const mine = this.shown();
      lines.replaceChildren(...disputed.flatMap((field) => [
        el("p", {}, el("strong", {}, LABELS[field])),
        el("blockquote", {}, `${who} : ${name(this.form, field, theirs[field])}`),
        el("blockquote", {}, _("Vous : {value}", { value: name(this.form, field, mine[field]) })),
      ]));
    };
    const box = el("div", { class: "conflict", role: "alertdialog", "aria-label": _("Modifié en même temps") },
      el("p", {}, _("{who} a modifié ce critère en même temps que vous. Rien n'est perdu : choisissez.", { who })),
      lines,
      el("p", { class: "toolbar" },
        el("button", { type: "button", class: "button small", onclick: () => choose({}) }, _("Garder ma saisie")),
        el("button", { type: "button", class: "button small", onclick: () => choose(theirs) }, _("Garder celle de {who}", { who })),
        both && el("button", { type: "button", class: "button small", onclick: () => choose({ note: `${theirs.note}\n${this.shown().note}` }) }, _("Garder les deux"))));
    tellBoth();
    this.form.addEventListener("input", tellBoth);
    this.form.append(box);
    this.form.classList.add("open");
    this.tell("failed", _("À trancher."));
    lead(box.querySelector("button"));
  }

  tell(kind, text) {
    this.form.classList.remove("saved", "failed");
    if (kind) this.form.classList.add(kind);
    this.state.textContent = text;
  }
}

/** What a state of the server says, as a form says it. */
function values(state) {
  return Object.fromEntries(FIELDS.map((f) => [f, state[f] ?? ""]));
}

function pick(fields, from) {
  return Object.fromEntries(fields.map((f) => [f, from[f]]));
}

/** Go to what is to be answered, unless someone is writing: the next keys would go elsewhere. */
function lead(control) {
  if (!writing(document.activeElement)) control.focus();
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
