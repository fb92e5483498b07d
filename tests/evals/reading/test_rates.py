"""Rates, paired gain and agreement, on verdicts counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.reading.rates import agreement, gain, rates
from evals.reading.sheet import Origin
from evals.reading.verdicts import Grade, take
from evals.reports.reading import reading_data, reading_report
from ingest.errors import ClapvertError
from tests.evals.reading.samples import sheet_in, verdicts
from tests.samples import TODAY


def origin(ident: str, run: str, kind: str = "amount") -> Origin:
    return Origin(id=ident, run=run, domain="cnc", kind=kind)


KEY = {
    "r1": origin("A", "avant"), "r2": origin("A", "apres"), "r3": origin("B", "avant", "oos"), "r4": origin("B", "apres", "oos"),
    "r5": origin("D.1", "avant", "dialogue"), "r6": origin("D.1", "apres", "dialogue"),
    "r7": origin("D.2", "avant", "dialogue"),
}  # fmt: skip
LEA = verdicts("lea", r1="poor", r2="forward", r3="right", r4="right", r5="usable", r6="forward", r7="wrong")


def test_one_rate_a_run_of_all_and_of_what_has_an_answer() -> None:
    before, after = sorted(rates(KEY, [LEA]), key=lambda r: r.run, reverse=True)
    assert (before.run, before.forwarded.value, before.forwarded.n) == ("avant", 0.25, 4)
    assert (before.asks.value, before.asks.n) == (0.0, 3)
    assert (before.bad.value, before.grades[Grade.WRONG]) == (0.5, 1)
    assert (after.forwarded.value, after.asks.value, after.bad.value) == (1.0, 1.0, 0.0)
    assert (before.by_kind["oos"].value, before.by_kind["dialogue"].n) == (1.0, 2)


def test_the_gain_is_paired_over_what_was_read_in_both() -> None:
    found = gain(KEY, LEA, "avant", "apres")
    assert found is not None
    assert (found.n, found.base, found.candidate) == (3, pytest.approx(1 / 3, abs=1e-4), 1.0)
    assert found.value == pytest.approx(2 / 3, abs=1e-4)
    assert found.low <= found.value <= found.high
    mirrored = gain(KEY, LEA, "apres", "avant")
    assert mirrored is not None
    assert mirrored.value == pytest.approx(-2 / 3, abs=1e-4)


def test_nothing_read_in_both_is_no_gain() -> None:
    assert gain(KEY, verdicts("max", r1="poor", r4="right"), "avant", "apres") is None


def test_kappa_of_two_readers() -> None:
    other = verdicts("max", r1="poor", r2="forward", r3="forward", r4="poor", r5="forward")
    found = agreement(LEA, other)
    assert found is not None
    assert (found.readers, found.n) == (("lea", "max"), 5)
    assert found.forwarded == pytest.approx(3 / 5)  # they part on r4 and r5
    assert found.same_grade == pytest.approx(2 / 5)  # « right » and « forward » are forwarded alike
    chance = 3 / 5 * 3 / 5 + 2 / 5 * 2 / 5
    assert found.kappa == pytest.approx((3 / 5 - chance) / (1 - chance), abs=1e-4)


def test_kappa_says_nothing_when_both_always_say_the_same_and_none_of_nothing() -> None:
    same = verdicts("max", r3="forward", r4="right")
    assert agreement(verdicts("lea", r3="right", r4="right"), same).kappa is None  # type: ignore[union-attr]
    assert agreement(LEA, verdicts("max")) is None


def test_a_sheet_is_told_with_its_gain_and_its_agreement(tmp_path: Path) -> None:
    _, key = sheet_in(tmp_path)
    assert "aucun verdict" in reading_report(reading_data(tmp_path))
    grade = {"avant": "poor", "apres": "forward"}
    for reader in ("lea", "max"):
        take(tmp_path, {k: grade[o.run] for k, o in key.items()}, reader, TODAY, key)
    told = reading_data(tmp_path, base="avant")
    assert [(r["reader"], r["run"], r["forwarded"]["value"]) for r in told["rates"]] == [
        ("lea", "apres", 1.0), ("lea", "avant", 0.0), ("max", "apres", 1.0), ("max", "avant", 0.0),
    ]  # fmt: skip
    assert {g["value"] for g in told["gains"]} == {1.0}
    assert [a["kappa"] for a in told["agreements"]] == [1.0]
    assert "écart apparié +100.0 points" in reading_report(told)
    with pytest.raises(ClapvertError, match="Run absent"):
        reading_data(tmp_path, base="hier")
