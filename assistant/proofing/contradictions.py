"""A sentence against the statements nearest to it.

Guarantee: a contradiction is told only with a statement in force that speaks of the same thing, in nearly the same
words: its figure, of the same unit, is in none of the statements around it. Else nothing is said, which is no approval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np

from assistant.answer import BasedOn
from assistant.checking.fidelity.words import read, stem
from assistant.checking.refuting import refutations
from assistant.engine import Engine
from assistant.proofing.bodies import Bodies
from assistant.proofing.claims import Claims
from assistant.proofing.remarks import Kind, Remark, cited
from assistant.proofing.sentences import Sentence
from assistant.reading.dates import AsOf
from ingest.corpus.fiches import Statement
from ingest.language.claims import merged, numbers, read_claim, unsupported
from ingest.language.lexical import fold
from ingest.language.locators import TextNames, parse_references
from ingest.passages.passages import Passage

NEAREST = 12
"""Statements that may bear what a sentence says."""
SAME_SUBJECT = 0.6
"""Share of the words of a sentence, figures apart, that a statement holds, from which both speak of the same thing."""
RELATED = 0.5
"""The same share, from which a statement may bear a figure of the sentence, and silences the remark."""
SAME_BELIEF = 0.7
"""Words in common with a denied belief from which a sentence holds it."""
_EXCEPTION = re.compile(r"\b(?:hors|sauf|excepté|à l'exception d\w+)\b([^,;.:]*)", re.IGNORECASE)
"""Whom a statement leaves out: a sentence about them says the contrary of it, rightly."""
_NARROW = ("lieu",)
"""Facets whose value a sentence must name for a statement that has one to speak of it."""
_THING = re.compile(r"\s?(?:premi[eè]res?\s|derni[eè]res?\s)?([^\W\d_]+|[€%²])")
"""What a figure counts, after it."""
_YEARS = (1900, 2100)
"""Figures that are years, unless they are of money."""
_TURNED = ("→", "négation", "obligation")


class Contradictions:
    """The statements of a snapshot that are in force on a day."""

    def __init__(self, engine: Engine, names: TextNames, bodies: Bodies, day: AsOf) -> None:
        self._search, self._terms, self._facets = engine.search, engine.local.terms, engine.dialogue.facets
        self._names, self._bodies, self._day = names, bodies, day
        search = self._search
        eligible = search.eligible(day, ()) & search.snapshot.columns.is_statement
        self._eligible = eligible
        held = search.snapshot.passages(np.flatnonzero(eligible).tolist())
        self._claims = Claims(held)
        self._denials = [(_stems(p.statement.belief), p) for p in held if p.statement and p.statement.belief]

    def nearest(self, sentence: Sentence) -> list[tuple[float, Passage]]:
        """The statements nearest in meaning, each with the share of what the sentence names that it speaks of: rare
        words weigh most; best first."""
        search = self._search
        named, own = self._facets(sentence.text), self._terms.of_subject(sentence.text)
        found = search.closest(search.vector(sentence.text), self._eligible)[:NEAREST]
        shares = [_share(own, self._terms.held(p)) for p in found]
        near = zip(shares, search.snapshot.passages(found), strict=True)
        return [(share, p) for share, p in near if p.statement is None or _reaches(p.statement, named)]

    def remarks(self, sentence: Sentence) -> Iterator[Remark]:
        """At most one remark: a belief, else a claim, else a figure, else a duty."""
        if (believed := self._believed(sentence)) is not None:
            text = believed.statement.belief if believed.statement else ""
            yield _remark(sentence, "belief", f"Idée reçue : « {text} »", believed)
            return
        named = self._facets(sentence.text)
        claimed = list(self._claims.remarks(sentence, frozenset(v for values in named.values() for v in values)))
        if claimed:
            yield from claimed
            return
        near = self.nearest(sentence)
        same = [p for share, p in near if share >= SAME_SUBJECT]
        if not same:
            return
        best = same[0]
        if (article := self._misplaced(sentence.text, same)) is not None:
            yield _remark(sentence, "citation", f"Article à comparer : ce qui est dit là se lit {article}.", best)
            return
        if faults := _figures(sentence.text, same, [p for share, p in near if share >= RELATED]):
            yield _remark(sentence, "figure", f"À comparer avec le texte cité : {', '.join(faults)}.", best)
            return
        if _excepted(sentence.text, best.text):
            return
        if foreign := self._bodies.foreign(sentence.text, same):
            yield _remark(sentence, "body", f"Organisme à comparer : {', '.join(foreign).upper()}.", best)
            return
        told = refutations(sentence.text, "fr", [best], [best.text], [], self._day.day)
        if turned := [f for f in told if any(mark in f for mark in _TURNED)]:
            yield _remark(sentence, "duty", f"Obligation ou négation à comparer : {', '.join(turned)}.", best)

    def _misplaced(self, text: str, same: Sequence[Passage]) -> str | None:
        """Where the statements of a sentence's subject stand, when they all stand in other articles of the text that it
        names than the one it names, and nothing held of that one speaks of the subject."""
        keys = {key for p in same for key in p.keys}
        numbers_told = {ref.number for p in same for ref in parse_references(p.text, self._names)}
        own = self._terms.of_subject(text)
        for ref in parse_references(text, self._names):
            key = ref.key()
            elsewhere = (
                key
                and key not in keys
                and ref.number not in numbers_told
                and any(k.split(":")[0] == ref.source for k in keys)
            )
            basis = BasedOn.of(same[0])
            if not elsewhere or ref.weak or basis is None or not basis.locator:
                continue
            held = self._search.snapshot.by_key.get(key or "", [])
            if not any(_share(own, self._terms.held(p)) >= RELATED for p in held):
                return f"à : {basis.title}, {basis.locator}"
        return None

    def _believed(self, sentence: Sentence) -> Passage | None:
        mine, negated = _stems(sentence.text), read_claim(sentence.text, "fr").negated
        for belief, passage in self._denials:
            s = passage.statement
            alike = len(mine & belief) / (len(mine | belief) or 1)
            if s and s.belief and alike >= SAME_BELIEF and read_claim(s.belief, "fr").negated == negated:
                return passage
        return None


def _share(own: Mapping[str, float], words: frozenset[str]) -> float:
    return sum(w for t, w in own.items() if t in words) / (sum(own.values()) or 1.0)


def _reaches(s: Statement, named: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a statement may speak of a sentence: one that is for a place or a situation is for sentences that name
    it."""
    return all(set(s.facets.get(f, ())) & set(named.get(f, ())) for f in _NARROW if s.facets.get(f))


