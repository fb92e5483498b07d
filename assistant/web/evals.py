"""The pages under `/evals`: kept runs of the evaluations, their trend, and the report of one.

Guarantee: read from the JSON that `evals` wrote (`runs/` of the data folder), without importing it. A file that is not
what its format says shows as no run rather than as wrong figures; the report of a run is served under the content
security policy that was made for it, and no other file of the folder is.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from assistant.service import Service
from assistant.web.render import Renderer
from ingest.errors import ClapvertError, ErrorCode

FORMAT = 1
SHOWN = 30
"""Runs of the list and of the trend."""
FAILED = 60
"""Failed questions shown on the page of a run; the report has them all."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_POLICY = re.compile(r"[A-Za-z0-9 ;:'/+=_.,*-]{1,4000}")
Row = dict[str, Any]
_ROW: Row = dict.fromkeys(("reference", "domains", "questions", "snapshot", "model", "engine", "latency_ms", "csp"))
_FIGURE: Row = {"name": "", "label": "", "meaning": "", "better": 1, "value": None, "low": None, "high": None, "n": 0}
_QUESTION: Row = dict.fromkeys(
    ("id", "question", "language", "domain", "domain_label", "kind", "kind_label", "as_of", "must_pass", "answer"), ""
)


def router(service: Service, render: Renderer) -> APIRouter:
    """The pages under `/evals`."""
    routes = APIRouter(include_in_schema=False)
    folder = service.settings.data_dir / "runs"

    @routes.get("/evals", response_class=HTMLResponse)
    def runs(request: Request) -> HTMLResponse:
        rows = read_index(folder)[:SHOWN]
        return render.page(request, "evals/list.html", rows=rows, trends=trends(rows), when=_when)

    @routes.get("/evals/{run_id}", response_class=HTMLResponse)
    def run(request: Request, run_id: str) -> HTMLResponse:
        row = _row(folder, run_id)
        report = _read(folder / str(row["files"].get("report", "")), "clapvert_report") or {}
        failed = [{"checks": [], **_QUESTION, **q} for q in report.get("questions", []) if q.get("verdict") == "failed"]
        return render.page(
            request,
            "evals/run.html",
            row=row,
            gate=report.get("gate"),
            metrics=[_figure(h) for h in report.get("metrics", [])] or row["headlines"],
            failed=failed[:FAILED],
            left=max(0, len(failed) - FAILED),
            when=_when,
        )

    @routes.get("/evals/{run_id}/rapport", response_class=HTMLResponse)
    def page(run_id: str) -> Response:
        row = _row(folder, run_id)
        path = folder / str(row["files"].get("page", ""))
        policy = str(row.get("csp") or "")
        if not path.is_file() or not _POLICY.fullmatch(policy):
            raise _unknown()
        return HTMLResponse(path.read_text(encoding="utf-8"), headers={"Content-Security-Policy": policy})

    return routes


def read_index(folder: Path) -> list[Row]:
    """The rows of the kept runs, newest first; those whose files or names are not of the format are left out."""
    data = _read(folder / "index.json", "clapvert_runs")
    rows = data.get("runs", []) if data else []
    if not isinstance(rows, list):
        return []
    return [{**_ROW, **r, "headlines": [_figure(h) for h in r["headlines"]]} for r in rows if _sound(r)]


def trends(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """A line for each headline figure, by its name, over the runs comparable with the newest: points in a box of
    100 × 40, oldest first, each with its value, and the change since the run before; none for fewer than two runs."""
    if not rows:
        return {}
    same = ("reference", "domains")
    runs = [r for r in reversed(rows) if all(r.get(k) == rows[0].get(k) for k in same)]
    out = {}
    for head in rows[0]["headlines"]:
        found = [h for r in runs for h in r["headlines"] if h["name"] == head["name"]]
        values = [float(h["value"]) for h in found if h["value"] is not None]
        if len(values) < 2:
            continue
        low, high = min(values), max(values)
        room = max(high - low, 0.02)
        step = 96 / (len(values) - 1)
        dots = [
            {"x": round(2 + step * i, 2), "y": round(36 - 32 * (v - (low + high - room) / 2) / room, 2), "value": v}
            for i, v in enumerate(values)
        ]
        out[head["name"]] = {"dots": dots, "change": values[-1] - values[-2]}
    return out


def _figure(told: Row) -> Row:
    """A figure with every field of the format; what is no number is none."""
    figure = {**_FIGURE, **told}
    for name in ("value", "low", "high"):
        figure[name] = figure[name] if isinstance(figure[name], int | float) else None
    return figure


def _sound(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("id"), str)
        and _ID.fullmatch(row["id"]) is not None
        and isinstance(row.get("headlines"), list)
        and all(isinstance(h, dict) for h in row["headlines"])
        and isinstance(row.get("files"), dict)
        and all(isinstance(f, str) and _ID.fullmatch(f) for f in row["files"].values())
        and isinstance(row.get("at"), str)
    )


def _row(folder: Path, run_id: str) -> Row:
    row = next((r for r in read_index(folder) if r["id"] == run_id), None)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> ClapvertError:
    return ClapvertError(ErrorCode.NOT_FOUND, "Cet essai n'est pas gardé ici.", "La liste : /evals.")


def _read(path: Path, mark: str) -> dict[str, Any] | None:
    """A JSON file of the folder that carries its format's mark; None otherwise."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get(mark) == FORMAT else None


def _when(at: str) -> str:
    """`26/11/2026 11:32`, in Paris."""
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return at
    return moment.astimezone(ZoneInfo("Europe/Paris")).strftime("%d/%m/%Y %H:%M")
