"""What is kept of a turn for the next one.

A turn that stands alone opens a subject, and the one before is kept to come back to. A turn that found nothing, or a
case that the rule does not reach (« et pour une aide à l'écriture ? »: not concerned), does not become the subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Answer
from assistant.dialogue.condense import joined
from assistant.dialogue.memory import Memory, Subject
from assistant.dialogue.moves import content, omits, subject_words
from assistant.reading.message import Message
from assistant.reading.question import Question
from ingest.corpus.fiches import Polarity
from ingest.passages.passages import Passage

_SUBJECTS = 6
_HEADS = 4
"""Answers whose first statement is remembered as said."""
_ENOUGH = 4
"""Terms from which a turn that leans is a subject of its own."""


def remember(message: Message, previous: Memory | None, answer: Answer, shown: Sequence[Passage]) -> Memory:
    """The memory after a turn; `shown` are the passages of its answer, none when it abstained."""
    question, reading = message.question, message
    topics = tuple(dict.fromkeys(p.statement.topic for p in shown if p.statement))
    sources = tuple(dict.fromkeys(p.source_id for p in shown))
    heads = tuple(dict.fromkeys((*(p.id for p in shown[:1]), *(previous.heads if previous else ()))))[:_HEADS]
    base = root = question.base
    telling = len(content(question.raw))
    if previous and question.follow_up and base == previous.base:
        root = previous.root
        if telling > 1 and topics and not set(topics) & set(previous.topics):  # the subject has moved on
            named = question.facets.get("aide") != previous.facets.get("aide")
            root = question.raw if named else root  # an aid is a subject in itself
            base = question.raw if named else joined(root, question.raw)
    elif previous and reading.leaned and not question.follow_up and telling < _ENOUGH:
        root = previous.root
        base = joined(root, question.raw)  # « and the branch threshold? » answers alone, and yet goes on
    memory = Memory(
        base=base,
        as_of=question.as_of,
        facets=question.facets,
        topics=topics,
        domains=question.domains,
        language=question.language,
        sources=sources,
        profile=question.profile,
        heads=heads,
        last=standalone(question),
        root=root,
        case=message.case,
        dates=message.dates,
    )
    if previous is None:
        return memory
    if not shown and (question.follow_up or previous.topics):
        return _keeping(previous, memory, last=previous.last if answer.reason == "out_of_scope" else memory.last)
    if question.follow_up and reading.moved and _not_concerned(shown):
        return _keeping(previous, memory, last=previous.last)
    return replace(memory, earlier=previous.earlier if question.follow_up else _earlier(previous))


def standalone(question: Question) -> str:
    """A turn as it would be asked by itself: what is shown as understood, and what the next turn may shift."""
    whole = not question.follow_up or question.query == question.base
    if whole:
        return question.base
    return joined(subject_words(question.base) if omits(question.raw) else question.base, question.raw)


def _not_concerned(shown: Sequence[Passage]) -> bool:
    head = shown[0].statement
    return head is not None and head.polarity is Polarity.N_OBLIGE_PAS


def _keeping(previous: Memory, turn: Memory, last: str) -> Memory:
    """The subject before the turn, with what else the turn brought."""
    return replace(
        turn,
        base=previous.base,
        facets=previous.facets,
        topics=previous.topics,
        sources=previous.sources,
        root=previous.root,
        earlier=previous.earlier,
        last=last,
    )


def _earlier(previous: Memory) -> tuple[Subject, ...]:
    kept = [s for s in previous.earlier if s.base != previous.base]
    return (previous.subject, *kept)[:_SUBJECTS]
