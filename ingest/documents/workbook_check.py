"""What a workbook is made of, looked at before any parser opens it.

Guarantee: a file gets here by its bytes, whatever its name; what is no XLSX and no CSV, what is locked, swollen,
carries macros, declares XML entities or takes its values from elsewhere is refused with its own code and what to do.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

from ingest.documents.archive import checked_zip
from ingest.documents.cells import WorkbookKind
from ingest.documents.reading import sniff
from ingest.errors import ClapvertError, ErrorCode

MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 5_000, 100, 60
_MAX_MERGED = 200_000
"""Cells under merged cells, per sheet: parsers visit them one by one."""
_CHUNK = 1_000_000
_KEPT = 200
"""Bytes carried from one chunk to the next: longer than any mark looked for."""

_SAVE = "Ouvrez-le dans un tableur et enregistrez-le au format .xlsx ou .csv."
_NAMES = {
    "pdf": "un PDF", "html": "une page HTML", "xml": "un fichier XML", "docx": "un document Word",
    "odf": "un document LibreOffice", "image": "une image", "program": "un programme", "gzip": "une archive compressée",
    "rtf": "un fichier RTF", "zip": "une archive zip qui n'est pas un classeur Excel",
}  # fmt: skip
_OLD = "un classeur Excel ancien (.xls)"
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,80}?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?(?:table-)?row[\s>/]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_LINKED = re.compile(rb"<table:(?:table-source|cell-range-source|database-source)[\s/>]|file:/{2,3}[^'\"<]{1,300}['#]")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def checked_workbook(data: bytes, name: str) -> WorkbookKind:
    """Which of the two the bytes are; a `ClapvertError` with the reason otherwise."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if not data.strip(b"\xef\xbb\xbf\x00\xff\xfe \r\n\t"):
        raise ClapvertError(ErrorCode.GRID_EMPTY, "Le fichier est vide.", "Choisissez le classeur de la grille.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _ole(data)
    if data.startswith(b"PK"):
        kind: WorkbookKind = _checked_parts(data, ending)
    else:
        found = sniff(data)
        if found != "text":
            raise ClapvertError(
                ErrorCode.DOCUMENT_DISGUISED if ending in ("xlsx", "csv", "tsv") else ErrorCode.DOCUMENT_REFUSED,
                f"Ce fichier n'est ni un classeur .xlsx ou .ods, ni un CSV : c'est {_NAMES.get(found, found)}.",
                _SAVE,
            )
        kind = "csv"
    if ending not in ({"csv", "tsv", "txt"} if kind == "csv" else {kind}):
        said = {"xlsx": "un classeur Excel", "ods": "un classeur LibreOffice", "csv": "du texte (CSV)"}[kind]
        raise ClapvertError(
            ErrorCode.DOCUMENT_DISGUISED,
            f"{f'Le nom finit par « .{ending} »' if ending else 'Le nom est sans extension'}, le contenu est {said}.",
            f"Donnez au fichier sa vraie extension (.{kind}) s'il vient bien de la grille, et recommencez.",
        )
    return kind


def has_formulas(data: bytes) -> bool:
    """Whether a checked XLSX holds a formula: most grids do not, and are then parsed once instead of twice."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = (n for n in archive.namelist() if n.startswith("xl/worksheets/"))
        return any(_FORMULA.search(archive.read(name).replace(b"\x00", b"")) for name in sheets)


def too_big() -> ClapvertError:
    """The refusal of a sheet that is no grid by its size."""
    return ClapvertError(
        ErrorCode.GRID_TOO_BIG,
        f"Le tableau dépasse {MAX_ROWS} lignes, {MAX_COLUMNS} colonnes ou {MAX_SHEETS} feuilles : "
        "ce n'est pas une grille de critères.",
        "Gardez la feuille de la grille seule, supprimez les lignes en trop et recommencez.",
    )


def _ole(data: bytes) -> ClapvertError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return ClapvertError(
            ErrorCode.DOCUMENT_ENCRYPTED,
            "Le classeur est protégé par un mot de passe.",
            "Enregistrez une copie sans mot de passe et recommencez.",
        )
    return ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"Ce fichier est {_OLD}, qui n'est pas lu.", _SAVE)


def _checked_parts(data: bytes, ending: str) -> WorkbookKind:
    try:
        archive = checked_zip(data)
    except ClapvertError as exc:
        raise ClapvertError(exc.code, exc.message, exc.hint or _SAVE) from exc
    names = set(archive.namelist())
    if "xl/vbaProject.bin" in names or ending in ("xlsm", "xltm"):
        raise ClapvertError(
            ErrorCode.GRID_MACROS,
            "Le classeur contient des macros : il n'est pas ouvert.",
            "Enregistrez-le au format .xlsx (sans macros) et recommencez.",
        )
    if _mimetype(archive) == _ODS:
        _checked_ods(archive)
        return "ods"
    if "xl/workbook.xml" not in names:
        found = "un classeur Excel binaire (.xlsb)" if "xl/workbook.bin" in names else _NAMES.get(sniff(data), "")
        raise ClapvertError(
            ErrorCode.DOCUMENT_DISGUISED if ending == "xlsx" else ErrorCode.DOCUMENT_REFUSED,
            f"Ce fichier n'est pas un classeur .xlsx : c'est {found}.",
            _SAVE,
        )
    if b"purl.oclc.org/ooxml" in _head(archive, "xl/workbook.xml"):
        raise ClapvertError(
            ErrorCode.DOCUMENT_REFUSED, "Ce classeur est au format « Open XML strict », qui n'est pas lu.", _SAVE
        )
    if any(n.startswith(("xl/externalLinks/", "xl/queryTables/")) or n == "xl/connections.xml" for n in names):
        raise ClapvertError(
            ErrorCode.GRID_EXTERNAL_LINKS,
            "Le classeur reprend des valeurs d'un autre fichier : Clapvert ne peut pas les vérifier.",
            "Dans le tableur, rompez les liaisons (Données, Modifier les liaisons) et enregistrez.",
        )
    if sum(n.startswith("xl/worksheets/sheet") for n in names) > MAX_SHEETS:
        raise too_big()
    try:
        for name in names:
            if name.endswith((".xml", ".rels", ".vml")):
                with archive.open(name) as part:
                    _checked_xml(part, name.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_DAMAGED, "Le classeur est tronqué ou abîmé : une de ses parties ne se lit pas.", _SAVE
        ) from exc
    return "xlsx"


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    return _head(archive, "mimetype").strip() if "mimetype" in archive.namelist() else b""


def _checked_ods(archive: zipfile.ZipFile) -> None:
    """What an ODS must not hold: a password, macros, values of other files, XML entities, a swollen table."""
    names = archive.namelist()
    if "content.xml" not in names:
        raise ClapvertError(ErrorCode.DOCUMENT_DAMAGED, "Le classeur LibreOffice n'a pas de contenu.", _SAVE)
    if b"encryption-data" in _head(archive, "META-INF/manifest.xml", 200_000):
        raise ClapvertError(
            ErrorCode.DOCUMENT_ENCRYPTED,
            "Le classeur est protégé par un mot de passe.",
            "Enregistrez une copie sans mot de passe et recommencez.",
        )
    if any(n.startswith(("Basic/", "Scripts/")) and not n.endswith("/") for n in names):
        raise ClapvertError(
            ErrorCode.GRID_MACROS,
            "Le classeur contient des macros : il n'est pas ouvert.",
            "Enregistrez-le sans macros et recommencez.",
        )
    try:
        with archive.open("content.xml") as part:
            _checked_xml(part, sheet=True, linked=_LINKED)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_DAMAGED, "Le classeur est tronqué ou abîmé : une de ses parties ne se lit pas.", _SAVE
        ) from exc


def _head(archive: zipfile.ZipFile, name: str, size: int = 4_000) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(size)
    except (KeyError, zipfile.BadZipFile, EOFError, NotImplementedError, ValueError):
        return b""  # said to be damaged when it is read through


def _checked_xml(part: IO[bytes], sheet: bool, linked: re.Pattern[bytes] | None = None) -> None:
    """Read one part through, without parsing it: entities, number of rows, area of the merged cells."""
    rows = merged = 0
    kept = b""
    while chunk := part.read(_CHUNK):
        chunk = chunk.replace(b"\x00", b"")  # UTF-16 hides nothing
        window = kept + chunk
        if _ENTITY.search(window):
            raise ClapvertError(
                ErrorCode.DOCUMENT_REFUSED, "Le classeur déclare des entités XML : aucun tableur n'en écrit.", _SAVE
            )
        if linked is not None and linked.search(window):
            raise ClapvertError(
                ErrorCode.GRID_EXTERNAL_LINKS,
                "Le classeur reprend des valeurs d'un autre fichier : Clapvert ne peut pas les vérifier.",
                "Dans le tableur, rompez les liaisons (Édition, Liens vers des fichiers externes) et enregistrez.",
            )
        if sheet:
            rows += sum(m.end() > len(kept) for m in _ROW.finditer(window))
            merged += sum(_area(m) for m in _MERGE.finditer(window) if m.end() > len(kept))
            if rows > 2 * MAX_ROWS or merged > _MAX_MERGED:  # styled blank rows are common, a million is not
                raise too_big()
        kept = window[-_KEPT:]


def _area(match: re.Match[bytes]) -> int:
    left, top, right, bottom = (g.decode() for g in match.groups())
    return (abs(int(bottom) - int(top)) + 1) * (abs(_column(right) - _column(left)) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
