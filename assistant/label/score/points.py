"""Points as people write them in a grid → exact `Decimal`, or the reason why not.

Guarantee: nothing is guessed. « 1 234,5 », « 12 pts », « 1,5 point » and « 65 % » are read as a French reader would;
« 1.234 », which is two numbers depending on the reader, a negative number and words are refused. No float is involved.
"""

from __future__ import annotations

import re
from decimal import Decimal

from assistant.label.phrases import POINT
from ingest.documents.cells import Cell
from ingest.language.claims import Language

MAX_POINTS = Decimal(100_000)
MAX_DIGITS = 15
"""Decimals kept: five thousand such figures add up exactly in 28 digits."""

_BLANK = {"", "-", "–", "—", "/", ".", "n/a", "na", "n.a.", "sans objet", "néant", "s.o.", "so"}
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_UNIT = re.compile(r"\s*(?:points?|pts?\.?|pt|p\.|%)\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"^[+]?\d+(?:[.,]\d+)?$")
_GROUPED = re.compile(r"^\d{1,3}(?:[ \u00a0\u202f\u2009']\d{3})+(?:[.,]\d+)?$")
_POINTED = re.compile(r"^[1-9]\d{0,2}(?:\.\d{3})+$")
_BOTH = re.compile(r"^(\d{1,3}(?:\.\d{3})+),(\d+)$|^(\d{1,3}(?:,\d{3})+)\.(\d+)$")


class BadPointsError(ValueError):
    """Why a cell is no number of points: French, to stand after the cell's text."""


def is_blank(text: str) -> bool:
    """A cell left empty, or filled with a sign that says so."""
    return text.strip().lower() in _BLANK


def points(cell: Cell | None) -> Decimal | None:
    """The points that a cell gives, None when it is blank.

    Raises:
        BadPointsError: the cell holds words, an error, a negative or ambiguous number, or a formula without a value.
    """
    if cell is None or (cell.kind != "formula" and is_blank(cell.text)):
        return None
    if cell.kind == "formula":
        raise BadPointsError("formule dont le résultat n'est pas enregistré dans le fichier")
    if cell.kind in ("error", "date", "bool"):
        said = {"error": "erreur de calcul du tableur", "date": "date", "bool": "oui ou non"}[cell.kind]
        raise BadPointsError(f"{said}, pas un nombre de points")
    value = Decimal(cell.text) if cell.kind in ("number", "percent") else french(cell.text)
    return _bounded(value)


def french(text: str) -> Decimal:
    """A number as written by hand; `BadPointsError` says why it is none."""
    bare = _UNIT.sub("", text.strip()).strip()
    if re.match(r"^[-−–]\s?\d", bare):
        raise BadPointsError("nombre négatif")
    if both := _BOTH.match(bare):
        whole, part = (both[1], both[2]) if both[1] else (both[3], both[4])
        return Decimal(f"{re.sub('[.,]', '', whole)}.{part}")
    if _POINTED.match(bare):
        raise BadPointsError("le point peut marquer les milliers ou les décimales")
    if _GROUPED.match(bare):
        bare = _SPACES.sub("", bare)
    if not _NUMBER.match(bare) or not bare.isascii():
        raise BadPointsError("ce n'est pas un nombre de points")
    return Decimal(bare.replace(",", "."))


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise BadPointsError("ce n'est pas un nombre de points")
    if value < 0:
        raise BadPointsError("nombre négatif")
    exponent = value.as_tuple().exponent
    if value >= MAX_POINTS or not isinstance(exponent, int) or -exponent > MAX_DIGITS:
        raise BadPointsError("nombre trop grand ou trop précis pour un barème")
    return value


def said(value: Decimal, language: Language = "fr") -> str:
    """`1234.50` → « 1 234,5 » for a French reader, “1,234.5” for an English one."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if language == "en" else text.replace(",", "\u202f").replace(".", ",")


def percent(value: Decimal, language: Language = "fr") -> str:
    """`64.9` → « 64,90 % », “64.90%”."""
    return f"{value:.2f}%" if language == "en" else f"{value:.2f}\u00a0%".replace(".", ",")


def in_points(value: Decimal, language: Language = "fr") -> str:
    """`1.5` → « 1,5 point », `2` → « 2 points »: French counts several from two on, English all but one."""
    return f"{said(value, language)} {_counted(value, *POINT[language], language)}"


def some(number: int, word: str, plural: str | None = None, language: Language = "fr") -> str:
    """`1, "critère"` → « 1 critère »; `2` → « 2 critères »."""
    return f"{number} {_counted(number, word, plural or word + 's', language)}"


def _counted(number: Decimal | int, one: str, several: str, language: Language) -> str:
    return one if (number == 1 if language == "en" else number < 2) else several
