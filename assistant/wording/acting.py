"""Answers acts on the answer on screen: « source ? », « résume », « en anglais ? », « merci »…

Guarantee: nothing is searched; what is said again passes the same gate. An act with nothing on screen says so, and a
message that asks is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from assistant.answer import Answer
from assistant.checking.verifier import Verifier
from assistant.dialogue.memory import Memory
from assistant.planning.plan import Place
from assistant.reading.dates import say_date
from assistant.reading.message import Message
from assistant.wording.again import Kept, lines_of, markdown
from assistant.wording.citations import Numbering
from assistant.wording.phrases import ACTS
from assistant.wording.presenter import Presenter
from ingest.index.snapshot import Snapshot
from ingest.language.claims import Language

_FIXED = frozenset({"thanks", "greet", "help"})
_ASKS = frozenset({"ask", "correct", "out_of_field"})


class Acting:
    """Answers acts over one snapshot."""

    def __init__(self, snapshot: Snapshot, verifier: Verifier, presenter: Presenter) -> None:
        self.snapshot, self.verifier, self.presenter = snapshot, verifier, presenter

    def answer(self, message: Message, previous: Memory | None, conversation_id: str) -> Answer | None:
        """The answer to an act; None for a message that asks."""
        if message.act in _ASKS:
            return None
        before: Language = previous.language if previous else message.question.language
        if message.act in _FIXED:
            words = ACTS[message.question.language]
            return self.presenter.again(message, words[message.act], Numbering(), conversation_id)
        whole = message.act == "summarise" and previous is not None and len(previous.told) > 1
        kept = self._kept(previous.told if whole and previous else previous.shown if previous else ())
        if not kept:
            if previous is None:
                return None
            return self.presenter.again(message, ACTS[before]["none"], Numbering(), conversation_id)
        language: Language = before
        if message.act == "translate":
            language = "en" if before == "fr" else "fr"
        as_of = message.question.as_of
        lines = [
            line for line in lines_of(message.act, kept, language) if not self.verifier.faults(line.sentence, as_of)
        ]
        numbering = Numbering()
        body = markdown(message.act, lines, numbering.cite, language, say_date(as_of.day, language))
        return self.presenter.again(message, body, numbering, conversation_id)

    def _kept(self, rows: Iterable[tuple[str, int, str]]) -> list[Kept]:
        places: dict[str, Place] = {p: p for p in get_args(Place)}
        out = []
        for passage_id, part, place in rows:
            position = self.snapshot.position(passage_id)
            if position is not None:
                out.append(Kept(self.snapshot.open_passage(position), part, places.get(place, "then")))
        return out
