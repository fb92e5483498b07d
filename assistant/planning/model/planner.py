"""The planner that asks a language model: it reads facts and parts, chooses and orders evidence, says what is missing.

Guarantee: the model chooses and never speaks: what it names is checked against the request, the message and the case
(`judging`), verdicts are the rules' or a statement's, a part that may not stand is the local planner's, and a model
that fails leaves the local plan whole. At most three rounds: one more to search what it asked for or to show what a
rule says on the facts that it read, one to mend what was refused.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile
from typing import Any

from assistant.answer import ModelUse
from assistant.dialogue.memory import Memory
from assistant.dialogue.recall import standalone
from assistant.llm.models import ModelFailure
from assistant.llm.usage import Usage
from assistant.planning.local import LocalPlanner
from assistant.planning.model.evidence import Gathering, Pool
from assistant.planning.model.facts import Read, applied, known_of, read_facts, said_in, wanted_by
from assistant.planning.model.judging import Fault, Judged, Judging
from assistant.planning.model.matters import Matter, Matters, statements_of
from assistant.planning.model.procedures import procedures_of
from assistant.planning.model.reply import Reply
from assistant.planning.model.request import Brief, Held, Request, renamed, request_of
from assistant.planning.model.speaking import Speaker, Terms
from assistant.planning.model.words import heading_of, showable
from assistant.planning.plan import Plan, PlannedPart
from assistant.planning.planner import Heard, Local, Planned
from assistant.reading.message import Message, Part
from assistant.reading.scope import is_injection, without_instructions
from ingest.corpus.fiches import FACETS
from ingest.corpus.register import Contact

_ROUNDS, _SEARCHES, _CONTACTS, _BEFORE = 3, 4, 8, 3
_ON_THE_ANSWER = frozenset({"summarise", "source", "simplify", "translate", "draft", "checklist", "doubt"})
_FIXED = frozenset({"thanks", "greet", "help"})


@dataclass
class _Turn:
    """A message being planned: what is known so far, what was asked for and refused."""

    message: Message
    pool: Pool
    matters: list[Matter]
    before: Brief | None
    texts: list[str]
    usage: Usage = field(default_factory=Usage)
    searched: dict[str, list[int]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)
    """Matters that the last reply names."""
    previous: Mapping[str, Any] | None = None
    round: int = 0
    looked: bool = False
    mended: bool = False
    reply: Reply | None = None
    judged: Judged = field(default_factory=Judged)
    read: Read = field(default_factory=Read)
    told: Message | None = None
    """The message with the facts that the last reply read."""
    failure: str | None = None
    faults: list[Fault] = field(default_factory=list)
    """Every fault of every round."""


class ModelPlanner:
    """Plans messages over one snapshot with a language model."""

    name = "model"

    def __init__(
        self,
        local: LocalPlanner,
        speaker: Speaker,
        contacts: Mapping[str, Contact],
        terms: Terms | None = None,
        secret: bytes | None = None,
    ) -> None:
        self.local, self.speaker, self.contacts = local, speaker, contacts
        self.terms = terms or Terms()
        self._secret = secret or secrets.token_bytes(16)
        self._base = Local(local)
        self.gathering, self.matters = Gathering(local), Matters(local)
        self.judging = Judging(local, self.gathering, self.matters)

    def planned(self, message: Message, previous: Memory | None = None, heard: Heard | None = None) -> Planned:
        """The plan of a message; the local one when the model gives none that stands."""
        if is_injection(message.text) or is_injection(message.question.raw):
            return self._base.planned(message)
        turn = self._turn(message, previous)
        started = time.monotonic()
        while turn.round < _ROUNDS:
            request = self._request(turn)
            if heard is not None and turn.round == 1:
                heard([p.passage for p in request.pieces.values()], message)
            left = self.terms.seconds - (time.monotonic() - started)
            try:
                begun = partial(self._begun, turn, request, heard) if heard is not None else None
                reply = self.speaker.plan(request, turn.usage, left, begun)
            except ModelFailure as failure:
                turn.failure = failure.reason
                break
            if not self._take(turn, request, reply):
                break
        return self._planned(turn, previous)

    def _turn(self, message: Message, previous: Memory | None) -> _Turn:
        pool = self.gathering.of(message)
        found = [self.local.snapshot.open_passage(p).statement for p in pool.ranked()[:10]]
        matters = self.matters.near([f.context.vector for f in pool.found], [s.id for s in found if s])
        before, texts = None, [without_instructions(message.text)]
        if self.terms.history:
            texts.append(standalone(message.question))
            if previous is not None and previous.last:
                told = previous.screen.told if previous.screen else ()
                heads = [t.passage for t in told if t.place == "head"][:_BEFORE]
                at = [p for i in heads if (p := self.local.snapshot.position(i)) is not None]
                pieces = [self.gathering.piece(p, message, pool) for p in at]
                before = Brief(previous.last, tuple(p.text for p in pieces))
        return _Turn(message, pool, matters, before, texts)

    def _request(self, turn: _Turn) -> Request:
        """The next request of a turn."""
        turn.round += 1
        message, english = turn.told or turn.message, turn.message.question.language == "en"
        settled = {m.name: s for m in turn.matters if (s := self.matters.settled(m, message, named=True)) is not None}
        chosen = [m for m in turn.matters if turn.reply and m.name in turn.chosen]
        ruled = statements_of(s for m in chosen or turn.matters[:2] if (s := settled.get(m.name)) is not None)
        places = [p for s in ruled[:8] if (p := self.gathering.place(s)) is not None]
        if not chosen:
            turn.pool.add(places, 0.7)
            places = []
        wanted = wanted_by((r for m in turn.matters for r in m.rules), self.local.selector.glossary, english)
        pieces = self.gathering.pieces(turn.pool, message, [*turn.first, *places])
        question = turn.message.question
        held = Held(
            message=turn.texts[0],
            understood=turn.texts[1] if len(turn.texts) > 1 else "",
            day=question.as_of.day.isoformat(),
            language=question.language,
            pieces=pieces,
            matters=turn.matters,
            settled=settled,
            wanted=wanted,
            known=known_of(turn.message, self.local.selector.glossary, self.terms.history),
            contacts=self._contacts([p.statement.contacts for p in pieces if p.statement], turn),
            procedures=procedures_of(self.local, turn.pool.found, message, lambda p: self.gathering.usable(p, message)),
            named=sorted(turn.pool.named),
            before=turn.before,
            against=lambda p, k: (
                p.statement is not None
                and k.field in FACETS
                and self.gathering.against(p.statement, turn.message, k.field, k.value)
            ),
            searched=turn.searched,
            refused=turn.refused,
            previous=turn.previous,
            round=turn.round,
        )
        return request_of(held, self._secret)

    def _contacts(self, named: Sequence[Sequence[str]], turn: _Turn) -> list[Contact]:
        """Who may be named: those of the evidence, then those of its fields."""
        domains = [d for p in turn.pool.ranked()[:6] for d in self.local.snapshot.open_passage(p).domains]
        own = [c.id for d in dict.fromkeys(domains) for c in self.contacts.values() if d in c.domains]
        ids = dict.fromkeys([*(c for row in named for c in row), *own])
        return [self.contacts[i] for i in ids if i in self.contacts][:_CONTACTS]

    def _begun(self, turn: _Turn, request: Request, heard: Heard, reply: Reply) -> None:
        """Tell the parts that stand of a reply that is being written, up to the first that does not."""
        _, told = self._told(turn, request, reply)
        judged = self.judging.judge(reply, request, told, turn.texts)
        faulty = min((f.part for f in judged.faults), default=len(judged.parts))
        stand = list(takewhile(lambda p: p is not None, judged.parts[: max(0, faulty)]))
        if parts := tuple(p for p in stand if p is not None and p.shown):
            heard.draft(Plan(parts), told)

    def _told(self, turn: _Turn, request: Request, reply: Reply) -> tuple[Read, Message]:
        """The facts that a reply reads, and the message with them."""
        said = [(f, request.wanted[f.fact]) for f in reply.facts if f.fact in request.wanted]
        read = read_facts(said, turn.message, turn.texts[-1] if len(turn.texts) > 1 else "")
        misread = [k for key in reply.misread if (k := request.known.get(key)) is not None]
        return read, applied(turn.message, read, misread)

    def _take(self, turn: _Turn, request: Request, reply: Reply) -> bool:
        """Take a reply in; whether another round is due."""
        read, told = self._told(turn, request, reply)
        judged = self.judging.judge(reply, request, told, turn.texts)
        turn.reply, turn.read, turn.told, turn.judged = reply, read, told, judged
        turn.faults += judged.faults
        turn.chosen = {m.name for p in reply.parts if (m := request.matters.get(p.rule)) is not None}
        if turn.round == _ROUNDS or reply.act != "ask":
            return False
        phrases = [p.search for p in reply.parts if p.search and not is_injection(p.search)][:_SEARCHES]
        look = not turn.looked and (bool(phrases) or judged.unseen)
        mend = not turn.mended and bool(judged.faults)
        if not look and not mend:
            return False
        if look:
            turn.looked = True
            for phrase in phrases:
                turn.searched[phrase] = self.gathering.look(turn.pool, told, phrase, 1.2)[:6]
        turn.mended = turn.mended or mend
        names = request.names()
        turn.refused = [renamed(f.reason, names) for f in judged.faults] + [f"facts : {r}" for r in read.refused]
        turn.previous = renamed(reply.model_dump(), names)
        kept = [s.position for p in judged.parts if p for s in p.shown if not s.spans]
        keys = [k for p in reply.parts for k in (*p.show, *p.then)]
        chosen = [p for k in keys if (p := request.pieces.get(k)) is not None and p.statement is None]
        turn.pool.chosen = [(p.position, p.spans) for p in chosen]
        turn.first = list(dict.fromkeys([*kept, *(p for found in turn.searched.values() for p in found)]))
        return True

    def _planned(self, turn: _Turn, previous: Memory | None) -> Planned:
        """The plan of what stands."""
        reply, told = turn.reply, turn.told
        if reply is None or told is None:
            return replace(self._base.planned(turn.message), model=self._use(turn, 0, 0))
        if reply.act in _FIXED or (reply.act in _ON_THE_ANSWER and previous is not None and previous.screen):
            return Planned(Plan(), turn.message, act=reply.act, model=self._use(turn, 0, 0, heard=True))
        if reply.act == "out_of_field" and not reply.parts:
            plan = Plan(out_of_scope=True)
            return Planned(plan, turn.message, None, f"llm:{self.speaker.name}", self._use(turn, 0, 0, heard=True))
        parts, fell = self._parts(turn, reply, told)
        stand = len(parts) - fell
        if not stand:
            base = self._base.planned(turn.message)
            return replace(base, model=self._use(turn, len(reply.parts), len(reply.parts)))
        near = tuple(hit.passage for hit in turn.pool.found[0].candidates.hits[:3])
        plan = Plan(tuple(parts), case={f: q for p in parts for f, q in p.case.items()}, near=near)
        message = replace(told, parts=tuple(Part.of(p.about) for p in parts))
        use = self._use(turn, len(reply.parts), fell, heard=True)
        later = None if plan.answered else self._base.planned(turn.message).later
        return Planned(plan, message, later, f"llm:{self.speaker.name}", use)

    def _parts(self, turn: _Turn, reply: Reply, told: Message) -> tuple[list[PlannedPart], int]:
        """What stands, with the local plan of each part that does not; and how many those are."""
        out: list[PlannedPart] = []
        fell = 0
        local: Plan | None = None
        for n, part in enumerate(turn.judged.parts):
            if part is not None and not turn.judged.fatal(n):
                out.append(part)
                continue
            if not any(said_in(reply.parts[n].about, t) for t in turn.texts) or not showable(reply.parts[n].about):
                continue
            if local is None:
                every = tuple(Part.of(p.about) for p in reply.parts)
                local = self.local.plan(replace(told, parts=every))
            if n < len(local.parts):
                fell += 1
                shown = {s.position for p in out for s in p.shown}
                mine = local.parts[n]
                left = tuple(s for s in mine.shown if s.position not in shown)
                if mine.shown and (not left or left[0].place != "head"):
                    mine = PlannedPart(mine.about, mine.kinds, "answered", told=True)
                    left = ()
                source = next(t for t in turn.texts if said_in(reply.parts[n].about, t))
                out.append(replace(mine, shown=left, heading=heading_of(mine.about, source)))
        return out, fell

    def _use(self, turn: _Turn, parts: int, fell: int, heard: bool = False) -> ModelUse:
        usage, terms = turn.usage, self.terms
        cost = None
        if terms.price_read is not None and terms.price_written is not None:
            cost = (usage.prompt_tokens * terms.price_read + usage.completion_tokens * terms.price_written) / 1e6
        return ModelUse(
            name=self.speaker.name,
            calls=usage.calls,
            rounds=turn.round,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost=cost,
            ms=round(usage.ms, 1),
            cached=bool(usage.cached) and not usage.calls,
            parts=parts,
            fell_back=fell,
            facts=turn.read.count,
            searched=len(turn.searched),
            refused=tuple(dict.fromkeys(f.code for f in turn.faults)),
            fallback=None if heard else turn.failure or "refused_plan",
        )
