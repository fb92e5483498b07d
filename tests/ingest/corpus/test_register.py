"""The register: what is broken is named by file, line and field; names, ranks and hosts answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.corpus.register import Domain, Rank, Source, load_contacts, load_register
from ingest.errors import ClapvertError, ErrorCode
from tests.samples import register_of, source, tiny_sources, write_yaml

SOURCES = """\
# Le registre.
sources:
  - id: un
    title: Premier texte
    issuer: CNC
    nature: reglement
    rank: officiel
    domains: [cnc]
    regime: cnc
  - id: deux
    title: Second texte
    issuer: CNC
    nature: reglement
    rank: officiel
    domains: [cnc]
    regime: cnc
"""


def refusal(folder: Path, text: str) -> str:
    write_yaml(folder / "sources.yaml", text)
    with pytest.raises(ClapvertError) as refused:
        load_register(folder)
    assert refused.value.code is ErrorCode.CORPUS_INVALID
    assert str(folder / "sources.yaml") in refused.value.message
    return refused.value.message


def test_the_tiny_register_loads_by_id(corpus_dir: Path) -> None:
    register = load_register(corpus_dir)
    assert list(register.sources) == [s["id"] for s in tiny_sources()]
    assert register.get("rga").domains == (Domain.CNC,)


@pytest.mark.parametrize(
    ("change", "line", "field"),
    [
        (("nature: reglement", "nature: ukase"), 6, "sources.0.nature"),
        (("domains: [cnc]", "domains: [cnc, chasse]"), 8, "sources.0.domains.1"),
        (("domains: [cnc]", "domains: []"), 8, "sources.0.domains"),
        (("title: Premier texte", "title: X"), 4, "sources.0.title"),
        (("id: un", "id: Un Texte"), 3, "sources.0.id"),
        (("id: deux", "id: un"), 10, "sources.1.id"),
        (("    issuer: CNC\n", ""), 3, "sources.0.issuer"),
        (("rank: officiel", "rank: officiel\n    couleur: vert"), 8, "sources.0.couleur"),
        (("rank: officiel", "rank: officiel\n    date: 2026-13"), 8, "sources.0.date"),
        (("rank: officiel", "rank: officiel\n    date: '2026-02-30'"), 8, "sources.0.date"),
        (("rank: officiel", "rank: officiel\n    date: hier"), 8, "sources.0.date"),
        (("rank: officiel", "rank: officiel\n    language: français"), 8, "sources.0.language"),
    ],
)
def test_a_broken_source_names_file_line_and_field(
    tmp_path: Path, change: tuple[str, str], line: int, field: str
) -> None:
    message = refusal(tmp_path, SOURCES.replace(*change, 1))
    assert f"ligne {line}, champ {field} " in message


def test_yaml_that_is_none_names_file_and_line(tmp_path: Path) -> None:
    assert "ligne 5" in refusal(tmp_path, SOURCES.replace("title: Premier", "title: [Premier", 1))


def test_a_date_that_does_not_exist_names_file_and_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, SOURCES.replace("rank: officiel", "rank: officiel\n    valid_from: 2026-02-30", 1))
    assert "ligne 8" in message
    assert "2026-02-30" in message


@pytest.mark.parametrize("text", ["", "autres: []\n", "- a\n", "sources: oui\n"])
def test_a_register_without_a_list_of_sources_is_refused(tmp_path: Path, text: str) -> None:
    assert "sources" in refusal(tmp_path, text)


def test_a_missing_register_says_which_folder_to_check(tmp_path: Path) -> None:
    with pytest.raises(ClapvertError) as refused:
        load_register(tmp_path)
    assert refused.value.code is ErrorCode.CORPUS_INVALID
    assert "CLAPVERT_CORPUS_DIR" in str(refused.value)


def test_a_register_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_bytes("sources: [é]".encode("latin-1"))
    with pytest.raises(ClapvertError, match=r"sources\.yaml"):
        load_register(tmp_path)


def test_an_unknown_source_is_refused_with_the_command_that_lists_them() -> None:
    with pytest.raises(ClapvertError, match="corpus list") as refused:
        register_of(source()).get("inconnu")
    assert refused.value.code is ErrorCode.SOURCE_NOT_FOUND


def test_a_register_made_in_memory_refuses_a_source_twice() -> None:
    with pytest.raises(ClapvertError, match="texte"):
        register_of(source(), source())


@pytest.mark.parametrize(
    ("written", "kept"),
    [("2026", "2026"), (2026, "2026"), ("2026-03", "2026-03"), ("2026-03-01", "2026-03-01"), (None, None)],
)
def test_a_date_keeps_the_precision_it_was_written_with(written: object, kept: str | None) -> None:
    assert Source.model_validate(source(date=written)).date == kept


def test_an_unquoted_full_date_stays_the_same_text(tmp_path: Path) -> None:
    write_yaml(tmp_path / "sources.yaml", SOURCES.replace("rank: officiel", "rank: officiel\n    date: 2026-03-01", 1))
    assert load_register(tmp_path).get("un").date == "2026-03-01"


def test_ranks_are_ordered_by_authority() -> None:
    assert sorted(Rank, key=lambda r: r.order) == [
        Rank.OFFICIEL, Rank.AUTORITE, Rank.GUIDE, Rank.PRESSE, Rank.NOTICE
    ]  # fmt: skip


def test_aliases_name_the_work_and_versions_share_it() -> None:
    register = register_of(
        source(id="loi-2024", aliases=["loi A"], work="loi"), source(id="loi-2026", aliases=["loi B"], work="loi")
    )
    assert [found[2] for found in register.names.find("la loi A, puis la loi B")] == ["loi", "loi"]


def test_a_code_knows_the_texts_that_it_hosts(corpus_dir: Path) -> None:
    register = load_register(corpus_dir)
    assert [s.id for s in register.hosted_by("code-cinema")] == ["rga"]
    assert register.hosted_by("rga") == []


def test_the_short_title_is_the_one_shown() -> None:
    assert register_of(source(short_title="Court")).get("texte").name == "Court"
    assert register_of(source()).get("texte").name == "Texte d'essai"


def test_contacts_load_by_id_and_break_by_name(corpus_dir: Path) -> None:
    assert set(load_contacts(corpus_dir)) == {"cnc", "ecoprod"}
    write_yaml(corpus_dir / "contacts.yaml", "contacts:\n  - id: cnc\n    name: CNC\n")
    with pytest.raises(ClapvertError, match=r"contacts\.yaml, ligne 2, champ contacts\.0\.about"):
        load_contacts(corpus_dir)


def test_a_contact_twice_is_refused_with_its_line(corpus_dir: Path) -> None:
    write_yaml(corpus_dir / "contacts.yaml", "contacts:\n" + "  - {id: cnc, name: CNC, about: aides}\n" * 2)
    with pytest.raises(ClapvertError, match=r"ligne 3, champ contacts\.1\.id"):
        load_contacts(corpus_dir)
