"""What stands beside an answer: versions before and after, reviews past due, and who would know.

Guarantee: hindsight is shown here and nowhere else; each warning cites the statement that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assistant.answer import ContactCard, Near
from assistant.checking.verifier import Cited, Sentence
from assistant.reading.dates import say_date
from assistant.reading.kinds import detect_language
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from assistant.wording.disagreement import Disagreement
from assistant.wording.phrases import DISAGREE, STALE, UNDATED
from ingest.corpus.fiches import Role
from ingest.corpus.register import Contact, Domain
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import Passage

_VERSIONED = {
    Role.REGLE,
    Role.CONDITION,
    Role.EXCEPTION,
    Role.ECHEANCE,
    Role.SANCTION,
    Role.DEMENT,
    Role.CHIFFRE,
    Role.DEFINITION,
    Role.DEMARCHE,
}
RECENT, JUST_NOW = timedelta(days=5 * 365), timedelta(days=365)
"""How long ago a version may have ended for a reader to have it in mind still; for a note beside an answer that was
written for his case, from what held before as well."""


@dataclass(frozen=True, slots=True)
class Note:
    """A warning before its citations are numbered."""

    kind: Literal["changed", "upcoming", "conflict"]
    sentence: Sentence


def time_notes(
    search: HybridSearch, question: Question, shown: Sequence[Passage], recent: timedelta = RECENT
) -> list[Note]:
    """The last version before (not one that ended more than `recent` ago) and the first one after, for the topic of the
    head of the answer."""
    if not shown or shown[0].statement is None:
        return []
    head = shown[0].statement
    others = [
        p
        for p in search.out_of_force(head.topic, question.as_of)
        if p.statement and p.statement.role in _VERSIONED and p.statement.regime == head.regime
    ]
    start, end = question.as_of.start, question.as_of.end
    before = [p for p in others if p.valid_until is not None and start - recent <= p.valid_until < start]
    after = [p for p in others if p.valid_from is not None and p.valid_from > end]
    notes = []
    if before:
        notes.append(
            version_note("changed", max(before, key=lambda p: (p.valid_until or date.min, -p.position)), question)
        )
    if after:
        notes.append(
            version_note("upcoming", min(after, key=lambda p: (p.valid_from or date.max, p.position)), question)
        )
    return notes


def conflict_notes(question: Question, found_by: Mapping[str, Disagreement], shown: Sequence[Passage]) -> list[Note]:
    """Where an official article held says otherwise than a notice of the answer: both are cited, the article first.
    `found_by`: the disagreements met when composing, by the id of the notice's passage."""
    notes = []
    for p in shown:
        if found := found_by.get(p.id):
            text = DISAGREE[question.language].format(ruled=found.ruled, said=found.said)
            cited = (found.official, Cited(found.notice, found.notice.text))
            notes.append(Note("conflict", Sentence(text, cited, language=question.language)))
    return notes


def version_note(kind: Literal["changed", "upcoming"], passage: Passage, question: Question) -> Note:
    """A warning made of one dated statement."""
    assert passage.statement is not None
    text = passage.statement.wording(question.language)
    return Note(kind, Sentence(text, (Cited(passage, passage.text),), language=question.language))


def stale_days(shown: Sequence[Passage], today: date) -> date | None:
    """The earliest review date that is past, among the statements shown."""
    due = [p.statement.review_by for p in shown if p.statement and p.statement.review_by < today]
    return min(due) if due else None


def stale_text(day: date, question: Question) -> str:
    """The fixed words for a review past due."""
    return STALE[question.language].format(date=say_date(day, question.language))


def undated_text(passage: Passage, question: Question) -> str | None:
    """The fixed words for a copy that is younger than the day asked."""
    attested = passage.attested_at
    if attested is None or passage.valid_from is not None or attested <= question.as_of.end:
        return None
    return UNDATED[question.language].format(
        date=say_date(attested, question.language), day=say_date(question.as_of.end, question.language)
    )


def near(passages: Sequence[Passage], limit: int = 3) -> tuple[Near, ...]:
    """What comes near without answering, for an abstention."""
    out = []
    for p in passages[:limit]:
        start, end = sentence_spans(p.text)[0]
        out.append(Near(passage_id=p.id, source_title=p.source_title, locator=p.locator, quote=p.text[start:end]))
    return tuple(out)


def cards(
    contacts: dict[str, Contact], wanted: Sequence[str], domains: Sequence[Domain], limit: int = 3
) -> tuple[ContactCard, ...]:
    """Contact cards: those a statement names, else those of the domains."""
    chosen = [contacts[c] for c in dict.fromkeys(wanted) if c in contacts]
    if not chosen:
        chosen = [c for d in dict.fromkeys(domains) for c in contacts.values() if c.domains and c.domains[0] == d]
    return tuple(ContactCard(name=c.name, url=c.url, about=c.about) for c in chosen[:limit])


def nearest_domains(passages: Sequence[Passage]) -> list[Domain]:
    """Domains of the nearest passages, most frequent first."""
    counts: dict[Domain, int] = {}
    for p in passages[:6]:
        for domain in p.domains:
            counts[domain] = counts.get(domain, 0) + 1
    return sorted(counts, key=lambda d: -counts[d])


def follow_ups(search: HybridSearch, question: Question, shown: Sequence[Passage], limit: int = 3) -> tuple[str, ...]:
    """Questions that the neighbours of the answer answer, in the professional wording of their own `asked_as`."""
    if not shown or shown[0].statement is None:
        return ()
    head = shown[0]
    here = search.snapshot.position(head.id)
    if here is None:
        return ()
    used = {search.snapshot.position(p.id) for p in shown}
    out: list[str] = []
    beside = (p for p in search.snapshot.by_source[head.source_id] if p not in used)
    neighbours = sorted(beside, key=lambda p: abs(p - here))
    eligible = search.eligible(question.as_of, ())
    for p in neighbours[:24]:
        statement = search.snapshot.open_passage(p).statement
        if statement is None or not eligible[p] or statement.role is Role.ABSENCE:
            continue
        wording = _in_language(statement.asked_as, question.language)
        if wording and wording not in out:
            out.append(wording)
        if len(out) == limit:
            break
    return tuple(out)


def _in_language(questions: tuple[str, ...], language: str) -> str | None:
    """The first that is written as a sentence: keywords and half-typed questions are there to be found, not shown."""
    written = (q for q in questions if q.endswith("?") and q[:1].isupper())
    return next((q for q in written if detect_language(q) == language), None)
