"""The facts of a case that an answer was given on, as a project keeps them.

Guarantee: only what was said of the asker's case is taken: figures and days with their words, values of facets that the
question named; never what the answer says.
"""

from __future__ import annotations

from typing import Any

from assistant.answer import Answer
from ingest.corpus.fiches import FACETS
from ingest.corpus.rules import DATES, QUANTITIES


def facts_told(answer: Answer) -> dict[str, Any]:
    """The facts of an answer's case, by name."""
    out: dict[str, Any] = {}
    for item in answer.understood.case:
        value = item.value
        if item.field in QUANTITIES:
            out[item.field] = list(value) if isinstance(value, tuple) else value
        elif item.field in DATES:
            ends = str(value).split("/")
            out[item.field] = ends[0] if len(set(ends)) == 1 else ends
    out.update({name: list(values) for name, values in answer.understood.facets.items() if name in FACETS and values})
    return out
