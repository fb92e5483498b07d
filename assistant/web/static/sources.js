// What an answer rests on: one card a text and place, its article first, each quote of it under its number.

import { el, elsewhere, outward, unseen } from "./dom.js";
import { outOfForce, pages, place, rankName, spaced, validity, validityShort, version } from "./format.js";
import { _ } from "./words.js";

/** The address of a passage's own page, its quoted words marked. */
const pageOf = (c) => `/passages/${encodeURIComponent(c.passage_id)}${c.quote ? `?q=${encodeURIComponent(c.quote)}` : ""}`;

/** A link to a passage that opens the panel. */
export function passageLink(c, open, props, ...children) {
  const opened = (event) => {
    if (elsewhere(event)) return;
    event.preventDefault();
    open(c, event.currentTarget);
  };
  return el("a", { href: pageOf(c), "aria-haspopup": "dialog", title: c.quote ?? null, ...props, onclick: opened }, ...children);
}

/** "d'après" and the text that a notice rests on, linked. */
export function basis(based) {
  const said = version(based);
  return el("span", {}, _("d'après"), " ", outward(based.url, spaced(place(based.title, based.locator))), said && ` (${said})`);
}

/** The badge of a rank: a notice never looks like the law. */
export function rankBadge(rank) {
  return el("span", { class: `badge rank-${rank}` }, rankName(rank));
}

/** The text that a citation is of, or that our notice follows, and the place in it. */
const textOf = (c) => (c.based_on ? [c.based_on.title, c.based_on.locator] : [c.source_title, c.locator]);

/** Citations by text and place, in the order of the first of each; the text itself before a notice on it. */
export function byText(citations) {
  const groups = new Map();
  for (const c of citations) {
    const key = textOf(c).join("\n");
    groups.set(key, [...(groups.get(key) ?? []), c]);
  }
  return [...groups.values()].map((group) => group.toSorted((a, b) => (a.rank === "notice") - (b.rank === "notice")));
}

/** The cards; before any prose, of what was read. */
export function sources(citations, open) {
  if (!citations.length) return null;
  const read = citations[0].n === null;
  const groups = byText(citations);
  return el("section", { class: "sources" },
    el("h3", {}, read ? _("Passages lus") : groups.length > 1 ? _("Sources") : _("Source")),
    el("ol", { role: "list", tabindex: "-1" }, groups.map((group) => card(group, open))));
}

function card(group, open) {
  const [c] = group;
  const [title, locator] = textOf(c);
  const ranks = [...new Set(group.map((one) => one.rank))];
  const based = group.find((one) => one.based_on)?.based_on;
  const numbers = group.filter((one) => one.n !== null);
  return el("li", { class: `card-${c.rank}` },
    el("p", { class: "head" },
      numbers.map((one) => [passageLink(one, open, { class: "cite source", "data-n": String(one.n), "aria-label": _("{n}, source : {place}", { n: one.n, place: place(one.source_title, one.locator) }) }, String(one.n)), " "]),
      passageLink(c, open, { class: "title", tabindex: numbers.length ? "-1" : null },
        c.based_on && [el("span", { class: "minor" }, _("d'après")), " "], spaced(title), locator && el("span", { class: "locator" }, `, ${spaced(locator)}`))),
    el("p", { class: "facts" },
      ranks.map((rank) => [rankBadge(rank), " "]),
      group.some((one) => one.confidence === "moyenne") && [el("span", { class: "badge caution" }, _("confiance moyenne")), " "],
      validity(c) && el("span", { class: outOfForce(c) ? "past" : "holds", title: validity(c) }, c.bill ? validity(c) : validityShort(c)), " ",
      c.page && el("span", {}, pages(c.page)),
      based?.url && el("span", { class: "origin-link" }, outward(based.url, _("le texte"))),
      based && version(based) && el("span", {}, version(based)), unseen(".")));
}
