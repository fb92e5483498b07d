"""Twelve workbooks as label bodies publish them, unlike one another, each with its figures counted by hand.

Every title is made up. The figures of each stand in its docstring and in `PUBLISHED`: criteria, points, mandatory
criteria, and the score that its own answers give; or the reason for which it is refused, with the cells.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from ingest.errors import ErrorCode
from tests.assistant.label.workbooks import saved, sheet_of, with_part

DEPARTMENTS = (
    "Régie",
    "Décors & accessoires",
    "Costumes - HMC",
    "Image",
    "Lumière",
    "Son",
    "Postproduction",
    "Bureau de production",
)
PREFIXES = ("RÉG", "DECO", "HMC", "IMG", "LUM", "SON", "PP", "BUR")
TEN = (1, 1, 1, 1, 1, "1,5", 2, 2, 2, 3)
"""1 × 5 + 1,5 + 2 × 3 + 3 = 15,5; eight times: 124."""
HEADER = ["Réf.", "Critère", "Description", "Oblig.", "Points", "Réponse (O/N)", "Preuve attendue", "Remarques"]


@dataclass(frozen=True)
class Expected:
    """What a person counts. `score`: its shown percentage once the workbook's answers are taken."""

    criteria: int = 0
    points: str = "0"
    mandatory: int | None = None
    score: str = ""
    departments: tuple[str, ...] = ()
    doubts: int = 0
    to_clarify: int = 0
    refused: ErrorCode | None = None
    cells: tuple[str, ...] = ()
    said: str = ""


def eight_sheets(change: Any = None) -> bytes:
    """Eight sheets by department, ten criteria each: 80 criteria, 124 points, 8 mandatory, codes unlike ours. On each
    sheet the criteria 7 and 10 are answered « O » (2 + 3 = 5 points, 40 in all: 40 / 124 = 32,258… %), the first « N/A »
    on two sheets, one answer is « à voir avec Paul ». A sheet of instructions and a summary whose totals are right."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Mode d'emploi"
    for line in ("Grille d'essai 2026", "La grille compte 80 critères, pour un total de 124 points, dont 8 obligatoires.",
                 "Répondre O, N ou N/A. Joindre les preuves."):  # fmt: skip
        first.append([line])
    for at, (department, prefix) in enumerate(zip(DEPARTMENTS, PREFIXES, strict=True)):
        sheet = book.create_sheet(department)
        sheet.append([f"GRILLE D'ESSAI — {department.upper()}"])
        sheet.merge_cells("A1:H1")
        sheet.append([])
        sheet.append(HEADER)
        for n, points in enumerate(TEN, 1):
            answer = (
                "O"
                if n in (7, 10)
                else "N/A"
                if n == 1 and at < 2
                else "à voir avec Paul"
                if (at, n) == (3, 4)
                else None
            )
            sheet.append([
                f"{prefix}-{n:02d}", f"Action d'essai {n} de {department}", f"Détail inventé {n} pour {department}",
                "oblig." if n == 1 else None, points, answer, f"Pièce {prefix} {n}", None,
            ])  # fmt: skip
        sheet.append([None, "Total", None, None, "15,5"])
    summary = book.create_sheet("Récapitulatif")
    for department in DEPARTMENTS:
        summary.append([department, 15.5])
    summary.append(["Total", 124])
    if change:
        change(book)
    return saved(book)


def sections() -> bytes:
    """One sheet, three departments as section titles on a merged line, a blank column, hidden rows, a footnote:
    2 + 2 + 3 criteria; 1 + 2 + 3 + 4 + 0,5 + 1,5 + 5 = 17 points; 2 mandatory; done: 3 + 5 = 8 → 8 / 17 = 47,05… %.
    The footnote is a title without criteria: one doubt."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[Any]] = [
        ["Essai de grille par services"], [], ["N°", None, "Libellé de l'action", "Obligatoire", "Pts", "Fait ?"],
        ["RÉGIE ET LOGISTIQUE"], ["R1", None, "Action d'essai une", "x", 1, "non"], ["R2", None, "Action d'essai deux", None, 2, "non"],
        ["ÉQUIPE LUMIÈRE"], ["L1", None, "Action d'essai trois", "x", 3, "oui"], ["L2", None, "Action d'essai quatre", None, 4, "non"],
        ["POST PRODUCTION"], ["P1", None, "Action d'essai cinq", None, 0.5, "non"], ["P2", None, "Action d'essai six", None, "1,5", "non"],
        ["P3", None, "Action d'essai sept", None, "5 pts", "oui"], ["TOTAL", None, None, None, 17],
        ["* Les points d'essai sont inventés."],
    ]  # fmt: skip
    for row in rows:
        sheet.append(row)
    for row in (4, 7, 10):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=6)
    sheet.row_dimensions[6].hidden = True
    return saved(book)


