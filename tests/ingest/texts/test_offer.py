"""Official texts offered once: when a network answers, and never in the way."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from ingest.errors import ExitCode
from ingest.main import main
from ingest.settings import Settings
from ingest.texts import offer
from ingest.texts.offer import answers, due
from tests.ingest.texts.test_fetch import Script, server  # noqa: F401 - a fixture


def test_it_is_due_once_whether_a_network_answers_or_not(tmp_path: Path) -> None:
    assert due(tmp_path / "a", lambda: True)
    assert not due(tmp_path / "a", lambda: True)
    assert not due(tmp_path / "b", lambda: False)
    assert not due(tmp_path / "b", lambda: pytest.fail("asked again"))


def test_any_answer_is_an_answer(server: Script) -> None:  # noqa: F811
    server.answers["/"] = lambda h: h.send(404)
    assert answers(f"{server.url}/")


def test_a_network_that_never_answers_costs_its_time_at_most() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        before = time.monotonic()
        assert not answers(f"http://127.0.0.1:{deaf.getsockname()[1]}/", 0.3)
        assert time.monotonic() - before < 20
    assert not answers("http://127.0.0.1:9/", 0.3)


def test_on_the_command_line_it_is_said_once(
    use_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "corpus fetch --starter"
    monkeypatch.setattr(offer.due, "__defaults__", (lambda: True,))
    monkeypatch.delenv("CLAPVERT_OFFLINE")
    monkeypatch.setattr("ingest.model.embedding.model_info", lambda *_: (_ for _ in ()).throw(SystemExit(0)))
    for expected in (True, False):
        with pytest.raises(SystemExit) as caught:
            main(["ingest", "--offer"])
        assert caught.value.code == ExitCode.DONE
        assert (said in capsys.readouterr().out) is expected
    assert (use_settings.data_dir / "fetch" / "offered").exists()
