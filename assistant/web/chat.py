"""The conversation: the page, its form for who has no JavaScript, and one conversation at its own address.

Guarantee: with or without scripts the same questions go to the same service. A form that is sent answers by a redirect
to the conversation, so that reloading never asks twice. A page that is only read gives no cookie: a link followed from
another site carries none of ours, and a new one would cost its reader their history.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from assistant.answer import Answer
from assistant.api.owner import Owners
from assistant.api.problems import describe
from assistant.api.schemas import ChatRequest
from assistant.export import Format
from assistant.service import Service
from assistant.web.examples import ROLES
from assistant.web.render import Renderer, serves
from assistant.web.words import Words, french
from ingest.corpus.glossary import FacetValue
from ingest.corpus.register import DOMAIN_LABELS
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.lexical import fold

_MODULES = (
    "blocks",
    "dom",
    "format",
    "prose",
    "turn",
    "panel",
    "words",
    "stream",
    "history",
    "help",
    "actions",
    "adjust",
    "recover",
    "sources",
)
_PROFILE = {
    "genre": french("Genre"),
    "format": french("Support"),
    "aide": french("Aide demandée"),
    "taille": french("Taille de l'entreprise"),
    "lieu": french("Lieu"),
    "acteur": french("Vous êtes"),
}
_FORMATS = ((Format.DOCX, "Word"), (Format.PDF, "PDF"), (Format.MD, "Markdown"))
_PAST = 20
"""Conversations listed where no script can open the history."""


def router(service: Service, owners: Owners, render: Renderer) -> APIRouter:
    """The pages `/` and `/c/{id}`."""
    routes = APIRouter(include_in_schema=False)

    def page(request: Request, turns: list[Answer], *, status: int = 200, **more: Any) -> HTMLResponse:
        _ = render.words(request)
        facets = service.glossary.facets
        choices = {f: {v: (_(e.label), _word(e, _)) for v, e in values.items()} for f, values in facets.items()}
        chosen = [f for f in _PROFILE if f in choices]
        last = turns[-1].understood if turns else None
        shown = {
            "turns": turns,
            "conversation": turns[-1].conversation_id if turns else None,
            "kept": last.as_of.isoformat() if last and last.as_of_reason != "today" else "",
            "past": service.conversations.history(owners.caller(request), _PAST),
            "title": None,
            "asked": "",
            "trouble": None,
            "roles": ROLES,
            "model": service.settings.llm,
            "modules": _MODULES,
            "domains": [(d.value, label) for d, label in DOMAIN_LABELS.items()],
            "profile": [(f, _PROFILE[f], _sorted(choices[f])) for f in chosen],
            "asked_as": {f: {v: word for v, (label, word) in choices[f].items() if word != label} for f in chosen},
            "labels": {v: label for values in choices.values() for v, (label, _word) in values.items()},
            "unoffered": {
                v: label
                for f in choices
                if f not in chosen
                for v, (label, _word) in choices[f].items()
                if label != v.replace("-", " ")  # as the page says a value without a label
            },
            "retention": service.settings.retention_days,
            "formats": _FORMATS,
            "projects": service.projects.projects(owners.caller(request)),
            "kept_project": last.project.id if last and last.project else "",
            "exports": serves(request, "/api/answers/x/exports"),
        }
        return render.page(request, "chat.html", status=status, **{**shown, **more})

    @routes.get("/", response_class=HTMLResponse)
    def home(
        request: Request,
        q: Annotated[str, Query(max_length=4000)] = "",
        projet: Annotated[str, Query(max_length=100)] = "",
    ) -> HTMLResponse:
        return page(request, [], asked=q, kept_project=projet)

    @routes.post("/", response_class=HTMLResponse)
    def ask(
        request: Request,
        question: Annotated[str, Form()] = "",
        conversation_id: Annotated[str, Form()] = "",
        as_of: Annotated[str, Form()] = "",
        kept: Annotated[str, Form()] = "",
        domain: Annotated[list[str] | None, Form()] = None,
        profile: Annotated[list[str] | None, Form()] = None,
        project: Annotated[str, Form()] = "",
        choose: Annotated[str, Form()] = "",
        alone: Annotated[bool, Form()] = False,
    ) -> Response:
        """The form of the page, sent without a script."""
        told = dict(p.split(":", 1) for p in profile or () if ":" in p)
        asked: dict[str, Any] = {
            "question": question, "conversation_id": None if alone else conversation_id or None,
            "domains": domain or [], "profile": told,
            "project": project or None, "choose": choose or None,
        }  # fmt: skip
        if as_of != kept or not conversation_id:
            asked["as_of"] = as_of or None
        try:
            body = ChatRequest.model_validate(asked)
        except ValidationError as exc:
            trouble = describe([dict(e) for e in exc.errors()])
            return page(request, _turns(conversation_id, request), status=422, trouble=trouble, asked=question[:4000])
        onward = RedirectResponse("/", 303)
        answer = _answered(body, owners.named(request, onward))
        onward.headers["location"] = f"/c/{answer.conversation_id}#{answer.message_id}"
        return onward

    @routes.get("/c/{conversation_id}", response_class=HTMLResponse)
    def conversation(conversation_id: str, request: Request) -> HTMLResponse:
        """One of the caller's conversations."""
        summary, answers = service.conversations.messages(conversation_id, owners.caller(request))
        return page(request, answers, title=f"{summary.title} · Clapvert")

    @routes.post("/c/{conversation_id}/delete")
    def delete(conversation_id: str, request: Request) -> Response:
        """Erase a conversation, without a script."""
        service.conversations.delete(conversation_id, owners.caller(request))
        return RedirectResponse("/", 303)

    def _turns(conversation_id: str, request: Request) -> list[Answer]:
        try:
            return service.conversations.messages(conversation_id, owners.caller(request))[1]
        except ClapvertError:
            return []

    def _answered(body: ChatRequest, owner: str) -> Answer:
        """The answer; a conversation that has expired starts again."""
        try:
            return service.ask(body.ask(), owner)
        except ClapvertError as exc:
            if exc.code is not ErrorCode.CONVERSATION_NOT_FOUND:
                raise
            return _answered(body.model_copy(update={"conversation_id": None}), owner)

    return routes


def _sorted(values: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Values with their labels, in the order of the labels."""
    return sorted(((value, label) for value, (label, _) in values.items()), key=lambda item: item[1].casefold())


def _word(entry: FacetValue, say: Words) -> str:
    """The word by which a question names a value: its label when the glossary reads it, else the glossary's first."""
    known = {fold(w) for w in entry.words}
    other = entry.words[0] if entry.words else entry.label
    return next((w for w in (say(entry.label), entry.label) if fold(w) in known), other)
