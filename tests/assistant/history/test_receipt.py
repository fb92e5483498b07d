"""Receipts: what became of a cited passage, and what a changed answer cannot hide.

An answer is asked of the tiny corpus and saved; then the corpus changes, the index is built again, and the saved answer
is checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.answer import Answer
from assistant.commands.answers import verify
from assistant.history.receipt import ReceiptChecker, ReceiptReport, read_answers, show_report
from assistant.service import Ask, Service
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings
from tests.assistant.support import add_text
from tests.conftest import Build
from tests.samples import DOUBLE_BILAN, LABEL, OFFICIAL_TEXT, TODAY, edited_yaml

QUESTION = "Quel score faut-il pour le Label Ecoprod ?"
Check = Callable[[Answer], ReceiptReport]


@pytest.fixture
def answer(service: Service) -> Answer:
    found = service.ask(Ask(QUESTION))
    assert found.outcome == "answered"
    assert "65 %" in found.answer
    return found


@pytest.fixture
def check(service: Service) -> Check:
    def run(saved: Answer, today: date = TODAY) -> ReceiptReport:
        library = service.library
        return ReceiptChecker(library.store, library.snapshots.open(library.store), today).check(saved)

    return run


def score_rows(fiche: Any) -> list[dict[str, Any]]:
    return [row for section in fiche["sections"] for row in section["statements"] if "65 %" in row["text"]]


def fates(report: ReceiptReport) -> list[str]:
    return [c.fate for c in report.citations]


def changed(saved: Answer, **changes: Any) -> Answer:
    return Answer.model_validate(saved.model_dump() | changes)


class TestFates:
    def test_still_true(self, answer: Answer, check: Check) -> None:
        report = check(answer)
        assert set(fates(report)) == {"true"}
        assert report.holds
        assert report.same_snapshot
        assert [s.faults for s in report.sentences] == [()] * len(report.sentences)
        assert len(report.sentences) >= 1

    def test_every_question_of_the_tiny_corpus_is_still_true(self, service: Service, check: Check) -> None:
        for question in (
            "Quels bilans carbone remettre au CNC ?",
            "Quel est le seuil de la CSRD ?",
            "En 2026, quel était le seuil de la CSRD ?",
            "What score for the label?",
        ):
            assert check(service.ask(Ask(question))).holds, question

    def test_amended(self, service: Service, answer: Answer, check: Check, build: Build) -> None:
        with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
            for row in score_rows(fiche):
                for field in ("text", "lead", "en"):
                    if row.get(field):
                        row[field] = row[field].replace("65", "66")
                for value in row.get("values", ()):
                    if value["value"] == 65:
                        value["value"] = 66
        build()
        report = check(answer)
        assert "amended" in fates(report)
        assert not report.holds
        assert not report.same_snapshot
        now = next(c for c in report.citations if c.fate == "amended")
        assert now.text is not None
        assert "66 %" in now.text
        assert "66 %" in show_report(report)

    def test_removed(self, service: Service, answer: Answer, check: Check, build: Build) -> None:
        with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
            for section in fiche["sections"]:
                section["statements"] = [r for r in section["statements"] if "65 %" not in r["text"]] or section[
                    "statements"
                ][-1:]
        build()
        assert "removed" in fates(check(answer))

    def test_repealed(self, service: Service, answer: Answer, check: Check, build: Build) -> None:
        with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
            for row in score_rows(fiche):
                row["in_force"] = (row.get("in_force") or {}) | {"until": date(2027, 1, 31)}
        build()
        assert "amended" in fates(check(answer))  # an end is announced, and not yet past
        report = check(answer, date(2027, 2, 1))
        assert "repealed" in fates(report)
        assert "31 janvier 2027" in show_report(report)

    def test_moved(self, service: Service, answer: Answer, check: Check, build: Build) -> None:
        with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
            for section in fiche["sections"]:
                section["title"] = f"{section['title']} (renommée)"
            score_rows(fiche)[-1]["id"] += "-bis"
        build()
        report = check(answer)
        assert set(fates(report)) <= {"moved", "true"}
        assert "moved" in fates(report)
        assert any("renommée" in c.message for c in report.citations)

    def test_an_official_article_that_moved_and_one_that_changed(
        self, service: Service, tmp_path: Path, check: Check, build: Build
    ) -> None:
        add_text(service.library, tmp_path, OFFICIAL_TEXT, valid_from=date(2023, 2, 1))
        build()
        saved = service.ask(Ask("Que dit l'article L. 111-2 du code du cinéma ?"))
        cited = [c for c in saved.citations if c.locator.endswith("L. 111-2")]
        assert cited
        assert check(saved).holds
        add_text(
            service.library,
            tmp_path,
            OFFICIAL_TEXT.replace("L. 111-2", "L. 111-9"),
            "code-bis",
            valid_from=date(2023, 2, 1),
        )
        service.library.texts.remove("code-cinema")
        build()
        report = check(saved)
        moved = next(c for c in report.citations if c.n == cited[0].n)
        assert moved.fate == "moved"
        assert "111-9" in moved.message

    def test_a_version_that_was_over_when_it_was_cited_stays_true(self, service: Service, check: Check) -> None:
        saved = service.ask(Ask("Quels bilans carbone remettre au CNC ?", as_of=date(2024, 6, 1)))
        assert saved.outcome == "answered"
        assert check(saved).holds

    def test_a_passage_of_elsewhere_is_unknown(self, answer: Answer, check: Check) -> None:
        first = answer.citations[0].model_copy(update={"passage_id": "0" * 20})
        report = check(changed(answer, citations=[first, *answer.citations[1:]]))
        assert "unknown" in fates(report)
        assert not report.holds


class TestActs:
    @pytest.mark.parametrize("act", ["source ?", "Tu es sûr ?", "résume", "fais-m'en une checklist", "merci"])
    def test_what_acts_on_an_answer_holds_as_it_does(self, service: Service, check: Check, act: str) -> None:
        first = service.ask(Ask(QUESTION))
        again = service.ask(Ask(act, conversation_id=first.conversation_id))
        report = check(again)
        assert report.holds, (again.understood.act, again.answer, [s for s in report.sentences if s.faults])


class TestTampering:
    def test_a_hash(self, answer: Answer, check: Check) -> None:
        receipt = answer.receipt.model_copy(update={"passages": dict.fromkeys(answer.receipt.passages, "0" * 64)})
        assert set(fates(check(changed(answer, receipt=receipt)))) == {"tampered"}

    def test_a_missing_hash(self, answer: Answer, check: Check) -> None:
        receipt = answer.receipt.model_copy(update={"passages": {}})
        assert set(fates(check(changed(answer, receipt=receipt)))) == {"tampered"}

    @pytest.mark.parametrize(
        "change", [{"quote": "un score de 10 % suffit"}, {"quote": ""}, {"locator": "art. 1"}, {"source_id": "rga"}]
    )
    def test_a_citation(self, answer: Answer, check: Check, change: dict[str, str]) -> None:
        first = answer.citations[0].model_copy(update=change)
        report = check(changed(answer, citations=[first, *answer.citations[1:]]))
        assert fates(report)[0] == "tampered"

    @pytest.mark.parametrize(("old", "new"), [("65 %", "55 %"), ("demande", "ne demande pas")])
    def test_a_sentence(self, answer: Answer, check: Check, old: str, new: str) -> None:
        assert old in answer.answer
        report = check(changed(answer, answer=answer.answer.replace(old, new)))
        assert any(s.faults for s in report.sentences)
        assert not report.holds

    def test_a_label_that_is_not_of_the_question(self, answer: Answer, check: Check) -> None:
        asked = f"**Quel score faut-il** : {answer.answer}"
        assert check(changed(answer, answer=asked)).holds
        other = check(changed(answer, answer=f"**Dispensé en 2019** : {answer.answer}"))
        assert any(s.faults for s in other.sentences)

    def test_a_step(self, answer: Answer, check: Check) -> None:
        step = {"text": answer.citations[0].quote, "citations": [1]}
        assert check(changed(answer, next=[step])).holds
        assert not check(changed(answer, next=[step | {"text": "Payer 300 € avant de déposer."}])).holds
        assert "le repère [9] n'a pas de citation" in check(changed(answer, next=[step | {"citations": [9]}])).problems

    def test_a_list_is_checked_item_by_item(self, answer: Answer, check: Check) -> None:
        one, two = answer.answer.split(" [1] ")
        listed = f"- {one} [1]\n- {two}"
        assert check(changed(answer, answer=listed)).holds
        assert not check(changed(answer, answer=listed.replace("70 %", "75 %"))).holds

    def test_a_sentence_added_without_citation(self, answer: Answer, check: Check) -> None:
        report = check(changed(answer, answer=f"{answer.answer} L'amende est de 300 €."))
        assert [s.faults for s in report.sentences][-1] == ("affirme sans citer",)

    def test_markers_and_citations_belong_together(self, answer: Answer, check: Check) -> None:
        more = check(changed(answer, answer=f"{answer.answer} [9]"))
        assert "le repère [9] n'a pas de citation" in more.problems
        fewer = check(changed(answer, citations=answer.citations[:-1]))
        assert any("repère" in p or "rien ne cite" in p for p in fewer.problems)
        assert not more.holds
        assert not fewer.holds


class TestReading:
    def test_one_answer_or_several(self, answer: Answer) -> None:
        line = answer.model_dump_json()
        assert read_answers(line) == [answer]
        assert read_answers(f"{line}\n{line}\n") == [answer, answer]
        assert read_answers(answer.model_dump_json(indent=1)) == [answer]

    @pytest.mark.parametrize("raw", ["", "\n", "{}", "[]", "bonjour", '{"answer": "x"}', "null"])
    def test_what_is_no_answer(self, raw: str) -> None:
        with pytest.raises(ClapvertError) as error:
            read_answers(raw)
        assert error.value.code is ErrorCode.BAD_REQUEST
        assert error.value.exit_code == 2


class TestCommand:
    def run(self, tmp_path: Path, text: str, *args: str) -> tuple[int, str]:
        file = tmp_path / "reponse.json"
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(verify, [str(file), *args])
        if isinstance(result.exception, ClapvertError):
            return result.exception.exit_code, str(result.exception)
        return result.exit_code, result.output

    def test_all_true(self, answer: Answer, tmp_path: Path, use_settings: Settings) -> None:
        code, out = self.run(tmp_path, answer.model_dump_json())
        assert (code, "Tout est encore vrai." in out) == (0, True)

    def test_something_changed(self, answer: Answer, tmp_path: Path, use_settings: Settings) -> None:
        text = answer.model_dump_json()
        code, out = self.run(tmp_path, f"{text}\n{text.replace('65 %', '55 %', 1)}", "--json")
        first, second = (json.loads(line) for line in out.splitlines())
        assert (code, first["holds"], second["holds"]) == (1, True, False)
        assert {"question", "as_of", "snapshot", "citations", "sentences", "problems"} <= first.keys()

    def test_not_an_answer(self, tmp_path: Path, service: Service, use_settings: Settings) -> None:
        code, message = self.run(tmp_path, "{}")
        assert (code, "n'est pas une réponse enregistrée" in message) == (2, True)

    def test_not_ready(
        self, answer: Answer, tmp_path: Path, use_settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLAPVERT_DATA_DIR", str(tmp_path / "vide"))
        code, message = self.run(tmp_path, answer.model_dump_json())
        assert (code, "clapvert ingest" in message) == (3, True)


def test_the_double_report_of_another_fiche_is_not_touched(
    service: Service, answer: Answer, check: Check, build: Build
) -> None:
    with edited_yaml(service.settings.corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"].pop(0)
    build()
    report = check(answer)
    assert report.holds
    assert not report.same_snapshot
