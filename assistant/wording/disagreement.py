"""Where a notice and the official article that it rests on give different values for the same thing.

Guarantee: told only when both speak of the same point (most words of the notice are those of the sentence quoted) and
the article, read whole, nowhere gives the notice's value but gives another one of the same kind there: an amount
against an amount, a rate against a rate, a day against a day, a count of the same thing against a count. A notice that
rests on several texts, or on articles that are not held, is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checking.verifier import Cited
from ingest.corpus.fiches import Role
from ingest.language.claims import Claim, Figure, PartialDate, read_claim
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage

_SAME_POINT = 0.5
"""Share of the notice's words that the quote must hold for both to speak of one point."""
_SILENT = {Role.ABSENCE, Role.CONTACT, Role.DEMENT}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A notice and the official words that say otherwise, with the two values as they are shown."""

    notice: Passage
    official: Cited
    said: str
    ruled: str


def disagreement(notice: Passage, official: Cited, articles: Sequence[Passage]) -> Disagreement | None:
    """The disagreement of a notice with the sentence quoted, if any.

    Args:
        notice: a statement of ours.
        official: the words of the article that say most of what the notice says.
        articles: every passage held of the articles that the notice names.
    """
    s = notice.statement
    based = notice.based_on
    if s is None or s.role in _SILENT or (based and based.also):
        return None
    if not set(notice.keys) <= {k for p in articles for k in p.keys}:
        return None
    said, quoted = set(_words(notice.text)), set(_words(official.quote))
    if len(said & quoted) < _SAME_POINT * len(said or {""}):
        return None
    mine, theirs = read_claim(notice.text), read_claim(official.quote)
    whole = read_claim("\n".join(p.text for p in articles))
    pair = _dates(mine, theirs, whole) or _figures(notice.text, mine, official.quote, theirs, whole)
    return Disagreement(notice, official, *pair) if pair else None


def _dates(mine: Claim, theirs: Claim, whole: Claim) -> tuple[str, str] | None:
    """A whole day of ours that the article does not hold, where it holds one other whole day that we do not."""
    ours = [d for d in mine.dates if _is_day(d) and not any(d.within(e) for e in whole.dates)]
    others = [d for d in theirs.dates if _is_day(d) and d not in mine.dates]
    return (_say(ours[0]), _say(others[0])) if len(ours) == len(others) == 1 else None


def _figures(text: str, mine: Claim, quote: str, theirs: Claim, whole: Claim) -> tuple[str, str] | None:
    """The same for an amount, a rate or a count of one thing."""
    held = {f.value for f in whole.figures} | whole.implied
    for unit in ("€", "%", ""):
        ours = [f for f in mine.figures if f.unit == unit and f.value not in held]
        known = {f.value for f in mine.figures}
        others = [f for f in theirs.figures if f.unit == unit and f.value not in known]
        if len(ours) == len(others) == 1 and (unit or _counted(text, ours[0]) & _counted(quote, others[0])):
            return str(ours[0]), str(others[0])
    return None


def _counted(text: str, figure: Figure) -> set[str]:
    """What a bare number counts: the stem of the word after it."""
    words = text.replace("\u00a0", " ").replace("\u202f", " ").split()
    return {
        stem
        for n, word in enumerate(words[:-1])
        for stem in analyse(words[n + 1])
        if any(f.value == figure.value for f in read_claim(f"{word} {words[n + 1]}").figures)
    }


def _words(text: str) -> list[str]:
    """Stems of a text without its figures, which are what is compared."""
    return [stem for stem in analyse(text) if not stem.isdigit()]


def _is_day(day: PartialDate) -> bool:
    return None not in (day.year, day.month, day.day)


def _say(day: PartialDate) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
