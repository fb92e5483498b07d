"""Tense, before and after, status.

Guarantee: what the wording tells as past is not told as present, what is to come is not told as done; a date that opens
a period does not close it; what comes before a thing does not come after it; a bill is not a law in force, and a rule in
force is not repealed.
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import CUES, ReadText, aligned_fold

_IMPERFECT, _CONDITIONAL = ("ait", "aient"), ("rait", "raient")
_FUTURE = ("era", "eront", "ira", "iront", "dra", "dront", "ura", "uront", "rra", "rront")
_PAST = re.compile(
    r"\b(?:a|ont|eut|fut|furent|n'a|n'ont) (?:\w+ ){0,2}?\w+(?:é|ée|és|ées|i|is|it|ie|u|us|ue|ert|erts)\b|"
    r"\b(?:est|sont) (?:entré|né|devenu|resté|passé|paru|sorti|venu|parti)\w*|"
    r"\b(?:ancien\w*|alors|auparavant|naguère|époque|précédemment|jusqu'en|jusqu'au|avant)\b"
)
_DONE = re.compile(r"\b(?:a|ont) (?:\w+ )?(\w{5,}(?:é|ée|és|ées|i|it|is|u|us|ue))\b")
_NO_MORE = re.compile(r"(?<![a-z])n(?:e |')[a-z ]{1,30} plus(?![a-z])")
_DATE = re.compile(
    r" ?(?:le |du |au |en |fin )?(?:le |du |au |l'|the )?(?:exercices? |annee |financial years? )?(?:\d{1,2}(?:er|st|nd|rd|th)? ?)?(?:[a-z]+ )?((?:19|20)\d\d)"
    r"| ?(?:le |du |au |fin )?(\d{1,2}(?:er)? (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre))"
)
_SHIFT = re.compile(
    r"(?<![a-z])(?:du|de l'|de la |de|from(?: the)?) ?([a-z]{4,}) (?:au|a l'|a la|a|to(?: the)?) ?([a-z]{4,})"
)
_SHORT = 3
"""Letters of words that are too short for their ending to tell a tense."""
_STATUSES = ("promulguée", "abrogé", "rejeté", "atteint")
_PERIODS = ("avant", "pendant", "après")


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Times of `mine` that are not those of `theirs`."""
    out = []
    if mine.language == "fr":
        out += _tenses(mine, theirs)
    out += _dates(mine, theirs)
    out += _periods(mine, theirs)
    back = {(a, b) for b, a in _SHIFT.findall(theirs.folded)} & set(_SHIFT.findall(mine.folded))
    out += [f"sens inverse : {a}, {b}" for a, b in sorted(back)]
    out += [f"statut : {name}" for name in _STATUSES if mine.has(name) and not theirs.has(name)]
    to_come = theirs.has("bill") or (theirs.has("put off") and not mine.has("put off"))
    if to_come and mine.has("in force") and not theirs.has("in force"):
        out.append("en vigueur ajouté")
    if theirs.has("bill") and not mine.has("not yet"):
        out.append("projet dit comme une loi")
    return out


def _imperfect(text: ReadText) -> bool:
    """Whether a text has a verb in the imperfect: « était », and « devrait », which tells the past as often."""
    return any(
        (w.endswith(_IMPERFECT) and not w.endswith(_CONDITIONAL) and not CUES.has(w, "no imperfect"))
        or CUES.has(w, "conditional duty")
        for w in text.spoken
        if len(w) > _SHORT
    )


def _conditional(text: ReadText) -> bool:
    return any(w.endswith(_CONDITIONAL) for w in text.spoken)


def _future(text: ReadText) -> list[str]:
    """The verbs of a text in the future tense."""
    return [w for w in text.spoken if w.endswith(_FUTURE) and len(w) > _SHORT and not CUES.has(w, "no future")]


def _tenses(mine: ReadText, theirs: ReadText) -> list[str]:
    out = []
    future_there, future_here = _future(theirs), _future(mine)
    coming = theirs.has("coming") or _conditional(theirs)
    told = {aligned_fold(w)[:5] for w in _DONE.findall(theirs.text.lower())}
    if any(w[:5] in told for w in future_here) or (future_here and not future_there and not coming):
        out.append("futur ajouté")
    if mine.has("already") and not theirs.has("of now") and not _NO_MORE.search(theirs.folded):
        out.append("dit comme acquis")
    later = [w for w in future_there if not w.endswith(("rra", "rront")) and not CUES.has(w, "no later")]
    if later and not future_here and not mine.has("coming") and not _conditional(mine):
        out.append("futur dit comme présent")
    return out


def omissions(mine: ReadText, theirs: ReadText) -> list[str]:
    """The past told as the present."""
    if mine.language != "fr" or not _imperfect(theirs) or _imperfect(mine) or _PAST.search(mine.text.lower()):
        return []
    return [] if _conditional(mine) else ["passé dit au présent"]


def _dates(mine: ReadText, theirs: ReadText) -> list[str]:
    """Dates that open a period in one text and close it in the other."""
    if denied(mine).count != denied(theirs).told_by(mine):
        return []
    out = []
    ours, given = _edges(mine), _edges(theirs)
    for date, edge in ours.items():
        other = given.get(date)
        if other is not None and not edge & other:
            out.append(f"{'/'.join(sorted(other))} → {'/'.join(sorted(edge))} : {date}")
    return out


def _edges(text: ReadText) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for edge in ("depuis", "jusqu'à"):
        for _, end in text.find(edge):
            if m := _DATE.match(text.folded, end):
                out.setdefault(m.group(1) or m.group(2), set()).add(edge)
    return out


def _periods(mine: ReadText, theirs: ReadText) -> list[str]:
    ours, given = _moments(mine), _moments(theirs)
    out = []
    for stem, periods in ours.items():
        other = given.get(stem)
        if other and not periods & other:
            out.append(f"{'/'.join(sorted(other))} → {'/'.join(sorted(periods))} : {stem}")
    here = {name for name in _PERIODS if mine.has(f"période {name}")}
    there = {name for name in _PERIODS if theirs.has(f"période {name}")}
    if (here == {"après"} and there == {"avant"}) or (here == {"avant"} and there == {"pendant"}):
        out.append(f"{'/'.join(there)} → {'/'.join(here)}")
    return out


def _moments(text: ReadText) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for name in _PERIODS:
        for _, end in text.find(f"période {name}"):
            for stem in text.after(end, 1):
                out.setdefault(stem, set()).add(name)
    return out
