"""The writers: each file is opened again, and says what the document says, whatever was in its texts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.export import Column, Document, Format, Heading, Listing, Paragraph, Quote, Run, Table, file_name, write
from assistant.export.document import line, spaced
from assistant.export.sheet import csv_bytes, xlsx_bytes

DAY = dt.date(2026, 11, 24)
HOSTILE = [
    "<b>gras</b> & <script>alert(1)</script>",
    '<a href="https://evil.example">ici</a>',
    "<para/><img src='x'/>",
    "**gras** _it_ `code` [lien](https://evil.example) ![x](y)",
    "# titre",
    "- puce",
    "1. numéro",
    "+ plus",
    "> citation",
    "| a | b |",
    "&lt;b&gt; &amp; &#60;",
    "=CMD|'/C calc'!A0",
    "{{ 7*7 }} ${x} $x$",
    "https://evil.example www.evil.example a@evil.example",
    "\\*pas gras\\* \\",
    "ligne\x00 nulle \x1b[31m \u202eenvers",
    "~~barré~~ --- ===",
]
SAMPLE = Document(
    "Note de conformité",
    (
        Paragraph("Quels bilans remettre et quand ?", "lead"),
        Heading("Réponse", anchor="reponse"),
        Paragraph(("Le bilan prévisionnel est remis ", Run("avant le tournage", bold=True), Run(" [1]", link="#s1"))),
        Listing(("Un", (Run("Deux", italic=True), " ensuite")), ordered=True),
        Listing(("Puce",)),
        Heading("Sources", anchor="sources"),
        Heading("1. Fiche", 2, "s1"),
        Quote(
            "L’œuvre coûte 1 000 € : « oui » – 12 %…\nDeuxième alinéa.",
            ("Voir ", Run("le texte", link="https://www.cnc.fr/x?a=1&b=2")),
        ),
        Table((Column("Nom"), Column("Valeur", 2, "right")), (("A & B", "1"), (Run("gras", bold=True), ("2", " km")))),
        Table((Column(""), Column("", 3)), (("Empreinte", "ab" * 32),), headers=False),
        Paragraph("À vérifier.", "notice"),
    ),
    subtitle="Faite le 24 novembre 2026",
    footer="Information, pas un conseil juridique. Vérifié au 24 novembre 2026.",
    date=DAY,
    subject="Quels bilans",
    keywords=("cnc",),
)


def _pdf_text(data: bytes) -> str:
    return "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _docx_text(data: bytes) -> str:
    found = docx.Document(io.BytesIO(data))
    rows = [c.text for t in found.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in found.paragraphs), *rows])


@pytest.mark.parametrize("to", list(Format))
def test_equal_documents_are_equal_files(to: Format) -> None:
    assert write(SAMPLE, to) == write(SAMPLE, to)


def test_docx_has_real_styles_and_properties() -> None:
    data = write(SAMPLE, Format.DOCX)
    found = docx.Document(io.BytesIO(data))
    styles = {p.text: p.style.name for p in found.paragraphs if p.style}
    assert styles["Note de conformité"] == "Title"
    assert styles["Réponse"] == "Heading 1"
    assert styles["1. Fiche"] == "Heading 2"
    assert styles["Un"] == "List Number"
    assert styles["Puce"] == "List Bullet"
    assert styles["Deuxième alinéa."] == "Quote"
    assert "L’œuvre coûte 1 000 € : « oui » – 12 %…" in styles  # to the character
    core = found.core_properties
    assert (core.title, core.author, core.language) == ("Note de conformité", "Clapvert", "fr-FR")
    assert core.created
    assert core.created.date() == DAY
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert xml.count("<w:tblHeader") == 1
    assert 'w:name="s1"' in xml
    assert 'w:anchor="s1"' in xml
    named = zipfile.ZipFile(io.BytesIO(data)).read("word/styles.xml").decode()
    assert '<w:lang w:val="fr-FR"' in named
    foot = zipfile.ZipFile(io.BytesIO(data)).read("word/footer1.xml").decode()
    assert "pas un conseil juridique" in foot
    assert 'w:instr="NUMPAGES"' in foot


def test_pdf_is_embedded_titled_linked_and_numbered() -> None:
    reader = pypdf.PdfReader(io.BytesIO(write(SAMPLE, Format.PDF)))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Note de conformité", "Clapvert")
    assert reader.metadata.creation_date
    assert reader.metadata.creation_date.date() == DAY
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    page: Any = reader.pages[0]
    fonts = [f.get_object() for f in page["/Resources"]["/Font"].values()]
    used = [f for f in fonts if f["/BaseFont"] != "/Helvetica"]
    assert used
    assert all("/FontFile2" in f["/FontDescriptor"] for f in used)
    text = _pdf_text(write(SAMPLE, Format.PDF))
    assert "L’œuvre coûte 1 000 € : « oui » – 12 %…" in text
    assert "1 / 1" in text
    assert "pas un conseil juridique" in text
    uris = [a.get_object().get("/A", {}).get("/URI") for a in page["/Annots"]]
    assert "https://www.cnc.fr/x?a=1&b=2" in uris
    assert [o["/Title"] for o in reader.outline if not isinstance(o, list)] == ["Réponse", "Sources"]  # type: ignore[call-overload]


def test_a_long_table_and_a_long_quote_run_over_pages() -> None:
    rows = tuple((f"ligne {n}", "mot " * 30) for n in range(60))
    long = Document("Long", (Table((Column("A"), Column("B")), rows), Quote("phrase longue. " * 900)), date=DAY)
    reader = pypdf.PdfReader(io.BytesIO(write(long, Format.PDF)))
    text = "\n".join(p.extract_text() for p in reader.pages)
    assert len(reader.pages) > 4
    assert f"1 / {len(reader.pages)}" in text
    assert f"{len(reader.pages)} / {len(reader.pages)}" in text
    assert " ".join(text.split()).count("phrase longue.") == 900
    assert "ligne 59" in text


def test_the_longest_texts_end() -> None:
    long = "Une question ? " * 270
    blocks = (Heading(long), Quote(long * 3), Paragraph(long, "small"), Quote(long), Listing((long,)), Heading(long, 2))
    cell = Table((Column("A"), Column("B", 4)), (("x", long * 3), ("y" * 3000, long)), headers=False)
    blocks = (*blocks, cell, *(Heading(f"Titre {n}") for n in range(80)), Quote("fin"))
    for to in Format:
        assert write(Document(long, blocks, subtitle=long, footer="Pied", date=DAY), to)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_a_text_is_markup(hostile: str) -> None:
    document = Document(
        hostile,
        (Paragraph(hostile), Heading(hostile), Listing((hostile,)), Quote(hostile, hostile), _table(hostile)),
        date=DAY,
    )
    told = line(hostile).strip()
    shown = _docx_text(write(document, Format.DOCX))
    assert shown.count(spaced(told)) + shown.count(told) >= 6
    pdf = write(document, Format.PDF)
    for word in set(_words(told)):
        assert re.sub(r"\s", "", _pdf_text(pdf)).count(word) >= 6, word
    assert not any(p.get("/Annots") for p in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    text, tags = _rendered(write(document, Format.MD).decode())
    assert text.count(told) >= 6
    assert tags <= {"h1", "h2", "p", "ul", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"}


def _table(text: str) -> Table:
    return Table((Column("A"), Column("B")), ((text, "x"),))


def _rendered(markdown: str) -> tuple[str, set[str]]:
    """The text a reader sees, and the tags made."""
    md = (
        MarkdownIt("gfm-like", {"html": True, "linkify": True})
        if _linkify()
        else MarkdownIt("commonmark").enable("table")
    )
    texts, tags = [], set()
    for token in md.parse(markdown):
        if token.tag:
            tags.add(token.tag)
        for child in token.children or []:
            assert child.type in ("text", "softbreak", "text_special"), child
            texts.append(child.content)
        if token.type in ("html_block", "code_block", "fence"):
            raise AssertionError(token.content)
    return "".join(texts), tags


def _linkify() -> bool:
    try:
        import linkify_it  # noqa: F401
    except ImportError:
        return False
    return True


@given(
    st.one_of(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60),
        st.text("ab1 *_`[]()#>-+.!&;<~|\\\\:/@=^w", min_size=1, max_size=40),
    )
)
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    told = re.sub(r" +", " ", line(text)).strip()  # spaces at both ends are no text, for readers of Markdown either
    shown, _ = _rendered(write(Document("t", (Paragraph(text),), date=DAY), Format.MD).decode())
    assert shown == "t" + told


def test_links_are_addresses_or_nothing() -> None:
    for link in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//evil",
        "https://a b",
        'https://x">',
    ):
        assert Run("x", link=link).target is None, link
    assert Run("x", link="https://www.cnc.fr/a?b=c#d").target
    assert Run("x", link="#source-1").target == "#source-1"


def test_unknown_characters_are_shown_as_missing_never_dropped() -> None:
    text = _pdf_text(write(Document("Titre", (Paragraph("CO₂ → 日本 ✓ 1\u202f000 e\u0301"),), date=DAY), Format.PDF))
    assert "CO2 -> ?? oui 1 000 é" in text.replace("\u00a0", " ").replace("□", "?")


def test_sheets_never_compute() -> None:
    rows = [[h, 1.5, DAY, None] for h in [*HOSTILE, "+33 1", "-1+2", "@SUM(A1)", "\t=1"]]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes("A/B", ["=titre", "n", "jour", ""], rows, DAY)))
    sheet: Any = book.active
    assert sheet["A1"].data_type == "s"
    assert sheet["A1"].value == "=titre"
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
    assert sheet["B2"].value == 1.5
    assert sheet["C2"].value.date() == DAY
    read = list(csv.reader(io.StringIO(csv_bytes(["=t"], rows).decode("utf-8-sig")), delimiter=";"))
    assert read[0] == ["'=t"]
    assert read[1][1:] == ["1,5", "2026-11-24", ""]
    assert not any(c.startswith(("=", "+", "-", "@", "\t")) for row in read for c in row)
    assert xlsx_bytes("A", ["t"], rows, DAY) == xlsx_bytes("A", ["t"], rows, DAY)


def test_file_names_are_plain() -> None:
    assert (
        file_name(("Note Clapvert", "Quels bilans à l’œuvre ?"), "pdf") == "note-clapvert-quels-bilans-a-l-oeuvre.pdf"
    )
    assert file_name(("../../etc/passwd",), "md") == "etc-passwd.md"
    assert file_name(("?",), "md") == "document.md"
