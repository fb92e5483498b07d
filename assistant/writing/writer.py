"""The writer: a model writes the answer from the evidence, and the texts prove it.

Guarantee: no line of a model is shown that was not proved twice (`proof`); a verdict that a rule contradicts is
refused; a line that fails is written again once, else replaced by the statement that it cites, else dropped. A model
that fails, or whose lines could not be read a second time, leaves the answer that is made without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from assistant.answer import Act, ModelUse
from assistant.checking.verifier import Verifier
from assistant.dialogue.memory import Memory
from assistant.llm.models import ModelFailure
from assistant.llm.usage import Usage
from assistant.llm.wire import visible
from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Plan
from assistant.reading.dates import AsOf
from assistant.reading.message import Message
from assistant.reading.scope import is_injection
from assistant.reading.turn import ON_THE_ANSWER
from assistant.wording.composer import Composer
from assistant.wording.composer import Line as Shown
from assistant.writing.asking import Model, Terms
from assistant.writing.assembling import Assembler
from assistant.writing.facts import applied, read_facts
from assistant.writing.prompt import WRITE
from assistant.writing.proof import ASK, NEXT, Line, Prover, Told
from assistant.writing.reply import REPLY_SCHEMA, Reply, WrittenLine, parse
from assistant.writing.request import Request
from assistant.writing.turn import Requests, Turn
from ingest.corpus.register import Contact
from ingest.passages.passages import Passage

_SEARCHES = 3
"""Phrases searched."""
_ASKS: frozenset[Act] = frozenset({"ask", "correct"})


class Heard(Protocol):
    """Told of an answer before it is there."""

    def __call__(self, passages: Sequence[Passage], message: Message) -> None:
        """The evidence that it is made from, and the message as understood."""
        ...

    def lines(self, plan: Plan, lines: Sequence[Shown], message: Message) -> None:
        """The lines that are proved so far."""
        ...


@dataclass(frozen=True)
class Written:
    """What came of a message: its plan and its lines; `lines` is None where a model wrote nothing that is shown, and
    `act` is then what the message does, where the model found that it asks nothing."""

    message: Message
    use: ModelUse
    plan: Plan = field(default_factory=Plan)
    lines: tuple[Shown, ...] | None = None
    act: Act | None = None


class Writer:
    """Writes answers over one snapshot."""

    def __init__(
        self, local: LocalPlanner, composer: Composer, model: Model, reader: Model, contacts: Mapping[str, Contact],
        terms: Terms | None = None,
    ) -> None:  # fmt: skip
        self.model, self.reader = model, reader
        self.terms = terms or Terms()
        self.requests = Requests(local, contacts, self.terms)
        self.verifier = Verifier()
        self.prover = Prover(self.verifier, reader)
        self.assembler = Assembler(composer)

    @property
    def engine(self) -> str:
        """How an answer names who wrote it."""
        return f"llm:{self.model.name}"

    def write(self, message: Message, previous: Memory | None = None, heard: Heard | None = None) -> Written:
        """What the model makes of a message."""
        usage, started = Usage(), time.monotonic()
        if is_injection(message.text) or is_injection(message.question.raw):
            return Written(message, self._use(usage, fallback="injection"))

        def left() -> float:
            return self.terms.seconds - (time.monotonic() - started)

        turn = Turn(message, self.requests.gathering.of(message), previous if self.terms.history else None)
        try:
            request, reply = self._reply(turn, usage, left, heard)
            return self._proved(turn, request, reply, usage, left, heard)
        except ModelFailure as failure:
            return Written(message, self._use(usage, turn, fallback=failure.reason))

    def _reply(self, turn: Turn, usage: Usage, left: Callable[[], float], heard: Heard | None) -> tuple[Request, Reply]:
        """The request that was answered last, and the reply; a search that the model wants is made once."""
        request = self.requests.of(turn)
        if heard is not None:
            heard([c.passage for s in request.sources.values() if s.piece for c in s.cited[:1]], turn.message)
        reply = self._ask(request, usage, left)
        turn.rounds = 1
        phrases = [p for p in reply.search if p.strip() and not is_injection(p)][:_SEARCHES]
        now = turn.message.question.today
        misdated = "law_of" in reply.misread and turn.message.question.as_of.day != now
        if not (phrases or misdated) or reply.act not in _ASKS:
            return request, reply
        if misdated:
            turn.message = replace(turn.message, question=replace(turn.message.question, as_of=AsOf.on(None, now)))
        for phrase in phrases:
            turn.searched[phrase] = self.requests.gathering.look(turn.pool, turn.message, visible(phrase))[:6]
        turn.rounds = 2
        again = self.requests.of(turn)
        return again, self._ask(again, usage, left)

    def _ask(self, request: Request, usage: Usage, left: Callable[[], float]) -> Reply:
        return self.model.ask(usage, WRITE, request.text, REPLY_SCHEMA, partial(parse, Reply), left())

    def _proved(
        self, turn: Turn, request: Request, reply: Reply, usage: Usage, left: Callable[[], float], heard: Heard | None
    ) -> Written:
        """What is shown of a reply."""
        before = turn.previous
        if reply.act in ON_THE_ANSWER and (before is None or before.screen is None):
            return Written(turn.message, self._use(usage, turn), act=reply.act)
        if reply.act not in _ASKS | ON_THE_ANSWER and not (reply.parts and reply.act == "out_of_field"):
            return Written(turn.message, self._use(usage, turn), act=reply.act)
        turn.read = read_facts(
            [(f, request.wanted[f.fact]) for f in reply.facts if f.fact in request.wanted], turn.message, ""
        )
        misread = [k for key in reply.misread if (k := request.known.get(key)) is not None]
        message = applied(turn.message, turn.read, misread)
        who = (c.name for c in request.contacts.values())  # whom a line may name to confirm what it says
        question = message.question
        told = Told(request, (*turn.given(message), *who), question.as_of, question.language, reply.act)
        lines = [line for n, p in enumerate(reply.parts) for w in p.lines if (line := self.prover.line(n, w, told))]
        lines += [line for w in reply.next if (line := self.prover.line(NEXT, w, told))]
        asked = WrittenLine(text=reply.ask.text) if reply.ask and reply.ask.fact not in request.wanted else None
        lines += [line] if asked and (line := self.prover.line(ASK, asked, told)) else []
        self._against_rules(lines, request, reply, message)
        if lines:
            stream = None if heard is None else partial(self._stream, heard, message, request, reply)
            lines = self.prover.prove(lines, told, self.model, usage, left, stream)
        turn.refused = [line.refused for line in lines if line.refused]
        shown = self._replaced(lines, told)
        plan, drawn = self.assembler.assemble(message, request, reply, shown)
        use = self._use(usage, turn, lines=lines, shown=shown, parts=len(reply.parts))
        return Written(replace(message, act=reply.act), use, plan, tuple(drawn))

    def _stream(self, heard: Heard, message: Message, request: Request, reply: Reply, lines: Sequence[Line]) -> None:
        plan, drawn = self.assembler.assemble(message, request, reply, lines)
        heard.lines(plan, drawn, message)

    def _against_rules(self, lines: Sequence[Line], request: Request, reply: Reply, message: Message) -> None:
        """Refuse the first line of a part whose verdict is contrary to what the rule that it names decides firmly."""
        for n, part in enumerate(reply.parts):
            matter = request.matters.get(part.rule)
            settled = (
                self.requests.matters.settled(matter, message, contrary=part.contrary, named=True) if matter else None
            )
            if settled is None or settled.strength != "firm" or settled.verdict == "depends":
                continue
            if part.verdict in ("yes", "no") and part.verdict != settled.verdict:
                first = next((line for line in lines if line.part == n), None)
                if first is not None:
                    first.proved = False
                    first.faults.append(f"la règle décide : {settled.verdict}")

    def _replaced(self, lines: Sequence[Line], told: Told) -> list[Line]:
        """The lines that stand, with the statement that one cites in the place of one that does not."""
        used = {c.passage.id for line in lines if line.proved for c in line.sentence.cited}
        out: list[Line] = []
        for line in lines:
            if line.proved:
                out.append(line)
                continue
            keys = [
                k for k in line.written.cites if (s := told.request.sources.get(k)) and s.piece and s.piece.statement
            ]
            key = next((k for k in keys if told.request.sources[k].cited[0].passage.id not in used), None)
            again = self.prover.line(line.part, WrittenLine(text="", cites=[key]), told) if key else None
            if again is not None:
                used.add(again.sentence.cited[0].passage.id)
                again.refused = line.refused
                out.append(again)
        return out

    def _use(
        self, usage: Usage, turn: Turn | None = None, *, lines: Sequence[Line] = (), shown: Sequence[Line] = (),
        parts: int = 0, fallback: str | None = None,
    ) -> ModelUse:  # fmt: skip
        return ModelUse(
            name=self.model.name,
            reader=self.reader.name,
            calls=usage.calls,
            rounds=turn.rounds if turn else 0,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost=self.terms.cost(usage),
            ms=round(usage.ms, 1),
            cached=bool(usage.cached) and not usage.calls,
            parts=parts,
            lines=sum(not line.as_it_stands for line in shown),
            mended=sum(line.mended and line.proved and not line.as_it_stands for line in lines),
            replaced=sum(line.as_it_stands and bool(line.refused) for line in shown),
            dropped=len(lines) - len(shown),
            facts=turn.read.count if turn else 0,
            searched=len(turn.searched) if turn else 0,
            refused=tuple(dict.fromkeys(turn.refused)) if turn else (),
            fallback=fallback,
        )
