"""A model on trial: what is counted, what makes it capable, and messages that the corpus can be held to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant import trial
from assistant.answer import ModelUse
from assistant.commands import llm as command
from assistant.commands.llm import llm, show
from assistant.llm import seen
from assistant.llm.models import ModelFailure
from assistant.reading.kinds import detect_language
from assistant.service import Service
from assistant.trial import Report, Trial, trials
from assistant.writing.asking import Terms
from assistant.writing.writer import Writer
from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode
from tests.peers import Document, answering, found, hang_up, http, keys, line, part, say, scripted, written, written_by

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
DEVIS = "Le bilan prévisionnel se remet avec le devis de production."
OTHER = "Le bilan définitif se remet avec le coût définitif de production."
KEPT = (
    Trial(domain=Domain.CNC, expects="yes", message="Le bilan prévisionnel se remet avec le devis ?",
          cites=("double-bilan-moments",)),
    Trial(domain=Domain.CNC, expects="none", message="Quand remettre le bilan prévisionnel au CNC ?",
          cites=("double-bilan-moments",)),
    Trial(domain=Domain.CNC, expects="denied", message="Puisque le bilan définitif est facultatif, qui le remet au CNC ?",
          cites=("double-bilan-moments",)),
    Trial(domain=Domain.LABEL, expects="unknown", message="Combien coûte le Label Ecoprod ?", cites=()),
)  # fmt: skip
Reply = Callable[[Document], str]


def capable(document: Document) -> str:
    """What a capable model writes of the kept messages."""
    message = document["message"]
    if "coûte" in message:
        return written(part(message))
    line_ = line(OTHER if "définitif" in message else DEVIS, *keys(document, "devis"))
    verdict = "yes" if message.startswith("Le bilan") else "none"
    return written(part(message, line_, verdict=verdict, denies=message.startswith("Puisque")))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "trials", lambda: KEPT)


def tried(tiny: Service, *steps: Any, **changes: Any) -> Report:
    with scripted(steps) as peer:
        service = written_by(peer.base_url, tiny.settings, **changes)
        assert service.language_model is not None
        service.language_model._backoff = 0.01
        return trial.run(service.engine)


class TestRun:
    def test_a_capable_model(self, tiny: Service, kept: None) -> None:
        report = tried(tiny, say(answering(capable)), llm_price_in=2.0, llm_price_out=10.0)
        assert (report.parsed, report.right, report.cited, report.failures) == (4, 4, (3, 3), {})
        assert (report.written, report.proved, report.mended, report.replaced, report.dropped) == (3, 3, 0, 0, 0)
        assert report.capable
        said = show(report)
        assert "Réponses lisibles    4 sur 4" in said
        assert "Prix par réponse     0,00" in said
        assert said.endswith("Assez capable.")
        assert json.loads(json.dumps(report.as_json()))["capable"] is True

    def test_lines_that_fail_are_told_by_what_became_of_them(self, tiny: Service, kept: None) -> None:
        def check(document: Document) -> str:
            bad = any("toujours" in row["text"] for row in document["lines"])
            return found(document, "adds", "« toujours »") if bad else found(document)

        def write(document: Document) -> str:
            return capable(document).replace("se remet", "se remet toujours")

        def mend(document: Document) -> str:
            (row,) = document["refused"]
            again = line(DEVIS, *row["cites"]) if "prévisionnel" in row["text"] else line("", "e99")
            return json.dumps({"lines": [{"n": 1, **again}]})

        report = tried(tiny, say(answering(write, check, mend)))
        assert (report.written, report.proved, report.mended, report.replaced, report.dropped) == (3, 0, 2, 1, 0)
        assert not report.capable
        assert "lignes prouvées 0 % (il faut 85 %)" in show(report)

    def test_a_wrong_verdict_is_told(self, tiny: Service, kept: None) -> None:
        report = tried(tiny, say(answering(lambda d: capable(d).replace('"yes"', '"no"'))))
        assert [r.right for r in report.results] == [False, True, True, True]
        assert "verdict faux : non, attendu oui" in command._line(report.results[0])

    def test_what_is_unknown_is_not_answered(self, tiny: Service, kept: None) -> None:
        def write(document: Document) -> str:
            piece = document["evidence"][0]
            return written(part(document["message"], line("", piece["key"]), verdict="yes"))

        report = tried(tiny, say(answering(write)))
        assert report.results[-1].right is False

    def test_prose_is_not_read(self, tiny: Service, kept: None) -> None:
        report = tried(tiny, say("Bien sûr ! Voici."), llm_attempts=1)
        assert (report.parsed, report.right, report.cited) == (0, 0, (0, 3))
        assert report.failures == {"malformed": 3, "paused": 1}
        assert "illisible : 3" in show(report)

    @pytest.mark.parametrize("step", [http(401), hang_up()], ids=["key", "address"])
    def test_a_model_that_cannot_be_used_is_not_judged(self, tiny: Service, kept: None, step: Any) -> None:
        with pytest.raises(ClapvertError) as caught:
            tried(tiny, step)
        assert (caught.value.code, caught.value.exit_code) == (ErrorCode.LLM_UNAVAILABLE, 3)

    def test_an_index_without_our_statements_is_refused(self, tiny: Service) -> None:
        with pytest.raises(ClapvertError) as caught:
            tried(tiny, say(answering(capable)))
        assert (caught.value.code, caught.value.exit_code) == (ErrorCode.INDEX_MISSING, 3)


def test_seconds_are_those_of_answers_that_called() -> None:
    results = tuple(
        trial.Result(KEPT[0], "yes", True, True, seconds, ModelUse(name="m", calls=calls))
        for seconds, calls in ((1.0, 2), (2.0, 2), (3.0, 2), (4.0, 2), (0.0, 0))
    )
    report = Report("m", "m", results)
    assert (report.seconds(0.5), report.seconds(0.95)) == (2.0, 4.0)
    assert Report("m", "m", ()).seconds(0.5) == 0.0


class TestCommand:
    @pytest.fixture(autouse=True)
    def alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(seen, "seen", list)

    def invoke(self, service: Service, monkeypatch: pytest.MonkeyPatch, *argv: str) -> Result:
        monkeypatch.setattr(command, "_service", lambda: service)
        return CliRunner().invoke(llm, ["try", *argv])

    def test_json_is_alone_on_stdout(self, tiny: Service, kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
        with scripted([say(answering(capable))]) as peer:
            ran = self.invoke(written_by(peer.base_url, tiny.settings), monkeypatch, "--json")
        assert ran.exit_code == 0
        assert json.loads(ran.stdout)["right"] == 4
        assert "4/4" in ran.stderr

    def test_one_that_is_not_capable_ends_on_no(
        self, tiny: Service, kept: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scripted([say("non")]) as peer:
            ran = self.invoke(written_by(peer.base_url, tiny.settings, llm_attempts=1), monkeypatch)
        assert ran.exit_code == 1
        assert "Pas assez capable : réponses lisibles 0 % (il faut 92 %)" in ran.stdout

    def test_without_a_model_the_line_to_set_is_said(self, tiny: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        error = self.invoke(tiny, monkeypatch).exception
        assert isinstance(error, ClapvertError)
        assert (error.exit_code, "CLAPVERT_LLM=mistral:" in (error.hint or "")) == (3, True)
        monkeypatch.setattr(seen, "seen", lambda: [seen.Seen("Ollama (x)", "export CLAPVERT_LLM=ollama:x")])
        error = self.invoke(tiny, monkeypatch).exception
        assert isinstance(error, ClapvertError)
        assert "export CLAPVERT_LLM=ollama:x" in (error.hint or "")


class TestKeptMessages:
    def test_they_cover_what_is_asked(self) -> None:
        assert len({t.message for t in trials()}) == len(trials()) == 24
        assert {t.domain for t in trials()} == set(Domain)
        assert sum(detect_language(t.message) == "en" for t in trials()) == 4
        expected = Counter(t.expects for t in trials())
        assert (expected["unknown"], expected["denied"]) == (3, 3)
        assert min(expected["yes"], expected["no"]) >= 4

    def test_what_they_expect_is_in_the_corpus(self) -> None:
        known = {s.id for f in load_fiches(CORPUS) for _, s in f.fiche.statements()}
        assert {s for t in trials() for s in t.cites} <= known

    def test_each_is_sent_with_evidence_that_it_expects(self, real: Service) -> None:
        class Spy:
            name = "spy"
            document: Document = {}

            def ask(self, usage: Any, system: str, user: str, *_: Any) -> Any:
                self.document = json.loads(user)
                raise ModelFailure("server_error")

        spy, engine = Spy(), real.engine
        texts = {s.id: {s.text, s.en} for f in real.fiches.values() for _, s in f.fiche.statements()}
        writer = Writer(engine.local, engine.composer, spy, spy, real.contacts, Terms())
        for kept in trials():
            spy.document = {}
            writer.write(engine.read_alone(kept.message))
            evidence = {e["text"] for e in spy.document["evidence"]}
            assert not kept.cites or any(texts[s] & evidence for s in kept.cites), kept.message
