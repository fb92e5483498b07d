// The board of a project: its rows save themselves, its figures follow, its keys and its proofs answer.

import { el } from "../dom.js";
import { hands } from "./hands.js";
import { proofs } from "./proofs.js";
import { Row } from "./saving.js";
import { LANG, _ } from "../words.js";

const project = document.body.dataset.project;
const api = `/api/label/projects/${project}`;
let counting = 0;

/** The progress above, as the server counts it; only the last count asked for is shown. */
async function recount() {
  const mine = ++counting;
  const answer = await fetch(`${api}/progress`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || mine !== counting) return;
  const progress = await answer.json();
  for (const [group, tallies] of [["whole", [progress.whole]], ["departments", progress.departments], ["people", progress.people]]) {
    for (const node of document.querySelectorAll(`[data-tally="${group}"]`)) {
      const tally = tallies.find((t) => group === "whole" || t.name === node.dataset.name);
      if (tally) count(node, tally);
    }
  }
}

function count(node, tally) {
  const n = tally.by_status;
  const share = (k) => (100 * k) / Math.max(tally.total, 1);
  const out = share(n.sans_objet + n.non_retenu);
  const at = (shape, x, width) => {
    const rect = node.querySelector(`rect.${shape}`);
    rect.setAttribute("x", x);
    rect.setAttribute("width", width);
  };
  at("done", 0, share(n.fait));
  at("doing", share(n.fait), share(n.en_cours));
  at("out", 100 - out, out);
  const applicable = tally.total - n.sans_objet;
  const big = node.querySelector(".big");
  if (big) {
    big.firstChild.data = String(n.fait);
    big.lastElementChild.textContent = ` / ${applicable}`;
  }
  const parts = big ? [] : [_("{done|fait|faits} sur {n}", { done: n.fait, n: applicable })];
  if (n.a_clarifier) parts.push(_("{n} à clarifier", { n: n.a_clarifier }));
  if (n.en_cours) parts.push(_("{n} en cours", { n: n.en_cours }));
  if (n.sans_objet) parts.push(_("{n} sans objet", { n: n.sans_objet }));
  if (n.non_retenu) parts.push(_("{n|non retenu|non retenus}", { n: n.non_retenu }));
  const line = node.querySelector(".said");
  line.textContent = (big && parts.length ? " · " : "") + parts.join(" · ");
  if (tally.late) line.append(" · ", el("strong", { class: "late" }, _("{n} en retard", { n: tally.late })));
}

/** The line that stays in sight: the score, and what it takes to the threshold that is aimed at. */
async function rescore() {
  const needs = document.querySelector("#needs");
  if (!needs) return;
  const answer = await fetch(`${api}/standing?language=${LANG}`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const told = await answer.json();
  document.querySelector("#headline").textContent = told.headline;
  needs.textContent = told.needs;
}

const form = (node) => node.closest("form.row");
const rows = new Map();
for (const node of document.querySelectorAll("form.row")) {
  rows.set(node, new Row(node, () => {
    recount();
    rescore();
  }));
}
proofs(document.querySelector("#board"), api, form);
hands(document.querySelector("#board"), document.querySelector("#bulk"), (row) => rows.get(row).save());
addEventListener("beforeunload", (event) => {
  if ([...rows.values()].some((row) => row.unsaved())) event.preventDefault();
});
