"""The form of an import → how a person wants the workbook read.

Guarantee: what the form does not say is as proposed; what a person ticked, mapped or decided comes back on the page as
it was, whatever the import then answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast, get_args

from starlette.datastructures import FormData

from assistant.label.grid.grid import Origin
from assistant.label.grid.imports import Choice, mapping_of
from assistant.label.grid.mapping import ColumnMapping

_COLUMN = re.compile(r"col-(\d{1,2})-(\d{1,3})")


def choice_of(form: FormData) -> Choice:
    """The choice that a form sends; `BAD_REQUEST` when two columns of a header have one role."""
    fields = {k: str(v) for k, v in form.items()}
    ticked, offered = _all(form, "feuille"), _all(form, "offerte")
    first, last = _number(fields.get("premiere")), _number(fields.get("derniere"))
    origin = fields.get("departements", "auto")
    return Choice(
        sheets=() if set(ticked) == set(offered) else tuple(ticked),
        header_rows=(first, max(first, last)) if first else None,
        mappings=_mappings(fields),
        departments=cast("Origin", origin) if origin in get_args(Origin) else "auto",
        take_answers=bool(fields.get("answers")),
        accepted=frozenset(_all(form, "accepter")),
        same={k.removeprefix("meme-"): v == "1" for k, v in fields.items() if k.startswith("meme-") and v},
    )


def _mappings(fields: Mapping[str, str]) -> dict[str, ColumnMapping]:
    """The roles given under each header, by its signature."""
    roles: dict[str, dict[int, str]] = {}
    for name, role in fields.items():
        if m := _COLUMN.fullmatch(name):
            given = roles.setdefault(m[1], {})
            if role:
                given[int(m[2])] = role
    return {
        fields[f"entete-{n}"]: mapping_of(given, fields.get(f"fill-{n}"))
        for n, given in roles.items()
        if fields.get(f"entete-{n}")
    }


def _all(form: FormData, name: str) -> Sequence[str]:
    return [str(v) for v in form.getlist(name)]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else 0
