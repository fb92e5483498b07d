"""A conversation told by its own messages: the caller keeps them, and nothing of them is kept here.

Guarantee: the same messages get the same answer, whatever this process answered before, and nothing reaches the disk.
What an assistant is said to have answered is never read: the questions are answered again, in order, so that a forged
answer changes nothing. What those turns left to remember is held in memory for the next one, under a digest.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date

from assistant.answer import Answer
from assistant.dialogue.memory import Memory
from assistant.dialogue.turns import Asked
from assistant.engine import Engine, OnEvidence
from assistant.service import Service

TURNS = 12
"""Questions that are answered again at most; what was said before them is forgotten."""
_HELD = 512


class Replay:
    """Answers the last question of a conversation, in the light of those before it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._held: OrderedDict[str, Memory] = OrderedDict()
        self._guard = threading.Lock()

    def answer(self, asked: Sequence[Asked], on_evidence: OnEvidence | None = None) -> Answer:
        """The answer to the last of these questions, which are not empty."""
        engine = self._service.engine
        *before, last = asked[-TURNS:]
        memory = self._remembered(engine, before)
        answer, after = engine.answer(
            engine.read(last, memory), memory, conversation_id=secrets.token_urlsafe(18), on_evidence=on_evidence
        )
        self._hold(engine, [*before, last], after)
        return answer

    def _remembered(self, engine: Engine, before: Sequence[Asked]) -> Memory | None:
        """What the questions before left to remember; those that this process did not hold are answered again."""
        memory, start = None, 0
        for n in range(len(before), 0, -1):
            if (held := self._find(engine, before[:n])) is not None:
                memory, start = held, n
                break
        for n in range(start, len(before)):
            _, memory = engine.answer(engine.read(before[n], memory), memory, with_model=False)
            self._hold(engine, before[: n + 1], memory)
        return memory

    def _find(self, engine: Engine, asked: Sequence[Asked]) -> Memory | None:
        key = _digest(engine, asked, self._service.clock())
        with self._guard:
            if (found := self._held.get(key)) is not None:
                self._held.move_to_end(key)
            return found

    def _hold(self, engine: Engine, asked: Sequence[Asked], memory: Memory) -> None:
        key = _digest(engine, asked, self._service.clock())
        with self._guard:
            self._held[key] = memory
            self._held.move_to_end(key)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)


def _digest(engine: Engine, asked: Sequence[Asked], today: date) -> str:
    told = repr((engine.snapshot.manifest.name, today, tuple(asked)))
    return hashlib.sha256(told.encode()).hexdigest()
