"""Rows of a grid matched with the criteria that Clapvert knows: never in silence, never in another framework."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.label.grid.matching import ALIKE, Texts, accepted, doubted, matches
from assistant.label.projects.projects import Grid, GridCriterion, Project, rows
from ingest.corpus.criteria import Framework, load_frameworks
from ingest.errors import ClapvertError
from ingest.settings import Settings

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def frameworks() -> dict[str, Framework]:
    return {f.framework.id: f.framework for f in load_frameworks(Settings().corpus_dir)}


def grid(*lines: tuple[str | None, str]) -> Grid:
    criteria = tuple(
        GridCriterion(key=code or f"ligne:{n}", code=code, title=title) for n, (code, title) in enumerate(lines)
    )
    return Grid(file_name="g.csv", sha256="0" * 64, imported_at=AT, criteria=criteria)


def test_words_that_the_matcher_never_saw_find_their_criterion(frameworks: dict[str, Framework]) -> None:
    label = frameworks["label-ecoprod"]
    proposed = right = 0
    for criterion in label.criteria:
        asked = criterion.asked_as[0]
        likeness, first = Texts(label, frozenset({asked})).ranked(asked)[0]
        proposed += likeness >= ALIKE
        right += likeness >= ALIKE and first is criterion
    assert (len(label.criteria), proposed, right) == (48, 28, 26)


def test_a_row_is_matched_by_code_else_proposed_by_title(frameworks: dict[str, Framework]) -> None:
    label = frameworks["label-ecoprod"]
    found = matches(
        grid(
            ("A2", "Nommer une personne référente éco-production"),
            ("D5", "Prévoir des repas de saison au catering"),
            (None, "Encourager le covoiturage de l'équipe"),
            (None, "Souscrire une assurance annulation"),
            ("Z9", "Titre essai"),
        ),
        label,
    )
    assert [(m.how, m.criterion, m.to_confirm) for m in found] == [
        ("code", "A2", False), ("code_doubtful", "D5", True), ("title", "H2", True), ("none", None, False), ("none", None, False),
    ]  # fmt: skip
    assert found[2].candidates[0].title == "covoiturage et transports en commun"


def test_a_title_explains_a_row_only_once_accepted(frameworks: dict[str, Framework]) -> None:
    label = frameworks["label-ecoprod"]
    start = grid((None, "Encourager le covoiturage de l'équipe"), ("D5", "Prévoir des repas de saison au catering"))

    def known(one: Grid) -> list[str | None]:
        project = Project(id="p", framework=label.id, title="Essai", created_at=AT, updated_at=AT, grid=one)
        return [r.known.code if r.known else None for r in rows(project, label)]

    assert known(start) == [None, "D5"]
    marked = doubted(start, label)
    assert known(marked) == [None, None]
    assert marked.remarks == (
        "1 code connu de Clapvert sous un autre intitulé : D5. À rapprocher à la main, sans explication d'ici là.",
    )
    assert [m.how for m in matches(marked, label)] == ["title", "code_doubtful"]
    assert known(accepted(marked, label, {"D5": "D5"})) == [None, "D5"]
    told = accepted(marked, label, {"ligne:0": "H2", "D5": None})
    assert known(told) == ["H2", None]
    assert [m.how for m in matches(told, label)] == ["accepted", "none"]
    for wrong in ({"Z1": "H2"}, {"D5": "2.3"}):  # 2.3 is of the other framework
        with pytest.raises(ClapvertError):
            accepted(start, label, wrong)
