"""A run becomes a report, kept in the data folder or written where asked.

Guarantee: the report of a run is the same whether `eval run` keeps it or `eval report` makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.reference_set import ReferenceSet
from evals.reports.coverage import coverage
from evals.reports.data import report, row_of
from evals.reports.html.page import page, served_csp
from evals.running import runs
from evals.running.runner import Run
from evals.scoring.compare import Comparison
from evals.scoring.judges import agreement, load_verdicts, verdicts_path
from evals.scoring.scores import Scores


def keep_run(
    data_dir: Path,
    run: Run,
    scores: Scores,
    reference: ReferenceSet,
    name: str | None,
    domains: Sequence[str],
    at: datetime,
) -> Path:
    """Keep a run with its report; the path of its file."""
    folder = runs.folder_of(data_dir)

    def write(row: runs.Row, before: Sequence[runs.Row]) -> tuple[Mapping[str, Any], str]:
        extra = {"coverage": coverage(run, reference).as_dict()}
        made = report(run, scores, row, trend=[*before, row], extra=extra)
        return made, page(made)

    row = {**row_of(run, scores, name, domains), "csp": served_csp()}
    kept = runs.keep(folder, row, run, write, at)
    return folder / str(kept["files"]["run"])


def report_of(
    path: Path,
    run: Run,
    scores: Scores,
    reference: ReferenceSet,
    folder: Path,
    against: Comparison | None = None,
    base_name: str = "",
    refused: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report of a run file and its scores, compared with a base when there is one: a kept run keeps its name and
    time; the verdicts beside the file are taken up."""
    row = next((r for r in runs.load_index(folder) if r["files"].get("run") == path.name), None)
    if row is None or path.resolve().parent != folder.resolve():
        row = {"id": path.stem, "at": "", **row_of(run, scores)}
    verdicts = load_verdicts(verdicts_path(path))
    held = coverage(run, reference).as_dict() | {"refused": refused} if run.catalogue else None
    extra = {"coverage": held, "judges": [a for n, v in verdicts.items() for a in agreement(n, v, scores)]}
    before = runs.comparable(runs.load_index(folder), row) if row["at"] else []
    return report(run, scores, row, against, base_name, [*before, row], extra)
