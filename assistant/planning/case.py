"""The case that a question is about, against the one that a statement holds for: genre, place, aid, size, format.

Guarantee: a rule for another case is told from a rule whose case nobody named, and from one that the question's case
entails, by the glossary's inclusions alone; an unknown value never excludes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.reading.question import Question
from ingest.corpus.fiches import Polarity, Statement
from ingest.corpus.glossary import Glossary

_HARD = ("genre", "lieu", "aide", "taille", "format")
"""Facets whose mismatch makes a rule beside the point; `acteur` only orders."""

_STAFF = re.compile(
    r"(?<!\bmoins de )(?<!\bplus de )(?<!\bles )(?<!\bdes )(?<!\bjusqu'à )(?<!\bdelà de )(?<!\bseuil de )"
    r"(?<!\bthan )(?<!\bthe )(?<![\d,.])(\d[\d\s]*)\s?(?:salari|employ|collaborat|personnes\b|staff\b|people\b)",
    re.IGNORECASE,
)
"""The headcount that a question gives as its own case; a threshold is named after « moins de », « les »…"""
_AT_MOST = re.compile(
    r"(?<!\bou )(?:\bde \d[\d\s]* à|\bmoins de|\bjusqu'à|\bsous|\bne dépasse(?:nt)? pas(?: [^.:;]*:)?)"
    r" (\d[\d\s]*) salariés(?! ou\b)"
    r"|(?<!\bou )(?<!\d)(\d[\d\s]*) salariés au plus"
)
"""The largest headcount of those that a statement is about; one of two alternatives bounds nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """How a statement's case stands to the question's: counts of facets in `conflict`, `matched`, and stated though
    `unasked`; whether the question's case entails the statement's; whether the statement is `local` to a place that
    nobody named, is about the very genre asked of, or names the case that a follow-up has just `moved` to."""

    conflict: int = 0
    matched: int = 0
    unasked: int = 0
    entailed: bool = False
    local: bool = False
    same_genre: bool = False
    moved: bool = False


def case_of(s: Statement | None, question: Question, glossary: Glossary) -> Case:
    """The case of a statement; an official text has none."""
    if s is None:
        return Case()
    conflict = matched = unasked = 0
    entailed = True
    for facet, stated in s.facets.items():
        asked, hard = question.facets.get(facet, ()), facet in _HARD
        if not asked:
            unasked += hard and len(stated) == 1
            entailed &= not hard
        elif any(glossary.compatible(facet, a, stated) for a in asked):
            matched += 1
        elif hard:
            within = any(glossary.compatible(facet, b, asked) for b in stated)
            every = any if facet == "genre" else all  # a fiction may be a short, a feature film that it also is may not
            conflict += not within and every(all(glossary.exclude(facet, a, b) for b in stated) for a in asked)
            entailed = False
        elif facet == "acteur":
            conflict += all(glossary.known(facet, asked, b) is False for b in stated)
    genres = s.facets.get("genre", ())
    return Case(
        conflict
        + _elsewhere(s, question, glossary)
        + (s.polarity is Polarity.N_OBLIGE_PAS and outgrown(s.text, question.raw)),
        matched,
        unasked,
        entailed,
        _local(s, question, glossary),
        any(glossary.compatible("genre", asked, genres) for asked in question.facets.get("genre", ())),
        any(set(question.facets[f]) & set(s.facets.get(f, ())) for f in question.moved),
    )


def _elsewhere(s: Statement, question: Question, glossary: Glossary) -> bool:
    """True when every region, or every natural site, that a statement is about excludes the one asked of: « on a
    public road in Paris » is not about a street of Marseille."""
    pairs = [(a, b) for a in question.facets.get("lieu", ()) for b in s.facets.get("lieu", ())]
    mapped = [(a, b) for a, b in pairs if glossary.same_map(a, b)]
    broader = glossary.broader
    return bool(mapped) and not any(b in broader("lieu", a) or a in broader("lieu", b) for a, b in mapped)


def _local(s: Statement, question: Question, glossary: Glossary) -> bool:
    """True when a statement holds in one region, town or park only, and nobody spoke of it."""
    asked = {b for a in question.facets.get("lieu", ()) for b in glossary.broader("lieu", a)}
    places = [p for p in s.facets.get("lieu", ()) if glossary.local(p)]
    return bool(places) and not any(asked & glossary.broader("lieu", p) - {"france"} for p in places)


def outgrown(text: str, question: str) -> bool:
    """True when a statement is about companies of at most so many employees, and the question's has more: an exemption
    would mislead it, a right or a duty tells it where the line runs."""
    staff, most = _headcount(question), _at_most(text)
    return staff is not None and most is not None and staff > most


@lru_cache(maxsize=4096)
def _headcount(question: str) -> int | None:
    found = {int("".join(m.split())) for m in _STAFF.findall(question)}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=16384)
def _at_most(text: str) -> int | None:
    found = [int("".join((a or b).split())) for a, b in _AT_MOST.findall(text)]
    return max(found, default=None)
