"""Tables as text, one form for every format: caption, header row, rule, rows (`| a | b |`).

Guarantee: a cell is its own text on one line; merged cells repeat their text in every row and column that they cover,
so that a row read alone still says what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_CELLS = 400_000
"""More is no table that anyone reads: a bomb."""


def cell_text(text: str) -> str:
    """One line, no bar that would look like a column."""
    return re.sub(r"\s+", " ", text).strip().replace("|", "¦")


def table_text(rows: Sequence[Sequence[str]], headers: int = 0, caption: str = "") -> str:
    """The text of a table; `headers` rows at the top are its header, joined into one (« 2024 / Seuil »).

    Empty rows and columns are left out; an empty table is an empty text.
    """
    cells = [[cell_text(c) for c in row] for row in rows]
    width = max((len(r) for r in cells), default=0)
    cells = [r + [""] * (width - len(r)) for r in cells]
    keep = [i for i in range(width) if any(r[i] for r in cells)]
    head, body = cells[:headers], [r for r in cells[headers:] if any(r)]
    lines = [caption] if caption else []
    if head and keep:
        lines.append(_line([" / ".join(dict.fromkeys(r[i] for r in head if r[i])) for i in keep]))
        lines.append("|" + "---|" * len(keep))
    lines += [_line([r[i] for i in keep]) for r in body]
    return "\n".join(lines) if len(lines) > bool(caption) else ""


def table_runs(text: str, longest: int) -> list[str]:
    """A table's text in pieces of at most `longest` characters if its rows allow, each under its caption and header."""
    lines = text.split("\n")
    rule = next((n for n, line in enumerate(lines) if line.startswith("|---|")), -1)
    head, out = lines[: rule + 1], list[str]()
    held: list[str] = []
    for line in lines[rule + 1 :]:
        if held and sum(len(row) + 1 for row in (*head, *held, line)) > longest:
            out.append("\n".join((*head, *held)))
            held = []
        held.append(line)
    return [*out, "\n".join((*head, *held))] if held else out or [text]


def span(value: str | None) -> int:
    """How many rows or columns a cell covers, as its attribute says: 1 when it says none, 200 at most."""
    return min(max(int(value), 1), 200) if value and value.isdigit() and len(value) < 5 else 1


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
