"""What the form of a project sends: its choices, its figures and its days, read as a person writes them.

Guarantee: a figure is read with its spaces, its comma and its unit (« 1 800 », « 4 M€ »); what is no figure is refused
by the name of its field.
"""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData

from assistant.project.facts import read_fact
from ingest.corpus.fiches import FACETS
from ingest.corpus.intake import FIELDS, Intake
from ingest.errors import ClapvertError, ErrorCode


def read_form(form: FormData, intake: Intake) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Title, note, choices and facts of a form; a figure or a day left empty is None."""
    picked = {field: [str(v) for v in form.getlist(field) if v] for field in FIELDS}
    given: dict[str, Any] = {}
    for name in intake.figures:
        given[name.value] = read_fact(name.value, str(form.get(name.value, "")))
    for day in intake.days:
        given[day.value] = read_fact(day.value, str(form.get(day.value, "")))
    return str(form.get("title", "")), str(form.get("note", "")).replace("\r\n", "\n"), picked, given


def answer(field: str, text: str) -> dict[str, Any]:
    """The fact that answers a question, by its field."""
    if not text.strip():
        raise ClapvertError(ErrorCode.BAD_REQUEST, "La réponse est vide.", "Choisissez ou écrivez une réponse.")
    return {field: [text] if field in FACETS else read_fact(field, text)}


def written(value: Any) -> str:
    """A figure as a field shows it: « 4 000 000 »."""
    if not isinstance(value, int | float):
        return "" if value is None else str(value)
    whole = f"{value:,.2f}".rstrip("0").rstrip(".")
    return whole.replace(",", "\u202f").replace(".", ",")