def _stems(text: str | None) -> frozenset[str]:
    return frozenset(s for s in read(text or "", "fr").stems if not re.search(r"\d", s))


def _excepted(sentence: str, statement: str) -> bool:
    """Whether a sentence speaks of what a statement leaves out, and does not leave it out itself."""
    left_out = frozenset[str]().union(*(_stems(m.group(1)) for m in _EXCEPTION.finditer(statement)))
    return bool(left_out & _stems(sentence)) and not _EXCEPTION.search(sentence)


def _figures(sentence: str, same: Sequence[Passage], near: Sequence[Passage]) -> list[str]:
    """Figures of a sentence that none of the statements near it holds of that thing (« ans », « salariés », « € »),
    where one of the same subject holds another; dates likewise."""
    told = {(thing, value) for p in same for thing, value in _counted(p.text)}
    held = {(thing, value) for p in near for thing, value in _counted(p.text)}
    things = {thing for thing, _ in told}
    missing = [
        (value, thing)
        for thing, value in _counted(sentence)
        if thing in things and (thing, value) not in held and value not in {v for _, v in told}
    ]
    wrong = [f"{value:,f}".replace(",", " ") for value, _ in missing]
    claim, dated = read_claim(sentence, "fr"), any(read_claim(p.text, "fr").dates for p in same[:1])
    absent = unsupported(claim, merged([read_claim(p.text, "fr") for p in near]))
    return wrong + sorted(f for f in absent if dated and f.startswith("date"))


def _counted(text: str) -> list[tuple[str, Decimal]]:
    """Each figure of a text with what it counts: its unit, or the word after it."""
    out = []
    for _, end, value in numbers(text, text, "fr"):
        after = _THING.match(text, end)
        if after and not (_YEARS[0] <= value <= _YEARS[1] and after.group(1) not in "€%"):
            out.append((stem(fold(after.group(1)), "fr"), value))
    return out


def _remark(sentence: Sentence, kind: Kind, look_at: str, passage: Passage) -> Remark:
    return Remark(
        kind=kind, strength="likely", start=sentence.start, end=sentence.end, words=sentence.text, look_at=look_at,
        cited=cited(passage),
    )  # fmt: skip
