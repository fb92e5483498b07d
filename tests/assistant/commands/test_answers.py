"""Commands that answer: what goes to stdout and to stderr, exit codes, refusals, and a running server that is used."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.answer import Answer
from assistant.commands import answers as commands
from assistant.llm.seen import Seen
from assistant.service import Service
from ingest.clock import Clock
from ingest.errors import ExitCode
from ingest.index.pipeline import Library
from ingest.main import cli, main
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.conftest import Build
from tests.serving import serving

QUESTION = "Quel score faut-il pour le Label Ecoprod ?"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """One run of `clapvert …`, as the shell sees it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *argv: str, code: int = ExitCode.DONE) -> Run:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main(list(argv))
            raise SystemExit(0)
        self.out, self.err = self._capsys.readouterr()
        assert exit_.value.code == code, self.err
        return self

    def answers(self) -> list[Answer]:
        return [Answer.model_validate_json(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], use_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Over the tiny corpus, without a model; on a port where no server runs."""
    monkeypatch.setenv("CLAPVERT_PORT", str(free_port()))
    monkeypatch.setenv("CLAPVERT_MODEL", str(use_settings.data_dir / "no-model"))
    return Run(capsys)


@pytest.fixture
def ready(library: Library, encoder: HashingEncoder, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[Service]:
    """The services that the commands make (in their own process there is one)."""
    made: list[Service] = []

    def service() -> Service:
        made.append(Service(Settings(), encoder, clock, DOUBLE))
        return made[-1]

    monkeypatch.setattr(commands, "_service", service)
    return made


class TestAsk:
    def test_json_is_alone_on_stdout(self, run: Run, ready: list[Service]) -> None:
        (answer,) = run("ask", QUESTION, "--json").answers()
        assert answer.outcome == "answered"
        assert answer.question == QUESTION
        assert run.out.count("\n") == 1
        assert json.loads(run.out)["receipt"]["snapshot"]

    def test_a_reader_gets_french(self, run: Run, ready: list[Service]) -> None:
        out = run("ask", QUESTION).out
        assert f"» {QUESTION}" in out
        assert "65 %" in out
        assert "Notice Clapvert « Le score du Label Ecoprod », d'après Référentiel du Label Ecoprod, critère D3" in out
        assert "Information, pas un conseil juridique." in out
        assert "\n  ? " in run("ask", "Quels bilans carbone remettre pour une aide du CNC ?").out  # follow-ups

    def test_warnings_and_abstentions_are_shown(self, run: Run, ready: list[Service]) -> None:
        out = run("ask", "Quel est le seuil de la CSRD ?").out
        assert "! Cela a changé : Du 1er janvier 2024" in out
        out = run("ask", "Quel score faut-il pour le Label Ecoprod chez Brouzoufilms ?").out
        assert "Je n'ai pas trouvé" in out
        assert "~ proche : " in out
        assert "→ à qui demander : Ecoprod" in out

    def test_a_day_and_a_domain(self, run: Run, ready: list[Service]) -> None:
        (answer,) = run("ask", "Quel est le seuil de la CSRD ?", "--as-of", "2024-06-01", "--json").answers()
        assert answer.as_of.isoformat() == "2024-06-01"
        assert "250 salariés" in answer.answer
        run("ask", "Quel est le seuil ?", "--domain", "csrd", "--domain", "label", "--json")
        assert [d.value for d in run.answers()[0].understood.domains] == ["csrd", "label"]
        assert "(à la date du 01/06/2024)" in run("ask", "Quel seuil ?", "--as-of", "2024-06-01").out

    def test_a_file_of_questions_is_one_load_and_one_line_each(
        self, run: Run, ready: list[Service], tmp_path: Path
    ) -> None:
        file = tmp_path / "questions.txt"
        file.write_text(f"{QUESTION}\n\n  Quels bilans carbone remettre au CNC ?  \nblorp zzz\n", encoding="utf-8")
        answers = run("ask", "--file", str(file), "--json").answers()
        assert [a.question for a in answers] == [QUESTION, "Quels bilans carbone remettre au CNC ?", "blorp zzz"]
        assert [a.outcome for a in answers] == ["answered", "answered", "abstained"]
        assert len(ready) == 1
        assert len({a.conversation_id for a in answers}) == 3

    def test_an_empty_file_has_no_answer(self, run: Run, ready: list[Service], tmp_path: Path) -> None:
        (tmp_path / "none.txt").write_text("\n \n", encoding="utf-8")
        assert run("ask", "--file", str(tmp_path / "none.txt"), "--json").out == ""

    def test_an_abstention_is_no_failure(self, run: Run, ready: list[Service]) -> None:
        assert run("ask", "blorp zzz", "--json", code=ExitCode.DONE).answers()[0].outcome == "abstained"

    @pytest.mark.parametrize(
        "argv",
        [
            [],
            [QUESTION, "--file", __file__],
            [QUESTION, "--as-of", "hier"],
            [QUESTION, "--as-of", "2024-02-30"],
            [QUESTION, "--domain", "cinema"],
            [QUESTION, "--nope"],
            ["--file", "/nope/questions.txt"],
            ["   "],
            ["a" * 4001],
        ],
        ids=lambda argv: " ".join(argv)[:40],
    )
    def test_bad_usage(self, run: Run, ready: list[Service], argv: list[str]) -> None:
        run("ask", *argv, code=ExitCode.USAGE)
        assert run.out == ""
        assert run.err

    def test_without_a_model(self, run: Run) -> None:
        run("ask", QUESTION, "--json", code=ExitCode.NOT_READY)
        assert run.out == ""
        assert "model_missing" in run.err

    def test_without_an_index(
        self, run: Run, use_settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(commands, "_service", lambda: Service(use_settings, encoder))
        run("ask", QUESTION, code=ExitCode.NOT_READY)
        assert "index_missing" in run.err
        assert "clapvert ingest" in run.err


@pytest.fixture
def server(service: Service) -> Iterator[int]:
    """The tiny service over HTTP, on a port of its own."""
    with serving(service) as address:
        yield int(address.rsplit(":", 1)[1])


class TestRunningServer:
    @pytest.fixture
    def alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The command may load nothing itself."""

        def refuse() -> Service:
            raise AssertionError("the running server was not used")

        monkeypatch.setattr(commands, "_service", refuse)

    def test_it_is_used(self, run: Run, server: int, alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLAPVERT_PORT", str(server))
        (answer,) = run("ask", "Quel est le seuil ?", "--as-of", "2024-06-01", "--domain", "csrd", "--json").answers()
        assert answer.as_of.isoformat() == "2024-06-01"
        assert [d.value for d in answer.understood.domains] == ["csrd"]

    def test_its_refusals_are_ours(self, run: Run, server: int, alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLAPVERT_PORT", str(server))
        run("ask", "a" * 4001, code=ExitCode.USAGE)
        assert "4 000" in run.err

    def test_that_of_another_index_is_not(
        self, run: Run, server: int, ready: list[Service], build: Build, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another installation's server on the same port answers for its own texts."""
        monkeypatch.setenv("CLAPVERT_PORT", str(server))
        monkeypatch.setattr(commands._Asker, "_running", staticmethod(other_snapshot))
        run("ask", QUESTION, "--json")
        assert len(ready) == 1


def other_snapshot(settings: Settings) -> httpx.Client | None:
    """`_Asker._running`, seen from a data folder without an index."""
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir / "elsewhere"})
    found = RUNNING(elsewhere)
    assert found is None
    return found


RUNNING = commands._Asker._running


class TestChat:
    def test_a_conversation_until_an_empty_line(self, run: Run, ready: list[Service]) -> None:
        text = f"{QUESTION}\nEt avec une phase d'engagement ?\n\n"
        result = CliRunner().invoke(cli, ["chat"], input=text, prog_name="clapvert")
        assert result.exit_code == 0, result.output
        assert result.output.count("Information, pas un conseil juridique.") == 2
        assert "(compris comme : Quel score faut-il" in result.output
        assert "70 %" in result.output

    def test_end_of_input_ends_it(self, run: Run, ready: list[Service]) -> None:
        assert CliRunner().invoke(cli, ["chat"], input="", prog_name="clapvert").exit_code == 0

    def test_a_day_sticks(self, run: Run, ready: list[Service]) -> None:
        text = "Quel est le seuil de la CSRD ?\nEt qui est visé par la CSRD ?\n\n"
        result = CliRunner().invoke(cli, ["chat", "--as-of", "2024-06-01"], input=text, prog_name="clapvert")
        assert result.output.count("(à la date du 01/06/2024)") == 2


class TestSearch:
    def test_for_a_reader(self, run: Run, ready: list[Service]) -> None:
        out = run("search", QUESTION, "-k", "2").out
        assert len(out.splitlines()) == 4
        assert "Le score du Label Ecoprod" in out

    def test_json_is_alone_on_stdout(self, run: Run, ready: list[Service]) -> None:
        data: dict[str, list[dict[str, Any]]] = json.loads(run("search", QUESTION, "-k", "3", "--json").out)
        assert set(data) == {"hits"}
        assert len(data["hits"]) == 3
        assert set(data["hits"][0]) == {"passage_id", "source_id", "source_title", "locator", "score", "text"}

    def test_on_a_day(self, run: Run, ready: list[Service]) -> None:
        data = json.loads(run("search", "seuil CSRD", "--as-of", "2024-06-01", "--json").out)
        assert any("250 salariés" in h["text"] for h in data["hits"])

    @pytest.mark.parametrize("argv", [[], ["x", "-k", "0"], ["x", "-k", "101"], ["x", "--as-of", "hier"]])
    def test_bad_usage(self, run: Run, ready: list[Service], argv: list[str]) -> None:
        run("search", *argv, code=ExitCode.USAGE)
        assert run.out == ""


class TestServe:
    @pytest.fixture
    def served(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """What would have been served."""
        calls: list[dict[str, Any]] = []
        monkeypatch.setattr("uvicorn.run", lambda app, **how: calls.append({"app": app} | how))
        return calls

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.org", ""])
    def test_the_whole_network_is_refused(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not host:
            monkeypatch.setenv("CLAPVERT_HOST", "0.0.0.0")
        run("serve", *(["--host", host] if host else []), code=ExitCode.USAGE)
        assert "unsafe_bind" in run.err
        assert "CLAPVERT_ALLOW_REMOTE" in run.err
        assert served == []

    def test_unless_asked_for(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLAPVERT_ALLOW_REMOTE", "1")
        run("serve", "--host", "0.0.0.0")
        assert served[0]["host"] == "0.0.0.0"

    def test_a_model_that_could_be_set_is_said(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.llm.seen.seen", list)
        assert "modèle de langue" not in run("serve").out
        monkeypatch.setattr("assistant.llm.seen.seen", lambda: [Seen("Ollama (x)", "export CLAPVERT_LLM=ollama:x")])
        assert "export CLAPVERT_LLM=ollama:x\n  clapvert llm try\n" in run("serve").out

    def test_or_with_a_key_and_then_for_it_alone(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], use_settings: Settings
    ) -> None:
        keys = Access(use_settings).keys
        key, token = keys.create("école", [Scope.ASK])
        run("serve", "--host", "0.0.0.0")
        assert served[0]["host"] == "0.0.0.0"
        assert served[0]["proxy_headers"] is False
        client = TestClient(served[0]["app"])
        assert client.get("/api/sources").status_code == 401
        assert client.get("/api/sources", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        keys.revoke(key.id)
        run("serve", "--host", "0.0.0.0", code=ExitCode.USAGE)
        assert "keys create" in run.err

    def test_on_loopback_a_key_changes_nothing_for_visitors(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], use_settings: Settings
    ) -> None:
        token = Access(use_settings).keys.create("école", [])[1]
        run("serve")
        client = TestClient(served[0]["app"])
        assert client.get("/api/sources").status_code == 200
        assert client.get("/api/sources", headers={"Authorization": "Bearer sans-cle"}).status_code == 200
        assert client.get("/api/sources", headers={"Authorization": f"Bearer {token}"}).status_code == 403
        assert client.get("/api/admin/keys").status_code == 401

    def test_a_port_taken(self, run: Run, ready: list[Service], served: list[dict[str, Any]]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            run("serve", "--port", str(port), code=ExitCode.NOT_READY)
        assert "port_taken" in run.err
        assert str(port) in run.err
        assert f"--port {port + 1}" in run.err
        assert served == []

    def test_without_an_index(
        self, run: Run, use_settings: Settings, served: list[dict[str, Any]], encoder: HashingEncoder
    ) -> None:
        run("serve", code=ExitCode.NOT_READY)
        assert "clapvert ingest" in run.err
        assert served == []

    def test_a_language_model_that_cannot_be_had(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLAPVERT_LLM", "acme:grand")
        run("serve", code=ExitCode.NOT_READY)
        assert "llm_unavailable" in run.err
        assert served == []

    def test_it_says_where(self, run: Run, ready: list[Service], served: list[dict[str, Any]]) -> None:
        port = free_port()
        out = run("serve", "--port", str(port)).out
        assert f"http://127.0.0.1:{port}/" in out
        assert (served[0]["host"], served[0]["port"]) == ("127.0.0.1", port)
        assert served[0]["access_log"] is False  # no question in a log

    def test_the_port_of_the_settings(self, run: Run, ready: list[Service], served: list[dict[str, Any]]) -> None:
        run("serve")
        assert served[0]["port"] == Settings().port

    def test_it_opens_a_browser_only_when_asked(
        self, run: Run, ready: list[Service], served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[str] = []
        monkeypatch.setattr("webbrowser.open", opened.append)
        run("serve")
        assert opened == []
        run("serve", "--open")
        assert opened == [f"http://127.0.0.1:{Settings().port}/"]


class TestDoctor:
    def rows(self, run: Run, code: int) -> dict[str, dict[str, Any]]:
        return {row["what"]: row for row in json.loads(run("doctor", "--json", code=code).out)}

    def test_a_language_model_is_spoken_of_only_when_asked_for(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "Modèle de langue" not in self.rows(run, ExitCode.NOT_READY)
        monkeypatch.setenv("CLAPVERT_LLM", "acme:grand")
        row = self.rows(run, ExitCode.NOT_READY)["Modèle de langue"]
        assert not row["ok"]
        assert "mistral" in row["mend"]

    def test_the_model_that_reads_lines_again_is_opened_too(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLAPVERT_LLM", "openai:x")
        monkeypatch.setenv("CLAPVERT_LLM_API_KEY", "k")
        monkeypatch.setenv("CLAPVERT_LLM_CHECK", "acme:grand")
        assert not self.rows(run, ExitCode.NOT_READY)["Modèle qui relit"]["ok"]

    def test_a_model_that_could_be_set_is_said_until_one_is(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.llm.seen.seen", lambda: [Seen("Ollama (x)", "export CLAPVERT_LLM=ollama:x")])
        row = self.rows(run, ExitCode.NOT_READY)["Modèle de langue possible"]
        assert (row["ok"], row["detail"]) == (True, "Ollama (x)  →  export CLAPVERT_LLM=ollama:x")
        monkeypatch.setenv("CLAPVERT_LLM", "acme:grand")
        assert "Modèle de langue possible" not in self.rows(run, ExitCode.NOT_READY)

    def test_a_model_that_is_not_there(self, run: Run) -> None:
        """It says so like the rest, and what to do."""
        rows = self.rows(run, ExitCode.NOT_READY)
        assert not rows["Modèle"]["ok"]
        assert "no-model" in rows["Modèle"]["detail"]
        assert "CLAPVERT_MODEL" in rows["Modèle"]["mend"]

    def test_nothing_is_ready(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CLAPVERT_MODEL")
        rows = self.rows(run, ExitCode.NOT_READY)
        assert (rows["Modèle"]["ok"], rows["Index"]["ok"]) == (False, False)
        assert rows["Index"]["mend"] == "clapvert ingest"
        assert rows["Corpus"]["ok"]

    def test_everything_is_ready(self, run: Run, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingest.model.info.ready_model", lambda _: HashingEncoder.info)
        rows = self.rows(run, ExitCode.DONE)
        assert all(row["ok"] for row in rows.values())
        assert "15 passages" in rows["Index"]["detail"]

    def test_the_corpus_changed(
        self, run: Run, library: Library, use_settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingest.model.info.ready_model", lambda _: HashingEncoder.info)
        with (use_settings.corpus_dir / "contacts.yaml").open("a", encoding="utf-8") as file:
            file.write("# relu\n")
        rows = self.rows(run, ExitCode.NOT_READY)
        assert not rows["Index à jour"]["ok"]
        assert rows["Même modèle"]["ok"]

    def test_for_a_reader(self, run: Run) -> None:
        out = run("doctor", code=ExitCode.NOT_READY).out
        assert "✗ Index : absent  →  clapvert ingest" in out
        assert "✓ Python" in out

    def test_it_changes_nothing(self, run: Run, use_settings: Settings) -> None:
        before = sorted(use_settings.corpus_dir.parent.rglob("*"))
        run("doctor", code=ExitCode.NOT_READY)
        assert sorted(use_settings.corpus_dir.parent.rglob("*")) == before

    def test_the_table_of_settings(self, run: Run) -> None:
        out = run("doctor", "--settings-table").out
        assert out.startswith("| Variable | Default |")
        assert "`CLAPVERT_DATA_DIR`" in out


def test_an_answer_is_exported_by_the_extension(run: Run, ready: list[Service], tmp_path: Path) -> None:
    for name, head in (("note.pdf", b"%PDF"), ("sous/note.DOCX", b"PK"), ("note.md", b"# Note"), ("recu.json", b"{")):
        run("ask", QUESTION, "--export", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(head)
        assert name in run.err
    run("verify", str(tmp_path / "recu.json"))
    run("ask", QUESTION, "--export", str(tmp_path / "note.odt"), code=ExitCode.USAGE)
    assert "format inconnu" in run.err
    run("ask", QUESTION, "--export", str(tmp_path / "dates.ics"), code=ExitCode.NO)
    assert "deadline_not_found" in run.err
    assert not (tmp_path / "dates.ics").exists()
