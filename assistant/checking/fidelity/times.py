"""Tense, before and after, status.

Guarantee: what the wording tells as past is not told as present, what is to come is not told as done; a date that opens
a period does not close it; what comes before a thing does not come after it; a bill is not a law in force, and a rule in
force is not repealed.
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import ReadText, aligned_fold, words_pattern

_IMPERFECT = re.compile(
    r"(?<![a-z])(?:etait|etaient|avait|avaient|\w{2,}(?<!r)(?:ait|aient))(?![a-z])|(?<![a-z])(?:valait|valaient|parlait|relevait|dev?rait)(?![a-z])"
)
_NOT_IMPERFECT = re.compile(
    r"(?:^|(?<![a-z]))(?:fait|lait|trait|portrait|souhait|parfait|satisfait|extrait|retrait|attrait|distrait|abstrait|contrefait|bienfait|traits|connait|parait|disparait|plait|ait|aient|forfait|soustrait|reconnait)(?![a-z])"
)
_PAST = re.compile(
    r"\b(?:a|ont|eut|fut|furent|n'a|n'ont) (?:\w+ ){0,2}?\w+(?:é|ée|és|ées|i|is|it|ie|u|us|ue|ert|erts)\b|"
    r"\b(?:est|sont) (?:entré|né|devenu|resté|passé|paru|sorti|venu|parti)\w*|"
    r"\b(?:ancien\w*|alors|auparavant|naguère|époque|précédemment|jusqu'en|jusqu'au|avant)\b"
)
_FUTURE = re.compile(
    r"(?<![a-z])(?!opera|camera|extra|infra|supra|contra|ultra|para|natura)\w+(?:era|eront|ira|iront|dra|dront|ura|uront|rra|rront)(?![a-z])"
)
_LATER = re.compile(
    r"(?<![a-z])(?!opera|camera|extra|infra|supra|contra|ultra|para|natura|dira|diront|fera|feront|donnera|pourr|devr|renseigner|repondr|aura)\w+(?:era|eront|ira|iront|dra|dront|ura|uront)(?![a-z])"
)
_COMING = re.compile(
    r"a venir|prochain|d'ici|prevu|prevoi|prevoy|plann|projet|proposition|annonc|report|repouss|viser?\b|vise\b|objectif|devait|doit\b|doivent|a partir d|a compter d|une fois|quand|apres|pourr|\w+rait\b|will|plan|to come"
)
_ALREADY = re.compile(
    r"(?<![a-z])(?:deja|desormais|dorenavant|a present|maintenant|toujours valable|already|now)(?![a-z])"
)
_NOW_OK = re.compile(
    r"(?<![a-z])(?:deja|desormais|ne [a-z ]{1,30} plus|n'[a-z ]{1,30} plus|depuis|since|already|now|no longer|maintien|maintenu)(?![a-z])"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE = r"(?:(?:le |du |au |l'|the )?(?:exercices? |annee |financial years? )?(?:\d{1,2}(?:er|st|nd|rd|th)? ?)?(?:[a-z]+ )?((?:19|20)\d\d)|(?:le |du |au )?(\d{1,2}(?:er)? (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)))"
_FROM = re.compile(
    r"(?<![a-z])(?:depuis|a partir d(?:e|u|es)|a compter d(?:e|u|es)|dez|apres|since|from|on or after|starting|after|au plus tot|entree? en vigueur) (?:le |du |au )?"
    + _DATE
)
_UNTIL = re.compile(
    r"(?<![a-z])(?:jusqu'au|jusqu'en|jusqu'a|avant|au plus tard|d'ici|until|before|by|no later than|not later than) (?:le |du |au |en |fin )?"
    + _DATE
)
_PERIOD = {
    "avant": words_pattern(["avant", "prealable*", "prior", "before", "en amont"]),
    "pendant": words_pattern(["pendant", "durant", "au cours", "during", "profite du"]),
    "après": words_pattern(["apres", "une fois", "a l'issue", "au terme", "passe le", "passe un", "after", "ensuite", "suivant"]),
}  # fmt: skip
_SHIFT = re.compile(
    r"(?<![a-z])(?:du|de l'|de la |de|from(?: the)?) ?([a-z]{4,}) (?:au|a l'|a la|a|to(?: the)?) ?([a-z]{4,})"
)
_REPEALED = re.compile(r"(?<![a-z])(?:abrog\w*|caduc\w*|repealed|a ete supprime\w*)(?![a-z])")
_STATUS = (
    (re.compile(r"(?<![a-z])promulgu\w*"), "promulguée"),
    (_REPEALED, "abrogé"),
    (re.compile(r"(?<![a-z])(?:rejete\w*|rejected)(?![a-z])"), "rejeté"),
    (re.compile(r"(?<![a-z])(?:a atteint|ont atteint|reached|achieved)(?![a-z])"), "atteint"),
)
_IN_FORCE = re.compile(
    r"(?<![a-z])(?:en vigueur|appliqu\w*|applicable\w*|in force|into force|appl(?:y|ies|ied))(?![a-z])"
)
_BILL = re.compile(r"(?<![a-z])(?:projet de loi|proposition de loi|amendement|bill|amendment)(?![a-z])")
_PUT_OFF = re.compile(r"(?<![a-z])(?:repouss|report|a partir|prevu|decal)")
_NOT_YET = re.compile(
    r"(?<![a-z])(?:projets?|propositions?|amendements?|adopt\w+|commission mixte|bill|amendment|proposal|n'est pas)(?![a-z])"
)


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Times of `mine` that are not those of `theirs`."""
    out = []
    if mine.language == "fr":
        out += _tenses(mine, theirs)
    out += _dates(mine, theirs)
    out += _periods(mine, theirs)
    back = {(a, b) for b, a in _SHIFT.findall(theirs.folded)} & set(_SHIFT.findall(mine.folded))
    out += [f"sens inverse : {a}, {b}" for a, b in sorted(back)]
    out += [f"statut : {name}" for pattern, name in _STATUS if mine.has(pattern) and not theirs.has(pattern)]
    to_come = theirs.has(_BILL) or (theirs.has(_PUT_OFF) and not mine.has(_PUT_OFF))
    if to_come and mine.has(_IN_FORCE) and not theirs.has(_IN_FORCE):
        out.append("en vigueur ajouté")
    if theirs.has(_BILL) and not mine.has(_NOT_YET):
        out.append("projet dit comme une loi")
    return out


