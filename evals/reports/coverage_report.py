"""Plain-text account of a coverage."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from evals.reports.questions import REASON_LABELS
from evals.reports.report import table


def coverage_report(c: Mapping[str, Any], most: int = 15, width: int = 110) -> str:
    """The table of a coverage (`Coverage.as_dict`), and the first of what was never reached."""
    rows = [
        [d["label"], *(str(d[n]) for n in ("statements", "never_retrieved", "never_cited", "no_question"))]
        for d in c["by_domain"]
    ]
    a = c["articles"]
    if a["total"]:
        left = [str(len(a[n])) for n in ("never_retrieved", "never_cited", "no_question")]
        rows.append(["Articles des textes officiels", str(a["total"]), *left])
    header = ["Énoncés par domaine", "en tout", "jamais retrouvés", "jamais cités", "sans question"]
    parts = [table(header, rows), "", textwrap.fill(c["note"], width)]
    for title, found in (
        ("Jamais retrouvés", c["never_retrieved"]),
        ("Sujets sans question", c["topics_without_question"]),
        ("Articles jamais retrouvés", a["never_retrieved"]),
    ):
        parts += _some(title, found, most, width)
    if "hidden" in c:
        parts += ["", f"Jamais retrouvés, et que leurs propres mots ne retrouvent pas : {len(c['hidden'])}"]
        parts += [
            f"  {h['id']} (rang {h['rank'] or '–'}), masqué par {', '.join(h['hidden_by']) or '–'}"
            for h in c["hidden"][:most]
        ]
    if r := c["refused"]:
        parts += ["", textwrap.fill(f"Demandé et refusé. {r['note']}", width)]
        parts += [f"  {x['n']:4}  {REASON_LABELS.get(x['reason'], x['reason'])}, {x['label']}" for x in r["rows"]]
        parts += [f"  {q['n']:4} × {q['question']}" for q in r.get("questions", [])]
    return "\n".join(parts)


def _some(title: str, found: list[Mapping[str, Any]], most: int, width: int) -> list[str]:
    if not found:
        return []
    lines = [textwrap.shorten(f"{x['id']}{_later(x)} : {x['text']}", width - 2, placeholder="…") for x in found[:most]]
    lines = [f"  {line}" for line in lines]
    more = [f"  … et {len(found) - most} de plus (--json)"] if len(found) > most else []
    return ["", f"{title} : {len(found)}", *lines, *more]


def _later(row: Mapping[str, Any]) -> str:
    return "" if row.get("in_force", True) else " (hors vigueur ce jour)"