def two_headers() -> bytes:
    """A header on two rows with merged cells, points by level, a merged department: four criteria whose highest levels
    are 3, 4, 2 and 6: 15 points; one mandatory; no answer: 0 %."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Service", "Critère", None, "Barème", None, None, "Obligatoire"],
        [None, "Code", "Intitulé", "Niveau 1", "Niveau 2", "Niveau 3", None],
        ["Cantine", "C-1", "Action d'essai une", 1, 2, 3, "Non"], [None, "C-2", "Action d'essai deux", 2, 4, None, "Oui"],
        ["Transport", "T-1", "Action d'essai trois", 2, None, None, "Non"], [None, "T-2", "Action d'essai quatre", "1,5", 3, 6, "Non"],
    ):  # fmt: skip
        sheet.append(row)
    for area in ("B1:C1", "D1:F1", "A1:A2", "G1:G2", "A3:A4", "A5:A6"):
        sheet.merge_cells(area)
    return saved(book)


def colliding() -> bytes:
    """Codes that are also ours (A1, A2, D5, H1), on other matters, with a department column: 4 criteria,
    2 + 3 + 1 + 4 = 10 points, 1 mandatory; A2 done: 3 / 10 = 30 %."""
    return sheet_of(
        ["Code", "Intitulé", "Département", "Obligatoire", "Points", "Validé"],
        ["A1", "Souscrire une assurance d'essai", "Production", "Oui", 2, "Non"],
        ["A2", "Prévoir des repas d'essai", "Cantine", "Non", 3, "Oui"],
        ["D5", "Éclairer en essai basse tension", "Électricité / Image", "Non", 1, "Non"],
        ["H1", "Peindre les feuilles d'essai", "Décoration", "Non", 4, "Non"],
    )


def sixty_colliding() -> bytes:
    """The sixty rows of `data/colliding.yaml` as a workbook: codes that are ours on other matters, 29 proposals."""
    rows = yaml.safe_load((Path(__file__).parent / "data" / "colliding.yaml").read_text(encoding="utf-8"))
    seen: dict[str, int] = {}
    lines: list[list[Any]] = []
    for row in rows:
        seen[row["code"]] = seen.get(row["code"], 0) + 1
        code = row["code"] if seen[row["code"]] == 1 else f"{row['code']}-{seen[row['code']]}"
        lines.append([code, row["title"], row.get("description"), row["department"], 1])
    return sheet_of(["Code", "Intitulé", "Description", "Département", "Points"], *lines)


def windows_csv() -> bytes:
    """A CSV of Windows-1252, semicolons, French decimals: 3 criteria, 1,5 + 2,25 + 10 = 13,75 points, 1 mandatory;
    « œuvre » done: 2,25 / 13,75 = 16,36… %."""
    text = (
        "Référence;Intitulé du critère;Métier;Obligatoire;Barème;Réponse\r\n"
        "É-01;Protéger l’été d’essai – dehors;Régie;O;1,5;N\r\n"
        "É-02;Mettre en œuvre l’essai;Décoration;N;2,25;O\r\n"
        "É-03;Économiser « l’essai »;Régie;N;10;N\r\n"
    )
    return text.encode("cp1252")


def twenty_thousand() -> bytes:
    """Twenty thousand rows: no grid of criteria, refused by its size."""
    rows = "".join(f"X{n};Action d'essai {n};1\n" for n in range(20_000))
    return f"Code;Critère;Points\n{rows}".encode()


def never_calculated() -> bytes:
    """Points and a title as formulas whose value was never stored: both cells named."""
    return sheet_of(
        ["Code", "Critère", "Points"], ["A1", "Action d'essai une", 2], ["A2", "Action d'essai deux", "=C2*2"],
        ["A3", '="Action "&A2', 1],
    )  # fmt: skip


def percentages() -> bytes:
    """A weight in percent for each criterion: 12,5 + 37,5 + 50 = 100 points, 1 mandatory; 37,5 done: 37,5 %."""

    def change(sheet: Any) -> None:
        for row in (2, 3, 4):
            sheet.cell(row, 4).number_format = "0.0%"

    return sheet_of(
        ["N°", "Exigence", "Prérequis", "Pondération", "Conforme"], [1, "Exigence d'essai une", "oui", 0.125, "non"],
        [2, "Exigence d'essai deux", "non", 0.375, "oui"], [3, "Exigence d'essai trois", "non", 0.5, "non"], change=change,
    )  # fmt: skip


def duplicates() -> bytes:
    """Two codes given twice with other points or titles: both second rows named."""
    return sheet_of(
        ["Code", "Critère", "Points"], ["A1", "Action d'essai une", 2], ["A1", "Action d'essai une", 3],
        ["A2", "Action d'essai deux", 1], ["A2", "Tout autre action", 1],
    )  # fmt: skip


def protected() -> bytes:
    """A protected workbook, colours for what is mandatory, comments pinned to cells, words for what a person has yet to
    say: 4 criteria, 1 + 2 + 3 + 4 = 10 points; nothing says in words which are mandatory; P4 done: 40 %. « N/A » and
    « voir devis » are to be cleared up."""

    def change(sheet: Any) -> None:
        sheet.protection.sheet = True
        sheet.protection.password = "essai"
        sheet["A3"].fill = PatternFill("solid", fgColor="FFC000")
        sheet["B2"].comment = Comment("À joindre avant l'audit", "Essai")

    return sheet_of(
        ["Code", "Action", "Points", "Statut", "Commentaire"], ["P1", "Action d'essai une", 1, "N/A", "animation"],
        ["P2", "Action d'essai deux", 2, "voir devis", None], ["P3", "Action d'essai trois", 3, "Non", None],
        ["P4", "Action d'essai quatre", 4, "Oui", None], change=change,
    )  # fmt: skip


def macros() -> bytes:
    """A workbook with macros: refused by name."""
    return with_part(eight_sheets(), "xl/vbaProject.bin", b"\0")


def ods() -> bytes:
    """A LibreOffice workbook."""
    out = io.BytesIO()
    cells = [["Code", "Critère", "Obligatoire", "Points", "Réponse"], ["O1", "Action d'essai une", "oui", 1.5, "oui"],
             ["O2", "Action d'essai deux", "non", 2, "non"], ["O3", "Action d'essai trois", "non", 4.5, "sans objet"]]  # fmt: skip

    def cell(value: Any) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        shown = str(value).replace(".", ",")
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in cells)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Essai">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


PUBLISHED: dict[str, tuple[str, bytes, Expected]] = {
    "eight sheets": ("huit-feuilles.xlsx", eight_sheets(), Expected(80, "124", 8, "32,25 %", DEPARTMENTS, to_clarify=3)),
    "sections": ("sections.xlsx", sections(), Expected(7, "17", 2, "47,05 %", ("RÉGIE ET LOGISTIQUE", "ÉQUIPE LUMIÈRE", "POST PRODUCTION"), doubts=1)),
    "two header rows": ("deux-en-tetes.xlsx", two_headers(), Expected(4, "15", 1, "0,00 %", ("Cantine", "Transport"))),
    "colliding codes": ("codes.xlsx", colliding(), Expected(4, "10", 1, "30,00 %", ("Production", "Cantine", "Électricité", "Image", "Décoration"))),
    "Windows-1252": ("grille.csv", windows_csv(), Expected(3, "13.75", 1, "16,36 %", ("Régie", "Décoration"))),
    "20,000 rows": ("immense.csv", twenty_thousand(), Expected(refused=ErrorCode.GRID_TOO_BIG, said="5000 lignes")),
    "formulas without cache": ("formules.xlsx", never_calculated(), Expected(refused=ErrorCode.GRID_BAD_POINTS, cells=("C3", "B4"))),
    "percentages": ("pourcentages.xlsx", percentages(), Expected(3, "100", 1, "37,50 %")),
    "duplicate codes": ("doubles.xlsx", duplicates(), Expected(refused=ErrorCode.GRID_DUPLICATE, cells=("A3", "A5"))),
    "protected": ("protege.xlsx", protected(), Expected(4, "10", None, "40,00 %", to_clarify=2)),
    "macros": ("macros.xlsm", macros(), Expected(refused=ErrorCode.GRID_MACROS, said="macros")),
    "LibreOffice": ("essai.ods", ods(), Expected(3, "8", 1, "18,75 %", to_clarify=1)),
}  # fmt: skip
