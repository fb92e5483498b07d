"""What the forms of a project do: each writes, then goes back to a page. All work without JavaScript."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from assistant.api.uploads import received
from assistant.label.evidence.store import MAX_BYTES
from assistant.label.projects.edits import STATE_FIELDS, EditConflictError
from assistant.label.projects.projects import STATUS_LABELS, Status
from assistant.web.label.page import FIELDS, Desk, anchor, see
from ingest.errors import ClapvertError, ErrorCode

Text = Annotated[str, Form()]


def router(desk: Desk) -> APIRouter:
    """The `POST` routes under `/label/projets/{id}`."""
    routes = APIRouter(prefix="/label/projets/{project_id}")

    @routes.post("/lot")
    async def bulk(request: Request, project_id: str) -> Response:
        form = await request.form(max_fields=700)
        codes = [str(c) for c in form.getlist("code")]
        given = {k: str(form.get(k, "")) for k in ("status", "person", "due", "not_applicable_reason")}
        changes: dict[str, Any] = {k: v for k, v in given.items() if v}
        if "status" in changes:
            changes["status"] = _status(changes["status"])
        if "due" in changes:
            changes["due"] = _day(changes["due"])
        owner, bench = desk.caller(request), desk.bench
        if codes and changes:
            failed = await run_in_threadpool(bench.put_all, project_id, owner, codes, changes)
            if failed:
                raise next(iter(failed.values()))
        if codes and (department := str(form.get("department", "")).strip()):
            await run_in_threadpool(bench.move, project_id, owner, codes, [department])
        query = str(form.get("retour", ""))
        return see(f"/label/projets/{project_id}{f'?{query}' if query else ''}")

    @routes.post("/criteres/{key:path}/preuves")
    async def attach(request: Request, project_id: str, key: str) -> Response:
        owner = desk.caller(request)
        await run_in_threadpool(desk.bench.row, project_id, owner, key)
        files, _ = await received(request, MAX_BYTES)
        if not files:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun fichier choisi.", "Choisissez un fichier à joindre.")
        for file in files:
            await run_in_threadpool(desk.bench.attach, project_id, owner, key, file.name, file.content)
        return see(f"{request.url.path.removesuffix('/preuves')}#preuves")

    @routes.post("/criteres/{key:path}")
    def save(
        request: Request,
        project_id: str,
        key: str,
        revision: Annotated[int | None, Form()] = None,
        status: Text = "",
        note: Text = "",
        person: Text = "",
        due: Text = "",
        not_applicable_reason: Text = "",
        level: Annotated[str | None, Form()] = None,
        departments: Annotated[str | None, Form()] = None,
        retour: str = "",
    ) -> Response:
        owner = desk.caller(request)
        _, row = desk.bench.row(project_id, owner, key)
        changes: dict[str, Any] = {
            "status": _status(status), "note": _lines(note), "person": person, "due": _day(due),
            "not_applicable_reason": _lines(not_applicable_reason),
        }  # fmt: skip
        if level is not None:
            changes["level"] = level
        try:
            desk.bench.put(project_id, owner, row.key, changes, revision)
        except EditConflictError as exc:
            return _conflict(desk, request, project_id, row.key, changes, exc.current, revision or 0)
        if departments is not None and tuple(_names(departments)) != row.departments:
            desk.bench.move(project_id, owner, [row.key], _names(departments))
        if retour == "critere":
            return see(request.url.path)
        return see(f"/label/projets/{project_id}#{anchor(row.key)}")

    @routes.post("/preuves/{evidence_id}/retirer")
    def detach(request: Request, project_id: str, evidence_id: str, code: Text = "") -> Response:
        desk.bench.detach(project_id, desk.caller(request), evidence_id)
        return see(f"/label/projets/{project_id}/criteres/{_quoted(code)}#preuves")

    @routes.post("/reglages")
    def edit(
        request: Request,
        project_id: str,
        revision: Annotated[int | None, Form()] = None,
        title: Text = "",
        scheme: Text = "",
        note: Text = "",
    ) -> Response:
        changes = {"title": title, "scheme": scheme or None, "note": _lines(note)}
        desk.bench.edit(project_id, desk.caller(request), changes, revision)
        return see(request.url.path)

    @routes.post("/copie")
    def duplicate(request: Request, project_id: str, title: Text = "") -> Response:
        copy = desk.bench.store.duplicate(project_id, desk.caller(request), title)
        return see(f"/label/projets/{copy.id}")

    @routes.post("/invitation")
    def invite(request: Request, project_id: str, renew: Text = "") -> Response:
        desk.bench.store.members.invitation(project_id, desk.caller(request), bool(renew))
        return see(f"/label/projets/{project_id}/reglages?invitation=1#partage")

    @routes.post("/nom")
    def rename(request: Request, project_id: str, name: Text = "") -> Response:
        desk.bench.store.members.rename(project_id, desk.caller(request), name)
        return see(f"/label/projets/{project_id}/reglages#partage")

    @routes.post("/supprimer")
    def delete(request: Request, project_id: str, sure: Text = "") -> Response:
        if not sure:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "La suppression n'est pas confirmée.", "Cochez la case d'abord.")
        desk.bench.delete(project_id, desk.caller(request))
        return see("/label")

    return routes


def _conflict(
    desk: Desk, request: Request, project_id: str, key: str, mine: dict[str, Any], current: dict[str, Any],
    revision: int,
) -> Response:  # fmt: skip
    """The page where both values of each field stand side by side. A field that the caller left as it was is proposed
    with the other's value: a form without a script sends all of them."""
    owner = desk.caller(request)
    project, row = desk.bench.row(project_id, owner, key)
    said = [c for c in desk.bench.store.history.of(project_id, owner, key) if c.kind == "state"]
    stood = {f: v for c in said[: current["revision"] - revision] for f, v in c.before.items()}  # the oldest last
    fields = [
        (f, FIELDS[f], _text(current[f]), _text(mine[f]), f in stood and _text(stood[f]) == _text(mine[f]))
        for f in STATE_FIELDS
        if f in mine
    ]
    return desk.project_page(request, "conflict.html", project, status=409, row=row, current=current, fields=fields)


def _status(value: str) -> Status:
    try:
        return Status(value)
    except ValueError as exc:
        known = ", ".join(STATUS_LABELS.values())
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Ce statut est inconnu.", f"Statuts : {known}.") from exc


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "L'échéance n'est pas une date.", "Écrivez AAAA-MM-JJ.") from exc


def _names(text: str) -> list[str]:
    """Departments as a field of a form holds them, one after the other."""
    return [name for part in text.split(",") if (name := " ".join(part.split()))]


def _text(value: object) -> str:
    """A value as a field of a form holds it."""
    return str(value or "")


def _lines(text: str) -> str:
    """Text of a form, whose lines end as the browser sends them."""
    return text.replace("\r\n", "\n")


def _quoted(key: str) -> str:
    return quote(key, safe="")
