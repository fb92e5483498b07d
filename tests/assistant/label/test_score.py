"""Scores and plans against ones counted the slow way: every subset tried, every ratio compared as integers."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.label import phrases
from assistant.label.projects.projects import Status
from assistant.label.score.points import percent, said
from assistant.label.score.score import score_items
from assistant.label.score.tally import SCORE_READINGS, Item, ScoreReading, shown, tally
from assistant.label.score.whatif import fragile, least_effort, loss
from ingest.corpus.criteria import Threshold
from ingest.corpus.fiches import StatementSource
from ingest.errors import ClapvertError, ErrorCode

SOURCE = StatementSource(id="ecoprod-processus-label", version="2026")
THRESHOLDS = (
    Threshold(scheme="performance", minimum_percent=65, source=SOURCE, confidence="haute"),
    Threshold(scheme="engagement", minimum_percent=70, source=SOURCE, confidence="haute"),
)


def one(key: str, points: str, status: Status = Status.A_FAIRE, mandatory: bool | None = False) -> Item:
    value = Decimal(points)
    earned = value if status is Status.FAIT else Decimal(0)
    return Item(key, f"Critère {key}", value, earned, status, mandatory, "A. Essai", ("Régie",))


def grid(draw_points: list[tuple[int, Status, bool]]) -> list[Item]:
    return [one(f"A{n}", str(Decimal(p) / 4), s, m) for n, (p, s, m) in enumerate(draw_points, 1)]


CRITERIA = st.lists(
    st.tuples(st.integers(0, 24), st.sampled_from(list(Status)), st.booleans()), min_size=1, max_size=9
).map(grid)


@given(CRITERIA, st.integers(1, 100))
def test_the_score_is_the_one_counted_by_hand(items: list[Item], percents: int) -> None:
    quarters = [int(i.points * 4) for i in items]
    done = sum(q for q, i in zip(quarters, items, strict=True) if i.status is Status.FAIT)
    absent = sum(q for q, i in zip(quarters, items, strict=True) if i.status is Status.SANS_OBJET)
    total = sum(quarters)
    threshold = Threshold(scheme="performance", minimum_percent=percents, source=SOURCE, confidence="haute")
    if total == absent:
        with pytest.raises(ClapvertError) as caught:
            score_items(items, (threshold,))
        assert caught.value.code is ErrorCode.GRID_MISSING
        return
    found = score_items(items, (threshold,))
    assert (found.low, found.high) == (Fraction(done, total), Fraction(done, total - absent))
    assert found.low <= found.high
    low, high = done * 100 >= percents * total, done * 100 >= percents * (total - absent)
    assert found.verdicts[0].reached == ("oui" if low else "depend" if high else "non")
    assert found.verdicts[0].missing * 400 == max(0, percents * total - 100 * done)
    for exact, said_percent in ((found.low, found.low_percent), (found.high, found.high_percent)):
        assert 0 <= exact - Fraction(said_percent) / 100 < Fraction(1, 10_000)  # never shown higher than it is
    assert found.mandatory.met == tuple(i.key for i in items if i.mandatory and i.status is Status.FAIT)
    assert sum(p.possible for p in found.by_poste) == found.possible


def brute_force(
    items: Sequence[Item], target: int, efforts: dict[str, int], reading: ScoreReading
) -> tuple[int, Decimal, int] | None:
    """Least effort, then most points, then the fewest, by trying every subset that holds the mandatory criteria."""
    missing_ones = [i for i in items if i.mandatory and i.status not in (Status.FAIT, Status.SANS_OBJET)]
    free = [i for i in items if not i.mandatory and i.status in (Status.A_FAIRE, Status.EN_COURS) and i.points > 0]
    below = sum((i.points for i in items if reading == "zero" or i.status is not Status.SANS_OBJET), Decimal(0))
    have = sum((i.points for i in items if i.status is Status.FAIT), Decimal(0))
    best: tuple[int, Decimal, int] | None = None
    for size in range(len(free) + 1):
        for subset in itertools.combinations(free, size):
            chosen = [*missing_ones, *subset]
            gained = sum((i.points for i in chosen), Decimal(0))
            if (have + gained) * 100 < target * below:
                continue
            key = (sum(efforts.get(i.key, 1) for i in chosen), -gained, len(chosen))
            best = key if best is None else min(best, key)
    return best


@given(
    CRITERIA,
    st.integers(1, 100),
    st.dictionaries(st.integers(1, 9), st.integers(1, 6)),
    st.sampled_from(SCORE_READINGS),
)
def test_no_plan_beats_the_one_found(
    items: list[Item], target: int, drawn: dict[int, int], reading: ScoreReading
) -> None:
    efforts = {f"A{n}": e for n, e in drawn.items() if n <= len(items)}
    plan = least_effort(items, target, efforts, reading)
    expected = brute_force(items, target, efforts, reading)
    assert plan.reachable == (expected is not None)
    if expected is None:
        assert plan.steps == ()
        return
    gained = sum((s.gain for s in plan.steps), Decimal(0))
    assert (plan.effort, -gained, len(plan.steps)) == expected
    assert len({s.key for s in plan.steps}) == len(plan.steps)
    gains = {s.key: s.gain for s in plan.steps}
    after = tally([replace(i, earned=i.earned + gains.get(i.key, 0)) for i in items])
    assert after.missing(target, reading) == 0
    if reading == "zero":  # the cautious plan holds under the other reading too
        assert after.missing(target, "excluded") == 0


@given(CRITERIA, st.data())
def test_a_loss_is_the_score_without_it(items: list[Item], data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(items))
    found = loss(items, lost.key, (65, 70))
    rest = [
        one(i.key, str(i.points), Status.A_FAIRE if i.key == lost.key and i.status is Status.FAIT else i.status)
        for i in items
    ]
    for n, reading in enumerate(SCORE_READINGS):
        ratio = tally(rest).ratio(reading)
        assert found.after[n] == (shown(ratio) if ratio is not None else 0)
    for threshold in (65, 70):
        was, now = tally(items).missing(threshold, "zero") == 0, tally(rest).missing(threshold, "zero") == 0
        assert (threshold in found.falls_below) == (was and not now)


def test_almost_65_is_not_65() -> None:
    items = [one("A1", "64.96", Status.FAIT), one("A2", "35.04")]
    found = score_items(items, THRESHOLDS)
    assert percent(found.low_percent) == "64,96\u00a0%"
    assert [v.reached for v in found.verdicts] == ["non", "non"]
    assert found.verdicts[0].missing == Decimal("0.04")
    assert found.verdicts[0].sentence == "Seuil de 65 % (schéma Performance) : non atteint, il manque 0,04 point."
    near = score_items([one("A1", "64.999999", Status.FAIT), one("A2", "35.000001")], THRESHOLDS)
    assert (near.low_percent, near.verdicts[0].reached) == (Decimal("64.99"), "non")
    exact = score_items([one("A1", "65", Status.FAIT), one("A2", "35")], THRESHOLDS)
    assert (exact.verdicts[0].reached, exact.verdicts[0].exactly, exact.verdicts[1].reached) == ("oui", True, "non")


def test_sans_objet_gives_an_interval_and_a_verdict_that_depends() -> None:
    items = [one("A1", "62", Status.FAIT), one("A2", "33"), one("A3", "5", Status.SANS_OBJET)]
    found = score_items(items, THRESHOLDS)
    assert found.headline == "de 62,00\u00a0% à 65,26\u00a0%"
    assert [v.reached for v in found.verdicts] == ["depend", "non"]
    assert "dépend de la règle du « sans objet »" in found.verdicts[0].sentence
    assert found.verdicts[1].sentence.endswith("il manque 4,5 à 8 points.")
    assert any("La règle officielle n'est pas dans les sources" in line for line in found.explanation)


def test_mandatory_criteria_are_a_second_condition() -> None:
    unknown = score_items([one("A1", "9", Status.FAIT, None)], THRESHOLDS)
    assert (unknown.mandatory.known, unknown.mandatory.all_met) == (False, None)
    missed = score_items([one("A1", "9", Status.FAIT), one("A2", "1", Status.EN_COURS, True)], THRESHOLDS)
    assert (missed.verdicts[1].reached, missed.mandatory.all_met, missed.mandatory.missing) == ("oui", False, ("A2",))
    absent = score_items([one("A1", "9", Status.FAIT), one("A2", "1", Status.SANS_OBJET, True)], THRESHOLDS)
    assert (absent.mandatory.all_met, absent.mandatory.not_applicable) == (None, ("A2",))


def test_a_plan_says_its_arithmetic_and_takes_mandatory_criteria_first() -> None:
    items = [
        one("A1", "50", Status.FAIT), one("A2", "2", mandatory=True), one("A3", "6"), one("A4", "7"), one("A5", "13"),
        one("A6", "22", Status.NON_RETENU),
    ]  # fmt: skip
    plan = least_effort(items, 65)
    assert [s.key for s in plan.steps] == ["A2", "A5"]
    assert plan.explanation == (
        "65 % de 100 points, c'est 65 points ; vous en avez 50, il en manque 15.",
        "D'abord 1 obligatoire à remplir : 2 points.",
        "Puis 1 critère, 13 points : le moins de critères possible.",
        "Score alors : 65,00\u00a0%.",
    )
    dear = least_effort(items, 65, {"A5": 5})
    assert [s.key for s in dear.steps] == ["A2", "A4", "A3"]
    assert dear.effort == 3
    out = least_effort(items, 90)
    assert (out.reachable, out.best) == (False, Decimal("78.00"))
    for wrong in ({"Z9": 1}, {"A3": 0}, {"A3": 21}):
        with pytest.raises(ClapvertError):
            least_effort(items, 65, wrong)


def test_fragile_names_what_holds_the_score_up() -> None:
    items = [one("A1", "40", Status.FAIT), one("A2", "26", Status.FAIT), one("A3", "1", Status.FAIT), one("A4", "33")]
    assert [x.key for x in fragile(items, (65, 70))] == ["A1", "A2"]
    assert loss(items, "A3", (65, 70)).explanation.endswith("Les seuils atteints le restent.")


def test_a_large_grid_with_uneven_points_is_planned_at_once() -> None:
    items = [one(f"A{n}", f"{(n * 37) % 19 + 1}.{(n * 7919) % 1000:03d}") for n in range(90)]
    plan = least_effort(items, 65, {f"A{n}": (n * 31) % 20 + 1 for n in range(90)})
    assert plan.reachable
    assert plan.after >= 65
    hard = [
        one(f"A{n}", f"{n % 20 + 1}.00{n % 7}") for n in range(120)
    ]  # points that follow the efforts: nothing is beaten
    start = time.process_time()
    plan = least_effort(hard, 65, {f"A{n}": n % 20 + 1 for n in range(120)})
    assert plan.reachable
    assert time.process_time() - start < 10


def test_a_score_a_plan_and_a_loss_are_told_in_english() -> None:
    items = [
        one("A1", "66", Status.FAIT), one("A2", "1", mandatory=True), one("A3", "28.5"), one("A4", "4.5", Status.SANS_OBJET),
    ]  # fmt: skip
    found = score_items(items, THRESHOLDS, "en")
    assert found.headline == "from 66.00% to 69.10%"
    assert [v.sentence for v in found.verdicts] == [
        "Threshold of 65% (Performance scheme): reached.",
        "Threshold of 70% (with a commitment phase): not reached, 0.85 to 4 points missing.",
    ]
    assert "“Not applicable”: 4.5 points." in found.explanation[1]
    assert least_effort(items, 70, language="en").explanation == (
        "70% of 100 points is 70 points; you have 66, 4 missing.",
        "The 4.5 “not applicable” points count for zero in the total.",
        "First, 1 mandatory criterion to meet: 1 point.",
        "Then 1 criterion, 28.5 points: the fewest criteria possible.",
        "Score then: 95.50%.",
    )
    assert loss(items, "A1", (65, 70), "en").explanation == (
        "Without “A1”, the score goes from 66.00% to 0.00% (66 points fewer). The threshold of 65% is no longer reached."
    )


def test_every_phrase_has_the_same_values_in_both_languages() -> None:
    pairs = [p for p in vars(phrases).values() if isinstance(p, dict) and {"fr", "en"} == set(p)]
    assert len(pairs) > 20
    for pair in pairs:
        values = [sorted(re.findall(r"\{\w+\}", str(pair[language]))) for language in ("fr", "en")]
        assert values[0] == values[1], pair


def test_figures_are_said_as_in_french() -> None:
    assert said(Decimal("1234.50")) == "1\u202f234,5"
    assert said(Decimal("12.00")) == "12"
    assert said(Decimal("0")) == "0"
    assert said(Decimal("1234.50"), "en") == "1,234.5"
