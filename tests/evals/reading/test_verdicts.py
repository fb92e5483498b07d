"""Verdicts: taken whole or refused whole, and kept by reader."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evals.reading.verdicts import Grade, all_verdicts, read_verdicts, take, verdicts_path
from ingest.errors import ClapvertError
from tests.samples import TODAY

READINGS = Path(__file__).resolve().parents[3] / "evals" / "readings"
KEYS = {"r1": None, "r2": None, "r3": None}


def test_a_verdict_may_be_a_bare_grade_or_say_why(tmp_path: Path) -> None:
    kept = take(tmp_path, {"r2": "forward", "r1": {"grade": "poor", "why": "la condition manque"}}, "lea", TODAY, KEYS)
    assert list(kept.verdicts) == ["r1", "r2"]
    assert read_verdicts(verdicts_path(tmp_path, "lea")) == kept


def test_what_was_said_before_stays_where_nothing_new_is_said(tmp_path: Path) -> None:
    take(tmp_path, {"r1": "poor", "r2": "usable"}, "lea", TODAY, KEYS)
    kept = take(tmp_path, {"r2": "forward", "r3": "right"}, "lea", date(2026, 12, 1), KEYS)
    assert {k: v.grade for k, v in kept.verdicts.items()} == {"r1": Grade.POOR, "r2": Grade.FORWARD, "r3": Grade.RIGHT}
    assert kept.on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"r1": "forward", "r9": "poor"}, "r9"),
        ({"r1": "forward", "r2": "excellent"}, "r2"),
        ({"r1": "forward", "r2": {"grade": "poor", "mood": "bad"}}, "r2"),
        ({"r1": None}, "r1"),
        (["r1", "forward"], "table"),
        ("forward", "table"),
        (None, "table"),
    ],
)
def test_a_file_with_one_bad_line_is_refused_whole(tmp_path: Path, raw: object, said: str) -> None:
    with pytest.raises(ClapvertError, match=said):
        take(tmp_path, raw, "lea", TODAY, KEYS)
    assert all_verdicts(tmp_path) == []


def test_two_readers_have_two_files(tmp_path: Path) -> None:
    take(tmp_path, {"r1": "poor"}, "lea", TODAY, KEYS)
    take(tmp_path, {"r1": "forward"}, "max", TODAY, KEYS)
    assert [(v.reader, v.verdicts["r1"].grade) for v in all_verdicts(tmp_path)] == [("lea", "poor"), ("max", "forward")]


@pytest.mark.parametrize(
    "text", ["- r1\n", "reader: lea\n", "reader: 'Léa D.'\non: 2026-11-27\nverdicts: {}\n", "{", ""]
)
def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path, text: str) -> None:
    path = verdicts_path(tmp_path, "lea")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClapvertError, match="pas un fichier de verdicts"):
        all_verdicts(tmp_path)


def test_six_grades_two_forwarded_three_bad() -> None:
    assert {g.value for g in Grade if g.forwarded} == {"forward", "right"}
    assert {g.value for g in Grade if g.bad} == {"poor", "harmful", "wrong"}


def test_what_is_kept_beside_the_code_is_read() -> None:
    kept = sorted(READINGS.glob("*/verdicts-*.yaml"))
    assert len(kept) >= 10
    assert all(read_verdicts(path).verdicts for path in kept)
