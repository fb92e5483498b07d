"""And, or, one of, all; conditions, exceptions and reserves.

Guarantee: two things joined by « et » in one text and by « ou » in the other are a departure, and so is « one is
enough » for « both ». A restriction (« si », « sauf », « sans », a relative clause that no comma sets apart, a figure's
threshold) may be reworded, not left out, when the rest is told. An exception may not be made up, what is left out may
not be taken in. A reserve (« en principe », « selon », a conditional) stays a reserve.
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re

from assistant.checking.fidelity.force import denied, restricting
from assistant.checking.fidelity.words import ReadText

_LINKS = {"et": "et", "and": "et", "ainsi que": "et", "as well as": "et", "ou": "ou", "or": "ou"}
_RESTRICTS = {
    "fr": re.compile(
        r"(?<![a-z])(?:sauf|hors(?! champ)|excepte|a l'exception|si|s'il|s'ils|s'elle|s'elles|lorsqu'|lorsque|quand|a condition|pourvu|sous reserve|en cas|"
        r"dez que|dez lors|faute de|a defaut|sans(?! effet)|non|avec|d'au moins|d'au plus|"
        r"(?<!, )(?<!,)(?<!ce )qui|que(?= l| on| c)|qu'on|homologue\w*|tournes?|tournees?|sur presentation|soit)(?![a-z])"
    ),
    "en": re.compile(
        r"(?<![a-z])(?:except|unless|outside|excluding|if|when|where|provided|subject to|in case|without(?! effect)|with|(?<!, )that|(?<!, )who|(?<!, )which)(?![a-z])"
    ),
}
_STOPS = re.compile(r"[,;:.()]|(?<![a-z])(?:est|sont|doit|doivent|peut|peuvent|ne|n'|is|are|must|may|shall)(?![a-z])")
_CONDITIONAL = ("erait", "eraient", "irait", "draient", "drait")
_PLAIN_CONDITIONAL = ("aurait", "pourrait", "devrait")


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Conditions fused, dropped, made up; reserves lost."""
    out = _links(mine, theirs)
    if mine.has("one") and not theirs.has("one") and theirs.has("all") and not denied(mine).count:
        out.append("une condition pour plusieurs")
    if mine.has("enough") and not theirs.has("enough") and theirs.has("all") and not denied(mine).count:
        out.append("une condition suffit")
    if mine.has("all") and not theirs.has("all") and theirs.has("one") and not denied(theirs).count:
        out.append("plusieurs conditions pour une")
    if _counted(mine) != _counted(theirs) and _counted(mine) and _counted(theirs):
        out.append("nombre de conditions")
    return out + _exceptions(mine, theirs)


def omissions(mine: ReadText, theirs: ReadText) -> list[str]:
    """Restrictions and reserves left out."""
    out = _dropped(mine, theirs)
    if (_reserves(theirs) or _conditional(theirs)) and not _reserved(mine):
        out.append("réserve perdue")
    return out


def _reserved(text: ReadText) -> bool:
    """Whether a text has a reserve, or what may stand for one in a sentence without being one that it must keep."""
    return _reserves(text) or text.has("mild") or _conditional(text)


def _reserves(text: ReadText) -> bool:
    """Whether a text has a reserve: « selon la presse » is one, « selon la loi » is not."""
    settled = dict(text.find("settled"))
    return any(end > settled.get(start, 0) for start, end in text.find("reserve"))


def _conditional(text: ReadText) -> bool:
    return any(w.endswith(_CONDITIONAL) and not w.startswith(_PLAIN_CONDITIONAL) for w in text.spoken)


_COUNTED = re.compile(
    r"(?<![a-z])(un|une|deux|trois|one|two|three|1|2|3) (?:seule? )?(?:des|of the) (deux|trois|quatre|two|three|four|2|3|4)?"
)
_VALUES = {"un": 1, "une": 1, "one": 1, "deux": 2, "two": 2, "trois": 3, "three": 3}


def _counted(text: ReadText) -> int | None:
    """« deux des trois » → 2."""
    m = _COUNTED.search(text.folded)
    return (_VALUES.get(m.group(1)) or int(m.group(1))) if m and m.group(2) else None


_EACH = re.compile(r"(?<![a-z])(?:un|une|a) [a-z' -]{2,30} $")
_ANY = (" un ", " une ", " a ", " an ")


