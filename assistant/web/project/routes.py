"""The pages under `/projets`: the list, the form, the obligations, sharing and following. All work without JavaScript.

Guarantee: each form writes, then goes back to a page. A page that is only read notes the visit of its member and
nothing else.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from assistant.project import desk as acts
from assistant.project.changes import coming, seen_of, since
from assistant.project.projects import Project, all_given
from assistant.project.sheet import sheet
from assistant.project.told import facts_told
from assistant.project.words import DAY_NAMES
from assistant.web.project import forms, page
from assistant.web.project.page import Desk
from assistant.web.words import french
from ingest.corpus.intake import FIELDS
from ingest.corpus.register import DOMAIN_LABELS, Domain
from ingest.errors import ClapvertError, ErrorCode

Text = Annotated[str, Form()]
_FIELDS = {
    "title": french("titre"),
    "note": french("note"),
    "picked": french("choix de la fiche"),
    "given": french("faits"),
    "done": french("fait ou à faire"),
    "aside": french("écarté"),
    "label": french("dossier de label"),
}
"""Fields of a line of the history."""
_FIGURES = {
    "budget": french("Budget"),
    "headcount": french("Salariés de la société"),
    "turnover": french("Chiffre d'affaires de la société"),
}


def router(desk: Desk) -> APIRouter:
    """The pages and their forms."""
    routes = APIRouter(prefix="/projets", include_in_schema=False)
    service = desk.service

    @routes.get("", response_class=HTMLResponse)
    def home(request: Request) -> HTMLResponse:
        """The projects of whoever asks."""
        say, ground, today = desk.speaker(request), service.ground, service.clock()
        found = []
        for project in service.projects.projects(desk.caller(request)):
            one = sheet(project, ground, today)
            due = next(((day, r) for day, r in one.dated if day >= today and not r.done), None)
            found.append((project, one, due, page.said_facts(project, desk, say)[:4]))
        return desk.page(request, "home.html", found=found)

    @routes.get("/nouveau", response_class=HTMLResponse)
    def new(request: Request) -> HTMLResponse:
        """The form of a project that is not yet."""
        return form_page(request, None)

    @routes.post("/nouveau")
    async def create(request: Request) -> Response:
        sent = await request.form(max_fields=300)
        return await run_in_threadpool(_create, request, sent)

    def _create(request: Request, sent: Any) -> Response:
        try:
            title, note, picked, given = forms.read_form(sent, service.form)
            onward = RedirectResponse("/projets", 303)
            owner = desk.owners.named(request, onward, lasting=True)
            made = acts.create(service.projects, service.ground, owner, title or "Mon projet", note, picked, given)
        except ClapvertError as exc:
            if exc.code not in (ErrorCode.FACT_INVALID, ErrorCode.BAD_REQUEST):
                raise
            return form_page(request, None, sent=sent, trouble=exc.message, status=422)
        onward.headers["location"] = f"/projets/{made.id}"
        return onward

    @routes.get("/invitation/{token}", response_class=HTMLResponse)
    def invited(token: str, request: Request) -> HTMLResponse:
        return desk.page(request, "invitation.html", token=token)

    @routes.post("/invitation/{token}")
    def join(token: str, request: Request, name: Text = "") -> Response:
        onward = RedirectResponse("/projets", 303)
        found = service.projects.members.join(token, desk.owners.named(request, onward, lasting=True), name)
        onward.headers["location"] = f"/projets/{found.id}"
        return onward

    @routes.get("/ajouter/{message_id}", response_class=HTMLResponse)
    def adding(message_id: str, request: Request) -> HTMLResponse:
        """What an answer's question told, and the project that it goes into."""
        owner = desk.caller(request)
        told = facts_told(service.conversations.answer(message_id, owner).understood, service.ground)
        mine = service.projects.projects(owner)
        words = page.told_words(told, desk.speaker(request))
        return desk.page(request, "adding.html", message_id=message_id, told=words, mine=mine)

    @routes.post("/ajouter/{message_id}")
    def add(message_id: str, request: Request, project: Text = "", title: Text = "") -> Response:
        owner = desk.caller(request)
        told = facts_told(service.conversations.answer(message_id, owner).understood, service.ground)
        onward = RedirectResponse("/projets", 303)
        if not project:
            owner = desk.owners.named(request, onward, lasting=True)
            made = acts.create(service.projects, service.ground, owner, title.strip() or "Mon projet", given=told)
        else:
            made = acts.tell(service.projects, service.ground, project, owner, told)
        onward.headers["location"] = f"/projets/{made.id}"
        return onward

    @routes.get("/{project_id}", response_class=HTMLResponse)
    def obligations(project_id: str, request: Request, date: Annotated[str, Query(max_length=10)] = "") -> HTMLResponse:
        """The obligations of a project, today or on the day asked."""
        owner, today, say = desk.caller(request), service.clock(), desk.speaker(request)
        project = service.projects.get(project_id, owner)
        on = _on(date, today)
        ground = service.ground
        found = sheet(project, ground, on)
        changed: list[Any] = []
        at = None
        if on == today:
            last = service.projects.visits.look(project_id, owner, seen_of(found))
            changed, at = since(last, found, ground), last.at
        told = coming(project, ground, on)
        return desk.page(
            request,
            "obligations.html",
            project=project,
            sheet=found,
            on=on,
            changed=changed,
            last=at,
            coming=told,
            facts=page.said_facts(project, desk, say),
            first=page.first_things(found),
            asked=found.questions[: page.ASKED],
            later=found.questions[page.ASKED :],
            line_of_days=page.days_of(found, told, say),
            query="" if on == today else f"?as_of={on}",
            aside=page.put_aside(project, ground, say),
            when=lambda stage: page.when(stage, found, say),
            cited=page.cited,
            vocabulary=ground.vocabulary,
            label=desk.label(project, owner),
        )

    @routes.post("/{project_id}/regles/{rule_id}")
    def mark(project_id: str, rule_id: str, request: Request, act: Text = "", date: Text = "") -> Response:
        """Say that something is done, or that it does not concern the project; or take it back."""
        owner = desk.caller(request)
        project = service.projects.get(project_id, owner)
        if rule_id not in service.ground.set_aside:
            raise ClapvertError(ErrorCode.RULE_NOT_FOUND, f"Aucune règle « {rule_id[:60]} ».", "La liste : /api/rules.")
        if act == "done":
            changes: dict[str, Any] = {"done": {rule_id: service.clock()}}
        elif act == "undone":
            changes = {"done": {rule_id: None}}
        elif act == "aside":
            changes = {"aside": [*project.aside, rule_id]}
        else:
            changes = {"aside": [r for r in project.aside if r != rule_id]}
        acts.change(service.projects, service.ground, project_id, owner, changes)
        anchor = "aside" if act == "aside" else rule_id
        return _see(f"/projets/{project_id}{f'?date={date}' if date else ''}#{anchor}")

    @routes.post("/{project_id}/reponse")
    def answer(project_id: str, request: Request, field: Text = "", value: Text = "", aside: Text = "") -> Response:
        """Answer a question of the page; « non » puts the rules that turn on it, or the question, `aside`."""
        owner = desk.caller(request)
        if aside:
            project = service.projects.get(project_id, owner)
            named = [r for r in aside.split(",") if r in service.ground.set_aside]
            acts.change(service.projects, service.ground, project_id, owner, {"aside": [*project.aside, *named]})
        else:
            acts.tell(service.projects, service.ground, project_id, owner, forms.answer(field, value))
        return _see(f"/projets/{project_id}#questions")

    @routes.get("/{project_id}/fiche", response_class=HTMLResponse)
    def described(project_id: str, request: Request) -> HTMLResponse:
        """The form of a project."""
        return form_page(request, service.projects.get(project_id, desk.caller(request)))

    @routes.post("/{project_id}/fiche")
    async def describe(project_id: str, request: Request) -> Response:
        sent = await request.form(max_fields=300)
        return await run_in_threadpool(_describe, project_id, request, sent)

    def _describe(project_id: str, request: Request, sent: Any) -> Response:
        owner = desk.caller(request)
        project = service.projects.get(project_id, owner)
        try:
            title, note, picked, given = forms.read_form(sent, service.form)
            changes = {"title": title, "note": note, "picked": picked, "given": given}
            revision = int(str(sent.get("revision") or 0)) or None
            acts.change(service.projects, service.ground, project_id, owner, changes, revision)
        except ClapvertError as exc:
            if exc.code not in (ErrorCode.FACT_INVALID, ErrorCode.BAD_REQUEST):
                raise
            return form_page(request, project, sent=sent, trouble=exc.message, status=422)
        return _see(f"/projets/{project_id}")

    @routes.post("/{project_id}/oublier")
    def forget(project_id: str, request: Request, field: Text = "", value: Text = "") -> Response:
        """Take back a fact that the form does not ask."""
        owner = desk.caller(request)
        held = service.projects.get(project_id, owner).given.get(field)
        left = [v for v in held if v != value] if isinstance(held, list) else []
        acts.change(service.projects, service.ground, project_id, owner, {"given": {field: left or None}})
        return _see(f"/projets/{project_id}/fiche#autres")

    @routes.get("/{project_id}/suivi", response_class=HTMLResponse)
    def following(project_id: str, request: Request, invitation: str = "") -> HTMLResponse:
        """Sharing, following, the label project, and the end of a project."""
        owner = desk.caller(request)
        project = service.projects.get(project_id, owner)
        words = desk.render.words(request)
        base = (service.settings.public_url or str(request.base_url)).rstrip("/")
        watches = service.projects.watches.of(owner)
        token = service.projects.members.invitation(project_id, owner) if invitation else ""
        return desk.page(
            request,
            "following.html",
            project=project,
            base=base,
            mine=next((w for w in watches if w.project == project_id), None),
            domains={d: next((w for w in watches if w.domain == d), None) for d in Domain},
            domain_labels=DOMAIN_LABELS,
            invitation=f"{base}/projets/invitation/{token}" if token else "",
            me=service.projects.members.name(project_id, owner),
            history=service.projects.history.of(project_id, owner, limit=20),
            fields_said=lambda change: ", ".join(words(_FIELDS[f]) for f in change.after if f in _FIELDS),
            label=desk.label(project, owner),
            labels=service.workbench.store.projects(owner),
        )

    @routes.post("/{project_id}/suivi")
    def follow(project_id: str, request: Request, domain: Text = "", token: Text = "") -> Response:
        """Make a link that a feed reader or a calendar follows, or take one back."""
        owner = desk.caller(request)
        service.projects.get(project_id, owner)
        watches = service.projects.watches
        if token:
            watches.take_back(owner, token)
        elif domain in set(Domain):
            watches.make(owner, domain=Domain(domain))
        else:
            watches.make(owner, project=project_id)
        return _see(f"/projets/{project_id}/suivi#suivre")

    @routes.post("/{project_id}/invitation")
    def invite(project_id: str, request: Request, renew: Text = "") -> Response:
        service.projects.members.invitation(project_id, desk.caller(request), bool(renew))
        return _see(f"/projets/{project_id}/suivi?invitation=1#partage")

    @routes.post("/{project_id}/label")
    def hang(project_id: str, request: Request, label: Text = "") -> Response:
        """Hang a label project on a project: one of the caller's, a new one, or none."""
        owner = desk.caller(request)
        project = service.projects.get(project_id, owner)
        bench = service.workbench
        if label == "nouveau":
            label = bench.create(owner, "label-ecoprod", project.title).id
        elif label:
            bench.store.get(label, owner)
        acts.change(service.projects, service.ground, project_id, owner, {"label": label or None})
        return _see(f"/projets/{project_id}/suivi#label")

    @routes.post("/{project_id}/supprimer")
    def delete(project_id: str, request: Request, sure: Text = "") -> Response:
        if not sure:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "La suppression n'est pas confirmée.", "Cochez la case d'abord.")
        service.projects.delete(project_id, desk.caller(request))
        return _see("/projets")

    def form_page(
        request: Request, project: Project | None, *, sent: FormData | None = None, trouble: str = "",
        status: int = 200,
    ) -> HTMLResponse:  # fmt: skip
        say, form = desk.speaker(request), service.form
        held = all_given(project, form) if project else {}
        figures = {f.value: forms.written(held.get(f.value)) for f in form.figures}
        days = {d.value: _one_day(held.get(d.value)) for d in form.days}
        picked = {k: set(v) for k, v in project.picked.items()} if project else {}
        if sent:
            figures = {name: str(sent.get(name, "")) for name in figures}
            days = {name: str(sent.get(name, "")) for name in days}
            picked = {field: {str(v) for v in sent.getlist(field)} for field in FIELDS}
        return desk.page(
            request,
            "form.html",
            status=status,
            project=project,
            form=form,
            picked=picked,
            title=str(sent.get("title", "")) if sent else project.title if project else "",
            note=str(sent.get("note", "")) if sent else project.note if project else "",
            figures=figures,
            figure_names=_FIGURES,
            examples={"budget": "4 M€", "headcount": "12", "turnover": "3 M€"},
            days=days,
            day_names=DAY_NAMES[say.language],
            others=page.others_said(project, desk, say) if project else [],
            trouble=trouble,
        )

    return routes


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


def _on(text: str, today: dt.date) -> dt.date:
    if not text:
        return today
    try:
        return dt.date.fromisoformat(text)
    except ValueError as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Ce jour n'est pas une date.", "Écrivez AAAA-MM-JJ.") from exc


def _one_day(value: Any) -> str:
    return str(value[0] if isinstance(value, list | tuple) and value else value or "")
