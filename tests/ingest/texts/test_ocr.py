"""Character recognition: only when asked, only when installed, and what it gives is read like any file.

`ocrmypdf` itself is stood in for by a small program of ours on the PATH.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from ingest.documents.child import Limits
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.pipeline import Library
from ingest.main import main
from ingest.settings import Settings
from ingest.texts import ocr
from tests.pdfs import line, pdf

SCAN = pdf("0 0 100 100 re f")
READ = pdf(
    line("Article 7", y=720, size=12) + line("Un bilan carbone est remis au Centre chaque annee.", y=696, size=12)
)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for `ocrmypdf`, first on the PATH; the test writes its body."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "ocrmypdf"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return path


def install(program: Path, body: str) -> None:
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    return int(done.value.code or 0)


def test_a_scan_is_recognised_when_asked(program: Path, use_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(SCAN)
    install(program, f"open(sys.argv[-1], 'wb').write({READ!r})")
    assert run("corpus", "add", "scan.pdf", "--as", "code-cinema", "--ocr") == 0
    shelf = Library(use_settings).texts
    (text,) = shelf.all()
    assert shelf.path(text).read_bytes() == READ
    assert any("bilan carbone" in b.text for b in shelf.read(text).blocks)


def test_it_is_offered_and_never_taken_unasked(
    program: Path, use_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scan.pdf").write_bytes(SCAN)
    install(program, "raise SystemExit(open('called', 'w') and 1)")
    assert run("corpus", "add", "scan.pdf", "--as", "code-cinema") == 1
    said = capsys.readouterr().err
    assert "Erreur (document_needs_ocr)" in said
    assert "relancez avec --ocr" in said
    assert not (tmp_path / "called").exists()
    assert run("corpus", "add", "scan.pdf", "--as", "code-cinema", "--ocr") == 1
    assert "n'a pas abouti" in capsys.readouterr().err


def test_without_the_program_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClapvertError, match="pas installé") as refused:
        ocr.recognise(tmp_path / "scan.pdf", tmp_path / "out.pdf")
    assert refused.value.code is ErrorCode.DOCUMENT_NEEDS_OCR


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_a_recognition_without_end_is_stopped(program: Path, tmp_path: Path) -> None:
    install(program, "time.sleep(60)")
    with pytest.raises(ClapvertError, match="n'a pas abouti"):
        ocr.recognise(tmp_path / "scan.pdf", tmp_path / "out.pdf", limits=Limits(seconds=1, memory=4 * 10**9))
