"""Bodies, places, nationalities, and the people and works of the trade.

Guarantee: a name that the wording does not hold is a departure, whatever the name: nothing has to be listed for a body
to be missed. Listed are only the other names of one body (CNC, Centre national du cinéma) and the common nouns that
name someone (le préfet, l'annonceur) or a kind of work (documentaire, long métrage).
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re
from itertools import pairwise

from assistant.checking.fidelity.words import NAMES, ReadText, aligned_fold, bag, phrases_of

_SAME = phrases_of("same")
_PEOPLE = phrases_of("people", "told", "also")
_BODIES = bag(
    "ecoprod arte arcom ademe afnor afdas canal canalplus tf1 m6 netflix bbc enedis edf engie totalenergies deloitte kpmg ficam "
    "fncf csa cst acpr esma efrag bpifrance audiens cofiloisirs coficine secoya albert ecomuvi legifrance xilam "
    "mediakwest commission bercy paris lyon marseille bordeaux bretagne corse occitanie normandie europe france"
)
"""Names that may open a sentence: elsewhere a capital is enough to tell a name."""
_TITLE = re.compile(r"(?<![\w])(?:[A-ZÀÂÉÈÊÎÏÔÇŒ][\w&+!-]*|[\w]*[A-Z][A-Z0-9&+-]+)")
_UNION = bag("ue eu union")
_JOINED = str.maketrans("-&+!", "    ")
_OPENS = re.compile(r"(?:[.!?:;]\s|[«\"“]\s?|\A\W+)$")
_NOT_NAMES = bag(
    "article articles directive regulation law act code decree order ordinance label labour environmental energy civil "
    "penal criminal commercial rural forestry member members states state january february march april may june july "
    "august september october november december monday in the a an since for from on if only under according omnibus "
    "delegated type no eur hr mr annex chapter co2 co2e kg kwh mwh gwh kw mw eco tco2e gco2e kgco2e loi decret region "
    "ville etat etats ht m iso spec base scheme performance article"
)


def _counted(folded: str) -> bool:
    """Units and article numbers, which `ingest.language.claims` reads."""
    return "co2" in folded or any(a.isdigit() and b.isdigit() for a, b in pairwise(folded))


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Names and common nouns for someone that `mine` holds and `theirs` does not."""
    out = [f"nom : {name}" for name in _names(mine) if not _known(aligned_fold(name), theirs)]
    told, support = _PEOPLE.all(mine.folded), _PEOPLE.all(theirs.folded)
    for i in range(len(NAMES["people"])):
        if (spans := told.get(f"{i} told")) and f"{i} told" not in support and f"{i} also" not in support:
            out.append(f"sujet : {mine.folded[slice(*spans[0])]}")
    known, european = _SAME.all(theirs.folded), theirs.has("Europe")
    for name, spans in _SAME.all(mine.folded).items():
        said = mine.folded[slice(*spans[0])]
        if name not in known and not (european and "urop" in said):
            out.append(f"nom : {said}")
    return out


def _names(text: ReadText) -> list[str]:
    """Words with a capital that no sentence start explains, and acronyms."""
    out = []
    for m in _TITLE.finditer(text.text):
        word = m.group(0)
        opens = m.start() == 0 or _OPENS.search(text.text, max(0, m.start() - 4), m.start())
        if opens and not word[1:2].isupper() and aligned_fold(word) not in _BODIES:
            continue
        if aligned_fold(word) not in _NOT_NAMES and len(word) > 1 and not _counted(aligned_fold(word)):
            out.append(word)
    return out


def _known(name: str, theirs: ReadText) -> bool:
    if _holds(theirs, name):
        return True
    pieces = [p for p in name.translate(_JOINED).split() if len(p) > 1]
    if len(pieces) > 1 and all(_holds(theirs, p) for p in pieces):
        return True
    if name in _UNION or name.startswith("europ"):
        return theirs.has("Europe")
    return bool(_SAME.all(name).keys() & _SAME.all(theirs.folded).keys())


def _holds(text: ReadText, name: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])", text.folded) is not None


def named(text: ReadText) -> frozenset[str]:
    """Folded names of a text, for `roles`."""
    return frozenset(aligned_fold(n) for n in _names(text))
