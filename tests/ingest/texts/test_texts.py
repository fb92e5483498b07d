"""Added texts: kept byte for byte, refused by name before anything is written, forgotten on demand."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from ingest.corpus.register import Domain, Nature, Rank, Source, load_register
from ingest.documents.markdown import read_markdown
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.versions import TextVersion
from ingest.texts.texts import MAX_BYTES, AddedText, TextShelf, own_source, read_document, version_of
from tests.samples import OFFICIAL_TEXT, TODAY

COPY = TextVersion(attested_at=date(2026, 3, 1))


@pytest.fixture
def shelf(tmp_path: Path) -> TextShelf:
    return TextShelf(tmp_path / "texts")


@pytest.fixture
def official(tmp_path: Path) -> Path:
    path = tmp_path / "Code du cinéma.MD"
    path.write_bytes(OFFICIAL_TEXT.replace("\n", "\r\n").encode())
    return path


def own(text_id: str = "charte", title: str = "Charte d'essai", language: str = "fr") -> Source:
    return own_source(text_id, title, Domain.LABEL, "Ecoprod", Nature.GUIDE, Rank.GUIDE, None, language)


def add(shelf: TextShelf, file: Path, text_id: str = "code-cinema-2026-03-01") -> AddedText:
    return shelf.add(file, text_id, "code-cinema", None, COPY, "fr")[0]


def test_a_text_is_kept_byte_for_byte_with_its_hash(shelf: TextShelf, official: Path) -> None:
    text, units = shelf.add(official, "code-cinema-2026-03-01", "code-cinema", None, COPY, "fr")
    assert units == 3
    assert shelf.path(text).read_bytes() == official.read_bytes()
    assert text.sha256 == hashlib.sha256(official.read_bytes()).hexdigest()
    assert shelf.all() == [text]
    assert shelf.read(text).title == "Code du cinéma (extrait d'essai)"


def test_a_registered_text_has_the_register_s_source_and_another_its_own(
    shelf: TextShelf, official: Path, corpus_dir: Path
) -> None:
    register = load_register(corpus_dir)
    assert add(shelf, official).source(register).title == "Code du cinéma et de l'image animée"
    mine, _ = shelf.add(official, "charte", None, own(), COPY, "fr")
    assert (mine.source(register).title, mine.source(register).rank) == ("Charte d'essai", Rank.GUIDE)


def test_a_text_whose_source_left_the_register_is_named(shelf: TextShelf, official: Path, corpus_dir: Path) -> None:
    text = shelf.add(official, "vieux", "disparu", None, COPY, "fr")[0]
    with pytest.raises(ClapvertError, match="disparu"):
        text.source(load_register(corpus_dir))


def test_adding_again_replaces(shelf: TextShelf, official: Path) -> None:
    add(shelf, official)
    official.write_text("# Code\n\n## Article 1\n\nNouveau.\n", encoding="utf-8")
    text = add(shelf, official)
    assert shelf.all() == [text]
    assert "Nouveau" in shelf.path(text).read_text(encoding="utf-8")


def test_texts_are_listed_by_id(shelf: TextShelf, official: Path) -> None:
    for text_id in ("b", "a", "c"):
        add(shelf, official, text_id)
    assert [t.id for t in shelf.all()] == ["a", "b", "c"]
    assert TextShelf(shelf.folder.parent / "nothing").all() == []


def test_the_digest_follows_every_text_and_what_is_said_of_it(shelf: TextShelf, official: Path) -> None:
    seen = [shelf.digest()]
    add(shelf, official)
    seen.append(shelf.digest())
    shelf.add(official, "code-cinema-2026-03-01", "code-cinema", None, TextVersion(valid_from=TODAY), "fr")
    seen.append(shelf.digest())
    official.write_text("# Code\n\nAutre.\n", encoding="utf-8")
    shelf.add(official, "code-cinema-2026-03-01", "code-cinema", None, TextVersion(valid_from=TODAY), "fr")
    seen.append(shelf.digest())
    assert len(set(seen)) == 4
    shelf.remove("code-cinema-2026-03-01")
    assert shelf.digest() == seen[0]


def test_a_text_is_removed(shelf: TextShelf, official: Path) -> None:
    add(shelf, official)
    shelf.remove("code-cinema-2026-03-01")
    assert shelf.all() == []
    assert official.is_file()


@pytest.mark.parametrize("text_id", ["inconnu", "..", ".", "../texts/charte", "charte/..", "", ".charte.new", "Charte"])
def test_removing_what_is_not_there_touches_nothing(shelf: TextShelf, official: Path, text_id: str) -> None:
    shelf.add(official, "charte", None, own(), COPY, "fr")
    with pytest.raises(ClapvertError) as refused:
        shelf.remove(text_id)
    assert refused.value.code is ErrorCode.SOURCE_NOT_FOUND
    assert [t.id for t in shelf.all()] == ["charte"]


def test_an_addition_killed_half_way_is_not_a_text(shelf: TextShelf, official: Path) -> None:
    add(shelf, official, "charte")
    (shelf.folder / "charte").rename(shelf.folder / ".charte.new")
    assert shelf.all() == []
    assert [t.id for t in (add(shelf, official, "charte"),)] == [t.id for t in shelf.all()]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("absent.md", None, "introuvable"),
        ("texte.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Format non lu"),
        ("sans-nom", b"\x89PNG\r\n\x1a\n", "Format non lu"),
        ("vide.md", b"", "est vide"),
        ("blanc.md", b"\n \n", "Aucun texte"),
        ("titres.md", b"# Un\n\n## Deux\n", "Aucun texte"),
        ("inconnu.txt", b"\x81\x8d valuation", "encodage inconnu"),
        ("nul.md", b"Article\x00", "octets nuls"),
    ],
)
def test_a_refused_file_is_refused_by_name_and_nothing_is_written(
    shelf: TextShelf, tmp_path: Path, name: str, data: bytes | None, reason: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ClapvertError, match=reason) as refused:
        add(shelf, path)
    assert refused.value.code is ErrorCode.DOCUMENT_REFUSED
    assert not shelf.folder.exists()


def test_a_refused_file_leaves_the_text_that_it_would_have_replaced(shelf: TextShelf, official: Path) -> None:
    text = add(shelf, official)
    official.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ClapvertError):
        add(shelf, official)
    assert shelf.all() == [text]
    assert shelf.read(text).blocks


def test_a_folder_and_a_file_too_big_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dossier.md").mkdir()
    with pytest.raises(ClapvertError, match="introuvable"):
        read_document(tmp_path / "dossier.md")
    with (tmp_path / "gros.md").open("wb") as handle:
        handle.truncate(MAX_BYTES + 1)
    with pytest.raises(ClapvertError, match="40 Mo"):
        read_document(tmp_path / "gros.md")


@pytest.mark.parametrize(
    ("text_id", "title", "language"),
    [("../ailleurs", "Titre", "fr"), ("Charte", "Titre", "fr"), ("charte", "X", "fr"), ("charte", "Titre", "français")],
)
def test_an_own_source_that_is_ill_described_is_refused_as_bad_usage(text_id: str, title: str, language: str) -> None:
    with pytest.raises(ClapvertError) as refused:
        own(text_id, title, language)
    assert refused.value.code is ErrorCode.BAD_REQUEST


@pytest.mark.parametrize(
    ("front", "attested"),
    [
        ("snapshot: 2026-03", date(2026, 3, 1)),
        ("snapshot: 2026-03-15", date(2026, 3, 15)),
        ("last_updated: 2026-04-03", date(2026, 4, 3)),
        ("snapshot: 2026-13", TODAY),
        ("snapshot: 2026-02-30\nlast_updated: 2026-04-03", date(2026, 4, 3)),
        ("snapshot: hier", TODAY),
        ("title: Essai", TODAY),
    ],
)
def test_an_undated_copy_is_attested_by_its_own_date_else_today(front: str, attested: date) -> None:
    document = read_markdown(f"---\n{front}\n---\n\nTexte.\n".encode())
    assert version_of(document, None, None, None, TODAY) == TextVersion(attested_at=attested)


def test_dates_of_the_command_win_over_those_of_the_file() -> None:
    document = read_markdown(b"---\nsnapshot: 2026-03\n---\n\nTexte.\n")
    given = version_of(document, date(2025, 3, 1), date(2026, 1, 1), date(2026, 2, 2), TODAY)
    assert given == TextVersion(valid_from=date(2025, 3, 1), valid_until=date(2026, 1, 1), attested_at=date(2026, 2, 2))


def test_a_dated_text_needs_no_day_of_copy() -> None:
    assert version_of(read_markdown(b"Texte."), TODAY, None, None, TODAY) == TextVersion(valid_from=TODAY)
