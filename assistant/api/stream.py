"""An answer as server-sent events: `passages`, `draft`*, `token`*, `answer`, `done`; or `error`.

Guarantee: `passages` comes first, empty for an answer that rests on none: no prose before the passages it rests on; a
`draft` is what stands of the answer while a language model plans the rest, every sentence of it let through by the
verifier, and the next one, or the tokens, take its place; the tokens are whole sentences that the verifier let through,
and joined they are the answer's markdown, to the character. What fails before anything was sent is an ordinary HTTP
error; what fails after is an `error` event that carries the same problem. A client that leaves changes nothing: the
turn ends, and its answer is in the history.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from assistant.answer import Answer, BasedOn, Understood
from assistant.api.problems import problem_of
from assistant.engine import OnEvidence
from ingest.passages.passages import Passage

_SENTENCE = re.compile(r".+?(?:\[\d+\])+\s*|.+", re.DOTALL)
_QUIET = 15.0
"""Seconds after which a comment keeps the connection open, and finds out that the client has left."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Event = tuple[str, dict[str, Any]]


class Turn:
    """One turn, answered in a thread while its events are read."""

    def __init__(self, ask: Callable[[OnEvidence], Answer]) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self._task = asyncio.ensure_future(run_in_threadpool(self._run, ask))
        _running.add(self._task)
        self._task.add_done_callback(_running.discard)

    def _run(self, ask: Callable[[OnEvidence], Answer]) -> None:
        try:
            telling = _Telling(self._put)
            answer = ask(telling)
            if not telling.told:  # nothing was looked for: a question back, a choice between projects
                telling((), answer.understood)
            for text in tokens(answer.answer):
                self._put(("token", {"text": text}))
            self._put(("answer", answer.model_dump(mode="json")))
            self._put(("done", {"conversation_id": answer.conversation_id, "message_id": answer.message_id}))
        except Exception as exc:
            self._put(exc)
        finally:
            self._put(None)

    def _put(self, item: Event | Exception | None) -> None:
        with suppress(RuntimeError):  # the server is going down
            self._loop.call_soon_threadsafe(self._events.put_nowait, item)

    async def start(self) -> Event:
        """The first event; raises what happened before it."""
        first = await self._events.get()
        if isinstance(first, Exception):
            raise first
        assert first is not None
        return first

    async def stream(self, first: Event) -> AsyncIterator[bytes]:
        """The events, as they go out."""
        yield encoded(first)
        while True:
            try:
                item = await asyncio.wait_for(self._events.get(), _QUIET)
            except TimeoutError:
                yield b": en cours\n\n"
                continue
            if item is None:
                return
            yield encoded(("error", problem_of(item)) if isinstance(item, Exception) else item)


class _Telling:
    """Puts what is known of an answer before it is there."""

    def __init__(self, put: Callable[[Event], None]) -> None:
        self._put, self.told = put, False

    def __call__(self, passages: Sequence[Passage], understood: Understood) -> None:
        self.told = True
        self._put(("passages", shown(passages, understood)))

    def draft(self, markdown: str, passages: Sequence[Passage]) -> None:
        """The answer so far."""
        self._put(("draft", {"text": markdown, "passages": evidence(passages)}))


_running: set[asyncio.Future[None]] = set()
"""Turns in flight: the loop itself holds its tasks weakly."""


async def respond(turn: Turn) -> StreamingResponse:
    """The response of a turn, once its first event is known."""
    first = await turn.start()
    return StreamingResponse(turn.stream(first), media_type="text/event-stream", headers=_HEADERS)


def tokens(markdown: str) -> list[str]:
    """An answer's markdown in pieces, a sentence with its markers each; joined they are the markdown."""
    return _SENTENCE.findall(markdown)


def shown(passages: Sequence[Passage], understood: Understood) -> dict[str, Any]:
    """What the `passages` event shows."""
    return {"understood": understood.model_dump(mode="json"), "passages": evidence(passages)}


def evidence(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """Passages as the `passages` event shows them: enough to open each."""
    rows = {p.id: p for p in passages}
    return [
        {
            "passage_id": p.id,
            "source_id": p.source_id,
            "source_title": p.source_title,
            "locator": p.locator,
            "url": p.url,
            "rank": p.rank.value,
            "valid_from": p.valid_from and p.valid_from.isoformat(),
            "valid_until": p.valid_until and p.valid_until.isoformat(),
            "text": p.text,
            "based_on": basis.model_dump(mode="json") if (basis := BasedOn.of(p)) else None,
        }
        for p in rows.values()
    ]


def encoded(event: Event) -> bytes:
    """One event on the wire. JSON has no raw line break, so one `data` line is enough."""
    name, data = event
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
