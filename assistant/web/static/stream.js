// An answer as it comes: server-sent events read from the response of a POST (EventSource can only GET).

import { Problem, request, sending } from "./dom.js";
import { _ } from "./words.js";

/** Ask, and tell `on.passages`, `on.token` as they come; the whole answer at the end. */
export async function streamAnswer(body, on, signal) {
  const response = await request("/api/chat/stream", { ...sending("POST", body), signal });
  let answer = null;
  for await (const [name, data] of events(response.body)) {
    if (name === "error") throw Problem.of(data, data.status);
    if (name === "answer") answer = data;
    else on[name]?.(data);
  }
  if (!answer) throw Problem.of(null, 502);
  return answer;
}

/** The connection fell while the answer was coming; the server ends its turn all the same. */
function cut(error) {
  if (error.name === "AbortError") throw error;
  throw new Problem(_("Connexion interrompue"), _("La réponse n'est pas arrivée en entier. Elle est sans doute dans l'historique ; sinon, réessayez."));
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read().catch(cut);
    if (done) return;
    held += value;
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
      if (fields.event) yield [fields.event, JSON.parse(fields.data)];
    }
  }
}
