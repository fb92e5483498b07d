"""What the pages of the workbench share: who asks, how a page is rendered, how things are said.

Guarantee: a page shows what its caller may see, since every look-up goes through the workbench on the caller's behalf.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.owner import Owners
from assistant.label.frameworks import folded, poste_name
from assistant.label.projects.history import Change
from assistant.label.projects.projects import STATUS_LABELS, Project, Status
from assistant.label.workbench import Workbench
from assistant.service import Service
from assistant.web.render import Renderer
from assistant.web.words import Words, french
from ingest.corpus.criteria import DEPARTMENT_LABELS
from ingest.corpus.criteria import Words as Phrase

PARIS = ZoneInfo("Europe/Paris")
FIELDS = {
    "status": french("Statut"),
    "note": french("Note"),
    "person": french("Responsable"),
    "due": french("Échéance"),
    "not_applicable_reason": french("Motif du « sans objet »"),
    "level": french("Niveau"),
    "said": french("Réponse du classeur"),
    "title": french("Titre de la production"),
    "scheme": french("Parcours"),
    "file_name": french("Grille"),
    "criteria": french("Critères"),
    "copy_of": french("Copie de"),
    "name": french("Nom"),
}
"""Fields of a history line, in French; those that are not here are not shown."""
MONTHS = (
    french("Janvier"), french("Février"), french("Mars"), french("Avril"), french("Mai"), french("Juin"),
    french("Juillet"), french("Août"), french("Septembre"), french("Octobre"), french("Novembre"), french("Décembre"),
)  # fmt: skip
WEEKDAYS = (
    french("lun."), french("mar."), french("mer."), french("jeu."), french("ven."), french("sam."), french("dim."),
)  # fmt: skip
_STATUSES = (
    french("À faire"), french("En cours"), french("Fait"), french("Non retenu"), french("Sans objet"),
    french("À clarifier"),
)  # fmt: skip
_KINDS = {
    "grid": french("Grille officielle importée"),
    "evidence_added": french("Preuve jointe : {name}"),
    "evidence_removed": french("Preuve retirée : {name}"),
    "joined": french("A rejoint le dossier"),
    "matched": french("Explications choisies"),
    "department": french("Département renommé : {name}"),
    "moved": french("Déplacé : {departments}"),
}


class Desk:
    """The service, as the pages use it."""

    def __init__(self, service: Service, owners: Owners, render: Renderer) -> None:
        self.service = service
        self.owners = owners
        self._render = render
        render.extend(filters)

    @property
    def bench(self) -> Workbench:
        """The workbench."""
        return self.service.workbench

    def caller(self, request: Request) -> str:
        """The caller's name."""
        return self.owners.caller(request)

    def page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page of the workbench."""
        page = self._render.page(
            request,
            f"label/{template}",
            status=status,
            department_labels=DEPARTMENT_LABELS,
            statuses=list(STATUS_LABELS.items()),
            status_labels=STATUS_LABELS,
            **context,
        )
        if self.owners.known(request):
            self.owners.named(request, page)  # renewed, so that the projects stay open to who uses them
        return page

    def project_page(
        self, request: Request, template: str, project: Project, *, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """A page of one project; a browser that goes back to it asks for it again, and shows what was saved since."""
        _, framework = self.words(request), self.bench.framework(project)
        postes = {poste_name(p): poste_name(p, _.language) for p in framework.postes}
        page = self.page(
            request,
            template,
            status=status,
            project=project,
            framework=framework,
            at=f"/label/projets/{project.id}",
            poste_said=lambda name: postes.get(name) or _(name),
            **context,
        )
        page.headers["Cache-Control"] = "no-store"
        return page

    def words(self, request: Request) -> Words:
        """The words of the reader's language."""
        return self._render.words(request)


def see(path: str) -> RedirectResponse:
    """Go and see another page after a form."""
    return RedirectResponse(path, 303)


def filters(_: Words) -> Mapping[str, Callable[..., Any]]:
    """Jinja filters of the workbench, in a language."""

    def moment(at: dt.datetime) -> str:
        here = at.astimezone(PARIS)
        return _("{day} à {time}", day=short_day(here.date()), time=here.strftime("%H:%M"))

    def short_day(day: dt.date) -> str:
        return day.strftime("%d/%m/%Y") if _.language == "fr" else day.strftime("%d %b %Y")

    def told(change: Change) -> list[str]:
        lines = []
        if change.kind in _KINDS:
            values = change.after or change.before
            names = {"name": values.get("name", ""), "departments": values.get("departments") or "∅"}
            lines.append(_(_KINDS[change.kind], **names))
        if change.kind != "grid" and change.kind in _KINDS:
            return lines
        for field, value in change.after.items():
            if field not in FIELDS:
                continue
            before, after = (_said(field, v, _) for v in (change.before.get(field), value))
            if not before and not after:
                continue
            lines.append(f"{_(FIELDS[field])} : {f'{before} → ' if before else ''}{after or '∅'}")
        return lines

    def said(words: Phrase) -> str:
        return words.en if _.language == "en" else words.fr

    return {
        "anchor": anchor,
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
        "moment": moment,
        "month": lambda day: f"{_(MONTHS[day.month - 1])} {day.year}",
        "points": lambda value: f"{value.normalize():f}".replace(".", "," if _.language == "fr" else "."),
        "poste_name": lambda poste: poste_name(poste, _.language),
        "said": said,
        "short_day": short_day,
        "titled": lambda row: row.title if row.grid or not row.known else said(row.known.short),
        "told": told,
        "translated": _,
        "weekday": lambda day: _(WEEKDAYS[day.weekday()]),
        "urlkey": lambda key: quote(key, safe=""),
        "weight": lambda size: weight(size, _),
    }


def weight(size: int, _: Words) -> str:
    """A size in bytes, for people."""
    if size < 1_000_000:
        return _("{n} ko", n=max(1, round(size / 1000)))
    return _("{n} Mo", n=f"{size / 1_000_000:.1f}".replace(".", "," if _.language == "fr" else "."))


def anchor(key: str) -> str:
    """A criterion's key as the id of an element."""
    return "c-" + re.sub(r"\s", "-", folded(key))


def _said(field: str, value: Any, _: Words) -> str:
    if value in (None, ""):
        return ""
    if field == "status":
        return _(STATUS_LABELS[Status(value)])
    if field == "due":
        return dt.date.fromisoformat(value).strftime("%d/%m/%Y")
    text = str(value)
    return f"« {text if len(text) <= 200 else text[:199] + '…'} »"
