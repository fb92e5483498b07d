"""Words that exclude each other.

Guarantee: a sentence that holds one side of a pair, where the wording holds only the other, is a departure, unless one
of the two is denied (« n'est pas gratuit » for « payant »).
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import ReadText, words_pattern

_PAIRS = tuple(
    (words_pattern(a), words_pattern(b))
    for a, b in (
        (("hausse", "hausses", "augment*", "accroi*", "relev*", "rehauss*", "increas*", "rais*", "rise", "rose", "en plus"),
         ("baisse", "baisses", "baisser", "diminu*", "reduct*", "reduir*", "reduit*", "abaiss*", "en moins", "de moins", "decreas*", "reduc*", "cut", "cuts", "lower*", "less")),
        (("alourd*",), ("alleg*",)),
        (("gratuit*", "free of charge", "free"), ("payant*", "paiement", "paid", "payer", "payment")),
        (("favorable*", "favourable"), ("defavorable*", "unfavourable", "oppose*")),
        (("neuf", "neufs", "neuve*", "new"), ("d'occasion", "second-hand", "used")),
        (("horizontal*",), ("vertical*",)),
        (("moyenne*", "average", "mean"), ("maximum", "maximal*", "minimum", "minimal*")),
        (("minimum", "minimal*", "au moins les", "au moins la", "au moins le"), ("maximum", "maximal*", "plafonn*", "au plus les", "au plus la", "au plus le")),
        (("physique*", "individual*", "natural person*"), ("morale*", "legal entit*", "legal person*")),
        (("tot", "early", "as soon"), ("tard", "late")),
        (("report*", "repouss*", "decal*", "differ*", "postpon*", "delay*"), ("avance*", "anticip*", "brought forward")),
        (("supprim*", "disparai*", "dispar*", "retire*", "remov*", "abolish*"), ("maint*", "conserv*", "keep*", "kept", "garde*", "retain*")),
        (("annul*", "annull*"), ("valid*", "confirme*", "upheld")),
        (("adopt*",), ("rejet*", "reject*")),
        (("sur place", "on site", "on the premises"), ("a emporter", "takeaway")),
        (("moins cher", "plus bas", "cheaper", "lower price"), ("plus cher", "plus eleve", "dearer", "more expensive")),
        (("un peu plus",), ("un peu moins",)),
        (("public", "publics", "publique*"), ("prive", "prives", "privee*", "private")),
        (("previsionnel*",), ("definitif*", "definitive*")),
        (("long metrage", "longs metrages"), ("court metrage", "courts metrages")),
        (("domanial*", "state-owned"), ("communal*",)),
        (("majoritairement", "mostly"), ("entierement", "exclusivement", "entirely")),
        (("interne*", "in-house"), ("externe*", "external")),
        (("cumul*", "a la fois", "both"), ("suffit", "suffisant", "either", "one is enough")),
    )
)  # fmt: skip
_ORDER = (words_pattern(["avant", "before"]), words_pattern(["apres", "after"]))
"""Only exchanged: « il faut A avant B » is « B après A »."""


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Pairs of which the two texts hold opposite sides."""
    same = bool(denied(mine).count) == bool(denied(theirs).count)
    out = []
    for a, b in _PAIRS:
        for one, other in ((a, b), (b, a)):
            if (
                (m := one.search(mine.folded))
                and not other.search(mine.folded)
                and not one.search(theirs.folded)
                and (n := other.search(theirs.folded))
                and (same or (not _near_denial(mine, m) and not _near_denial(theirs, n)))
            ):
                out.append(f"contraire : {n.group(0)} → {m.group(0)}")
    return out + _exchanged(mine, theirs)


def _exchanged(mine: ReadText, theirs: ReadText) -> list[str]:
    """Pairs of which both texts hold both sides, each with the company of the other."""
    out = []
    for a, b in (*_PAIRS, _ORDER):
        ours, given = _sides(mine, a, b), _sides(theirs, a, b)
        if all((*ours, *given)) and ours[0] & given[1] - ours[1] - given[0] and ours[1] & given[0] - ours[0] - given[1]:
            out.append(f"échange : {a.search(mine.folded)[0]}, {b.search(mine.folded)[0]}")  # type: ignore[index]
    return out


def _sides(text: ReadText, *patterns: re.Pattern[str]) -> list[set[str]]:
    """For each pattern, the stems of the segments that it stands in."""
    starts = [{m.start() for m in p.finditer(text.folded)} for p in patterns]
    return [
        {
            w.stem
            for s in text.segments
            if any(s[0].start <= at < s[-1].end or at == s[0].start for at in found)
            for w in s
        }
        for found in starts
    ]


def _near_denial(text: ReadText, m: re.Match[str]) -> bool:
    return any(start - 4 <= m.start() <= end + 30 for start, end in denied(text).spans)
