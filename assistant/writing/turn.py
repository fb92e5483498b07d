"""A turn of the writer, and the request that is made of it.

Guarantee: a request holds what was found of the message, of the answer on screen and of what the model searched for,
what rules decide on the facts read, and nothing else; asked again, it differs by what was searched alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.dialogue.memory import Memory
from assistant.planning.local import LocalPlanner
from assistant.reading.dates import say_date
from assistant.reading.message import Message
from assistant.reading.scope import without_instructions
from assistant.writing.asking import Terms
from assistant.writing.before import Before
from assistant.writing.evidence import Gathering, Pool
from assistant.writing.facts import Read, known_of, wanted_by
from assistant.writing.matters import Matter, Matters, statements_of
from assistant.writing.procedures import procedures_of
from assistant.writing.request import Held, Request, request_of
from ingest.corpus.register import Contact
from ingest.language.claims import french_date

_CONTACTS, _ASKED_OF, _MATTERS = 6, 2, 5
"""Contacts offered; matters whose facts are asked for; matters shown."""


@dataclass
class Turn:
    """A message being answered: what was found of it, what was searched for, what its reply read."""

    message: Message
    pool: Pool
    previous: Memory | None
    matters: list[Matter] = field(default_factory=list)
    searched: dict[str, list[int]] = field(default_factory=dict)
    rounds: int = 0
    read: Read = field(default_factory=Read)
    refused: list[str] = field(default_factory=list)

    def given(self, message: Message) -> tuple[str, ...]:
        """The words of the case, and of what was said before, that a line may say."""
        question, previous = message.question, self.previous
        days = (question.today, question.as_of.day, *(d for c in message.dates.values() for d in (c.start, c.end)))
        said = [
            without_instructions(message.text),
            *(q.said for q in message.case.values()),
            *(say_date(d, question.language) for d in days),
            *(french_date(d) for d in days),
        ]
        if previous is not None:
            said += [
                previous.last,
                *(w.text for t in (previous.screen.told if previous.screen else ()) for w in t.words.values()),
            ]
        return tuple(dict.fromkeys(said))


class Requests:
    """Makes the requests of turns over one snapshot."""

    def __init__(self, local: LocalPlanner, contacts: Mapping[str, Contact], terms: Terms) -> None:
        self.local, self.contacts, self.terms = local, contacts, terms
        self.gathering, self.matters = Gathering(local), Matters(local)

    def of(self, turn: Turn) -> Request:
        """The request of a turn as it stands."""
        message, pool, question = turn.message, turn.pool, turn.message.question
        if not turn.matters:
            found = [self.local.snapshot.open_passage(p).statement for p in pool.ranked()[:10]]
            near = self.matters.near([f.context.vector for f in pool.found], [s.id for s in found if s])
            turn.matters = near[:_MATTERS]
        settled = {m.name: s for m in turn.matters if (s := self.matters.settled(m, message, named=True)) is not None}
        ruled = statements_of(s for m in turn.matters[:2] if (s := settled.get(m.name)) is not None)
        pool.add([p for s in ruled[:8] if (p := self.gathering.place(s)) is not None], 0.7)
        before = Before.of(turn.previous, self.local.snapshot)
        first = [*(before.cited if before else ()), *(p for found in turn.searched.values() for p in found)]
        pieces = self.gathering.pieces(pool, message, first)
        glossary, english = self.local.terms.glossary, question.language == "en"
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

    def _contacts(self, pool: Pool, named: Sequence[str]) -> list[Contact]:
        """Who may be named: those of the evidence, then those of its fields."""
        domains = [d for p in pool.ranked()[:6] for d in self.local.snapshot.open_passage(p).domains]
        own = [c.id for d in dict.fromkeys(domains) for c in self.contacts.values() if d in c.domains]
        return [self.contacts[i] for i in dict.fromkeys((*named, *own)) if i in self.contacts][:_CONTACTS]
