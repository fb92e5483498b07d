"""The pages under `/sources`: the register and the notices, each text readable, what changed, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.reading.dates import say_date
from assistant.service import Service
from assistant.web.catalogue import NATURE_LABELS, Catalogue, Entry, Sought, bring, counted
from assistant.web.changes import absences, changes
from assistant.web.reading import Article, Reader
from assistant.web.render import Renderer
from assistant.web.said import RANKS
from assistant.web.words import Words, french
from ingest.corpus.fiches import Role
from ingest.corpus.register import DOMAIN_LABELS, REGIME_LABELS, Domain, Nature, Rank, Regime
from ingest.corpus.render import say_version
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.passages import Passage

PAGE = 60
"""Entries of a page of the list."""
ROLE_LABELS = {
    Role.CONDITION: french("Condition"),
    Role.EXCEPTION: french("Exception"),
    Role.ECHEANCE: french("Échéance"),
    Role.SANCTION: french("Sanction"),
    Role.DEMARCHE: french("Démarche"),
    Role.CONTACT: french("Contact"),
    Role.ABSENCE: french("Ce que les textes ne disent pas"),
    Role.DEMENT: french("Idée reçue"),
}
_T = TypeVar("_T")


def router(service: Service, render: Renderer) -> APIRouter:
    """The pages under `/sources`."""
    routes = APIRouter(include_in_schema=False)
    reader = Reader(service)
    kept: dict[str, Catalogue] = {}

    def catalogue() -> Catalogue:
        name = service.snapshot.manifest.name
        if name not in kept:
            kept.clear()
            kept[name] = Catalogue(service)
        return kept[name]

    def page(request: Request, template: str, **context: Any) -> HTMLResponse:
        say, today = render.words(request), service.clock()

        def dates(p: Passage) -> str:
            return _dates(p, today, say)

        def state(p: Passage) -> str:
            return _state(p, today)

        shared: dict[str, Any] = {
            "domains": DOMAIN_LABELS,
            "natures": NATURE_LABELS,
            "ranks": RANKS,
            "regimes": REGIME_LABELS,
            "roles": ROLE_LABELS,
            "dates": dates,
            "state": state,
            "version": say_version,
            "contacts": service.contacts,
        }
        return render.page(request, f"sources/{template}", **shared, **context)

    @routes.get("/sources", response_class=HTMLResponse)
    def listed(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        domain: str = "",
        nature: str = "",
        rank: str = "",
        regime: str = "",
        held: str = "",
        page_number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
    ) -> HTMLResponse:
        sought = Sought(
            q.strip(),
            _chosen(Domain, domain),
            _chosen(Nature, nature),
            _chosen(Rank, rank),
            _chosen(Regime, regime),
            bool(held),
        )
        found = catalogue().find(sought)
        last = max(1, -(-len(found) // PAGE))
        number = min(page_number, last)
        asked = {k: v for k, v in request.query_params.items() if k not in ("page", "lang") and v}
        return page(
            request,
            "list.html",
            sought=sought,
            entries=found[(number - 1) * PAGE : number * PAGE],
            total=len(found),
            counts=counted(catalogue().entries.values()),
            number=number,
            last=last,
            address=lambda n: f"/sources?{urlencode({**asked, 'page': n})}",
        )

    @routes.get("/sources/nouveautes", response_class=HTMLResponse)
    def changed(request: Request) -> HTMLResponse:
        return page(request, "changes.html", changes=changes(service, service.clock()))

    @routes.get("/sources/manques", response_class=HTMLResponse)
    def missing(request: Request) -> HTMLResponse:
        unknown: dict[Domain, list[Passage]] = {}
        for p in absences(service):
            unknown.setdefault(p.domains[0], []).append(p)
        found = catalogue()
        return page(
            request,
            "missing.html",
            missing=[(e, bring(found.sources[e.id], service.register)) for e in found.missing()],
            unknown=unknown,
        )

    @routes.get("/sources/{source_id}", response_class=HTMLResponse)
    def one(
        request: Request,
        source_id: str,
        page_number: Annotated[int, Query(alias="page", ge=1, le=10000)] = 1,
        article: Annotated[str, Query(max_length=60)] = "",
        passage: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        entry = catalogue().entries.get(source_id)
        if entry is None:
            raise ClapvertError(ErrorCode.SOURCE_NOT_FOUND, "Cette source est inconnue.", "La liste : /sources.")
        position = service.snapshot.position(passage) if passage else None
        source = catalogue().sources.get(source_id)
        if article and source:
            position = reader.find_article(source, article)
        if position is not None and (place := reader.page_of(source_id, position)):
            return RedirectResponse(f"/sources/{source_id}?page={place[0]}#{place[1]}", 303)
        leaves = reader.leaves(source_id)
        leaf = leaves[min(page_number, len(leaves)) - 1] if leaves else None
        articles = reader.articles(leaf) if leaf else []
        shown: dict[str, Any] = {"entry": entry, "leaves": leaves, "leaf": leaf, "articles": articles}
        if entry.kind == "notice":
            fiche = service.fiches.get(source_id)
            others = [catalogue().entries.get(f"notice.{i}") for i in fiche.fiche.see_also] if fiche else []
            return page(
                request,
                "notice.html",
                **shown,
                sections=_sections(articles),
                fiche=fiche.fiche if fiche else None,
                others=[o for o in others if o],
            )
        assert source is not None
        return page(
            request,
            "text.html",
            **shown,
            source=source,
            versions=_versions(entry, catalogue(), source.work_id),
            resting=_resting(service, source_id),
            command=bring(source, service.register),
            not_found=article if article and position is None else "",
        )

    return routes


def _chosen(kind: Callable[[str], _T], value: str) -> _T | None:
    """A value of a filter; what is no value filters nothing."""
    try:
        return kind(value) if value else None
    except ValueError:
        return None


def _state(p: Passage, today: date) -> str:
    """`current`, `coming`, `ended` or `undated`."""
    if p.valid_until is not None and p.valid_until < today:
        return "ended"
    if p.valid_from is not None:
        return "coming" if p.valid_from > today else "current"
    return "current" if p.valid_until is not None else "undated"


def _dates(p: Passage, today: date, say: Words) -> str:
    """Since when and until when, after the badge that says the state."""
    start, end = (say_date(d, say.language) if d else "" for d in (p.valid_from, p.valid_until))
    if p.bill:
        return _bill_dates(start, end, say)
    if start and end:
        return say("du {start} au {end}", start=start, end=end)
    if start and p.valid_from and p.valid_from > today:
        return say("à partir du {start}", start=start)
    if start:
        return say("depuis le {start}", start=start)
    return say("jusqu'au {end}", end=end) if end else ""


def _bill_dates(start: str, end: str, say: Words) -> str:
    """Since when things stand so for a bill, which is not in force."""
    if start and end:
        return say("situation du {start} au {end}", start=start, end=end)
    if start:
        return say("situation depuis le {start}", start=start)
    return say("situation jusqu'au {end}", end=end) if end else ""


def _sections(articles: list[Article]) -> list[tuple[str, list[Article]]]:
    """The statements of a notice, section by section."""
    out: list[tuple[str, list[Article]]] = []
    for a in articles:
        if a.heading is not None or not out:
            out.append((" › ".join(a.passages[0].heading_path[1:]) or a.locator, []))
        out[-1][1].append(a)
    return out


def _versions(entry: Entry, catalogue: Catalogue, work: str) -> list[Entry]:
    """The other versions of the same work."""
    return [
        catalogue.entries[s.id]
        for s in catalogue.sources.values()
        if s.work_id == work and s.id != entry.id and s.id in catalogue.entries
    ]


def _resting(service: Service, source_id: str) -> list[tuple[str, str, list[Any]]]:
    """The statements of ours that rest on a text, fiche by fiche: `(notice id, title, statements)`."""
    out = []
    for sid, f in service.fiches.items():
        found = [s for _, s in f.fiche.statements() if s.source.id == source_id]
        if found:
            out.append((sid, f.fiche.title, found))
    return sorted(out, key=lambda row: -len(row[2]))
