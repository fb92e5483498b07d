"""Empty grids to fill in: the columns that the import knows, by department, with how to answer.

Guarantee: a template that is filled in and imported gives what was written in it; it holds no criterion, no point and
no obligation of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from assistant.export.sheet import csv_bytes, workbook_bytes

Shape = Literal["departments", "single"]
ROWS = 40
"""Rows that are ruled for writing, on each sheet."""
HEADER: tuple[tuple[str, int], ...] = (
    ("Code", 10), ("Intitulé", 46), ("Description", 46), ("Obligatoire", 12), ("Points", 9), ("Réponse", 14),
    ("Preuve attendue", 34), ("Commentaire", 30),
)  # fmt: skip
_HELP = (
    "Grille vide à remplir, faite par Clapvert. Elle ne contient aucun critère ni aucun point officiel.",
    "Code : celui de votre grille. Intitulé : une ligne par critère. Points : le maximum du critère, en nombre.",
    "Obligatoire : oui ou non. Réponse : oui, non, partiel, non retenu, ou N/A ; le reste sera « à clarifier ».",
    "À plusieurs départements, une feuille chacun : son nom est celui du département.",
)


def template_xlsx(departments: Sequence[str], day: dt.date) -> bytes:
    """A workbook with a sheet for each department, or one sheet with a column for it when none is named."""
    book = openpyxl.Workbook()
    first: Any = book.active
    first.title = "Mode d'emploi"
    for line in _HELP:
        first.append([line])
    first.column_dimensions["A"].width = 110
    for name in departments or ("Grille",):
        _sheet(book.create_sheet(_title(name, book.sheetnames)), by_column=not departments)
    book.active = 1
    return workbook_bytes(book, day)


def template_csv() -> bytes:
    """The same columns in one CSV."""
    return csv_bytes([name for name, _ in _columns(by_column=True)], [])


def _columns(by_column: bool) -> list[tuple[str, int]]:
    names = list(HEADER)
    return [*names[:3], ("Département", 22), *names[3:]] if by_column else names


def _sheet(sheet: Any, by_column: bool) -> None:
    columns = _columns(by_column)
    sheet.append([name for name, _ in columns])
    for at, (name, width) in enumerate(columns, 1):
        head = sheet.cell(1, at)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1E5B43")
        head.alignment = Alignment(vertical="center", wrap_text=True)
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = width
        choices = {"Obligatoire": "oui,non", "Réponse": "oui,non,partiel,non retenu,N/A"}.get(name)
        if choices:
            rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=False)
            rule.add(f"{letter}2:{letter}{ROWS + 1}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "C2"
    sheet.row_dimensions[1].height = 24


def _title(name: str, taken: Sequence[str]) -> str:
    """A name that a sheet may bear: 31 characters, none of those that spreadsheets refuse, not twice the same."""
    bare = "".join(" " if c in "[]:*?/\\" else c for c in name).strip().strip("'")[:31] or "Département"
    title, n = bare, 2
    while title.lower() in (t.lower() for t in taken):
        title = f"{bare[:28]} {n}"
        n += 1
    return title
