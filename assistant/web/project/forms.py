"""What the form of a project sends: its choices, its figures and its days, read as a person writes them.

Guarantee: a figure is read with its spaces, its comma and its unit (« 1 800 », « 4 M€ »); what is no figure is refused
by the name of its field.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from ingest.corpus.fiches import FACETS
from ingest.corpus.intake import FIELDS, Intake
from ingest.corpus.rules import DATES
from ingest.errors import ClapvertError, ErrorCode

_FIGURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(milliards?|millions?|md|m|k)?\s*(?:€|euros?|eur)?", re.IGNORECASE)
_SCALES = {"milliard": 1e9, "md": 1e9, "million": 1e6, "m": 1e6, "k": 1e3}


def read_form(form: FormData, intake: Intake) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Title, note, choices and facts of a form; a figure or a day left empty is None."""
    picked = {field: [str(v) for v in form.getlist(field) if v] for field in FIELDS}
    given: dict[str, Any] = {}
    for name in intake.figures:
        given[name.value] = figure(name.value, str(form.get(name.value, "")))
    for day in intake.days:
        given[day.value] = a_day(day.value, str(form.get(day.value, "")))
    return str(form.get("title", "")), str(form.get("note", "")).replace("\r\n", "\n"), picked, given


def answer(field: str, text: str) -> dict[str, Any]:
    """The fact that answers a question, by its field."""
    if not text.strip():
        raise ClapvertError(ErrorCode.BAD_REQUEST, "La réponse est vide.", "Choisissez ou écrivez une réponse.")
    if field in FACETS:
        return {field: [text]}
    return {field: a_day(field, text) if field in DATES else figure(field, text)}


def figure(name: str, text: str) -> float | None:
    """« 1 800 », « 4 M€ », « 350 k€ » as a figure; None when nothing is written."""
    bare = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip()
    if not bare:
        return None
    found = _FIGURE.fullmatch(re.sub(r"(?<=\d) (?=\d)", "", bare))
    if found is None:
        raise ClapvertError(
            ErrorCode.FACT_INVALID, f"« {text[:40]} » n'est pas un chiffre ({name}).", "Écrivez 12, 1 800 ou 4 M€."
        )
    scale = (found[2] or "").lower().rstrip("s")
    return float(found[1].replace(",", ".")) * _SCALES.get(scale, 1.0)


def a_day(name: str, text: str) -> str | None:
    """A day as a browser sends it; None when nothing is written."""
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip()).isoformat()
    except ValueError as exc:
        raise ClapvertError(
            ErrorCode.FACT_INVALID, f"« {text[:40]} » n'est pas une date ({name}).", "Écrivez AAAA-MM-JJ."
        ) from exc


def written(value: Any) -> str:
    """A figure as a field shows it: « 4 000 000 »."""
    if not isinstance(value, int | float):
        return "" if value is None else str(value)
    whole = f"{value:,.2f}".rstrip("0").rstrip(".")
    return whole.replace(",", "\u202f").replace(".", ",")


def others(given: Mapping[str, Any], intake: Intake) -> dict[str, Any]:
    """The facts that the form does not ask: those told in a conversation, or in answer to a question."""
    asked = {f.value for f in intake.figures} | {d.value for d in intake.days}
    return {name: value for name, value in given.items() if name not in asked}
