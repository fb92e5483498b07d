"""Words that exclude each other.

Guarantee: a sentence that holds one side of a pair, where the wording holds only the other, is a departure, unless one
of the two is denied (« n'est pas gratuit » for « payant »).
"""

from __future__ import annotations

import re

from assistant.fidelity.force import denied
from assistant.fidelity.words import Reading, words_pattern

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


def departures(mine: Reading, theirs: Reading) -> list[str]:
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
                and (same or not _near_denial(mine, m) and not _near_denial(theirs, n))
            ):
                out.append(f"contraire : {n.group(0)} → {m.group(0)}")
    return out


def _near_denial(text: Reading, m: re.Match[str]) -> bool:
    return any(start - 4 <= m.start() <= end + 30 for start, end in denied(text).spans)
