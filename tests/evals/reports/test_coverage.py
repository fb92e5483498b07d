"""What a run never reached, and what people are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.service import Ask
from evals.reference_set import ReferenceSet
from evals.reports.coverage import coverage, hidden, refused
from evals.reports.coverage_report import coverage_report
from evals.running.catalogue import Catalogue, Held
from ingest.errors import ClapvertError
from tests.evals.conftest import Invoke
from tests.evals.samples import answer
from tests.evals.small_reports import small_run

EMPTY = ReferenceSet(questions=(), dialogues=())


def test_coverage_tells_what_was_never_reached() -> None:
    run = small_run()
    object.__setattr__(run.records[0], "articles", ["rga:9"])
    found = coverage(run, EMPTY)
    assert found.never_retrieved == ["loin"]
    assert found.never_cited == ["loin"]
    assert found.no_question == ["bonus", "loin"]
    assert list(found.topics_without_question()) == ["bonus", "loin"]
    assert found.articles_never_retrieved == ["rga:0"]
    assert found.articles_never_cited == ["rga:0", "rga:9"]
    assert found.articles_no_question == ["rga:9"]
    told = found.as_dict()
    assert {d["label"]: d["never_cited"] for d in told["by_domain"]} == {"Aides du CNC": 0, "Labels et référentiels": 1}
    assert told["articles"]["never_retrieved"] == [{"id": "rga:0", "text": "rga, art. 0"}]
    text = coverage_report(told)
    assert "Jamais retrouvés : 1" in text
    assert "loin : Un énoncé que rien n'atteint." in text


def test_what_is_not_in_force_is_searched_on_a_day_when_it_is() -> None:
    today, before, after = date(2026, 11, 25), date(2023, 1, 1), date(2028, 1, 1)
    days = {(None, None): today, (before, None): today, (None, before): before, (after, None): after}
    for (start, end), day in days.items():
        assert Held("cnc", "t", "s", "x", start, end).nearest_day(today) == day
    held = Catalogue({"a": Held("cnc", "t", "s", "x", after, None)}, {"k": "ici"})
    assert Catalogue.from_dict(json.loads(json.dumps(held.as_dict()))) == held


def test_a_run_without_a_catalogue_is_refused() -> None:
    with pytest.raises(ClapvertError, match="Ce run ne dit pas ce que son index portait"):
        coverage(replace(small_run(), catalogue=None), EMPTY)


def test_refusals_are_counted_and_their_words_kept_back() -> None:
    def no(question: str, **changes: Any) -> Any:
        return answer("Rien.", outcome="abstained", **{"reason": "not_found", "question": question} | changes)

    answers = [no("Et le vélo ?"), no("et le VÉLO ?"), no("Le Pérou ?", reason="out_of_scope"), answer("Oui.")]
    told = refused(answers, judged_down=1)
    assert (told["answers"], told["refused"], told["often"], told["judged_down"]) == (4, 3, 1, 1)
    assert [(r["reason"], r["n"]) for r in told["rows"]] == [("not_found", 2), ("out_of_scope", 1)]
    assert "vélo" not in json.dumps(told, ensure_ascii=False).lower()
    assert refused(answers, show=True)["questions"] == [{"n": 2, "question": "Et le vélo ?", "reason": "not_found"}]


def test_hidden_statements_are_searched_by_their_own_words(shared_service: Any) -> None:
    from evals.running.runner import execute

    found = coverage(execute(shared_service.engine, EMPTY), EMPTY)
    assert len(found.never_retrieved) == 15
    few = replace(found, never_retrieved=found.never_retrieved[:2])
    assert all(set(h) >= {"id", "rank", "hidden_by"} for h in hidden(shared_service.engine, few))


def test_coverage_from_the_command_line(invoke: Invoke, use_settings: Any, service: Any) -> None:
    invoke("run")
    for _ in range(2):
        service.ask(Ask("Quelle est la capitale du Pérou ?"))
    told = json.loads(invoke("coverage", "last", "--json").stdout)
    assert told["statements"] == 15
    assert (told["refused"]["refused"], told["refused"]["often"]) == (2, 1)
    assert "Pérou" not in invoke("coverage", "last").stdout
    assert "2 × Quelle est la capitale du Pérou ?" in invoke("coverage", "last", "--questions").stdout
