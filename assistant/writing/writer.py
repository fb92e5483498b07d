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
from assistant.reading.dates import AsOf, say_date
from assistant.reading.message import Message
from assistant.reading.scope import is_injection, without_instructions
from assistant.wording.composer import Composer
from assistant.wording.composer import Line as Shown
from assistant.writing.asking import Model, Terms
from assistant.writing.assembling import Assembler
from assistant.writing.evidence import Gathering, Pool
from assistant.writing.facts import Read, applied, known_of, read_facts, wanted_by
from assistant.writing.matters import Matter, Matters, statements_of
from assistant.writing.procedures import procedures_of
from assistant.writing.prompt import WRITE
from assistant.writing.proof import ASK, NEXT, Line, Prover, Told
from assistant.writing.reply import REPLY_SCHEMA, Reply, WrittenLine, parse
from assistant.writing.request import Before, Held, Request, request_of
from ingest.corpus.register import Contact
from ingest.language.claims import french_date
from ingest.passages.passages import Passage

_CONTACTS, _SEARCHES, _ASKED_OF, _MATTERS = 6, 3, 2, 5
"""Contacts offered; phrases searched; matters whose facts are asked for; matters shown."""
ON_THE_ANSWER: frozenset[Act] = frozenset({"summarise", "simplify", "translate", "draft", "checklist", "doubt"})
"""Acts that are written from the answer on screen; others than these and a question are answered without a model."""
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
        self.local, self.model, self.reader, self.contacts = local, model, reader, contacts
        self.terms = terms or Terms()
        self.gathering, self.matters = Gathering(local), Matters(local)
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

        turn = _Turn(message, self.gathering.of(message), previous if self.terms.history else None)
        try:
            request, reply = self._reply(turn, usage, left, heard)
            return self._proved(turn, request, reply, usage, left, heard)
        except ModelFailure as failure:
            return Written(message, self._use(usage, turn, fallback=failure.reason))

    def _reply(
        self, turn: _Turn, usage: Usage, left: Callable[[], float], heard: Heard | None
    ) -> tuple[Request, Reply]:
        """The request that was answered last, and the reply; a search that the model wants is made once."""
        request = self._request(turn)
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
            turn.searched[phrase] = self.gathering.look(turn.pool, turn.message, visible(phrase))[:6]
        turn.rounds = 2
        again = self._request(turn)
        return again, self._ask(again, usage, left)

    def _ask(self, request: Request, usage: Usage, left: Callable[[], float]) -> Reply:
        return self.model.ask(usage, WRITE, request.text, REPLY_SCHEMA, partial(parse, Reply), left())

    def _request(self, turn: _Turn) -> Request:
        """The request of a turn as it stands."""
        message, pool, question = turn.message, turn.pool, turn.message.question
        if not turn.matters:
            found = [self.local.snapshot.open_passage(p).statement for p in pool.ranked()[:10]]
            near = self.matters.near([f.context.vector for f in pool.found], [s.id for s in found if s])
            turn.matters = near[:_MATTERS]
        settled = {m.name: s for m in turn.matters if (s := self.matters.settled(m, message, named=True)) is not None}
        ruled = statements_of(s for m in turn.matters[:2] if (s := settled.get(m.name)) is not None)
        pool.add([p for s in ruled[:8] if (p := self.gathering.place(s)) is not None], 0.7)
        before, shown = self._before(turn)
        first = [*shown, *(p for found in turn.searched.values() for p in found)]
        pieces = self.gathering.pieces(pool, message, first)
        glossary, english = self.local.selector.glossary, question.language == "en"
        held = Held(
            message=without_instructions(message.text),
            today=question.today.isoformat(),
            day=question.as_of.day.isoformat(),
            language=question.language,
            pieces=pieces,
            matters=turn.matters,
            settled=settled,
            wanted=wanted_by((r for m in turn.matters[:_ASKED_OF] for r in m.rules), glossary, english),
            known=known_of(message, glossary, self.terms.history),
            contacts=self._contacts(pool, [c for p in pieces[:12] if p.statement for c in p.statement.contacts]),
            procedures=procedures_of(
                self.local, pool.found, message, lambda p: self.gathering.usable(p, message)
            )[:1],
            cards=tuple(pool.cards.values()),
            named=sorted(pool.named),
            before=before,
            searched=turn.searched,
        )  # fmt: skip
        return request_of(held)

    def _before(self, turn: _Turn) -> tuple[Before | None, list[int]]:
        """The turn before, and the positions of what its answer cites."""
        previous = turn.previous
        if previous is None or not previous.last:
            return None, []
        rows: list[tuple[str, tuple[int, ...]]] = []
        for told in previous.screen.told if previous.screen else ():
            ids = [told.passage, *(p for p, _ in told.cited)]
            at = tuple(p for i in dict.fromkeys(ids) if (p := self.local.snapshot.position(i)) is not None)
            words = told.words.get(previous.language)
            s = self.local.snapshot.open_passage(at[0]).statement if at else None
            if text := words.text if words else s.wording(previous.language) if s else "":
                rows.append((text, at))
        return Before(previous.last, tuple(rows)), list(dict.fromkeys(p for _, at in rows for p in at))

    def _contacts(self, pool: Pool, named: Sequence[str]) -> list[Contact]:
        """Who may be named: those of the evidence, then those of its fields."""
        domains = [d for p in pool.ranked()[:6] for d in self.local.snapshot.open_passage(p).domains]
        own = [c.id for d in dict.fromkeys(domains) for c in self.contacts.values() if d in c.domains]
        return [self.contacts[i] for i in dict.fromkeys((*named, *own)) if i in self.contacts][:_CONTACTS]

    def _proved(
        self, turn: _Turn, request: Request, reply: Reply, usage: Usage, left: Callable[[], float], heard: Heard | None
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
        told = Told(request, self._given(turn, message), message.question.as_of, message.question.language)
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

    def _given(self, turn: _Turn, message: Message) -> tuple[str, ...]:
        """The words of the case, and of what was said before, that a line may say."""
        question, previous = message.question, turn.previous
        days = {question.today, question.as_of.day, *(d for c in message.dates.values() for d in (c.start, c.end))}
        said = [
            without_instructions(message.text),
            *(q.said for q in message.case.values()),
            *(say_date(d, question.language) for d in days),
        ]
        said += [french_date(d) for d in days]
        if previous is not None:
            said += [
                previous.last,
                *(w.text for t in (previous.screen.told if previous.screen else ()) for w in t.words.values()),
            ]
        return tuple(dict.fromkeys(said))

    def _against_rules(self, lines: Sequence[Line], request: Request, reply: Reply, message: Message) -> None:
        """Refuse the first line of a part whose verdict is contrary to what the rule that it names decides firmly."""
        for n, part in enumerate(reply.parts):
            matter = request.matters.get(part.rule)
            settled = self.matters.settled(matter, message, contrary=part.contrary, named=True) if matter else None
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
        self, usage: Usage, turn: _Turn | None = None, *, lines: Sequence[Line] = (), shown: Sequence[Line] = (),
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


@dataclass
class _Turn:
    """A message being answered: what was found of it, what was searched for, what its reply read."""

    message: Message
    pool: Pool
    previous: Memory | None
    matters: list[Matter] = field(default_factory=list)
    searched: dict[str, list[int]] = field(default_factory=dict)
    rounds: int = 0
    read: Read = field(default_factory=Read)
    refused: list[str] = field(default_factory=list)
