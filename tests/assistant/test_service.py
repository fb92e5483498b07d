"""The running service: a new snapshot is taken up at the next question, whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.service import Ask, Service
from ingest.clock import Clock
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import opener
from tests.assistant.support import faults
from tests.conftest import Build
from tests.samples import DOUBLE_BILAN, LABEL, edited_yaml

QUESTION = "Quel score faut-il pour le Label Ecoprod ?"


def raise_the_score(service: Service, score: int) -> None:
    """Another score in the fiche of the label, consistently."""
    with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
        row = fiche["sections"][0]["statements"][0]
        row["text"] = f"Le Label Ecoprod se délivre à partir d'un score de {score} % des points applicables."
        row["lead"] = None
        row["en"] = f"The Ecoprod Label is granted from a score of {score}% of the applicable points."
        row["values"] = [{"kind": "taux", "value": score, "unit": "%"}]


def test_a_new_snapshot_is_taken_up_at_the_next_question(service: Service, build: Build) -> None:
    before = service.ask(Ask(QUESTION))
    raise_the_score(service, 66)
    assert service.ask(Ask(QUESTION)).receipt.snapshot == before.receipt.snapshot  # edited, not ingested
    manifest, new = build()
    assert new
    after = service.ask(Ask(QUESTION))
    assert after.receipt.snapshot == manifest.name != before.receipt.snapshot
    assert after.receipt.corpus_version == manifest.corpus_version != before.receipt.corpus_version
    assert ("65 %" in before.answer, "66 %" in after.answer) == (True, True)
    assert "65 %" not in after.answer


def test_a_rebuild_of_the_same_corpus_is_taken_up_too(service: Service, build: Build) -> None:
    before = service.ask(Ask(QUESTION))
    manifest, _ = build(force=True)
    after = service.ask(Ask(QUESTION))
    assert after.receipt.snapshot == manifest.name != before.receipt.snapshot
    assert after.answer == before.answer


def test_nothing_new_nothing_opened(service: Service, build: Build) -> None:
    engine = service.engine
    assert build()[1] is False
    assert service.engine is engine


def test_a_question_in_flight_ends_on_the_snapshot_it_began_with(service: Service, build: Build) -> None:
    engine = service.engine
    raise_the_score(service, 66)
    build()
    answer, _ = engine.ask(QUESTION)
    assert "65 %" in answer.answer
    assert answer.receipt.snapshot == engine.snapshot.manifest.name
    assert "66 %" in service.ask(Ask(QUESTION)).answer


def test_what_stands_beside_the_snapshot_is_read_again(service: Service, build: Build) -> None:
    """Words of the glossary, contacts and titles of fiches follow the index."""
    assert service.ask(Ask("Et pour un zootrope ?")).understood.facets == {}
    with edited_yaml(service.settings.corpus_dir / "glossaire.yaml") as glossary:
        glossary["facets"]["genre"]["animation"]["words"].append("zootrope")
    with edited_yaml(service.settings.corpus_dir / "contacts.yaml") as contacts:
        contacts["contacts"][0]["name"] = "Centre national"
    with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
        fiche["title"] = "Le score du Label, autrement"
    build()
    assert service.ask(Ask("Et pour un zootrope ?")).understood.facets == {"genre": ("animation",)}
    assert [c.name for c in service.ask(Ask("Combien coûte un bilan carbone ?")).contacts] == ["Centre national"]
    assert service.fiches["notice.label-score"].fiche.title == "Le score du Label, autrement"


def test_a_corpus_being_edited_does_not_stop_the_answers(service: Service, build: Build) -> None:
    before = service.ask(Ask(QUESTION))
    raise_the_score(service, 66)
    build()
    (service.settings.corpus_dir / "glossaire.yaml").write_text("facets: [", encoding="utf-8")
    after = service.ask(Ask(QUESTION))
    assert after.receipt.snapshot != before.receipt.snapshot
    assert "66 %" in after.answer


def test_every_answer_is_of_one_snapshot_while_the_index_changes(service: Service, build: Build) -> None:
    """Sixty questions on four threads during three ingestions: each answer agrees with its own receipt."""
    open_passage = opener(service)
    scores = {service.snapshot.manifest.name: 65}

    def ask(_: int) -> Answer:
        return service.ask(Ask(QUESTION))

    answers: list[Answer] = []
    with ThreadPoolExecutor(4) as pool:
        for score in (66, 67, 68):
            running = [pool.submit(ask, i) for i in range(20)]
            raise_the_score(service, score)
            scores[build()[0].name] = score
            answers += [r.result() for r in running]
    answers.append(service.ask(Ask(QUESTION)))
    for answer in answers:
        assert f"{scores[answer.receipt.snapshot]} %" in answer.answer
        assert faults(answer, open_passage) == []
    assert answers[-1].receipt.snapshot == list(scores)[-1]


class TestNotReady:
    def refused(self, service: Service, code: ErrorCode) -> ClapvertError:
        with pytest.raises(ClapvertError) as error:
            service.ask(Ask(QUESTION))
        assert error.value.code is code
        assert error.value.hint
        return error.value

    def test_no_index(self, settings: Settings, encoder: HashingEncoder, clock: Clock) -> None:
        service = Service(settings, encoder, clock)
        assert "clapvert ingest" in str(self.refused(service, ErrorCode.INDEX_MISSING))

    def test_an_index_built_later_is_found(
        self, settings: Settings, encoder: HashingEncoder, clock: Clock, build: Build
    ) -> None:
        service = Service(settings, encoder, clock)
        self.refused(service, ErrorCode.INDEX_MISSING)
        build()
        assert service.ask(Ask(QUESTION)).outcome == "answered"

    def test_an_index_of_another_model(self, service: Service) -> None:
        class Other(HashingEncoder):
            info = replace(HashingEncoder.info, fingerprint="other-1")

        self.refused(Service(service.settings, Other(), service.clock), ErrorCode.MODEL_MISMATCH)

    def test_a_damaged_index(self, service: Service) -> None:
        name = service.library.snapshots.current_name()
        assert name
        (service.settings.data_dir / "snapshots" / name / "columns.json").write_text("{", encoding="utf-8")
        self.refused(service, ErrorCode.INDEX_DAMAGED)

    def test_no_model(self, service: Service, clock: Clock) -> None:
        settings = service.settings.model_copy(update={"model": str(service.settings.data_dir / "no-model")})
        self.refused(Service(settings, clock=clock), ErrorCode.MODEL_MISSING)


class TestPassages:
    def test_status(self, service: Service, build: Build) -> None:
        cited = service.ask(Ask(QUESTION)).citations[0].passage_id
        gone = service.ask(Ask("Quels bilans carbone remettre pour une aide du CNC ?")).citations[0].passage_id
        assert service.passage(cited)[1] == service.passage(gone)[1] == "current"
        raise_the_score(service, 66)
        with edited_yaml(service.settings.corpus_dir / DOUBLE_BILAN) as fiche:
            fiche["sections"][0]["statements"].pop(0)
        build()
        assert service.passage(cited)[1] == "superseded"
        assert service.passage(gone)[1] == "removed"
        assert "65 %" in service.passage(cited)[0].text

    def test_the_text_comes_back_word_for_word(self, service: Service, build: Build) -> None:
        citation = service.ask(Ask(QUESTION)).citations[0]
        for score in (66, 67, 68):
            raise_the_score(service, score)
            build()
        assert citation.quote in service.passage(citation.passage_id)[0].text

    def test_what_comes_back_is_current_again(self, service: Service, build: Build) -> None:
        cited = service.ask(Ask(QUESTION)).citations[0].passage_id
        before = (service.settings.corpus_dir / LABEL).read_text("utf-8")
        raise_the_score(service, 66)
        build()
        (service.settings.corpus_dir / LABEL).write_text(before, "utf-8")
        build()
        assert service.passage(cited)[1] == "current"

    @pytest.mark.parametrize("unknown", ["", "nope", "0" * 20, "' or 1=1"])
    def test_what_never_was(self, service: Service, unknown: str) -> None:
        with pytest.raises(ClapvertError) as error:
            service.passage(unknown)
        assert error.value.code is ErrorCode.PASSAGE_NOT_FOUND


def test_all_that_is_written_is_in_the_data_folder(service: Service) -> None:
    before = {p: p.stat().st_mtime_ns for p in service.settings.corpus_dir.rglob("*")}
    service.ask(Ask(QUESTION))
    assert {p: p.stat().st_mtime_ns for p in service.settings.corpus_dir.rglob("*")} == before
    assert (service.settings.data_dir / "conversations.db").is_file()


def test_the_model_is_loaded_once_and_late(service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Any] = []

    def load(settings: Settings) -> HashingEncoder:
        loads.append(settings)
        return HashingEncoder()

    monkeypatch.setattr("assistant.service.load_encoder", load)
    late = Service(service.settings, clock=clock)
    assert loads == []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: late.ask(Ask(QUESTION)), range(8)))
    assert len(loads) == 1