def _imperfect(text: ReadText) -> int:
    return len(_IMPERFECT.findall(_NOT_IMPERFECT.sub(" ", text.folded)))


def _tenses(mine: ReadText, theirs: ReadText) -> list[str]:
    out = []
    future_there, future_here = theirs.has(_FUTURE), mine.has(_FUTURE)
    told = {
        w[:5]
        for w in re.findall(r"\b(?:a|ont) (?:\w+ )?(\w{5,}(?:é|ée|és|ées|i|it|is|u|us|ue))\b", theirs.text.lower())
    }
    done = [w for w in _FUTURE.findall(mine.folded) if w[:5] in {aligned_fold(t) for t in told}]
    if done or (future_here and not future_there and not theirs.has(_COMING)):
        out.append("futur ajouté")
    if mine.has(_ALREADY) and not theirs.has(_NOW_OK):
        out.append("dit comme acquis")
    if _LATER.search(theirs.folded) and not future_here and not mine.has(_COMING):
        out.append("futur dit comme présent")
    return out


def omissions(mine: ReadText, theirs: ReadText) -> list[str]:
    """The past told as the present."""
    if mine.language != "fr" or not _imperfect(theirs) or _imperfect(mine) or _PAST.search(mine.text.lower()):
        return []
    return [] if re.search(r"\w+r(?:ait|aient)(?![a-z])", mine.folded) else ["passé dit au présent"]


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
    for pattern, edge in ((_FROM, "depuis"), (_UNTIL, "jusqu'à")):
        for m in pattern.finditer(text.folded):
            out.setdefault(m.group(1) or m.group(2), set()).add(edge)
    return out


def _periods(mine: ReadText, theirs: ReadText) -> list[str]:
    ours, given = _moments(mine), _moments(theirs)
    out = []
    for stem, periods in ours.items():
        other = given.get(stem)
        if other and not periods & other:
            out.append(f"{'/'.join(sorted(other))} → {'/'.join(sorted(periods))} : {stem}")
    here = {name for name, pattern in _PERIOD.items() if mine.has(pattern)}
    there = {name for name, pattern in _PERIOD.items() if theirs.has(pattern)}
    if (here == {"après"} and there == {"avant"}) or (here == {"avant"} and there == {"pendant"}):
        out.append(f"{'/'.join(there)} → {'/'.join(here)}")
    return out


def _moments(text: ReadText) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for name, pattern in _PERIOD.items():
        for m in pattern.finditer(text.folded):
            for stem in text.after(m.end(), 1):
                out.setdefault(stem, set()).add(name)
    return out
