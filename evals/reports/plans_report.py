"""Plain-text account of the planner against plans made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.reports.report import change, percent, table
from evals.scoring.statistics import Difference

_NAMES = {
    "head": "tête du lecteur en tête",
    "shown": "tête du lecteur montrée",
    "f1": "F1 de ce qui est montré",
    "missing": "dit manquant à tort",
    "wrongly": "répondu sans réponse dans les textes",
    "verdict": "même verdict",
}


def plans_report(found: Mapping[str, Any]) -> str:
    """Each measure with its interval, then head and F1 by kind of message."""
    rows = []
    for name, label in _NAMES.items():
        told = found[name]
        if told["n"]:
            rows.append(
                [label, percent(told["value"]), f"{percent(told['low'])} – {percent(told['high'])}", str(told["n"])]
            )
    kinds = [[k, percent(r["head"]), percent(r["f1"]), str(r["messages"])] for k, r in found["kinds"].items()]
    return "\n".join(
        [
            f"{found['messages']} messages planifiés à la main.",
            table(["Mesure", "%", "95 %", "n"], rows),
            "",
            table(["Genre", "tête", "F1", "n"], kinds),
        ]
    )


def changes_report(without: str, found: Mapping[str, Difference]) -> str:
    """What leaving a way out changes."""
    rows = [[_NAMES[n], percent(d.base), percent(d.candidate), change(d)] for n, d in found.items()]
    return "\n".join([f"Sans « {without} » :", table(["Mesure", "entier", "sans", "écart"], rows)])
