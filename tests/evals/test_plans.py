"""Plans made by hand: they name what the corpus holds; the measure of the planner against them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.planning.plan import Plan, PlannedPart, Shown
from evals.plan_set import HandPart, HandPlan, load_plans
from evals.scoring.plans import changes, score_plan, summary
from ingest.corpus.fiches import load_fiches
from ingest.errors import ClapvertError
from tests.evals.samples import passage

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
IDS = ("a", "b", "c", None)


def planned(
    *heads: int, state: str = "answered", then: tuple[int, ...] = (), verdict: str | None = None
) -> PlannedPart:
    said = passage("Un bilan est dû.")
    shown = [Shown(p, said, "head") for p in heads] + [Shown(p, said, "then") for p in then]
    return PlannedPart("x", state=state, shown=tuple(shown), verdict=verdict)  # type: ignore[arg-type]


def by_hand(*parts: HandPart) -> HandPlan:
    return HandPlan(id="m", domain="cnc", kind="story", message="?", parts=parts)


def test_every_plan_names_statements_of_the_corpus() -> None:
    known = {s.id for file in load_fiches(CORPUS) for _, s in file.fiche.statements()}
    plans = load_plans()
    assert len(plans) >= 460
    assert len({p.id for p in plans}) == len(plans)
    named = {i for p in plans for i in (*p.shown, *p.next)}
    assert {i.partition("-")[0] for i in named - known} <= {"critere", "poste"}  # made of the criteria when indexed


def test_a_head_counts_when_it_is_the_readers() -> None:
    hand = by_hand(HandPart(about="x", state="answered", sentences=("a", "b"), verdict="yes"))
    same = score_plan(hand, Plan((planned(0, then=(1,), verdict="yes"),)), IDS)
    assert (same.head, same.shown, same.f1, same.missing, same.verdict) == (1.0, 1.0, 1.0, 0.0, 1.0)
    below = score_plan(hand, Plan((planned(2, then=(0,)),)), IDS)
    assert (below.head, below.shown, below.f1, below.verdict) == (0.0, 1.0, 0.5, 0.0)


def test_what_would_open_as_well_counts_too() -> None:
    hand = by_hand(HandPart(about="x", state="answered", sentences=("a",), as_well=("b",)))
    assert score_plan(hand, Plan((planned(1),)), IDS).head == 1.0
    assert by_hand(HandPart(about="x", state="missing")).parts[0].opening == frozenset()


def test_what_is_said_missing_and_what_is_said_for_nothing() -> None:
    hand = by_hand(HandPart(about="x", state="answered", sentences=("a",)))
    assert score_plan(hand, Plan((planned(state="missing"),)), IDS).missing == 1.0
    nothing = by_hand(HandPart(about="x", state="missing"))
    assert score_plan(nothing, Plan((planned(0),)), IDS).wrongly == 1.0
    assert score_plan(nothing, Plan((planned(state="missing"),)), IDS).wrongly == 0.0


def test_a_summary_and_a_change() -> None:
    hand = by_hand(HandPart(about="x", state="answered", sentences=("a",)))
    good, bad = score_plan(hand, Plan((planned(0),)), IDS), score_plan(hand, Plan((planned(2),)), IDS)
    assert summary([good])["head"]["value"] == 1.0
    assert changes([good], [bad])["head"].value == -1.0


def test_a_file_that_is_no_list_of_plans_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cnc.yaml").write_text("- {id: 1}", encoding="utf-8")
    with pytest.raises(ClapvertError, match=r"cnc\.yaml"):
        load_plans(tmp_path)
