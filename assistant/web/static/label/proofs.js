// Proofs of a row: dropped on it or chosen in a dialog, sent at once, seen without leaving the board.

import { el, unseen } from "../dom.js";
import { _ } from "../words.js";

/** Listen to drops, choices and clicks on the rows of a board. `rowOf` gives the row of a node. */
export function proofs(board, api, rowOf) {
  const viewer = document.querySelector("#viewer");

  board.addEventListener("dragover", (event) => {
    const row = rowOf(event.target);
    if (!row || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    for (const other of board.querySelectorAll(".row.drop")) if (other !== row) other.classList.remove("drop");
    row.classList.add("drop");
  });
  board.addEventListener("dragleave", (event) => {
    const row = rowOf(event.target);
    if (row && !row.contains(event.relatedTarget)) row.classList.remove("drop");
  });
  board.addEventListener("drop", (event) => {
    const row = rowOf(event.target);
    if (!row || !event.dataTransfer.files.length) return;
    event.preventDefault();
    row.classList.remove("drop");
    send(row, event.dataTransfer.files);
  });
  board.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches(".attach input") || !input.files.length) return;
    event.stopPropagation();
    send(rowOf(input), input.files).finally(() => {
      input.value = "";
    });
  }, true);
  board.addEventListener("click", (event) => {
    const link = event.target.closest(".proofs a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const type = link.dataset.type;
    if (!type.startsWith("image/") && type !== "application/pdf" && !type.startsWith("text/")) return;
    event.preventDefault();
    see(link, type);
  });
  viewer.querySelector(".close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("close", () => viewer.querySelector(".view").replaceChildren());

  async function send(row, files) {
    const state = row.querySelector(".row-state");
    const body = new FormData();
    for (const file of files) body.append("file", file);
    state.textContent = _("Envoi de la preuve…");
    row.classList.remove("failed", "saved");
    try {
      const answer = await fetch(`${api}/criteria/${encodeURIComponent(row.dataset.key)}/evidence`, {
        method: "POST",
        credentials: "same-origin",
        body,
      });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail ?? _("Preuve non jointe."));
      const list = row.querySelector(".proofs");
      for (const file of told.evidence) list.append(el("li", {}, proof(file)));
      row.querySelector(".proofs-n").textContent = String(list.children.length);
      row.classList.add("saved");
      state.textContent = _("{n|preuve jointe|preuves jointes}.", { n: told.evidence.length });
    } catch (trouble) {
      row.classList.add("refused");
      state.textContent = trouble.message || _("Preuve non jointe.");
    }
  }

  function proof(file) {
    const at = `${api}/evidence/${file.id}/view`;
    const image = file.media_type.startsWith("image/") && el("img", { src: at, alt: "", loading: "lazy" });
    return el("a", { href: at, target: "_blank", "data-type": file.media_type }, image, el("span", {}, file.name));
  }

  function see(link, type) {
    const name = link.textContent.trim();
    viewer.querySelector("h2").textContent = name;
    const shown = type.startsWith("image/")
      ? el("img", { src: link.href, alt: name })
      : el("iframe", { src: link.href, title: name });
    viewer.querySelector(".view").replaceChildren(
      shown,
      el("p", { class: "actions" }, el("a", { class: "button", href: link.href, target: "_blank" }, _("Ouvrir à part"), unseen(` (${_("nouvel onglet")})`))),
    );
    viewer.showModal();
  }
}
