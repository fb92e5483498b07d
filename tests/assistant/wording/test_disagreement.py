"""The official article beside the notice that rests on it: it outranks, and a disagreement is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.checking.verifier import Cited
from assistant.service import Ask, Service
from assistant.wording.disagreement import disagreement
from ingest.clock import fixed
from ingest.model.embedding import HashingEncoder
from ingest.passages.passages import Passage
from tests.assistant.support import add_text, faults, statement_passage, text_passage
from tests.conftest import Build
from tests.samples import ARTICLE_122_18, DOUBLE_BILAN, OFFICIAL_TEXT, TODAY, edited_yaml

RULE = "L'aide du Centre ne peut dépasser 30 000 € par film, et elle est demandée avant le 1er mars 2026."


def notice(text: str, **changes: Any) -> Passage:
    return statement_passage(0, text=text, lead=None, **changes)


def found(text: str, *articles: str, **changes: Any) -> tuple[str, str] | None:
    passages = [text_passage(a, valid_from=date(2020, 1, n + 1)) for n, a in enumerate(articles)]
    out = disagreement(notice(text, **changes), Cited(passages[0], passages[0].text), passages)
    return (out.said, out.ruled) if out else None


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("L'aide du Centre ne peut dépasser 28 000 € par film.", ("28000 €", "30000 €")),
        ("L'aide du Centre est demandée avant le 15 mars 2026.", ("15/03/2026", "01/03/2026")),
        ("L'aide du Centre ne peut dépasser 30 000 € par film.", None),
        ("L'aide du Centre est demandée avant mars 2026.", None),
        ("Le producteur trie 28 000 € de déchets au studio, chaque année, avec la régie.", None),
    ],
)
def test_values_of_the_same_kind_on_the_same_point(text: str, pair: tuple[str, str] | None) -> None:
    assert found(text, RULE) == pair


def test_counts_of_one_thing_only() -> None:
    rule = "Le producteur remet au Centre trois bilans carbone avec sa demande."
    assert found("Le producteur remet au Centre 2 bilans carbone avec sa demande.", rule) == ("2", "3")
    assert found("Le producteur remet au Centre 2 devis carbone avec sa demande.", rule) is None


def test_a_value_that_stands_elsewhere_in_the_article_is_no_disagreement() -> None:
    text = "L'aide du Centre ne peut dépasser 28 000 € par film."
    assert found(text, RULE, "Elle est de 28 000 € pour un court métrage.") is None


def test_what_may_rest_on_another_text_is_not_judged() -> None:
    passage = notice("L'aide du Centre ne peut dépasser 28 000 € par film.").model_copy(
        update={"keys": ("rga:122-18", "rga:999-9")}
    )
    article = text_passage(RULE)
    assert disagreement(passage, Cited(article, article.text), [article]) is None


@pytest.fixture
def disagreeing(build: Build, settings: Any, corpus_dir: Path, library: Any, tmp_path: Path) -> Service:
    """The official text asks for three reports where the notice says two."""
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        first = fiche["sections"][0]["statements"][0]
        first["text"] = "Le producteur remet au Centre 2 bilans carbone avec sa demande d'aide à la production."
        first["lead"] = None
        first = {k: v for k, v in first.items() if v is not None}
        fiche["sections"][0]["statements"][0] = first
    seeded = "Le producteur remet au Centre trois bilans carbone avec sa demande d'aide à la production.\n\n"
    text = OFFICIAL_TEXT.replace("".join(part + "\n\n" for part in ARTICLE_122_18), seeded)
    assert seeded in text
    add_text(library, tmp_path, text, valid_from=date(2025, 1, 1))
    build()
    return Service(settings, HashingEncoder(), fixed(TODAY))


def test_the_article_is_quoted_in_place_of_the_notice_and_both_are_shown(disagreeing: Service) -> None:
    answer = disagreeing.ask(
        Ask(question="Combien de bilans carbone le producteur remet-il au Centre avec sa demande d'aide ?")
    )
    assert faults(answer, lambda i: disagreeing.passage(i)[0]) == []
    (warning,) = [w for w in answer.warnings if w.kind == "conflict"]
    assert "3 contre 2" in warning.text
    cited = {c.n: c for c in answer.citations}
    assert [cited[n].rank.value for n in warning.citations] == ["officiel", "notice"]
    assert "« Le producteur remet au Centre trois bilans carbone" in answer.answer
    assert "2 bilans carbone" not in answer.answer


def test_agreement_says_nothing(service: Service) -> None:
    answer = service.ask(Ask(question="Quels bilans carbone remettre au CNC ?"))
    assert [w for w in answer.warnings if w.kind == "conflict"] == []
