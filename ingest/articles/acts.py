"""What is proper to acts of the Union: numbered recitals, and articles that amend another act point by point.

Guarantee: a point of an amending article is a unit of its own, whole, that says which articles of which act it
changes: « article 1, point 4 » of the CSRD is also found as article 19 bis of the accounting directive.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.articles.titles import AMENDS, quoted_article
from ingest.articles.units import Unit, pretty_number
from ingest.documents.tree import Block
from ingest.language.locators import parse_references

_OPENS = re.compile(r"considérant ce qui suit|^whereas:?$", re.IGNORECASE)
_CLOSES = re.compile(
    r"(?:ONT|A) (?:ADOPTÉ|ARRÊTÉ) (?:LA|LE) PRÉSENTE?|(?:HAVE|HAS) ADOPTED THIS|(?:ont|a) adopté (?:la|le) présente?"
)
_RECITAL = re.compile(r"\((\d{1,3})\)\s")
_POINT = re.compile(r"(\(?)(\d{1,3})\)\s")
_ABOUT = re.compile(
    r"\(?\d{1,3}\)\s+(?:À |Au |Aux |Dans |L[’']|Le |La |Les |Un |Une |[Ii]n |[Tt]he |Articles? |Annex )[^\n]{0,400}"
    r"(?:remplacé|modifié|ajouté|inséré|supprimé|complété|rédigé|abrogé|replaced|amended|added|inserted|deleted)"
)
_SIGNED = re.compile(r"(?:Fait|Done) (?:à|at) [A-ZÀ-Ý][^.;]{2,60}\.?")


class Recitals:
    """Follows a document from block to block, and says which blocks open a recital."""

    def __init__(self) -> None:
        self._open = False
        self._next = 1

    def number(self, block: Block) -> int | None:
        """The number of the recital that a block opens; 0 when it closes the recitals; None otherwise."""
        if not self._open:
            self._open = bool(_OPENS.search(block.text[-120:])) and self._next == 1
            return None
        if block.kind == "heading" or _CLOSES.match(block.text):
            self._open = False
            return 0
        match = _RECITAL.match(block.text)
        if match and int(match.group(1)) == self._next:
            self._next += 1
            return int(match.group(1))
        return None


def signs(block: Block) -> bool:
    """Whether a block is the place and date under an act, where its last article ends."""
    return block.kind == "text" and bool(_SIGNED.fullmatch(block.text))


def amending_points(unit: Unit) -> list[Unit]:
    """The points of an amending article, each with the numbers that it changes; any other unit alone."""
    head = next((n for n, p in enumerate(unit.parts[:3]) if AMENDS.search(p.text)), None)
    if unit.number is None or head is None or len(unit.parts) < head + 2:
        return [unit]
    amends = unit.parts[head].text
    groups: list[list[Block]] = [list(unit.parts[: head + 1])]
    quoted, style = False, None
    for part in unit.parts[head + 1 :]:
        match = _POINT.match(part.text)
        style = match.group(1) if match and style is None else style
        follows = match and match.group(1) == style and int(match.group(2)) == len(groups)
        if follows and (not quoted or _ABOUT.match(part.text)):
            groups.append([part])
            quoted = False
        else:
            groups[-1].append(part)
            opens, closes = part.text[:1] in '"«“‘', bool(re.search(r"[\"»”’][.;,]*$", part.text))
            quoted = (quoted or opens) and not closes
    if len(groups) == 1:
        return [unit]
    out = [replace(unit, parts=tuple(groups[0]))]
    for n, group in enumerate(groups[1:], 1):
        out += _articles(replace(unit, locator=f"{unit.locator}, point {n}", parts=tuple(group), amends=amends))
    return out


def _articles(point: Unit) -> list[Unit]:
    """A point that inserts several articles, one unit an article; what announces them goes with the first."""
    starts = [n for n, part in enumerate(point.parts) if quoted_article(part.text)]
    numbers = [str(quoted_article(point.parts[n].text)) for n in starts]
    if len(starts) < 2:
        return [replace(point, also=tuple(numbers) or _named(point.parts[0].text))]
    bounds = [0, *starts[1:], len(point.parts)]
    return [
        replace(
            point,
            locator=f"{point.locator} (art. {pretty_number(number)})",
            also=(number,),
            parts=point.parts[bounds[i] : bounds[i + 1]],
        )
        for i, number in enumerate(numbers)
    ]


def _named(lead: str) -> tuple[str, ...]:
    """Numbers that the first sentence of a point changes (« À l'article 20, le paragraphe 1 est remplacé »)."""
    text = lead[:300].replace("’", "'").partition("est remplacé par")[0]
    found = [r for r in parse_references(text) if r.kind in ("article", "annex")]
    if not found:
        return ()
    first = found[0]
    near = [r for r in found if r.start - first.start < 120 and r.kind == first.kind]
    listed = re.search(r"\barticles\b", text[: first.start + 1]) is not None
    return tuple(dict.fromkeys(r.number for r in (near if listed else [first])))
