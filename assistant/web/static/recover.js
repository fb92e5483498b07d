// One gesture from an answer to the right one: what decides is asked with its replies, other readings are offered.

import { button, el, outward } from "./dom.js";
import { sayDate, spaced } from "./format.js";
import { _ } from "./words.js";

/** What is asked back: its options as buttons, or a box for a figure or a day; the reply is sent as a message. */
export function asking(answer, tools, lang) {
  const detail = answer.depends_on;
  if (!detail || detail.field === "question") return null;
  const reply = replyBox(detail, tools, answer.understood.language);
  return el("section", { class: "asking" },
    !answer.answer.includes(detail.ask) && el("p", { lang }, el("strong", {}, spaced(detail.ask))),
    detail.options.length > 0 && el("ul", { role: "list", class: "replies" }, detail.options.map((option) =>
      el("li", {}, el("button", { type: "button", class: "chip", lang, onclick: () => tools.ask(option) }, spaced(option))))),
    reply);
}

function replyBox({ kind, reply, ask }, tools, lang) {
  if (!reply) return null;
  const [before, after] = reply.split("{}");
  const input = kind === "day"
    ? el("input", { type: "date", min: "1900-01-01", max: "2099-12-31", required: true, "aria-label": ask })
    : el("input", { type: "text", inputmode: "decimal", pattern: "[0-9][0-9\\s.,]*", maxlength: "20", required: true, "aria-label": ask });
  const form = el("form", { class: "reply" }, el("span", {}, before), input, el("span", {}, after), button(_("Répondre"), null, { type: "submit", class: "button small primary" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = input.value.trim();
    if (said && form.reportValidity()) tools.ask(reply.replace("{}", kind === "day" ? sayDate(said, lang) : said));
  });
  return form;
}

/** Other readings of the message, each of which answers in the place of this answer; the ways to ask it otherwise. */
export function recover(answer, turn, tools, lang) {
  if (answer.understood.act !== "ask") return null;
  const others = answer.alternatives.map((a) => el("li", {},
    el("button", { type: "button", class: "ask", lang, onclick: () => tools.choose(answer, a.id, turn) }, spaced(a.question))));
  const list = others.length > 0 && el("ul", { role: "list" }, others);
  if (answer.depends_on?.field === "question") return el("section", { class: "otherwise" }, list, ways(answer, tools));
  return el("details", { class: "otherwise", open: answer.reason === "not_found" && others.length > 0 },
    el("summary", {}, _("Pas votre question ?")), list, ways(answer, tools));
}

function ways(answer, tools) {
  const u = answer.understood;
  return el("p", { class: "ways" },
    u.follow_up && button(_("Sans ce qui précède"), () => tools.askAlone(answer.question), { class: "link" }),
    button(_("Reformuler"), () => tools.edit(u), { class: "link" }),
    answer.contacts.length > 0 && el("span", { class: "minor" }, spaced(`${_("À qui demander")} : `), answer.contacts.slice(0, 2).map((c, i) => [i > 0 && ", ", c.url ? outward(c.url, c.name) : c.name])));
}
