"""The gate, on made-up answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answer import Answer
from evals.reference_set import Expected, Question, ReferenceSet
from evals.reports.report import comparison_report, misses, run_report
from evals.running.runner import Run
from evals.scoring.compare import compare
from evals.scoring.metrics import BY_NAME, errors_by_class, estimates, latency, words
from evals.scoring.scores import Scores, refreshed, score_run
from tests.evals.samples import FORFAIT, answer, expected, golds_of, passage, row, run

RIGHT = answer("La prime RSE+ est un forfait de 28 000 € par film. [1]", [FORFAIT])
SHORT = answer("La prime RSE+ est un forfait. [1]", [FORFAIT])
REFUSED = answer("Je n'ai pas trouvé.", outcome="abstained", reason="not_found")
OTHER = passage("Le label demande 65 % des points.", "label", topic="label")
BESIDE = answer("Le label demande 65 % des points. [1]", [OTHER])


def asked(n: int, vital: bool = False) -> dict[str, Expected]:
    return {f"q{i}": expected(f"Question {i} ?", topic=f"t{i}", must_pass=vital and i == 0) for i in range(n)}


def runs(base: list[Answer | None], candidate: list[Answer | None], vital: bool = False) -> tuple[Run, Run]:
    expectations = asked(len(base), vital)
    return tuple(  # type: ignore[return-value]
        run(
            dict(zip(expectations, zip(expectations.values(), side, strict=True), strict=True)), [FORFAIT, OTHER], GOLDS
        )
        for side in (base, candidate)
    )


GOLDS = golds_of([FORFAIT])


def codes(base: list[Answer | None], candidate: list[Answer | None], vital: bool = False) -> set[str]:
    return {f.code for f in compare(*runs(base, candidate, vital)).failures}


def test_the_same_run_passes_without_a_flip() -> None:
    found = compare(*runs([RIGHT, SHORT, REFUSED], [RIGHT, SHORT, REFUSED]))
    assert found.passed
    assert found.flips == []
    assert all(d.value == 0 for d in found.metrics.values())
    assert "Aucun recul sur 3 questions" in comparison_report(found)


def test_a_vital_question_lost_closes_the_gate_alone() -> None:
    base: list[Answer | None] = [RIGHT] * 60
    found = compare(*runs(base, [SHORT, *base[1:]], vital=True))
    assert [f.code for f in found.failures] == ["must_pass"]
    assert "q0" in found.failures[0].text
    assert found.flips[0].must_pass
    assert "28 000" in found.flips[0].base
    assert "28 000" not in found.flips[0].candidate
    assert "(VITALE) Question 0 ?" in comparison_report(found)


def test_a_question_lost_among_many_is_chance() -> None:
    base: list[Answer | None] = [RIGHT] * 60
    assert codes(base, [SHORT, *base[1:]]) == set()


def test_a_drop_over_many_topics_is_not() -> None:
    base: list[Answer | None] = [RIGHT] * 60
    assert {"passed", "coverage"} <= codes(base, [SHORT] * 8 + base[8:])
    assert {"refused", "outcome"} <= codes(base, [REFUSED] * 8 + base[8:])
    assert {"pinpoint", "off_topic"} <= codes(base, [BESIDE] * 8 + base[8:])


def test_progress_is_let_through() -> None:
    found = compare(*runs([SHORT] * 30, [RIGHT] * 30))
    assert found.passed
    assert len(found.flips) == 30
    assert "progrès" in comparison_report(found)


def test_an_unfaithful_quote_closes_the_gate() -> None:
    wrong = answer(RIGHT.answer, [FORFAIT], ["La prime est de 28 000 €"])
    base: list[Answer | None] = [RIGHT] * 60
    assert codes(base, [wrong, *base[1:]]) == {"quotes"}


def test_failures_of_the_pipeline_are_unscored_and_limited() -> None:
    base: list[Answer | None] = [RIGHT] * 60
    assert codes(base, [None, *base[1:]]) == set()
    found = compare(*runs(base, [None, None, *base[2:]]))
    assert [f.code for f in found.failures] == ["unscored"]
    assert "RuntimeError" in found.failures[0].text
    assert found.compared == 58


def test_questions_that_are_no_longer_asked_count_as_unscored() -> None:
    base, candidate = runs([RIGHT] * 60, [RIGHT] * 60)
    assert [f.code for f in compare(base, replace(candidate, records=candidate.records[:50])).failures] == ["unscored"]
    reworded = [
        replace(r, expected=r.expected.model_copy(update={"question": "Autre ?"})) for r in candidate.records[:3]
    ]
    changed = replace(candidate, records=reworded + candidate.records[3:])
    assert [f.code for f in compare(base, changed).failures] == ["unscored"]


def test_a_corrected_expectation_is_no_regression() -> None:
    base, candidate = runs([RIGHT] * 60, [RIGHT] * 60)
    stricter = [
        replace(r, expected=r.expected.model_copy(update={"must_include": (("30 000",),)})) for r in candidate.records
    ]
    assert compare(base, replace(candidate, records=stricter)).passed


def test_a_statement_that_the_candidate_lost_is_still_gold() -> None:
    base, candidate = runs([RIGHT] * 20, [BESIDE] * 20)
    found = compare(base, replace(candidate, golds=golds_of([OTHER], "CNC-2")))
    assert found.metrics["pinpoint"].candidate == 0.0


def test_runs_of_two_machines_are_told_apart() -> None:
    base, candidate = runs([RIGHT], [RIGHT])
    found = compare(base, replace(candidate, about={"machine": "autre"}))
    assert "machine" in found.notes[0]
    assert found.passed


def test_expectations_are_read_again_from_the_set() -> None:
    base, _ = runs([RIGHT, RIGHT], [RIGHT, RIGHT])
    fields = base.records[0].expected.model_dump() | {"must_include": [["30 000"]]}
    whole = ReferenceSet(questions=(Question.model_validate(fields | {"id": "q0"}),), dialogues=())
    again, changed = refreshed(base, whole)
    assert changed == 1
    assert [r.score.passed for r in score_run(again).rows.values()] == [False, True]


def test_slices_and_classes() -> None:
    absent = expected(kind="absent", outcome=["abstained"], must_include=[], facts=[], topic="absent")
    both = {"q0": (expected(), RIGHT), "q1": (expected(language="en"), REFUSED), "q2": (absent, BESIDE)}
    told = run(both, [FORFAIT, OTHER], GOLDS)
    scores = score_run(told)
    found = errors_by_class(scores)
    assert found["amount"]["refused"].value == 0.5
    assert found["absent"]["wrongly_answered"].value == 1.0
    assert found["absent"]["refused"].n == 0
    assert compare(told, told).slices["langue"]["en"]["refused"].base == 1.0
    report = run_report(told, scores, {"tournage": 4})
    assert "absent, réponses à tort" in report
    assert "tournage 4" in report
    assert "q1" in misses(told, scores)
    assert "q0" not in misses(told, scores)


def test_a_measure_that_applies_to_nothing_has_no_value() -> None:
    found = estimates(Scores({"a": row("a", coverage=None, pinpoint=None)}))
    assert found["coverage"].value is None
    assert found["coverage"].n == found["dialogue"].n == found["recall@5"].n == 0
    assert found["passed"].value == 1.0
    assert words(Scores({})) == {"p50": None, "p95": None}
    assert latency(run({}))["total"] == {"p50": None, "p95": None}


@pytest.mark.parametrize("name", ["refused", "wrongly_answered", "forbidden", "off_topic"])
def test_for_some_measures_less_is_better(name: str) -> None:
    assert BY_NAME[name].better == -1
