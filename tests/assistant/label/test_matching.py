"""Rows of a grid matched with the criteria that Clapvert knows: by wording, never by code, never in silence, never in
another framework."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from assistant.label.frameworks import criterion_key
from assistant.label.grid.matching import ALIKE, APART, Texts, accepted, match, matches, proposals
from assistant.label.projects.projects import Grid, GridCriterion, Project, rows
from ingest.corpus.criteria import DEPARTMENT_LABELS, Framework, load_frameworks
from ingest.errors import ClapvertError
from ingest.settings import Settings

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
COLLIDING = yaml.safe_load((Path(__file__).parent / "data" / "colliding.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frameworks() -> dict[str, Framework]:
    return {f.framework.id: f.framework for f in load_frameworks(Settings().corpus_dir)}


def grid(*lines: tuple[str | None, str]) -> Grid:
    criteria = tuple(
        GridCriterion(key=code or f"ligne:{n}", code=code, title=title) for n, (code, title) in enumerate(lines)
    )
    return Grid(file_name="g.csv", sha256="0" * 64, imported_at=AT, criteria=criteria)


def test_sixty_rows_whose_codes_are_other_criterias_get_no_wrong_explanation(frameworks: dict[str, Framework]) -> None:
    label = frameworks["label-ecoprod"]
    codes, texts = {c.code for c in label.criteria}, Texts(label)
    right = wrong = 0
    for n, row in enumerate(COLLIDING):
        assert row["code"] in codes
        assert row["code"] != row["is"]
        found = match(
            GridCriterion(
                key=str(n), code=row["code"], title=row["title"], department=row["department"],
                description=row.get("description"),
            ),
            texts,
        )  # fmt: skip
        if found.how == "proposed":
            right += found.criterion == row["is"]
            wrong += found.criterion != row["is"]
    known = sum(row["is"] is not None for row in COLLIDING)
    assert (len(COLLIDING), known, wrong, right) == (60, 30, 0, 29)


def test_the_threshold_on_the_texts_that_it_was_fitted_on(frameworks: dict[str, Framework]) -> None:
    """Each form of asking left out; then each criterion taken away, so that whatever is proposed is wrong."""
    label = frameworks["label-ecoprod"]
    right = wrong = gone = 0
    for criterion in label.criteria:
        department = DEPARTMENT_LABELS[criterion.departments[0]]
        for asked in criterion.asked_as:
            ranked = Texts(label, frozenset({asked})).ranked(asked.replace(criterion.code or "∅", ""), department)
            if _proposed(ranked):
                right += ranked[0][1] is criterion
                wrong += ranked[0][1] is not criterion
            gone += _proposed([r for r in ranked if r[1] is not criterion])
        for text in (criterion.short.fr, criterion.intent.fr):
            ranked = Texts(label).ranked(text, department)
            gone += _proposed([r for r in ranked if r[1] is not criterion])
    assert sum(len(c.asked_as) + 2 for c in label.criteria) == 336
    assert (right, wrong, gone) == (61, 1, 13)


def _proposed(ranked: list[tuple[float, object]]) -> bool:
    return ranked[0][0] >= ALIKE and ranked[0][0] - ranked[1][0] >= APART


def test_a_code_alone_explains_nothing(frameworks: dict[str, Framework]) -> None:
    label = frameworks["label-ecoprod"]
    start = grid(*((c.code, f"Intitulé inventé {n}") for n, c in enumerate(label.criteria) if c.code))
    assert {m.how for m in matches(start, label)} == {"none"}
    project = Project(id="p", framework=label.id, title="Essai", created_at=AT, updated_at=AT, grid=start)
    assert all(r.known is None for r in rows(project, label))


def test_a_proposal_says_why_and_explains_only_once_accepted(frameworks: dict[str, Framework]) -> None:
    label = frameworks["label-ecoprod"]
    start = grid(("D5", "Encourager le covoiturage de l'équipe"), ("A2", "Souscrire une assurance annulation"))
    first, second = matches(start, label)
    assert (first.how, first.criterion, second.how) == ("proposed", "H2", "none")
    assert first.reason is not None
    assert first.reason.shared == ("Encourager", "covoiturage", "l'équipe")

    def known(one: Grid) -> list[str | None]:
        project = Project(id="p", framework=label.id, title="Essai", created_at=AT, updated_at=AT, grid=one)
        return [criterion_key(r.known) if r.known else None for r in rows(project, label)]

    assert known(start) == [None, None]
    assert proposals(start, label) == {"D5": "H2"}
    told = accepted(start, label, proposals(start, label))
    assert known(told) == ["H2", None]
    assert [m.how for m in matches(told, label)] == ["accepted", "none"]
    assert known(accepted(told, label, {"D5": None})) == [None, None]
    for wrong in ({"Z1": "H2"}, {"D5": "2.3"}):  # 2.3 is of the other framework
        with pytest.raises(ClapvertError):
            accepted(start, label, wrong)
