"""Does a sentence say what the words it cites say? Rules without a model.

Guarantee: `contradictions` and `omissions` compare a sentence with one wording in the same language and name each
departure that they can prove: another unit, bound, body or subject, two figures exchanged, a negation or a duty turned
round, a condition dropped, two conditions fused, another time. They never say that a sentence is true: figures, dates,
references and quotes are checked beside them, by `assistant.checking.verifier`.

    words.py       tokens, stems, segments
    quantities.py  units and bounds of figures, ordinals, durations
    names.py       bodies, places, nationalities, people of the trade
    roles.py       who or what goes with which figure or name
    force.py       negation by word; duty, right, ban, advice
    scope.py       and/or, one/all, conditions, exceptions, reserves
    times.py       tense, before/after, status of a text
    opposites.py   words that exclude each other
"""

from __future__ import annotations

from functools import lru_cache

from assistant.checking.fidelity import force, names, opposites, quantities, roles, scope, times
from assistant.checking.fidelity.words import read
from ingest.language.claims import Language

_CONTRADICTIONS = (
    quantities.departures,
    names.departures,
    roles.departures,
    force.departures,
    scope.departures,
    times.departures,
    opposites.departures,
)
_OMISSIONS = (force.omissions, scope.omissions, times.omissions)


@lru_cache(maxsize=8192)
def contradictions(sentence: str, wording: str, language: Language) -> tuple[str, ...]:
    """What a sentence says otherwise than a wording in its own language, in French, for the trace."""
    mine, theirs = read(sentence, language), read(wording, language)
    return tuple(dict.fromkeys(fault for rule in _CONTRADICTIONS for fault in rule(mine, theirs)))


@lru_cache(maxsize=8192)
def omissions(sentence: str, wording: str, language: Language) -> tuple[str, ...]:
    """What a sentence leaves out that changes what the wording says: a condition, a reserve, a « peut », the past."""
    mine, theirs = read(sentence, language), read(wording, language)
    return tuple(dict.fromkeys(fault for rule in _OMISSIONS for fault in rule(mine, theirs)))


def covers(sentence: str, wording: str, whole: str, language: Language) -> bool:
    """True when a wording holds nearly every word that the sentence shares with the whole: it is what it follows."""
    shared = read(sentence, language).stems & read(whole, language).stems
    return wording == whole or len(shared & read(wording, language).stems) >= 0.9 * len(shared)


def modal_forces(text: str, language: Language) -> frozenset[str]:
    """The duties, rights, bans and advices of a text (`force.forces`), without their words."""
    return frozenset(force.forces(read(text, language)))


def bounds_only(text: str, language: Language) -> bool:
    """True when a text has negations, all of the kind of « pas plus de »."""
    found = force.denied(read(text, language))
    return bool(found.bounds) and not found.count