def _links(mine: ReadText, theirs: ReadText) -> list[str]:
    out: list[str] = []
    if mine.has("whether") or theirs.has("whether"):
        return out
    given = _joined(theirs)
    for pair, link in _joined(mine).items():
        others = {other for p, other in given.items() if p == pair or p == (pair[1], pair[0])}
        if others and link not in others and denied(mine).count == denied(theirs).count:
            out.append(f"{'/'.join(sorted(others))} → {link} : {pair[0]}, {pair[1]}")
    return out


def _joined(text: ReadText) -> dict[tuple[str, str], str]:
    """(stem on the left, stem on the right) → « et » or « ou », for the two words on each side."""
    out: dict[tuple[str, str], str] = {}
    for start, end in text.find("joins"):
        link = _LINKS.get(text.folded[start:end])
        if link is None:
            continue
        left, right = text.before(start, 2), text.after(end, 2)
        wide = set(text.between(end, end + 40))
        if _EACH.search(text.folded, 0, start) and text.folded.startswith(_ANY, end):
            continue  # « un studio ou un bureau »: studios and offices
        if set(left) & wide and any(s[0].isdigit() for s in (*left, *right)):
            continue  # « 3 000 € pour une personne physique et 15 000 € pour une personne morale »: each its own
        for a in left:
            for b in right:
                out.setdefault((a, b), link)
    return out


def _exceptions(mine: ReadText, theirs: ReadText) -> list[str]:
    out = []
    ours, given = denied(mine), denied(theirs)
    restricts = theirs.has("only") or bool(restricting(theirs)) or ours.count + ours.bounds < given.count + given.bounds
    denial = _around(mine, "save", 0, 4) & given.stems
    if mine.has("save") and not theirs.has("except") and (denial or not restricts):
        out.append("exception ajoutée")
    ours_out, ours_in = _around(mine, "except", 0, 1), _around(mine, "include", 2, 2)
    their_out, their_in = _around(theirs, "except", 0, 1), _around(theirs, "include", 2, 2)
    out += [f"exclu → inclus : {s}" for s in sorted((ours_in - ours_out) & (their_out - their_in))]
    out += [f"inclus → exclu : {s}" for s in sorted((ours_out - ours_in) & (their_in - their_out))]
    out += [
        f"hors perdu : {s}"
        for s in sorted((their_out & mine.stems) - ours_out)
        if not mine.has("except") and not denied(mine).count
    ]
    return out


def _around(text: ReadText, cue: str, before: int, after: int) -> set[str]:
    out: set[str] = set()
    for start, end in text.find(cue):
        out |= {*text.before(start, before), *text.after(end, after)}
    return out


def _dropped(mine: ReadText, theirs: ReadText) -> list[str]:
    """Restrictions of which next to nothing is left although the rest is told."""
    spans = restrictions(theirs)
    main = {w.stem for w in theirs.words if not any(a <= w.start < b for a, b in spans)}
    if len(main & _all(mine)) < 0.5 * len(main):
        return []
    out = []
    for start, end in spans:
        own = set(theirs.between(start, end)) - main
        if len(own) < 2 and theirs.folded.startswith(("avec", "with"), start):  # « remis au CNC », "filed with the CNC"
            continue
        if own and len(own & _all(mine)) < 0.34 * len(own) and not _rephrased(mine, _all(theirs)):
            out.append(f"condition perdue : {theirs.text[start:end].strip()}")
    return out


def _all(text: ReadText) -> set[str]:
    return {w.stem for w in text.words}


def _rephrased(mine: ReadText, known: set[str]) -> bool:
    """True when a restriction of the sentence holds words that the wording does not have: it may be the one sought."""
    for start, end in restrictions(mine):
        stems = set(mine.between(start, end))
        if stems - known:
            return True
    return False


def restrictions(text: ReadText) -> list[tuple[int, int]]:
    """Spans of the restrictions of a text, from the word that opens one to the end of its clause."""
    out: list[tuple[int, int]] = []
    for m in _RESTRICTS[text.language].finditer(text.folded):
        pattern = _PAUSE if text.at("clause", m.start()) else _STOPS
        stop = pattern.search(text.folded, m.end() + 4)
        end = stop.start() if stop else len(text.folded)
        if text.after(m.end(), 1) and not any(a <= m.start() < b for a, b in out):
            out.append((m.start(), end))
    return out


_PAUSE = re.compile(r"[,;:.()]")
