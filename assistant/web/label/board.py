"""The pages of one project: its board, a criterion of it, its history, its settings, its list to print."""

from __future__ import annotations

import calendar as calendar_of
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.label.evidence.store import MAX_BYTES, MEDIA_TYPES, SHOWN
from assistant.label.frameworks import find, folded
from assistant.label.grid.matching import Texts, match
from assistant.label.projects.agenda import due_rows
from assistant.label.projects.progress import UNASSIGNED, late
from assistant.label.projects.projects import STATUS_LABELS, Project, Row
from assistant.label.questions.explain import explain, question_about
from assistant.label.score.score import Standing, score_items, standing
from assistant.label.score.tally import item
from assistant.web.label.page import Desk
from assistant.web.words import Words, french
from ingest.corpus.criteria import Framework
from ingest.errors import ClapvertError
from ingest.language.claims import Language

_PAGE = 100
"""Changes of a page of the history."""
_MONTHS = 24
GLYPHS = {"a_faire": "○", "en_cours": "◐", "fait": "✓", "non_retenu": "✕", "sans_objet": "–", "a_clarifier": "?"}
"""A sign for each status, beside its name."""
FILTERS = (
    ("ouvert", french("Reste à faire")), ("retard", french("En retard")), ("sans-preuve", french("Sans preuve")),
    ("obligatoire", french("Obligatoires")), ("change", french("Changé depuis ma visite")),
)  # fmt: skip
GROUPINGS = (
    ("", french("Poste")), ("departement", french("Département")), ("personne", french("Responsable")),
    ("statut", french("Statut")), ("echeance", french("Échéance")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of a board are wanted, and how they are grouped; empty fields ask for nothing."""

    q: str = ""
    departement: str = ""
    statut: str = ""
    personne: str = ""
    groupe: str = ""

    def takes(self, row: Row, today: dt.date, changed: frozenset[str]) -> bool:
        """Whether a row is wanted."""
        if self.departement and not row.acts(self.departement):
            return False
        if self.personne and (row.state.person or UNASSIGNED) != self.personne:
            return False
        if not self._stands(row, today, changed):
            return False
        said = folded(" ".join([row.key, row.title, row.state.note, row.known.intent.fr if row.known else ""])).split()
        return all(any(word.startswith(w) for word in said) for w in folded(self.q).split())

    def _stands(self, row: Row, today: dt.date, changed: frozenset[str]) -> bool:
        special = {
            "retard": late(row, today),
            "ouvert": row.state.open,
            "sans-preuve": not row.state.evidence and row.state.status.value not in ("sans_objet", "non_retenu"),
            "obligatoire": bool(row.grid and row.grid.mandatory),
            "change": row.key in changed,
        }
        if self.statut in special:
            return special[self.statut]
        return not self.statut or row.state.status.value == self.statut

    @property
    def filtered(self) -> bool:
        """Whether any row is left out."""
        return bool(self.q or self.departement or self.statut or self.personne)


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
        groupe: Annotated[str, Query(max_length=20)] = "",
    ) -> HTMLResponse:
        owner = desk.caller(request)
        project, rows, done = desk.bench.board(project_id, owner)
        since = desk.bench.store.visits.look(project_id, owner)
        wanted, today = Filter(q, departement, statut, personne, groupe), desk.service.clock()
        shown = [r for r in rows if wanted.takes(r, today, since.codes)]
        return desk.project_page(
            request,
            "board.html",
            project,
            rows={r.key: r for r in rows},
            done=done,
            f=wanted,
            filters=FILTERS,
            groupings=GROUPINGS,
            groups=grouped(shown, groupe, desk.words(request)),
            unassigned=UNASSIGNED,
            since=since,
            standing=standing_of(project, rows, desk.bench.framework(project), desk.words(request).language),
            query=request.url.query,
            glyphs=GLYPHS,
            accept=",".join(MEDIA_TYPES),
        )

    @routes.get("/calendrier", response_class=HTMLResponse)
    def calendar(request: Request, project_id: str) -> HTMLResponse:
        project, rows, done = desk.bench.board(project_id, desk.caller(request))
        today = desk.service.clock()
        days = due_rows(rows)
        return desk.project_page(
            request,
            "calendar.html",
            project,
            months=months([day for day, _ in days], today),
            due=dict(days),
            undated=[r for r in rows if r.state.open and r.state.due is None],
            people=done.people,
        )

    @routes.get("/criteres/{key:path}", response_class=HTMLResponse)
    def criterion(request: Request, project_id: str, key: str) -> HTMLResponse:
        project, row = desk.bench.row(project_id, desk.caller(request), key)
        framework, known, proposed = desk.bench.framework(project), row.known, None
        if row.grid is not None and known is None:
            found = match(row.grid, Texts(framework))
            proposed = found.reason if found.how == "proposed" else None
            known = find(framework, proposed.criterion) if proposed else None
        return desk.project_page(
            request,
            "row.html",
            project,
            row=row,
            c=known,
            proposed=proposed,
            question=question_about(framework, known) if known else "",
            explained=explain(desk.service.engine, framework, known, desk.service.clock()) if known else None,
            changes=desk.bench.store.history.of(project_id, desk.caller(request), row.key, 20),
            rows={},
            one=True,
            shown_types=SHOWN,
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
        groups = [(name, [r for r in rows if r.acts(name)]) for name in names]
        return desk.project_page(request, "print.html", project, groups=groups)

    return routes


def grouped(rows: Sequence[Row], by: str, _: Words) -> list[tuple[str, list[Row]]]:
    """Rows under their department, person, status, day or poste, in the order of the board."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_heading(row, by, _), []).append(row)
    if by == "echeance":
        far = dt.date.max
        return sorted(groups.items(), key=lambda g: min((r.state.due or far) for r in g[1]))
    return list(groups.items())


def _heading(row: Row, by: str, _: Words) -> str:
    match by:
        case "departement":
            return _(row.departments[0])
        case "personne":
            return row.state.person or _(UNASSIGNED)
        case "statut":
            return _(STATUS_LABELS[row.state.status])
        case "echeance":
            due = row.state.due
            return due.strftime("%d/%m/%Y") if due else _("Sans échéance")
        case _other:
            return row.poste


def standing_of(project: Project, rows: Sequence[Row], framework: Framework, language: Language) -> Standing | None:
    """The score of a board in a line; None without a grid."""
    if project.grid is None or not framework.thresholds:
        return None
    try:
        found = score_items([item(r) for r in rows if r.grid is not None], framework.thresholds, language)
    except ClapvertError:
        return None
    return standing(found, project.scheme, language)


def months(days: Sequence[dt.date], today: dt.date) -> list[tuple[dt.date, list[list[dt.date]]]]:
    """The months from the first day to the last (this one alone when there is none), as weeks from Monday."""
    first, last = min([*days, today]), max([*days, today])
    out: list[tuple[dt.date, list[list[dt.date]]]] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month) and len(out) < _MONTHS:
        weeks = calendar_of.Calendar().monthdatescalendar(year, month)
        if (
            not days
            or any(d.year == year and d.month == month for d in days)
            or (year, month) == (today.year, today.month)
        ):
            out.append((dt.date(year, month, 1), weeks))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return out
