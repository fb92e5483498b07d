"""How official texts are got and where their articles are read, by the identifiers of the register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.corpus.addresses import address, article_link, without_address
from ingest.corpus.register import Domain, Nature, Rank, Regime, Register, Source, load_register

CORPUS = Path(__file__).parents[3] / "corpus"


def source(ident: str = "texte", **more: Any) -> Source:
    return Source(
        id=ident, title="Un texte", issuer="Essai", rank=Rank.OFFICIEL, domains=(Domain.CNC,), regime=Regime.FR,
        url="https://example.org/texte", **({"nature": Nature.DECRET} | more),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"retrieval": "https://example.org/f.pdf"}, "file"),
        ({"identifiers": {"CELEX": "32022L2464"}}, "cellar"),
        ({"identifiers": {"CELEX": "32022L2464"}, "identifiers_verified": False}, None),
        ({"identifiers": {"JORFTEXT": "JORFTEXT000046503612"}}, "legifrance"),
        ({"identifiers": {"NOR": "ECOT2403438D"}}, "legifrance"),
        ({"identifiers": {"ELI": "decret/2024/2/28/2024-152"}}, "legifrance"),
        ({"identifiers": {"LEGITEXT": "LEGITEXT000006074220"}, "nature": Nature.CODE}, "legifrance"),
        ({"identifiers": {"IDCC": "2642"}, "nature": Nature.PAGE}, None),
        ({}, None),
    ],
)
def test_a_text_is_got_by_what_identifies_it(more: dict[str, Any], expected: str | None) -> None:
    assert address(source(**more)) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("dir:5", "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32022L2464#art_5"),
        ("dir:19bis", "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32022L2464#art_19a"),
        ("dir:annexe:I", "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32022L2464#anx_I"),
        ("dir:considerant:4", "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32022L2464#rct_4"),
        ("dir:E1-6", "https://example.org/texte"),
        ("autre:5", "https://example.org/texte"),
    ],
)
def test_an_article_of_an_act_of_the_union_opens_there(key: str, expected: str) -> None:
    act = source("dir", nature=Nature.DIRECTIVE, identifiers={"CELEX": "32022L2464"})
    assert article_link(act, [key]) == expected


def test_an_article_of_a_code_opens_by_its_identifier_else_the_code() -> None:
    code = source(
        "code", nature=Nature.CODE, identifiers={"LEGITEXT": "LEGITEXT000006074220"},
        articles={"L229-25": "LEGIARTI000048246757"},
    )  # fmt: skip
    assert (
        article_link(code, ["code:L229-25"]) == "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000048246757"
    )
    assert article_link(code, ["code:L1"]) == article_link(code, []) == "https://example.org/texte"
    said = article_link(code, ["code:L1"], "LEGIARTI000048246758")  # its file says it
    assert said == "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000048246758"
    assert article_link(code, ["code:L1"], "JORFARTI000048246758") == "https://example.org/texte"


def test_what_only_a_person_can_get_is_listed() -> None:
    guide = source("guide", nature=Nature.GUIDE).model_copy(update={"rank": Rank.GUIDE})
    register = Register((source("a"), source("b", identifiers={"NOR": "ECOT2403438D"}), guide))
    assert [s.id for s in without_address(register)] == ["a"]


def test_every_code_and_act_of_the_union_in_force_of_the_register_has_an_address() -> None:
    missing = without_address(load_register(CORPUS))
    assert [s.id for s in missing if s.nature in (Nature.CODE, Nature.DIRECTIVE, Nature.REGLEMENT)] == []
