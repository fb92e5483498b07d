"""Workbooks made by the tests: a grid of 80 rows that anyone can add up by hand, and files that no one should open.

The grid is a test grid: its titles are made up and say so. It is not the label's, whose points are not public.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl

from assistant.label.grid.account import UndecidedError
from assistant.label.grid.importing import Plan, read_grid
from assistant.label.grid.mapping import ColumnMapping, MappingMemory
from assistant.label.projects.projects import Grid
from ingest.documents.cells import Workbook
from ingest.documents.workbook import read_workbook

POSTES = ("A. Essai bureau", "B. Essai décor", "C. Essai lumière", "D. Essai repas", "E. Essai transport",
          "F. Essai costumes", "G. Essai son", "H. Essai déchets")  # fmt: skip
DEPARTMENTS = ("Production", "Décoration", "Électricité", "Cantine", "Transport", "Costumes", "Son", "Régie")
# Each poste has ten criteria with these points: 1 + 2 + 3 + 4 + 1,5 + 2,5 + 0,75 + 1,25 + 5 + 4 = 25. Eight postes: 200.
POINTS: tuple[float | str, ...] = (1, "2 pts", 3, "4,0", "1,5", 2.5, "0,75 point", 1.25, 5, 4)
MANDATORY = {"A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1"}


def test_grid() -> bytes:
    """80 criteria in eight postes: titles above, a header on two rows with merged cells, one merged poste and one merged
    department a poste, a subtotal after each poste, a total, a blank row between postes, and a sheet of instructions."""
    book = openpyxl.Workbook()
    help_sheet = book.active
    assert help_sheet is not None
    help_sheet.title = "Mode d'emploi"
    help_sheet.append(["Grille d'essai, inventée pour les tests de Clapvert. Ce n'est pas la grille d'un label."])
    help_sheet.append(["Remplir la colonne « Validé ».", "Les points sont inventés."])
    sheet = book.create_sheet("Grille d'essai")
    sheet.append(["GRILLE D'ESSAI (titres inventés)"])
    sheet.merge_cells("A1:H1")
    sheet.append(["Projet :", "Film d'essai"])
    sheet.append([])
    sheet.append(["Poste", "Critère", None, "Département", "Obligatoire", "Barème", None, "Justificatifs attendus"])
    sheet.append([None, "N°", "Intitulé", None, None, "Points max", "Validé", None])
    for area in ("B4:C4", "F4:G4", "A4:A5", "D4:D5", "E4:E5", "H4:H5"):
        sheet.merge_cells(area)
    row = 6
    for poste, department in zip(POSTES, DEPARTMENTS, strict=True):
        first = row
        for n, points in enumerate(POINTS, 1):
            code = f"{poste[0]}{n}"
            sheet.append([
                poste if n == 1 else None, code, f"Critère d'essai {code} sur un sujet inventé numéro {n}",
                department if n == 1 else None, "Oui" if code in MANDATORY else None, points, None,
                f"Pièce d'essai {code}",
            ])  # fmt: skip
            row += 1
        sheet.merge_cells(f"A{first}:A{row - 1}")
        sheet.merge_cells(f"D{first}:D{row - 1}")
        sheet.append([None, None, "Sous-total", None, None, 25])
        sheet.append([])
        row += 2
    sheet.append(["TOTAL", None, None, None, None, 200])
    return saved(book)


test_grid.__test__ = False  # type: ignore[attr-defined]  # a file, not a test


def saved(book: Any) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(*rows: list[Any], change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    return saved(book)


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part more, or another in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            if item.filename != name:
                after.writestr(item, before.read(item.filename))
        after.writestr(name, content)
    return out.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def here(data: bytes, name: str) -> Workbook:
    """Read in this process: for files that the tests made themselves and that are no threat."""
    return read_workbook(data, name)


def import_grid(
    plan: Plan, at: dt.datetime, mapping: ColumnMapping | None = None, memory: MappingMemory | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Grid:  # fmt: skip
    """The grid of a plan without a project, once its doubts are accepted, as `imports.taken` takes it in one."""
    used = plan.mapped({plan.layouts[0].signature: mapping}) if mapping else plan
    grid, account = read_grid(used, at)
    if undecided := account.undecided(accepted):
        raise UndecidedError(undecided)
    if memory:
        memory.remember(used.layouts[0].signature, used.mapping)
    return grid
