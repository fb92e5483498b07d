"""Runs: whole, kept, read back, and the same twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.reading.message import Message
from assistant.service import Service
from evals.reference_set import Dialogue, Question, ReferenceSet
from evals.running.golds import Golds, domains_asked
from evals.running.runner import Record, Run, execute
from evals.scoring.scores import score_run
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.embedding import HashingEncoder
from tests.conftest import Build
from tests.samples import DOUBLE_BILAN, TODAY, edited_yaml


def question(ident: str, text: str, **changes: object) -> Question:
    given = {"kind": "fact", "outcome": "answered", "domain": "cnc", "topic": "double-bilan", "facts": ["CNC-1"]}
    return Question.model_validate(given | {"id": ident, "question": text, "must_include": ["bilan"]} | changes)


TURN = {"kind": "fact", "outcome": "answered", "must_include": ["bilan"], "domain": "cnc"}
REFERENCE = ReferenceSet(
    questions=(
        question("cnc-1", "Quels bilans carbone remettre au CNC pour une fiction ?"),
        question("cnc-2", "Les courts métrages sont-ils dispensés de bilan carbone ?", kind="false_premise",
                 topic="dispense"),
        question("none-1", "Quelle est la capitale du Pérou ?", domain="none", kind="out_of_scope", outcome="abstained",
                 must_include=[], facts=[], topic="perou"),
    ),
    dialogues=(
        Dialogue.model_validate(
            {
                "id": "dlg-1", "domain": "cnc", "topic": "suite",
                "dialogue": [
                    TURN | {"question": "Quels bilans carbone remettre au CNC pour une fiction ?"},
                    TURN | {"question": "Et pour une animation ?"},
                ],
            }
        ),
    ),
)  # fmt: skip


@pytest.fixture
def engine(service: Service, corpus_dir: Path, build: Build) -> object:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"][0]["fact"] = ["CNC-1"]
    build()
    return service.engine


def test_two_runs_score_byte_for_byte_alike(engine: object, service: Service) -> None:
    first = score_run(execute(service.engine, REFERENCE))
    again = Service(service.settings, HashingEncoder(), service.clock)
    assert score_run(execute(again.engine, REFERENCE)).as_json() == first.as_json()
    assert "latency" not in first.as_json()
    assert list(first.rows) == ["cnc-1", "cnc-2", "none-1", "dlg-1.1", "dlg-1.2"]
    assert first.rows["cnc-1"].retrieval["recall@30"] == 1.0
    assert "article:mrr" in first.rows["cnc-1"].retrieval
    assert not first.rows["dlg-1.1"].retrieval


def test_a_run_file_is_scored_without_the_index(engine: object, service: Service, tmp_path: Path) -> None:
    run = execute(service.engine, REFERENCE)
    run.save(tmp_path / "runs" / "a.jsonl")
    loaded = Run.load(tmp_path / "runs" / "a.jsonl")
    assert score_run(loaded).as_json() == score_run(run).as_json()
    assert loaded.about["snapshot"] == service.engine.snapshot.manifest.name
    assert loaded.about["settings"]["retrieval"]["rrf_k"] == service.engine.search.config.rrf_k
    assert loaded.about["today"] == TODAY.isoformat()


def test_a_turn_goes_on_from_the_one_before(engine: object, service: Service) -> None:
    records = {r.id: r for r in execute(service.engine, REFERENCE).records}
    second, single = records["dlg-1.2"].answer, records["cnc-1"].answer
    assert second is not None
    assert single is not None
    assert second.understood.follow_up
    assert not single.understood.follow_up


def test_a_failure_is_recorded_and_stops_nothing(
    engine: object, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = service.engine.answer

    def failing(message: Message, *args: object, **rest: object) -> object:
        if "courts métrages" in message.text:
            raise ZeroDivisionError("essai")
        return answer(message, *args, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(service.engine, "answer", failing)
    run = execute(service.engine, REFERENCE)
    scores = score_run(run)
    assert scores.unscored == {"cnc-2": "ZeroDivisionError: essai"}
    assert len(scores.rows) == 4
    run.save(tmp_path / "a.jsonl")
    assert score_run(Run.load(tmp_path / "a.jsonl")).unscored == scores.unscored


@pytest.mark.parametrize("content", ["", "pas du JSON", "{}", '{"clapvert_run": 99}', "[]"])
def test_what_is_not_a_run_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(ClapvertError) as caught:
        Run.load(tmp_path / "a.jsonl")
    assert caught.value.code is ErrorCode.BAD_REQUEST
    assert "a.jsonl" in caught.value.message


def test_golds_are_read_from_the_index_and_carried_over(engine: object, service: Service) -> None:
    golds = Golds.of(service.engine.snapshot)
    asked = REFERENCE.questions[0]
    assert len(golds.statements(asked)) == 1
    assert golds.topics(asked) == {"double-bilan"}
    assert golds.articles_of(golds.statements(asked)) == ["rga:122-18"]
    assert Golds.from_dict(json.loads(json.dumps(golds.as_dict()))) == golds
    assert golds | golds == golds
    assert (golds | Golds({"CNC-1": frozenset({"autre"})}, {"autre": "t"}, {})).topics(asked) == {"double-bilan", "t"}


def test_facts_numbered_by_section_belong_to_their_domain() -> None:
    golds = Golds({"label:9.8": frozenset({"a"}), "CNC-1": frozenset({"b"})}, {"a": "t", "b": "u"}, {})
    here = question("x", "?", domain="label", facts=["9.8"])
    assert golds.statements(here) == {"a"}
    assert golds.statements(here.model_copy(update={"domain": "tournage"})) == frozenset()
    assert golds.statements(here.model_copy(update={"facts": ("CNC-1",)})) == {"b"}


def test_an_unanswerable_reference_is_unscored(shared_service: Service) -> None:
    empty = question("cnc-9", "Quels bilans ?", must_include=[], facts=[])
    scores = score_run(execute(shared_service.engine, ReferenceSet(questions=(empty,), dialogues=())))
    assert not scores.rows
    assert scores.unscored["cnc-9"].startswith("ni fait")


def test_domains_asked(shared_service: Service) -> None:
    assert domains_asked(shared_service.engine.snapshot) == {"cnc", "csrd", "label", "climat", "none"}


def test_a_record_survives_the_trip(shared_service: Service) -> None:
    for record in execute(shared_service.engine, REFERENCE).records:
        assert Record.from_dict(json.loads(json.dumps(record.as_dict()))).answer == record.answer
