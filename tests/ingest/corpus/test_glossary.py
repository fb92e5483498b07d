"""The glossary: a closed vocabulary of facets, in which a broader value reaches a narrower one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.corpus.glossary import Glossary, load_glossary
from ingest.errors import ClapvertError, ErrorCode
from tests.samples import write_yaml


@pytest.fixture
def glossary(corpus_dir: Path) -> Glossary:
    return load_glossary(corpus_dir)


def test_a_value_is_within_itself_and_its_broader_values(glossary: Glossary) -> None:
    assert glossary.broader("genre", "court-metrage") == {"court-metrage", "cinema"}
    assert glossary.broader("genre", "cinema") == {"cinema"}
    assert glossary.broader("genre", "inconnu") == {"inconnu"}
    assert glossary.broader("couleur", "vert") == {"vert"}


@pytest.mark.parametrize(
    ("asked", "stated", "reached"),
    [
        ("court-metrage", ("cinema",), True),
        ("court-metrage", ("court-metrage",), True),
        ("court-metrage", ("long-metrage", "animation"), False),
        ("cinema", ("court-metrage",), False),
        ("cinema", (), False),
    ],
)
def test_a_rule_reaches_what_it_names_and_what_lies_within(
    glossary: Glossary, asked: str, stated: tuple[str, ...], reached: bool
) -> None:
    assert glossary.compatible("genre", asked, stated) is reached


def refusal(folder: Path, text: str) -> str:
    write_yaml(folder / "glossaire.yaml", text)
    with pytest.raises(ClapvertError) as refused:
        load_glossary(folder)
    assert refused.value.code is ErrorCode.CORPUS_INVALID
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("facets:\n  genre:\n    a: {label: A, within: [b]}\n", 3, "valeur inconnue b"),
        ("facets:\n  genre: {}\n  couleur:\n    vert: {label: Vert}\n", 4, "facette inconnue couleur"),
        ("facets:\n  genre:\n    a: {words: [a]}\n", 3, "facets.genre.a.label"),
        ("facets:\n  genre:\n    Pas Slug: {label: A}\n", 3, "facets.genre.Pas Slug"),
        ("facets: {}\nterms:\n  - {term: A, domains: [chasse]}\n", 3, "terms.0.domains.0"),
        ("facets: {}\ncouleurs: []\n", 2, "couleurs"),
    ],
)
def test_a_broken_glossary_names_file_line_and_field(tmp_path: Path, text: str, line: int, reason: str) -> None:
    message = refusal(tmp_path, text)
    assert f"{tmp_path / 'glossaire.yaml'}, ligne {line}" in message
    assert reason in message


def test_a_missing_glossary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClapvertError, match=r"glossaire\.yaml"):
        load_glossary(tmp_path)
