"""The pages of one project: its board, a criterion of it, its history, its settings, its list to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.label.evidence.store import MAX_BYTES, MEDIA_TYPES
from assistant.label.frameworks import folded
from assistant.label.projects.progress import UNASSIGNED, late
from assistant.label.projects.projects import Row
from assistant.label.questions.explain import explain, question_about
from assistant.web.label.page import Desk

_PAGE = 100
"""Changes of a page of the history."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of a board are wanted; empty fields ask for nothing."""

    q: str = ""
    departement: str = ""
    statut: str = ""
    personne: str = ""

    def takes(self, row: Row, today: dt.date) -> bool:
        """Whether a row is wanted."""
        if self.departement and not row.acts(self.departement):
            return False
        if self.personne and (row.state.person or UNASSIGNED) != self.personne:
            return False
        if self.statut == "retard" and not late(row, today):
            return False
        if self.statut not in ("", "retard") and row.state.status.value != self.statut:
            return False
        said = folded(" ".join([row.key, row.title, row.state.note, row.known.intent.fr if row.known else ""])).split()
        return all(any(word.startswith(w) for word in said) for w in folded(self.q).split())


def router(desk: Desk) -> APIRouter:
    """`/label/projets/{id}` and the pages under it."""
    routes = APIRouter(prefix="/label/projets/{project_id}")

    @routes.get("", response_class=HTMLResponse)
    def board(
        request: Request,
        project_id: str,
        q: Annotated[str, Query(max_length=200)] = "",
        departement: Annotated[str, Query(max_length=120)] = "",
        statut: Annotated[str, Query(max_length=20)] = "",
        personne: Annotated[str, Query(max_length=120)] = "",
    ) -> HTMLResponse:
        project, rows, done = desk.bench.board(project_id, desk.caller(request))
        wanted, today = Filter(q, departement, statut, personne), desk.service.clock()
        return desk.project_page(
            request,
            "board.html",
            project,
            rows=rows,
            done=done,
            f=wanted,
            filtered=wanted != Filter(),
            groups=by_poste([r for r in rows if wanted.takes(r, today)]),
            unassigned=UNASSIGNED,
        )

    @routes.get("/criteres/{key:path}", response_class=HTMLResponse)
    def criterion(request: Request, project_id: str, key: str) -> HTMLResponse:
        project, row = desk.bench.row(project_id, desk.caller(request), key)
        framework, known = desk.bench.framework(project), row.known
        return desk.project_page(
            request,
            "row.html",
            project,
            row=row,
            c=known,
            question=question_about(framework, known) if known else "",
            explained=explain(desk.service.engine, framework, known, desk.service.clock()) if known else None,
            changes=desk.bench.store.history.of(project_id, desk.caller(request), row.key, 20),
            rows={},
            one=True,
            accept=",".join(MEDIA_TYPES),
            max_mb=MAX_BYTES // 1024**2,
        )

    @routes.get("/historique", response_class=HTMLResponse)
    def history(request: Request, project_id: str, avant: Annotated[int | None, Query(ge=1)] = None) -> HTMLResponse:
        project, rows, _ = desk.bench.board(project_id, desk.caller(request))
        found = desk.bench.store.history.of(project_id, desk.caller(request), None, _PAGE + 1, avant)
        return desk.project_page(
            request,
            "history.html",
            project,
            changes=found[:_PAGE],
            next=found[_PAGE - 1].seq if len(found) > _PAGE else None,
            rows={r.key: r for r in rows},
        )

    @routes.get("/reglages", response_class=HTMLResponse)
    def settings(request: Request, project_id: str, invitation: bool = False) -> HTMLResponse:
        owner = desk.caller(request)
        project = desk.bench.store.get(project_id, owner)
        address = None
        if invitation:
            token = desk.bench.store.members.invitation(project_id, owner)
            address = str(request.base_url.replace(path=f"/label/invitation/{token}"))
        return desk.project_page(
            request, "settings.html", project, invitation=address, me=desk.bench.store.members.name(project_id, owner)
        )

    @routes.get("/imprimer", response_class=HTMLResponse)
    def printed(
        request: Request, project_id: str, departement: Annotated[str, Query(max_length=120)] = ""
    ) -> HTMLResponse:
        project, rows, done = desk.bench.board(project_id, desk.caller(request))
        names = [t.name for t in done.departments if not departement or t.name == departement]
        groups = [(name, [r for r in rows if name in r.departments]) for name in names]
        return desk.project_page(request, "print.html", project, groups=groups)

    return routes


def by_poste(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows under their poste, in the order of the board."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.poste, []).append(row)
    return list(groups.items())
