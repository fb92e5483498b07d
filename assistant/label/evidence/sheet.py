"""The evidence file as a spreadsheet: CSV, and an XLSX to sort, filter and print.

Guarantee: one row a criterion, what is missing first, then the order of the grid; no cell is ever a formula; points
and dates are numbers and dates. Above the rows stand the project, the day, the score or why there is none, and that
this is information and not legal advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

import openpyxl
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from assistant.export.sheet import Cell, csv_bytes, put, workbook_bytes
from assistant.label.evidence.file import GRID_ASKS, LEGAL, WHO_IS_WHO, Entry, EvidenceBook, Part
from assistant.label.score.points import in_points, said
from ingest.language.claims import french_date

_COLUMNS: tuple[tuple[str, int], ...] = (
    ("Partie", 20), ("Code", 8), ("Critère", 46), ("Obligatoire", 12), ("Points", 8), ("Points comptés", 9),
    ("Statut", 16), ("Responsable", 18), ("Échéance", 12), ("En retard", 9), ("Fichiers de preuve", 30),
    ("Preuve attendue", 36), ("Rang dans la grille", 9), ("Poste", 24), ("Département", 22), ("Niveau", 12),
    ("Qui demande la preuve", 26), ("Note", 34), ("Motif du sans objet", 28), ("Source", 60), ("Fiabilité", 11),
)  # fmt: skip
_PRINTED = 12
"""Columns that go on paper: what the auditor follows. The others are for the screen."""
_TITLES = tuple(title for title, _ in _COLUMNS)
_TALLEST = 9
"""Lines of text that a row shows."""
_DARK, _RULE = "1E5B43", "C9D3CD"


def evidence_csv(book: EvidenceBook) -> bytes:
    """The CSV file: lines about the project, a blank one, the header, the rows."""
    head: list[list[Cell]] = [[name, told] for name, told in _about(book)[1:]]
    head += [[], list(_TITLES)]
    rows = [[_plain(c) for c in _row(e)] for e in book.entries]
    return csv_bytes(list(_about(book)[0]), [*head, *rows])


def evidence_xlsx(book: EvidenceBook) -> bytes:
    """The workbook: a summary, then the rows under a frozen header."""
    out = openpyxl.Workbook()
    summary = out.active
    assert isinstance(summary, Worksheet)
    _summary(summary, book)
    _rows(out.create_sheet("Critères"), book)
    if book.score is not None:
        _shares(out.create_sheet("Répartition"), book)
    out.properties.title = book.title
    return workbook_bytes(out, book.day)


def _about(book: EvidenceBook) -> list[tuple[str, str]]:
    out = [("Dossier de preuves", book.project.title), ("Référentiel", book.framework.name.fr),
           ("État au", french_date(book.day))]  # fmt: skip
    if book.score is None:
        out.append(("Score", book.no_score))
    else:
        score = book.score
        out.append(("Score", score.headline))
        out.append(("Points", f"{in_points(score.obtained)} sur {said(score.possible)}"))
        for verdict in score.verdicts:
            told = verdict.sentence.partition(" : ")[2]
            out.append((f"Seuil de {verdict.minimum_percent} %", told[0].upper() + told[1:]))
        out.append(("Source des seuils", book.thresholds_from))
    out.append(("Critères", book.origin))
    if any(e.wanted_by not in ("", GRID_ASKS) for e in book.entries):
        out.append(("Preuves attendues", WHO_IS_WHO))
    return [*out, ("Mention", LEGAL)]


def _row(e: Entry) -> list[Cell | Decimal]:
    mandatory = {True: "oui", False: "non", None: "inconnu"}[e.mandatory]
    return [
        e.part.value, e.code, e.title, mandatory, e.points, e.earned if e.points is not None else None, e.status,
        e.person, e.due, "oui" if e.late else "", " ; ".join(f.name for f in e.files), e.wanted, e.rank, e.poste,
        ", ".join(e.departments), e.level, e.wanted_by, e.note, e.reason, e.source, e.confidence,
    ]  # fmt: skip


def _plain(value: Cell | Decimal) -> Cell:
    return str(value).replace(".", ",") if isinstance(value, Decimal) else value


def _summary(sheet: Worksheet, book: EvidenceBook) -> None:
    sheet.title = "Synthèse"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 92
    lines: list[tuple[str, str]] = _about(book)
    if book.score is not None:
        lines[-1:-1] = [("Calcul", line) for line in book.score.explanation]
    if book.project.grid:
        lines[-1:-1] = [("Lecture de la grille", line) for line in book.project.grid.remarks]
    last = ""
    for n, (name, told) in enumerate(lines, 1):
        put(sheet, n, 1, "" if name == last else name)
        put(sheet, n, 2, told)
        last = name
        sheet.cell(n, 1).font = _font(bold=True, color=_DARK)
        large = n == 1 or (name == "Score" and book.score is not None)
        sheet.cell(n, 2).font = _font(bold=large, size=14 if large else 11)
    sheet.sheet_view.showGridLines = False
    _printed(sheet)


def _shares(sheet: Worksheet, book: EvidenceBook) -> None:
    """Points by poste, then by department."""
    assert book.score is not None
    titles = (("Vue", 16), ("Nom", 44), ("Points obtenus", 12), ("Points possibles", 12), ("Part (%)", 10),
              ("Critères faits", 10), ("Critères", 10))  # fmt: skip
    _head(sheet, titles)
    row = 2
    for view, parts in (("Poste", book.score.by_poste), ("Département", book.score.by_department)):
        for part in parts:
            values = (view, part.name, part.obtained, part.possible, part.percent, part.done, part.criteria)
            _line(sheet, row, values)
            row += 1
    sheet.freeze_panes = "A2"
    _printed(sheet)


def _rows(sheet: Worksheet, book: EvidenceBook) -> None:
    _head(sheet, _COLUMNS)
    for row, entry in enumerate(book.entries, 2):
        values = _row(entry)
        _line(sheet, row, values)
        lines = max(len(v) // width for v, (_, width) in zip(values, _COLUMNS, strict=True) if isinstance(v, str))
        if lines > _TALLEST:  # else a note of a page would hide the rows below it
            sheet.row_dimensions[row].height = 15 * _TALLEST
        if entry.mandatory:
            for column in (2, 3, 4):
                sheet.cell(row, column).font = _font(bold=True)
    sheet.freeze_panes = "D2"
    end = max(len(book.entries) + 1, 2)
    last = get_column_letter(len(_COLUMNS))
    sheet.auto_filter.ref = f"A1:{last}{end}"
    for part, colour in ((Part.MISSING, "FFF6E0"), (Part.DECLINED, "F1F1F1"), (Part.ABSENT, "F1F1F1")):
        rule = FormulaRule(formula=[f'$A2="{part.value}"'], fill=PatternFill("solid", bgColor=colour))
        sheet.conditional_formatting.add(f"A2:{last}{end}", rule)
    sheet.print_area = f"A1:{get_column_letter(_PRINTED)}{end}"
    _printed(sheet)


def _head(sheet: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    for column, (title, width) in enumerate(columns, 1):
        put(sheet, 1, column, title)
        head = sheet.cell(1, column)
        head.font, head.fill = _font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_DARK)
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[1].height = 32
    sheet.print_title_rows = "1:1"


def _line(sheet: Worksheet, row: int, values: Iterable[Cell | Decimal]) -> None:
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        if isinstance(value, Decimal):
            cell.value, cell.number_format = value, "0.######"
        else:
            put(sheet, row, column, value)
        if isinstance(value, dt.date):
            cell.number_format = "DD/MM/YYYY"
        centred = isinstance(value, Decimal | int | dt.date)
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="center" if centred else None)
        cell.border = Border(bottom=Side("thin", color=_RULE))


def _font(bold: bool = False, color: str = "1B221E", size: int = 11) -> Font:
    return Font(name="Calibri", bold=bold, color=color, size=size)


def _printed(sheet: Worksheet) -> None:
    """Landscape, one page wide, the header on each page, the mention at the foot."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = LEGAL.replace("&", "&&"), "&P / &N"
    sheet.oddFooter.left.size = 8
