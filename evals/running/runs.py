"""Runs kept in the data folder: what `/evals` in the web app reads, and the trend of the reports.

Guarantee: plain JSON that is read without importing `evals` (imports run one way). The index is replaced whole, under a
lock, after the files that it names; a run that is no longer kept leaves the index's figures, not its files. Nothing in
it comes from a user: the questions are those of the reference set.

    runs/index.json   {"clapvert_runs": 1, "runs": [ROW, …]}   newest first
    runs/ID.json      the report as data (`evals.reports.data`)
    runs/ID.html      the same as one page that opens from disk; to serve it, send ROW["csp"] as its policy
    runs/ID.jsonl     the answers whole (`evals.running.runner`): what `eval report`, `score`, `compare` read
    runs/ID.judges.json   what judges said of them (`evals.scoring.judges`), where one was asked

    ROW = {"id", "at": ISO 8601 in UTC, "reference": null or the folder of another set, "domains": null or [those asked
           alone], "questions", "unscored", "seconds", "snapshot", "corpus_version", "passages", "model", "dtype",
           "machine", "engine", "today",
           "headlines": [{"name", "label": French, "meaning": French, "better": 1 | -1,
                          "value", "low", "high": shares in 0–1 or null, "n"}, …],
           "latency_ms": {"p50", "p95"}, "csp",
           "files": {"report": "ID.json", "page": "ID.html", "run": "ID.jsonl"} or {} once they are gone}

    REPORT = {"clapvert_report": 1, "title": French, "run": ROW without files, "base": null or {"name", "questions"},
              "gate": null or {"passed", "failures": [{"code", "text": French}], "notes": [French], "compared", "won",
              "lost"},
              "metrics": as ROW["headlines"], all of them, with "change": null or {"base", "candidate", "value", "low",
              "high", "n"},
              "errors_by_class": [{"name", "label", "refused", "wrongly_answered": {"value", "low", "high", "n"}}],
              "slices": [{"name", "values": [{"name", "label", "passed", "refused", …: {"value", "low", …}}]}],
              "stages": [{"name", "label", "meaning": French, "n", "must_pass"}] of what went wrong, each question once,
              "recall": [{"k", "value", "low", "high", "n"}], "latency": in ms, {"stages": {stage: {"p50", "p95"}},
              "bins": [{"from", "to", "n"}], "above", "n"}, "trend": [the headlines of ROW, oldest first],
              "questions": [QUESTION], "coverage": null or …, "judges": null or …,
              "reading": null or what people said of a sheet (`evals.reports.reading`)}
    QUESTION = {"id", "question", "previous", "language", "domain", "domain_label", "kind", "kind_label", "topic",
                "as_of", "difficulty", "must_pass", "verdict": "passed|failed|unscored",
                "stage": null or one of "stages", "change": null|"won"|"lost"|"reworded",
                "checks": [{"code", "label": French, "ok": true|false|null, "detail": French, "counts": true|false}],
                "outcome", "reason", "answer", "warnings",
                "citations": [{"n", "source_title", "locator", "quote", "url", "rank", "based_on", "passage_id"}],
                "expected": {"outcome", "reason", "must_include", "must_not_include", "facts"}, "rank", "ms",
                "base_answer"}
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from evals.running.runner import Run
from ingest.errors import ClapvertError, ErrorCode

FORMAT = 1
KEPT = 15
"""Runs whose files are kept (some 10 MB each); older ones keep their row in the index, for the trend."""
Row = dict[str, Any]
Write = Callable[[Row, Sequence[Row]], tuple[Mapping[str, Any], str]]
"""Makes the report and the page of a run, from its row and the comparable rows before it, oldest first."""


def folder_of(data_dir: Path) -> Path:
    """Where the runs of a data folder are."""
    return data_dir / "runs"


def load_index(folder: Path) -> list[Row]:
    """Rows of the index, newest first; none when nothing was kept; `BAD_REQUEST` when it is not an index."""
    path = folder / "index.json"
    if not path.is_file():
        return []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["clapvert_runs"] != FORMAT:
            raise ValueError("format")
        rows: list[Row] = data["runs"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"{path} n'est pas un index de runs.",
            "Supprimez ce fichier : le prochain `clapvert eval run` en écrira un autre.",
        ) from exc
    return rows


def comparable(rows: Sequence[Row], row: Mapping[str, Any]) -> list[Row]:
    """Rows that asked the same set of questions before a row, oldest first."""
    same = ("reference", "domains")
    others = [r for r in reversed(rows) if r["id"] != row.get("id") and r["at"] <= row["at"]]
    found = [r for r in others if all(r.get(k) == row.get(k) for k in same)]
    return sorted(found, key=lambda r: str(r["at"]))  # stable: two runs of one second stay in the order of the index


def find(folder: Path, name: str) -> Path:
    """The run file named: a path, the id of a kept run, or `last`."""
    if Path(name).is_file():
        return Path(name)
    rows = [r for r in load_index(folder) if "run" in r["files"]]
    row = rows[0] if rows and name == "last" else next((r for r in rows if r["id"] == name), None)
    if row is None:
        known = ", ".join(str(r["id"]) for r in rows[:3]) or "aucun pour l'instant"
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"« {name} » n'est ni un fichier ni un run gardé.",
            f"Donnez un fichier de `clapvert eval run`, « last », ou l'un des runs gardés ({known}).",
        )
    return folder / str(row["files"]["run"])


def keep(folder: Path, row: Row, run: Run, write: Write, at: datetime) -> Row:
    """Keep a run with its report; its row, completed with `id`, `at` and `files`."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "index.lock"):
        rows = load_index(folder)
        row = {"id": _free_id(rows, at), "at": at.astimezone(UTC).isoformat(timespec="seconds"), **row}
        names = {"report": f"{row['id']}.json", "page": f"{row['id']}.html", "run": f"{row['id']}.jsonl"}
        row["files"] = names
        run.save(folder / names["run"])  # first: whatever happens to its report, the answers are there
        report, page = write(row, comparable(rows, row))
        _replace(folder / names["report"], json.dumps(report, ensure_ascii=False) + "\n")
        _replace(folder / names["page"], page)
        rows = [row, *rows]
        for old in rows[KEPT:]:
            for name in (*old["files"].values(), f"{old['id']}.judges.json"):
                (folder / Path(name).name).unlink(missing_ok=True)
            old["files"] = {}
        _replace(folder / "index.json", json.dumps({"clapvert_runs": FORMAT, "runs": rows}, ensure_ascii=False) + "\n")
    return row


def _free_id(rows: Sequence[Row], at: datetime) -> str:
    name = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}"
    taken = {r["id"] for r in rows}
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, len(rows) + 3))) if n not in taken)


def _replace(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)  # noqa: PTH105 - the same file system, whole or not at all
