"""Reads a question in the light of the conversation: what it leaves unsaid is taken from the turns before it.

A turn comes back to an earlier subject, corrects the last question, shifts it (another genre, date, body of law), leans
on it, or stands alone, told in that order. A shift or a correction is condensed into a question that stands alone, so
that it is answered exactly as if it had been asked so. A turn that leans is read after its subject; when it also says
enough by itself, both readings are given and the evidence chooses (`assistant.planning.readings`).

Guarantee: deterministic; the reading is shown (`Answer.understood`). A question is data: nothing in it is followed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date

from assistant.dialogue import moves
from assistant.dialogue.condense import FacetNames, joined, of_another_law, redated, replaced, says_more, without_facets
from assistant.dialogue.memory import Memory, Subject
from assistant.reading.dates import AsOf, read_as_of, without_dates
from assistant.reading.kinds import asks_price, detect_language, is_follow_up, question_types
from assistant.reading.known import Known
from assistant.reading.question import Question, Understanding, read_references
from assistant.reading.scope import is_injection
from ingest.corpus.fiches import AnswerType
from ingest.corpus.glossary import OPEN_FACETS
from ingest.corpus.register import Domain
from ingest.language.claims import Language
from ingest.language.lexical import analyse

_LONGEST = 1200
_SANCTION = {"fr": "sanction", "en": "penalty"}
"""The word for what « et si je ne rends rien ? » asks about."""
_BOUND_TO_GENRE = ("format",)
"""Facets that go with the genre: another genre drops them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put. `as_of` picks a day, which then sticks; `forget_date` returns to today;
    `known`: the project that it is asked from; `choose`: which question it means (`Alternative.id`)."""

    text: str
    as_of: date | None = None
    forget_date: bool = False
    domains: tuple[Domain, ...] = ()
    language: Language | None = None
    profile: dict[str, str] | None = None
    known: Known | None = None
    choose: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was put, and understood.

    `own` is what the turn itself says, apart from « pour revenir à… »; `other` another way to understand it, when the
    words allow both; `told` what headed the last answers; `moved`: it asks the same of another case; `leaned`: it may
    be read after what came before; `took` in milliseconds.
    """

    text: str
    question: Question
    own: str = ""
    other: Question | None = None
    told: tuple[str, ...] = ()
    moved: bool = False
    leaned: bool = False
    took: float = 0.0


