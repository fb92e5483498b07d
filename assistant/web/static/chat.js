// The conversation: asks, shows answers as they come, and wires the page.

import { freeze } from "./adjust.js";
import { Share } from "./actions.js";
import { Problem, fetchJson } from "./dom.js";
import { facet, sayDate } from "./format.js";
import { Help } from "./help.js";
import { History } from "./history.js";
import { Panel } from "./panel.js";
import { streamAnswer } from "./stream.js";
import { pendingTurn, showAnswer, showPassages, showProblem, showDraft, showSentence, showWaiting } from "./turn.js";
import { _ } from "./words.js";

const PROFILE = "clapvert.profile";
const LONGEST = 4000;
const byId = (id) => document.getElementById(id);
const [form, field, send, thread, status, trouble, asOf, todayButton, domains, project] =
  ["ask", "question", "send", "thread", "status", "trouble", "as-of", "today", "domains", "project"].map(byId);
const take = byId("take"); // the files of the whole conversation
const welcome = byId("welcome");
const boxes = [...domains.querySelectorAll("input")];
const selects = [...project.querySelectorAll("select[data-facet]")];
const kept = byId("kept-project"); // one of the caller's projects; absent when there is none
const panel = new Panel(byId("panel"));
const share = new Share(byId("share"));
const touch = matchMedia("(pointer: coarse)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let conversation = document.body.dataset.conversation ?? null;
let sent = null; // AbortController of the question in flight
let given = []; // the facets of the project that the conversation was told
let keptDate = asOf.value; // the date that the conversation keeps, as the last answer said it

const history_ = new History(byId("history"), () => conversation, restart);
const domainLabel = (value) => boxes.find((box) => box.value === value)?.labels[0].textContent.trim() ?? value;
const tools = {
  open: (cited, opener) => panel.open(cited, opener),
  ask: (question) => askFromButton(question),
  askAlone: (question) => askFromButton(question, { alone: true }),
  choose: (answer, id, turn) => !sent && run(answer.question, turn, { choose: id, focus: true }),
  share: (answer, opener) => share.open(answer, opener),
  domainLabel,
  edit,
  forgetDomains: (u) => {
    for (const box of boxes) box.checked = false;
    showOptions();
    askFromButton(u.question, { alone: true });
  },
  setProfile: (name, value, u) => {
    const select = selects.find((one) => one.dataset.facet === name);
    if (select) select.value = value ? `${name}:${value}` : "";
    keepProfile();
    askFromButton(u.question, { alone: true });
  },
};

async function ask(question) {
  question = question.trim();
  if (sent) return;
  const wrong = faults(question);
  say(wrong);
  if (wrong) return;
  field.value = "";
  fit();
  if (touch.matches) field.blur(); // the keyboard would hide the answer
  await run(question, pendingTurn(question));
}

/** The button may go away with its turn or the welcome: focus follows the question. */
function askFromButton(question, options = {}) {
  if (!sent) run(question, pendingTurn(question), { ...options, focus: true });
}

function faults(question) {
  if (!question) return _("Écrivez une question.");
  if (question.length > LONGEST) return _("Question trop longue : {n} caractères, {most} au plus.", { n: question.length, most: LONGEST });
  if (!asOf.validity.valid) return _("Date incomplète ou hors du calendrier : corrigez-la ou effacez-la.");
  return null;
}

function say(wrong) {
  trouble.hidden = !wrong;
  trouble.textContent = wrong ?? "";
  field.setAttribute("aria-invalid", String(Boolean(wrong)));
  if (wrong) field.focus();
}

async function run(question, turn, { alone = false, focus = false, choose = null } = {}) {
  performance.clearMarks("asked");
  performance.clearMarks("first-passage");
  performance.mark("asked");
  sent = new AbortController();
  busy(true);
  if (welcome) welcome.hidden = true;
  for (const before of thread.children) freeze(before);
  showWaiting(turn);
  if (!turn.isConnected) thread.append(turn);
  if (focus) turn.querySelector(".question").focus({ preventScroll: true });
  turn.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  status.textContent = _("Recherche dans les textes…");
  const { signal } = sent;
  const on = {
    passages: (found) => {
      showPassages(turn, found, tools);
      requestAnimationFrame(() => performance.mark("first-passage"));
    },
    draft: ({ text }) => showDraft(turn, text),
    token: ({ text }) => showSentence(turn, text),
  };
  try {
    const [answer, note] = await post(question, alone ? null : conversation, choose, on, signal);
    keep(answer); // first: what the server keeps has its address, whatever becomes of the page
    showAnswer(turn, answer, tools, note);
    status.textContent = spoken(answer);
  } catch (problem) {
    if (signal.aborted) return;
    showProblem(turn, problem, () => !sent && run(question, turn, { alone, choose, focus: true }));
    status.textContent = `${problem.title ?? _("Erreur")}. ${problem.detail ?? ""}`;
    if (!(problem instanceof Problem)) throw problem;
  } finally {
    if (sent?.signal === signal) {
      sent = null;
      busy(false);
    }
  }
}

/** The answer, and a note when the server has forgotten the conversation: it starts again, with the date on screen. */
async function post(question, id, choose, on, signal) {
  const body = { question, ...(choose && { choose }), domains: boxes.filter((box) => box.checked).map((box) => box.value), profile: profile(), ...(kept?.value && { project: kept.value }) };
  const fresh = { ...body, as_of: asOf.value || null };
  try {
    if (!id) return [await streamAnswer(fresh, on, signal)];
    return [await streamAnswer({ ...body, conversation_id: id, ...(asOf.value !== keptDate && { as_of: asOf.value || null }) }, on, signal)];
  } catch (problem) {
    if (problem.code !== "conversation_not_found") throw problem;
    return [await streamAnswer(fresh, on, signal), _("La conversation avait expiré : question posée sans ce qui précède.")];
  }
}

/** What the project says, one value a facet; an empty value takes back what was said before. */
function profile() {
  const told = selects.map((select) => [select.dataset.facet, select.value.split(":")[1] ?? ""]);
  return Object.fromEntries(told.filter(([facet, value]) => value || given.includes(facet)));
}

/** The conversation has an address; the date that it keeps shows in the date box. */
function keep(answer) {
  conversation = answer.conversation_id;
  given = Object.keys(answer.understood.profile);
  const { as_of: day, as_of_reason: reason } = answer.understood;
  asOf.value = keptDate = reason === "today" ? "" : day;
  if (kept && answer.understood.project) kept.value = answer.understood.project.id;
  showOptions();
  document.title = `${answer.question} · Clapvert`;
  const address = `/c/${encodeURIComponent(conversation)}`;
  if (location.pathname !== address) window.history.replaceState(null, "", address);
  if (!take) return;
  for (const link of take.querySelectorAll("a")) link.href = `/api/conversations/${encodeURIComponent(conversation)}/note?format=${link.dataset.format}`;
  take.hidden = false;
}

function spoken(answer) {
  const warned = answer.warnings.length ? ` ${_("À savoir")} : ${answer.warnings.map((w) => w.text).join(" ")}` : "";
  const todo = answer.next?.length ? ` ${_("À faire")} : ${answer.next.map((step) => step.text).join(" ")}` : "";
  return `${_("Réponse")} : ${answer.answer.replace(/\s*\[\d+\]|\*\*/g, "")}${todo}${warned}`;
}

function busy(on) {
  send.setAttribute("aria-disabled", String(on));
}

/** Each option says what is chosen, closed. */
function showOptions() {
  todayButton.hidden = !asOf.value;
  const tell = (id, text, usual) => {
    byId(id).textContent = text;
    byId(id).classList.toggle("usual", usual);
  };
  tell("when-said", asOf.value ? sayDate(asOf.value) : _("aujourd'hui"), !asOf.value);
  const chosen = boxes.filter((box) => box.checked);
  const some = chosen.length === 1 ? domainLabel(chosen[0].value) : _("{n} sur {all}", { n: chosen.length, all: boxes.length });
  tell("domains-said", chosen.length ? some : _("tous"), !chosen.length);
  const facets = selects.filter((select) => select.value).map((select) => facet(select.value.split(":")[1]));
  const told = [...(kept?.value ? [kept.selectedOptions[0].textContent] : []), ...facets];
  tell("project-said", told.length > 1 ? `${told[0]} +${told.length - 1}` : told[0] ?? _("non précisé"), !told.length);
}

function keepProfile() {
  showOptions();
  try {
    localStorage.setItem(PROFILE, JSON.stringify(selects.map((select) => select.value).filter(Boolean)));
  } catch {
    // a browser that keeps nothing: the project lasts as long as the page
  }
}

function restoreProfile() {
  try {
    const kept = JSON.parse(localStorage.getItem(PROFILE) ?? "[]");
    for (const select of selects) select.value = kept.find((value) => value.startsWith(`${select.dataset.facet}:`)) ?? "";
  } catch {
    // nothing kept, or not by us
  }
}

/** The question as it was understood, to be changed by hand. */
function edit(u) {
  field.value = u.question;
  fit();
  field.focus();
  field.select();
}

/** The box grows with its text, up to a third of the screen. */
function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, innerHeight / 3)}px`;
}

/** A new conversation is a new page. */
function restart() {
  location.assign("/");
}

/** The conversation of the page, as the server has it. */
async function restore() {
  if (!conversation) return;
  const { answers, title, feedback } = await fetchJson(`/api/conversations/${encodeURIComponent(conversation)}`);
  const turns = answers.map((answer) => {
    const turn = pendingTurn(answer.question);
    showAnswer(turn, answer, { ...tools, rating: feedback[answer.message_id] });
    return turn;
  });
  thread.replaceChildren(...turns);
  turns.slice(0, -1).forEach(freeze);
  keep(answers.at(-1));
  document.title = `${title} · Clapvert`;
  (byId(location.hash.slice(1)) ?? turns.at(-1)).scrollIntoView({ block: "start" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(field.value);
});
field.addEventListener("input", () => {
  fit();
  if (!trouble.hidden) say(null);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") field.blur();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask(field.value);
});
asOf.addEventListener("input", () => {
  showOptions();
  status.textContent = asOf.value ? sayDate(asOf.value) : "";
});
todayButton.addEventListener("click", () => {
  asOf.value = "";
  showOptions();
  status.textContent = _("De retour à aujourd'hui.");
  asOf.focus();
});
domains.addEventListener("change", showOptions);
project.addEventListener("change", keepProfile);
for (const option of document.querySelectorAll(".option")) {
  option.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !option.open) return;
    event.preventDefault();
    option.open = false;
    option.querySelector("summary").focus();
  });
  option.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !option.contains(event.relatedTarget)) option.open = false;
  });
}
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".option[open], .export[open]")) if (!open.contains(event.target)) open.open = false;
});
welcome?.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  askFromButton(event.submitter.value);
});
byId("history-open").addEventListener("click", () => history_.open());

const help = new Help(byId("help"), [
  ["/", _("écrire une question"), () => field.focus()],
  ["n", _("nouvelle conversation"), restart],
  ["h", _("historique"), () => history_.open()],
  ["1 … 9", _("ouvrir la source de ce numéro, dans la dernière réponse"), (key) => thread.lastElementChild?.querySelector(`.source[data-n="${key}"]`)?.click()],
]);
byId("help-open").addEventListener("click", () => help.open());
for (const only of document.querySelectorAll(".scripted")) if (only !== todayButton) only.hidden = false;

restoreProfile();
showOptions();
restore().catch((problem) => {
  status.textContent = problem.detail ?? "";
});
if (!touch.matches && !location.hash) field.focus({ preventScroll: true });
