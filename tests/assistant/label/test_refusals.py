"""Workbooks that are no grid, or that no one should open: each refused by name, with a reason in French, in time.

They are made here. The hostile ones go through the child process, as uploads do; the others are read in this one.
"""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from typing import Any

import pytest

from assistant.label.grid.importing import MAX_BYTES, plan_import
from ingest.documents.child import Limits
from ingest.documents.sandbox import read_workbook_safely
from ingest.errors import ClapvertError, ErrorCode
from tests.assistant.label.workbooks import here, import_grid, part, sheet_of, test_grid, with_part

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
HEADER = ["Code", "Intitulé du critère", "Points"]
SHEET = "xl/worksheets/sheet1.xml"
PLAIN = sheet_of(HEADER, ["A1", "Essai un", 2], ["A2", "Essai deux", 3])


ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def altered(name: str, old: bytes, new: bytes) -> bytes:
    content = part(PLAIN, name)
    assert old in content
    return with_part(PLAIN, name, content.replace(old, new, 1))


def bomb() -> bytes:
    return with_part(PLAIN, SHEET, b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>")


def lying_bomb() -> bytes:
    """Its own tables say that the sheet unpacks to ten bytes."""
    data = with_part(PLAIN, SHEET, b"<worksheet>" + b" " * 3_000_000)
    return data.replace((3_000_011).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def entities(encoding: str) -> bytes:
    declared = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    content = part(PLAIN, SHEET).decode()
    content = content[content.index("<worksheet") :].replace("<sheetData>", "<sheetData>&a11;", 1)
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a0 "ha">{declared}]>{content}'
    return with_part(PLAIN, SHEET, text.encode(encoding))


def million_rows() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 200_000))
    return altered(SHEET, b"</sheetData>", rows + b"</sheetData>")