class DialogueReader:
    """Reads questions of a conversation."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        self._names = FacetNames(understanding.glossary)

    def facets(self, text: str) -> dict[str, tuple[str, ...]]:
        """Facet values that the words of a text name."""
        return self._understanding.facets(text)

    def of_a_case(self, text: str, today: date) -> bool:
        """Whether a text names a case of ours or a day (« et pour un documentaire ? »), goes on, or says too
        little to stand alone: it may then be read after what came before."""
        short = moves.goes_on(text) or len(moves.content(text)) <= 1
        return short or bool(self.facets(text)) or read_as_of(text, today) is not None

    def affirmed(self, text: str) -> dict[str, tuple[str, ...]]:
        """Facet values that the words of a text name, without those that it denies (« pas un parc, une réserve »)."""
        return self.facets(self._without_denied(text))

    def _without_denied(self, text: str) -> str:
        for start, end in reversed(self._names.spans(text)):
            if moves.denies(text[:start]):
                text = f"{text[:start]}{text[end:]}"
        return text

    def corrected(self, text: str, memory: Memory) -> str:
        """The last question with what a correction names (a genre, an aid, a place) in the place of what it named; the
        correction itself when it names none."""
        own = {f for f in self.affirmed(text) if f not in OPEN_FACETS}
        if not own:
            return text
        instead = self._without_denied(moves.correction(text) or text)
        if own & set(self.facets(memory.last)):
            return replaced(self._names, memory.last, instead, own)
        words = dict.fromkeys(instead[a:b] for a, b in self._names.spans(instead, own))
        return joined(memory.last, f"({', '.join(words)})")

    def read(self, asked: Asked, memory: Memory | None, today: date, apart: bool = False) -> Reading:
        """Understand one question; `apart`: it goes on with nothing, though its day holds."""
        started = time.perf_counter()
        reading = self._turn(asked, memory, today).reading(apart)
        return replace(reading, took=round((time.perf_counter() - started) * 1000, 2))

    def read_part(self, asked: Asked, memory: Memory, today: date) -> Reading:
        """Understand one question of a message, after those before it: by itself and after their subject, for the
        evidence to choose."""
        return self._turn(asked, memory, today).part(memory)

    def _turn(self, asked: Asked, memory: Memory | None, today: date) -> _Turn:
        text = " ".join(asked.text.split())
        profile = {**(memory.profile if memory else {}), **(asked.profile or {})}
        given = {k: v for k, v in profile.items() if v}
        return _Turn(self._understanding, self._names, asked, text, memory, given, today)


class _Turn:
    """One turn being read."""

    def __init__(
        self,
        understanding: Understanding,
        names: FacetNames,
        asked: Asked,
        text: str,
        memory: Memory | None,
        profile: dict[str, str],
        today: date,
    ) -> None:
        self.u, self.names, self.asked, self.text, self.memory, self.profile, self.today = (
            understanding, names, asked, text, memory, profile, today,
        )  # fmt: skip
        self.language = asked.language or detect_language(text, memory.language if memory else "fr")

    def reading(self, apart: bool = False) -> Reading:
        """The reading of the turn."""
        memory = self.memory
        if memory is None or apart or is_injection(self.text):
            return Reading(self.text, self._alone(self.text))
        return self._return(memory) or self._correction(memory) or self._shift(memory) or self._lean(memory, self.text)

    def part(self, memory: Memory) -> Reading:
        """The readings of a part of a message."""
        if (new := moves.anew(self.text)) is not None:
            return Reading(self.text, self._alone(new), new)
        shifted = self._shift(memory)
        if shifted is not None:
            return shifted
        alone = self._alone(self.text)
        after = self._after(alone, memory, back=False)
        alone = replace(alone, facets=_inherited(memory.facets, self._own(alone)))
        if is_follow_up(self.text, alone.facets) or moves.leans(self.text):
            other = alone if self._enough(alone) else None
            return Reading(self.text, after, self.text, other, memory.heads, leaned=True)
        return Reading(self.text, alone, self.text, after, memory.heads)

    def _enough(self, alone: Question) -> bool:
        """True when a turn says enough to be a question of its own."""
        text = alone.raw
        case = moves.names_a_case(text) and not alone.types
        return len(moves.content(text)) >= 2 and not case and not moves.pairs(text)

    def _return(self, memory: Memory) -> Reading | None:
        back = moves.back_to(self.text)
        if back is None:
            return None
        what, rest = back
        subject = self._subject(memory, what)
        if subject is None:
            return self._lean(memory, rest) if rest else None
        if not question_types(rest) and not moves.content(rest):
            return Reading(self.text, self._condensed(subject.base, memory, subject, {}))
        facets = {**subject.facets, **self.u.facets(what)}
        return self._lean(
            replace(
                memory,
                base=subject.base,
                root=subject.base,
                facets=facets,
                topics=subject.topics,
                sources=subject.sources,
            ),
            rest,
            forced=True,
        )

    def _correction(self, memory: Memory) -> Reading | None:
        rest = moves.correction(self.text)
        if rest is None:
            return None
        own = self.u.facets(rest)
        if not own and not read_as_of(rest, self.today) and len(analyse(rest)) > 6:
            return None
        last = replaced(self.names, memory.last, rest, own) if own else joined(memory.last, rest)
        return Reading(self.text, self._condensed(last, memory, memory.subject, own), moved=bool(own))

    def _shift(self, memory: Memory) -> Reading | None:
        """Another date, genre, place or body of law, and nothing more."""
        text, own = self.text, self.u.facets(self.text)
        if not memory.last or not is_follow_up(text, own) or question_types(moves.said(text)):
            return None
        rest = moves.without_year_words(text)
        terms = moves.content(rest)
        if not terms and (read_as_of(text, self.today) or moves.year_shift(text) is not None):
            return Reading(text, self._condensed(redated(memory.last, rest, self.today), memory, memory.subject, {}))
        if moves.only_regime(terms):
            other_law = self._condensed(of_another_law(memory.last, text), memory, memory.subject, {})
            return Reading(text, replace(other_law, raw=text, context_topics=()))
        if own and not says_more(self.names, rest):
            shifted = self._condensed(replaced(self.names, memory.last, text, own), memory, memory.subject, own)
            return Reading(text, replace(shifted, raw=text), moved=True)
        return None

    def _lean(self, memory: Memory, text: str, forced: bool = False) -> Reading:
        alone = self._alone(text)
        flagged = forced or is_follow_up(text, alone.facets)
        if not flagged and not moves.leans(text):
            return Reading(self.text, alone, text)
        after = self._after(alone, memory, back=forced)
        if flagged:
            other = alone if self._enough(alone) else None
            return Reading(self.text, after, text, other, memory.heads, leaned=True)
        return Reading(self.text, alone, text, after, memory.heads, leaned=True)

    def _after(self, alone: Question, memory: Memory, back: bool) -> Question:
        """A turn read after its subject; one that comes `back` to it asks something else of it."""
        base = without_dates(memory.base, self.today) if read_as_of(self.text, self.today) else memory.base
        own = self._own(alone)
        base = without_facets(self.names, base, {f for f in own if f in memory.facets})
        if back or moves.omits(alone.raw) or (alone.types and not set(alone.types) & set(question_types(memory.base))):
            base = moves.subject_words(base)
        sanction = alone.asks_sanction or moves.omits(alone.raw)
        said = f"{alone.raw} ({_SANCTION[self.language]})" if sanction else alone.raw
        query = f"{base} {said}"[-_LONGEST:]
        return replace(
            alone,
            raw=said,
            query=query,
            types=(AnswerType.COMBIEN, *alone.types) if asks_price(alone.raw) else alone.types,
            asks_sanction=sanction,
            facets=_inherited(memory.facets, own),
            references=read_references(alone.raw, self.u.names, self.asked.domains, memory.base, memory.sources),
            follow_up=True,
            context_topics=memory.topics,
            context_sources=memory.sources,
            base=memory.base,
            shift=not sanction and not says_more(self.names, alone.raw),
            synonyms=self.u.synonyms(query),
            frameworks=self.u.named_frameworks(query),
        )

    def _condensed(
        self, standalone: str, memory: Memory, subject: Subject, own: dict[str, tuple[str, ...]]
    ) -> Question:
        """A question that stands alone, with the facets that it keeps from the conversation."""
        question = self._alone(standalone)
        return replace(
            question,
            facets=_inherited(_inherited(subject.facets, self._own(question)), own),
            references=read_references(standalone, self.u.names, self.asked.domains, "", memory.sources),
            asks_sanction=question.asks_sanction or moves.omits(standalone),
            parts=question.parts if memory.last == memory.root else (standalone,),
            follow_up=True,
            context_topics=subject.topics,
            context_sources=subject.sources,
            base=standalone,
            shift=True,
            moved=frozenset(own),
        )

    def _own(self, question: Question) -> dict[str, tuple[str, ...]]:
        """The facets that a text or this turn's profile gives; those of an earlier profile are in the memory."""
        given = {*self.u.facets(question.raw), *(self.asked.profile or {})}
        return {f: values for f, values in question.facets.items() if f in given}

    def _alone(self, text: str) -> Question:
        """A text by itself, on the day of the turn."""
        question = self.u.read(text, self.today, self.asked.domains, self.language, self.profile)
        if self.memory is not None and not question.references:
            references = read_references(text, self.u.names, self.asked.domains, "", self.memory.sources)
            question = replace(question, references=references)
        return replace(question, as_of=self._as_of())

    def _as_of(self) -> AsOf:
        """The day that the turn itself says, whatever the question it is condensed into says; else the one picked, else
        the conversation's, else today."""
        own = read_as_of(self.text, self.today) or self._relative()
        if own is not None:
            return own
        if self.asked.as_of is not None or self.asked.forget_date:
            return AsOf.on(self.asked.as_of, self.today)
        if self.memory is not None and self.memory.as_of.reason != "today":
            return replace(self.memory.as_of, reason="sticky")
        return AsOf.on(None, self.today)

    def _relative(self) -> AsOf | None:
        """« L'année suivante », « cette année-là »: from the date of the conversation."""
        years = moves.year_shift(self.text)
        if years is None or self.memory is None:
            return None
        year = self.memory.as_of.end.year + years
        last = self.today if year == self.today.year else date(year, 12, 31)
        return AsOf(date(year, 1, 1), last, "asked") if years else None

    def _subject(self, memory: Memory, what: str) -> Subject | None:
        """The subject of the conversation that a few words name."""
        facets, terms = self.u.facets(what), set(analyse(what))
        best, found = 0, None
        for subject in (*memory.earlier, memory.subject):
            shared = sum(len(set(values) & set(subject.facets.get(f, ()))) for f, values in facets.items())
            score = 2 * shared + len(terms & set(analyse(subject.base)))
            if score > best:
                best, found = score, subject
        return found


def _inherited(before: dict[str, tuple[str, ...]], own: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The facets of the conversation under those of the turn. A medium (« et à la télé ? ») is not another genre."""
    if {"genre", "format"} <= set(own) and "genre" in before and own["genre"] == ("audiovisuel",):
        own = {f: v for f, v in own.items() if f != "genre"}
    dropped = _BOUND_TO_GENRE if "genre" in own else ()
    return {**{f: v for f, v in before.items() if f not in dropped}, **own}
