"""The command line: a quick help, French errors with an exit code, JSON alone on stdout."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.index.pipeline import Library
from ingest.main import GROUP, HELPS, cli, main
from ingest.settings import Settings
from tests.samples import DOUBLE_BILAN, OFFICIAL_TEXT, edited_yaml

Capture = pytest.CaptureFixture[str]
COMMANDS = {e.name: e for e in entry_points(group=GROUP)}


def run(*arguments: str) -> int:
    """Exit code of `clapvert …` in this process."""
    try:
        main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"]])
def test_help_and_version_import_neither_torch_nor_chroma_nor_the_assistant(arguments: list[str]) -> None:
    heavy = ["torch", "chromadb", "transformers", "numpy", "pydantic", "fastapi", "assistant", "evals"]
    code = (
        "import sys\n"
        "from ingest.main import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: code = end.code\n"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_help_lists_every_installed_command_with_its_line(capsys: Capture) -> None:
    assert run("--help") == ExitCode.DONE
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert set(COMMANDS) >= {"ask", "corpus", "ingest", "search", "serve"}
    for name in COMMANDS:
        assert f" {name} {HELPS[name]}" in shown


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_static_line_is_the_first_line_of_the_command_s_own_help(name: str) -> None:
    command = COMMANDS[name].load()
    assert isinstance(command, click.Command)
    assert inspect.cleandoc(command.help or "").splitlines()[0] == HELPS[name]
    assert cli.get_command(click.Context(cli), name) is command


def test_python_m_ingest_is_clapvert() -> None:
    done = subprocess.run([sys.executable, "-m", "ingest", "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", done.stdout)


@pytest.mark.parametrize("arguments", [["--help"], ["corpus", "--help"], ["corpus", "add", "--help"], ["ingest", "-h"]])
def test_asking_for_help_is_exit_0(arguments: list[str]) -> None:
    assert run(*arguments) == ExitCode.DONE


@pytest.mark.parametrize(
    "arguments",
    [
        ["inconnue"],
        ["--inconnue"],
        ["corpus", "inconnue"],
        ["corpus", "add"],
        ["corpus", "add", "texte.md", "--as", "rga", "--id", "autre"],
        ["corpus", "add", "texte.md", "--id", "Charte !", "--title", "Charte", "--domain", "label"],
        ["corpus", "add", "texte.md", "--id", "charte", "--title", "Charte", "--domain", "chasse"],
        ["corpus", "add", "texte.md", "--as", "rga", "--valid-from", "hier"],
        ["corpus", "add", "texte.md", "--as", "rga", "--valid-from", "2026-02-01", "--valid-until", "2026-01-01"],
        ["ingest", "--inconnue"],
    ],
)
def test_bad_usage_is_exit_2_and_writes_nothing(use_settings: Settings, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "texte.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    assert run(*arguments) == ExitCode.USAGE
    assert not use_settings.data_dir.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["corpus", "add", "absent.md", "--as", "rga"], "document_refused"),
        (["corpus", "add", "image.png", "--as", "rga"], "document_refused"),
        (["corpus", "add", "texte.md", "--as", "inconnu"], "source_not_found"),
        (["corpus", "remove", "inconnu"], "source_not_found"),
    ],
)
def test_a_no_is_exit_1_with_a_french_reason_on_stderr(
    use_settings: Settings, tmp_path: Path, capsys: Capture, arguments: list[str], code: str
) -> None:
    (tmp_path / "texte.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    assert run(*arguments) == ExitCode.NO
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"Erreur ({code}) : ")


def test_not_ready_is_exit_3_with_the_command_that_mends_it(
    use_settings: Settings, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAPVERT_MODEL", "personne/modele-inconnu")
    assert run("ingest") == ExitCode.NOT_READY
    assert "Erreur (model_missing)" in capsys.readouterr().err
    assert run("serve", "--port", "0") == ExitCode.NOT_READY
    assert "clapvert ingest" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        (ErrorCode.BAD_REQUEST, 2),
        (ErrorCode.UNSAFE_BIND, 2),
        (ErrorCode.INDEX_MISSING, 3),
        (ErrorCode.INDEX_BUSY, 3),
        (ErrorCode.INDEX_DAMAGED, 3),
        (ErrorCode.MODEL_MISSING, 3),
        (ErrorCode.MODEL_MISMATCH, 3),
        (ErrorCode.MODEL_UNFITTED, 3),
        (ErrorCode.PORT_TAKEN, 3),
        (ErrorCode.CORPUS_INVALID, 1),
        (ErrorCode.DOCUMENT_REFUSED, 1),
        (ErrorCode.SOURCE_NOT_FOUND, 1),
    ],
)
def test_each_error_has_its_exit_code(code: ErrorCode, exit_code: int) -> None:
    error = ClapvertError(code, "Un message.", "Une suite.")
    assert error.exit_code == exit_code
    assert str(error) == "Un message. Une suite."


def test_error_codes_are_the_contract() -> None:
    """They are part of the HTTP and `--json` contracts: add to this list, never change a line."""
    assert {c.value for c in ErrorCode} >= {
        "bad_request", "conversation_not_found", "corpus_invalid", "document_refused", "hub_unreachable", "index_busy",
        "index_damaged", "index_missing", "internal_error", "model_mismatch", "model_missing", "model_unfitted", "not_found",
        "passage_not_found", "port_taken", "source_not_found", "unsafe_bind",
    }  # fmt: skip


def test_a_clean_corpus_is_exit_0_and_a_problem_exit_1(use_settings: Settings, capsys: Capture) -> None:
    assert run("corpus", "check") == ExitCode.DONE
    assert "0 problème(s)" in capsys.readouterr().out
    with edited_yaml(use_settings.corpus_dir / DOUBLE_BILAN) as data:
        data["sections"][0]["statements"][0]["lead"] = "Depuis 2025, une aide suppose de remettre 7 bilans."
    assert run("corpus", "check") == ExitCode.NO
    said = capsys.readouterr().out
    assert "✗ fiches/cnc/double-bilan.yaml:" in said
    assert "lead_claim" in said


def test_a_corpus_that_cannot_be_read_is_exit_1(use_settings: Settings, capsys: Capture) -> None:
    (use_settings.corpus_dir / "glossaire.yaml").unlink()
    assert run("corpus", "check") == ExitCode.NO
    assert "Erreur (corpus_invalid)" in capsys.readouterr().err


def test_check_in_json_puts_json_alone_on_stdout(use_settings: Settings, capsys: Capture) -> None:
    assert run("corpus", "check", "--json") == ExitCode.DONE
    report = json.loads(capsys.readouterr().out)
    assert {"fiches": 4, "statements": 15, "sources": 8, "problems": []}.items() <= report.items()
    assert report["by_domain"]["cnc"] == 7


def test_check_compares_with_the_texts_in_hand(use_settings: Settings, tmp_path: Path, capsys: Capture) -> None:
    assert run("corpus", "check", "--json") == ExitCode.DONE
    before = json.loads(capsys.readouterr().out)
    (tmp_path / "code.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    assert run("corpus", "add", str(tmp_path / "code.md"), "--as", "code-cinema", "--attested-at", "2026-03-01") == 0
    capsys.readouterr()
    assert run("corpus", "check", "--json") == ExitCode.DONE
    after = json.loads(capsys.readouterr().out)
    assert before["texts"] == {"checked": 0, "not_checked": 9}
    assert after["texts"] == {"checked": 5, "not_checked": 4}
    assert before["cards"] == {"total": 0, "reviewed": 0, "topics_without": 0, "statements_unshown": 15}


def test_a_text_is_added_listed_and_removed(use_settings: Settings, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "code.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    assert run("corpus", "add", "code.md", "--as", "code-cinema") == ExitCode.DONE
    assert "code-cinema-2026-03-01, « Code du cinéma » (3 articles ou parties)" in capsys.readouterr().out
    assert run("corpus", "list", "--json") == ExitCode.DONE
    listed = json.loads(capsys.readouterr().out)
    assert [f["id"] for f in listed["fiches"]] == ["allegations", "double-bilan", "csrd-seuils", "label-score"]
    (text,) = listed["texts"]
    assert (text["id"], text["attested_at"]) == ("code-cinema-2026-03-01", "2026-03-01")
    assert run("corpus", "list") == ExitCode.DONE
    shown = capsys.readouterr().out
    assert "4 fiches ;" in shown
    assert "1 texte(s) ajouté(s)." in shown
    assert "code-cinema-2026-03-01" in shown
    assert run("corpus", "remove", "code-cinema-2026-03-01") == ExitCode.DONE
    assert Library(use_settings).texts.all() == []


def test_a_text_that_the_register_does_not_know_is_described_on_the_command_line(
    use_settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "charte.txt").write_text("La production trie ses déchets.", encoding="utf-8")
    described = ["--title", "Charte du studio", "--domain", "tournage", "--issuer", "Studio", "--nature", "guide"]
    dates = ["--valid-from", "2026-01-01", "--valid-until", "2026-12-31"]
    assert run("corpus", "add", "charte.txt", "--id", "charte", *described, *dates) == ExitCode.DONE
    (text,) = Library(use_settings).texts.all()
    assert text.id == "charte-2026-01-01"
    assert text.own_source is not None
    assert (text.own_source.title, text.own_source.issuer) == ("Charte du studio", "Studio")
    assert str(text.version.valid_until) == "2026-12-31"


def test_pages_are_rendered(use_settings: Settings, capsys: Capture) -> None:
    assert run("corpus", "render") == ExitCode.DONE
    assert capsys.readouterr().out == "5 page(s) écrite(s).\n"
    assert run("corpus", "check") == ExitCode.DONE


def test_a_wording_that_has_ended_is_told_when_it_is_added(
    use_settings: Settings, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "code.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    dates = "--valid-from", "2020-01-01", "--valid-until", "2024-12-31"
    assert run("corpus", "add", str(tmp_path / "code.md"), "--as", "code-cinema", *dates) == ExitCode.DONE
    assert "cette rédaction a pris fin le 31/12/2024 : elle n'est citée qu'avec cette date" in capsys.readouterr().err