HOSTILE = {
    "bombe": (bomb(), ErrorCode.DOCUMENT_TOO_BIG, "Bombe de décompression"),
    "bombe menteuse": (lying_bomb(), ErrorCode.DOCUMENT_DAMAGED, "tronqué ou abîmé"),
    "entités": (entities("utf-8"), ErrorCode.DOCUMENT_REFUSED, "entités XML"),
    "entités en UTF-16": (entities("utf-16"), ErrorCode.DOCUMENT_REFUSED, "entités XML"),
    "un million de lignes": (million_rows(), ErrorCode.GRID_TOO_BIG, "5000 lignes"),
    "tout fusionné": (
        altered(SHEET, b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        ErrorCode.GRID_TOO_BIG, "5000 lignes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_in_time(name: str) -> None:
    data, code, reason = HOSTILE[name]
    start = time.monotonic()
    with pytest.raises(ClapvertError) as caught:
        plan_import(
            data, "grille.xlsx", reader=lambda d, n: read_workbook_safely(d, n, Limits(20, 600_000_000, 3_000_000))
        )
    assert caught.value.code is code
    assert reason in caught.value.message
    assert time.monotonic() - start < 60


def many(*rows: list[Any], **more: Any) -> bytes:
    return sheet_of(HEADER, ["A1", "Essai un", 2], *rows, **more)


def merged_points(sheet: Any) -> None:
    sheet.merge_cells("C2:C3")


def far_below(sheet: Any) -> None:
    sheet["A6000"] = "A9"


REFUSED: dict[str, tuple[bytes, str, ErrorCode, str]] = {
    "vide": (b"", "g.xlsx", ErrorCode.GRID_EMPTY, "Le fichier est vide"),
    "espaces": (b"\xef\xbb\xbf \r\n", "g.csv", ErrorCode.GRID_EMPTY, "Le fichier est vide"),
    "texte nommé xlsx": (b"Code;Points\nA1;2\n", "g.xlsx", ErrorCode.DOCUMENT_DISGUISED, "« .xlsx », le contenu est du texte"),
    "classeur nommé csv": (PLAIN, "g.csv", ErrorCode.DOCUMENT_DISGUISED, "le contenu est un classeur Excel"),
    "sans extension": (PLAIN, "grille", ErrorCode.DOCUMENT_DISGUISED, "sans extension"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "g.xlsx", ErrorCode.DOCUMENT_DISGUISED, "un PDF"),
    "page HTML": (b"<!doctype html><html><table><tr><td>A1</td></tr></table></html>", "g.csv", ErrorCode.DOCUMENT_DISGUISED, "une page HTML"),
    "octets": (bytes(range(1, 256)) * 4, "g.csv", ErrorCode.DOCUMENT_REFUSED, "encodage inconnu"),
    "zip sans classeur": (zipped(**{"lisez-moi.txt": b"bonjour"}), "g.xlsx", ErrorCode.DOCUMENT_DISGUISED, "archive zip"),
    "document Word": (zipped(**{"word/document.xml": b"<w/>"}), "g.xlsx", ErrorCode.DOCUMENT_DISGUISED, "un document Word"),
    "LibreOffice": (zipped(mimetype=b"application/vnd.oasis", **{"content.xml": b"<x/>"}), "g.ods", ErrorCode.DOCUMENT_REFUSED, "LibreOffice"),
    "ODS à macros": (zipped(mimetype=ODS, **{"content.xml": b"<x/>", "Basic/Standard/Module1.xml": b"<x/>"}), "g.ods", ErrorCode.GRID_MACROS, "macros"),
    "ODS à mot de passe": (zipped(mimetype=ODS, **{"content.xml": b"<x/>", "META-INF/manifest.xml": b"<manifest:encryption-data/>"}), "g.ods", ErrorCode.DOCUMENT_ENCRYPTED, "mot de passe"),
    "ODS à entités": (zipped(mimetype=ODS, **{"content.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}), "g.ods", ErrorCode.DOCUMENT_REFUSED, "entités"),
    "ODS lié": (zipped(mimetype=ODS, **{"content.xml": b"<x><table:table-source xlink:href='a.ods'/></x>"}), "g.ods", ErrorCode.GRID_EXTERNAL_LINKS, "d'un autre fichier"),
    "ODS abîmé": (zipped(mimetype=ODS, **{"content.xml": b"<x>"}), "g.ods", ErrorCode.DOCUMENT_DAMAGED, "abîmé"),
    "ODS déguisé": (zipped(mimetype=ODS, **{"content.xml": b"<x/>"}), "g.xlsx", ErrorCode.DOCUMENT_DISGUISED, "LibreOffice"),
    "classeur binaire": (zipped(**{"xl/workbook.bin": b"\x83"}), "g.xlsb", ErrorCode.DOCUMENT_REFUSED, ".xlsb"),
    "Open XML strict": (
        altered("xl/workbook.xml", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        "g.xlsx", ErrorCode.DOCUMENT_REFUSED, "strict",
    ),
    "tronqué": (PLAIN[: len(PLAIN) // 2], "g.xlsx", ErrorCode.DOCUMENT_DAMAGED, "tronqué ou abîmé"),
    "feuille coupée": (with_part(PLAIN, SHEET, part(PLAIN, SHEET)[:-80]), "g.xlsx", ErrorCode.DOCUMENT_DAMAGED, "abîmé"),
    "sans feuille": (with_part(PLAIN, "xl/_rels/workbook.xml.rels", b"<x/>"), "g.xlsx", ErrorCode.DOCUMENT_DAMAGED, "abîmé"),
    "mot de passe": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "g.xlsx", ErrorCode.DOCUMENT_ENCRYPTED, "mot de passe"),
    "ancien xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "g.xls", ErrorCode.DOCUMENT_REFUSED, ".xls"),
    "macros": (with_part(PLAIN, "xl/vbaProject.bin", b"\0"), "g.xlsx", ErrorCode.GRID_MACROS, "macros"),
    "xlsm": (PLAIN, "g.xlsm", ErrorCode.GRID_MACROS, "macros"),
    "liens externes": (with_part(PLAIN, "xl/externalLinks/externalLink1.xml", b"<externalLink/>"), "g.xlsx", ErrorCode.GRID_EXTERNAL_LINKS, "d'un autre fichier"),
    "connexion": (with_part(PLAIN, "xl/connections.xml", b"<connections/>"), "g.xlsx", ErrorCode.GRID_EXTERNAL_LINKS, "d'un autre fichier"),
    "feuille vide": (sheet_of(), "g.xlsx", ErrorCode.GRID_EMPTY, "Aucune feuille"),
    "pas d'en-tête": (sheet_of(["A1", "Essai", 2], ["A2", "Essai deux", 3]), "g.xlsx", ErrorCode.GRID_NO_HEADER, "en-tête"),
    "prose": (sheet_of(["Bonjour"], ["Ceci est un mode d'emploi."]), "g.xlsx", ErrorCode.GRID_NO_HEADER, "en-tête"),
    "en-tête seul": (sheet_of(HEADER), "g.xlsx", ErrorCode.GRID_EMPTY, "Aucun critère sous l'en-tête"),
    "pas de points": (sheet_of(["Code", "Critère", "Poste"], ["A1", "Essai un", "A"]), "g.xlsx", ErrorCode.GRID_NO_POINTS, "Clapvert n'en invente pas"),
    "points vides": (sheet_of(HEADER, ["A1", "Essai un", None], ["A2", "Essai deux", "-"]), "g.xlsx", ErrorCode.GRID_NO_POINTS, "vide ou nulle"),
    "points négatifs": (many(["A2", "Essai deux", -3]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "C3 (« -3 », nombre négatif)"),
    "points en mots": (many(["A2", "Essai deux", "à voir"], ["A3", "Essai trois", "non"]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "C3 (« à voir », ce n'est pas un nombre de points) ; C4"),
    "points ambigus": (many(["A2", "Essai deux", "1.234"]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "milliers ou les décimales"),
    "points en date": (many(["A2", "Essai deux", dt.date(2026, 2, 1)]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "C3 (« 01/02/2026 », date"),
    "points en erreur": (many(["A2", "Essai deux", "#REF!"]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "erreur de calcul"),
    "formule non calculée": (many(["A2", "Essai deux", "=SUM(1,2)"]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "n'est pas enregistré"),
    "points infinis": (altered(SHEET, b"<v>3</v>", b"<v>1e999</v>"), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "erreur de calcul"),
    "points énormes": (many(["A2", "Essai deux", 10**9]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "trop grand"),
    "points et pour cent": (many(["A2", "Essai deux", "3 %"]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "pourcentages et des points"),
    "points partagés": (many(["A2", "Essai deux", None], change=merged_points), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "fusionnés sur plusieurs critères"),
    "points sans critère": (many([None, None, 4]), "g.xlsx", ErrorCode.GRID_BAD_POINTS, "sans code ni intitulé"),
    "code en double": (many(["A1", "Essai un", 5]), "g.xlsx", ErrorCode.GRID_DUPLICATE, "code déjà à la ligne 2, avec 2 et 5 points"),
    "code partagé": (many(["a1", "Autre essai", 2]), "g.xlsx", ErrorCode.GRID_DUPLICATE, "deux intitulés différents"),
    "valeurs hors de portée": (many(change=far_below), "g.xlsx", ErrorCode.GRID_TOO_BIG, "5000 lignes"),
    "CSV trop long": (b"Code;Points\n" + b"A1;2\n" * 6000, "g.csv", ErrorCode.GRID_TOO_BIG, "5000 lignes"),
    "trop de critères": (b"Code;Points\n" + b"".join(b"A%d;2\n" % n for n in range(600)), "g.csv", ErrorCode.GRID_TOO_BIG, "plus de 500"),
    "CSV tronqué": ("Code;Critère;Points\nA1;Essai é;2\nA2;Essai é".encode()[:-1], "g.csv", ErrorCode.DOCUMENT_REFUSED, "au milieu d'un caractère"),
    "CSV de deux encodages": ("Code;Critère é à ç;Points\nA1;".encode() + "été;2".encode("cp1252"), "g.csv", ErrorCode.DOCUMENT_REFUSED, "plusieurs encodages"),
    "CSV guillemet ouvert": (b'Code;Points\nA1;"2\nA2;3\n', "g.csv", ErrorCode.DOCUMENT_DAMAGED, "guillemet"),
    "trop lourd": (b"x" * (MAX_BYTES + 1), "g.csv", ErrorCode.GRID_TOO_BIG, "10 Mo"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_workbook_is_refused_with_its_reason(name: str) -> None:
    data, file_name, code, reason = REFUSED[name]
    with pytest.raises(ClapvertError) as caught:
        import_grid(plan_import(data, file_name, reader=here), AT)
    assert (caught.value.code, reason in caught.value.message) == (code, True), caught.value
    assert caught.value.hint


def test_a_refused_mapping_is_not_remembered_and_a_column_beyond_the_table_is_named() -> None:
    from assistant.label.grid.mapping import ColumnMapping

    plan = plan_import(test_grid(), "g.xlsx", reader=here)
    with pytest.raises(ClapvertError) as caught:
        import_grid(plan, AT, ColumnMapping(code=1, points=(40,)))
    assert "colonne AO" in caught.value.message


def test_what_looks_odd_but_is_sound_is_read() -> None:
    """Styled blank rows far below, a hyperlink, a comment, rows and columns beyond what is used."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    def change(sheet: Any) -> None:
        sheet["A900000"].font = Font(bold=True)
        sheet["CZ3"].font = Font(bold=True)
        sheet["B2"].hyperlink = "https://www.example.org/aide"
        sheet["C2"].comment = Comment("vérifier", "essai")

    grid = import_grid(plan_import(many(["A2", "Essai deux", 3], change=change), "Grille ESSAI.XLSX", reader=here), AT)
    assert [(c.key, c.points) for c in grid.criteria] == [("A1", 2), ("A2", 3)]
