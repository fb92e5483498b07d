// The conversation: sends questions, keeps turns for the life of the tab, and wires the page.

import { fetchJson, Problem } from "./dom.js";
import { sayDate } from "./format.js";
import { Panel } from "./panel.js";
import { pendingTurn, showAnswer, showProblem, showWaiting } from "./turn.js";

const STORE = "clapvert.1";
const LONGEST = 4000;
const byId = (id) => document.getElementById(id);
const [form, field, send, thread, welcome, status, trouble, asOf, todayButton, domains] =
  ["ask", "question", "send", "thread", "welcome", "status", "trouble", "as-of", "today", "domains"].map(byId);
const boxes = [...domains.querySelectorAll("input")];
const panel = new Panel(byId("panel"));

let answers = [];
let sent = null; // AbortController of the question in flight
let keptDate = ""; // the date that the conversation keeps, as the last answer said it

const conversationId = () => answers.at(-1)?.conversation_id ?? null;
const domainLabel = (value) => boxes.find((box) => box.value === value)?.labels[0].textContent.trim() ?? value;
const touch = matchMedia("(pointer: coarse)");
const tools = {
  open: (cited, opener) => panel.open(cited, opener),
  ask: askFromButton,
  askAlone: (question) => askFromButton(question, { alone: true }),
  domainLabel,
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
  if (!question) return "Écrivez une question.";
  if (question.length > LONGEST) return `Question trop longue : ${question.length} caractères, ${LONGEST} au plus.`;
  if (asOf.validity.badInput || !asOf.validity.valid) return "Date incomplète ou hors du calendrier : corrigez-la ou effacez-la.";
  return null;
}

function say(wrong) {
  trouble.hidden = !wrong;
  trouble.textContent = wrong ?? "";
  field.setAttribute("aria-invalid", String(Boolean(wrong)));
  if (wrong) field.focus();
}

async function run(question, turn, { alone = false, focus = false } = {}) {
  sent = new AbortController();
  busy(true);
  welcome.hidden = true;
  showWaiting(turn);
  if (!turn.isConnected) thread.append(turn);
  if (focus) turn.querySelector(".question").focus({ preventScroll: true });
  turn.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  status.textContent = "Recherche dans les textes…";
  const { signal } = sent;
  try {
    const [answer, note] = await post(question, alone ? null : conversationId(), signal);
    showAnswer(turn, answer, { ...tools, note });
    keep(answer);
    status.textContent = spoken(answer);
  } catch (problem) {
    if (signal.aborted) return;
    showProblem(turn, problem, () => !sent && run(question, turn, { alone, focus: true }));
    status.textContent = `${problem.title ?? "Erreur"}. ${problem.detail ?? ""}`;
    if (!(problem instanceof Problem)) throw problem;
  } finally {
    if (sent?.signal === signal) {
      sent = null;
      busy(false);
    }
  }
}

/** The answer, and a note when the server has forgotten the conversation: it starts again, with the date on screen. */
async function post(question, id, signal) {
  const body = { question, domains: boxes.filter((box) => box.checked).map((box) => box.value) };
  const call = (more) =>
    fetchJson("/api/chat", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...body, ...more }), signal });
  try {
    if (!id) return [await call({ as_of: asOf.value || null })];
    return [await call({ conversation_id: id, ...(asOf.value !== keptDate && { as_of: asOf.value || null }) })];
  } catch (problem) {
    if (problem.code !== "conversation_not_found") throw problem;
    return [await call({ as_of: asOf.value || null }), "La conversation avait expiré : question posée sans ce qui précède."];
  }
}

/** Remember an answer; the date that the conversation keeps shows in the date box. */
function keep(answer) {
  answers.push(answer);
  const { as_of: day, as_of_reason: reason } = answer.understood;
  asOf.value = keptDate = reason === "today" ? "" : day;
  showDate();
  try {
    sessionStorage.setItem(STORE, JSON.stringify(answers.slice(-30)));
  } catch {
    sessionStorage.removeItem(STORE);
  }
}

function spoken(answer) {
  const warned = answer.warnings.length ? ` À savoir : ${answer.warnings.map((w) => w.text).join(" ")}` : "";
  return `Réponse : ${answer.answer.replace(/\s*\[\d+\]|\*\*/g, "")}${warned}`;
}

function busy(on) {
  send.setAttribute("aria-disabled", String(on));
}

function showDate() {
  todayButton.hidden = !asOf.value;
  byId("as-of-help").textContent = asOf.value ? "" : "vide : aujourd'hui";
}

function showDomains() {
  const chosen = boxes.filter((box) => box.checked).length;
  const said = byId("domains-said");
  said.textContent = chosen === 0 ? "tous" : `${chosen} sur ${boxes.length}`;
  said.classList.toggle("wide", chosen === 0);
}

/** The box grows with its text, up to a third of the screen. */
function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, innerHeight / 3)}px`;
}

function restart() {
  sent?.abort();
  sent = null;
  busy(false);
  panel.close();
  answers = [];
  sessionStorage.removeItem(STORE);
  thread.replaceChildren();
  welcome.hidden = false;
  asOf.value = keptDate = "";
  showDate();
  for (const box of boxes) box.checked = false;
  showDomains();
  say(null);
  status.textContent = "Nouvelle conversation.";
  field.focus();
}

function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
    for (const answer of kept) {
      const turn = pendingTurn(answer.question);
      showAnswer(turn, answer, tools);
      thread.append(turn);
      welcome.hidden = true;
      keep(answer);
    }
    thread.lastElementChild?.scrollIntoView({ block: "start" });
  } catch {
    restart();
  }
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
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask(field.value);
});
asOf.addEventListener("input", () => {
  showDate();
  status.textContent = asOf.value ? `Date : ${sayDate(asOf.value)}.` : "";
});
todayButton.addEventListener("click", () => {
  asOf.value = "";
  showDate();
  status.textContent = "De retour à aujourd'hui.";
  asOf.focus();
});
domains.addEventListener("change", showDomains);
domains.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !domains.open) return;
  event.preventDefault();
  domains.open = false;
  domains.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  if (!domains.contains(event.target)) domains.open = false;
});
domains.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !domains.contains(event.relatedTarget)) domains.open = false;
});
byId("new").addEventListener("click", restart);
for (const button of welcome.querySelectorAll(".ask")) button.addEventListener("click", () => askFromButton(button.textContent));

showDate();
showDomains();
restore();
if (!touch.matches) field.focus({ preventScroll: true });
