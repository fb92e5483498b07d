"""The verifier's set is well made, and the verifier keeps its floor on it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.commands.group import evaluate
from evals.verifier_set import PARAPHRASES, STATEMENTS, TAMPERED, JudgedCase, detection, false_alarms, judge, load_cases
from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError


@pytest.fixture(scope="module")
def judged() -> list[JudgedCase]:
    return judge(load_cases())


def test_there_are_enough_of_each(judged: list[JudgedCase]) -> None:
    lies, truths = [j for j in judged if not j.case.true], [j for j in judged if j.case.true]
    assert len(lies) >= 250
    assert len(truths) >= 250
    kinds = Counter(j.case.row.kind for j in lies)
    assert set(kinds) == set(TAMPERED)
    assert sum(n >= 15 for n in kinds.values()) >= 10
    assert set(Counter(j.case.row.kind for j in truths)) == set(PARAPHRASES)
    assert sum(j.case.row.spoken == "en" for j in truths) >= 0.15 * len(truths)
    domains = {d for j in judged for d in j.case.passage.domains}
    assert len(domains) >= 5
    assert 0.25 <= sum(j.case.split == "test" for j in judged) / len(judged) <= 0.45


def test_no_topic_is_in_both_splits(judged: list[JudgedCase]) -> None:
    sides: dict[tuple[str, str], set[str]] = {}
    for j in judged:
        assert j.case.passage.statement is not None
        sides.setdefault((j.case.passage.domains[0], j.case.passage.statement.topic), set()).add(j.case.split)
    assert not any({"dev", "test"} <= s for s in sides.values())


@pytest.mark.parametrize("part", ["all", "dev", "test"])
def test_the_floor(judged: list[JudgedCase], part: str) -> None:
    rows = [j for j in judged if part in ("all", j.case.split)]
    detected, refused = detection(rows), false_alarms(rows)
    assert detected.n > 0
    assert refused.n > 0
    assert (detected.value or 0) >= (0.97 if part == "all" else 0.96)
    assert (refused.value or 0) <= (0.02 if part == "all" else 0.03)


def test_no_statement_is_kept_for_nothing(judged: list[JudgedCase]) -> None:
    assert {j.case.row.statement for j in judged} == set(YamlFile(STATEMENTS).data)


def test_no_kind_is_left_to_luck(judged: list[JudgedCase]) -> None:
    weak = {k: e.value for k in TAMPERED if (e := detection(judged, k)).value is not None and e.value < 0.85}
    assert weak == {}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("- {statement: inconnu, kind: figure, sentence: une phrase de trop}", "énoncé inconnu"),
        ("- {statement: cnc-cout-certifie-cinema, kind: english, sentence: une phrase de trop}", "genre d'un autre"),
        ("- {statement: cnc-cout-certifie-cinema, kind: zzz, sentence: une phrase de trop}", "kind"),
        ("- {statement: cnc-cout-certifie-cinema, kind: figure, sentence: une phrase}\n" * 2, "en double"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "tampered.yaml").write_text(row, encoding="utf-8")
    (tmp_path / "paraphrases.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(ClapvertError, match=message):
        load_cases(tmp_path)


class TestCommand:
    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch, judged: list[JudgedCase]) -> None:
        monkeypatch.setattr("evals.verifier_set.load_cases", list)
        monkeypatch.setattr("evals.verifier_set.judge", lambda _: judged)

    def test_table(self) -> None:
        result = CliRunner().invoke(evaluate, ["verifier", "--misses"])
        assert result.exit_code == 0, result.output
        assert "Détection" in result.output
        assert "Fausses alertes" in result.output
        assert "all, n" in result.output
        assert "test, n" in result.output

    def test_json(self) -> None:
        result = CliRunner().invoke(evaluate, ["verifier", "--split", "dev", "--json"])
        told = json.loads(result.output)
        assert set(told) == {"dev"}
        assert told["dev"]["detection"]["all"]["n"] == sum(told["dev"]["detection"][k]["n"] for k in TAMPERED)

    def test_a_floor_that_is_not_met(self) -> None:
        result = CliRunner().invoke(evaluate, ["verifier", "--min-detection", "100"])
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert "Détection" in result.output
