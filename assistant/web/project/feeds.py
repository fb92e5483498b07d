"""What follows a project or a domain from outside: `/suivi/{token}.atom` and `.ics`, for whoever holds the link.

Guarantee: the link opens what changes in the rules and in their days, and nothing else of a project: not its page, not
its note, not its members. Once taken back it opens nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter, Request, Response

from assistant.project.calendar import Entry, calendar_bytes, entries
from assistant.project.changes import coming, lately
from assistant.project.feed import News, feed_bytes
from assistant.project.sheet import Sheet, sheet
from assistant.project.watches import Watch
from assistant.project.words import Speaker
from assistant.reading.dates import say_date
from assistant.service import Service
from assistant.web.changes import Changes, Dated, changes
from ingest.corpus.register import DOMAIN_LABELS, Domain
from ingest.passages.passages import Passage

_SORTS = {
    "entered": "En vigueur depuis",
    "ended": "A pris fin",
    "coming": "À venir",
    "ending": "Prend fin",
    "deadlines": "Échéance",
}


def router(service: Service) -> APIRouter:
    """The routes under `/suivi`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/suivi/{token}.{kind}", response_class=Response)
    def followed(token: str, kind: Literal["atom", "ics"], request: Request) -> Response:
        watch = service.projects.watches.open(token)
        base = (service.settings.public_url or str(request.base_url)).rstrip("/")
        if kind == "ics":
            body, media = _calendar(service, watch, base), "text/calendar; charset=utf-8"
        else:
            body, media = _feed(service, watch, base), "application/atom+xml; charset=utf-8"
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=3600", "X-Robots-Tag": "noindex"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media, headers=headers)

    return routes


def _feed(service: Service, watch: Watch, base: str) -> bytes:
    today = service.clock()
    address = f"{base}/suivi/{watch.token}.atom"
    if watch.domain:
        news = list(_domain_news(changes(service, today), watch.domain, base))
        return feed_bytes(f"Clapvert : {DOMAIN_LABELS[watch.domain]}", watch.token, address, news, today)
    found, say = _sheet(service, watch), Speaker(service.glossary)
    news = [*_rule_news(service, found, say, base), *_statement_news(service, found, base)]
    return feed_bytes(f"Clapvert : {found.project.title}", watch.token, address, news, today)


def _calendar(service: Service, watch: Watch, base: str) -> bytes:
    today = service.clock()
    if watch.domain:
        told = changes(service, today)
        days = {(d.day, d.passage.id): (sort, d) for sort, d in _dated(told) if watch.domain in d.passage.domains}
        events = [
            Entry(d.passage.id, d.day, f"{_SORTS[sort]} : {_lead(d.passage)}", d.passage.text, _at(base, d.passage))
            for sort, d in days.values()
            if d.day >= today
        ]
        name = f"Clapvert : {DOMAIN_LABELS[watch.domain]}"
        return calendar_bytes(name, watch.token, sorted(events, key=lambda e: (e.day, e.key)), today)
    found, say = _sheet(service, watch), Speaker(service.glossary)
    told_rules = coming(found.project, service.ground, today)
    events = entries(found, told_rules, say, f"{base}/projets/{found.project.id}")
    return calendar_bytes(f"Clapvert : {found.project.title}", watch.token, events, today)


def _sheet(service: Service, watch: Watch) -> Sheet:
    assert watch.project is not None
    return sheet(service.projects.opened(watch.project), service.ground, service.clock())


def _rule_news(service: Service, found: Sheet, say: Speaker, base: str) -> Iterator[News]:
    """The rules that say something else of the project: lately, and in the law to come."""
    how = {"begins": "s'applique", "ends": "ne s'applique plus", "settled": "change"}
    at = f"{base}/projets/{found.project.id}"
    told = [*lately(found.project, service.ground, found.on), *coming(found.project, service.ground, found.on)]
    for c in told:
        title = f"{say.name(c.rule)} : {how[c.how]} le {say_date(c.day, 'fr')}"
        yield News(f"rule:{c.rule.id}", c.day, title, say.settles(c.rule), f"{at}#{c.rule.id}", "Règle")


def _statement_news(service: Service, found: Sheet, base: str) -> Iterator[News]:
    """The statements that the project rests on, and those of the same points, that begin, end or fall due."""
    said = service.ground.sayings
    rows = (*found.binding, *found.chances, *(r for section in found.sections for r in section.depends))
    cited = {s for r in rows for s in r.rule.statements}
    cited |= {s for section in found.sections for o in section.open for s in o.rule.statements}
    topics = {s.topic for sid in cited if (s := said.statement(sid))}
    for sort, d in _dated(changes(service, found.on)):
        s = d.passage.statement
        if s is not None and (s.id in cited or s.topic in topics):
            yield _news(sort, d, base)


def _domain_news(told: Changes, domain: Domain, base: str) -> Iterator[News]:
    for sort, d in _dated(told):
        if domain in d.passage.domains:
            yield _news(sort, d, base)
    for a in told.added:
        if domain in a.source.domains:
            title = f"Texte ajouté : {a.source.short_title or a.source.title}"
            yield News(f"added:{a.text_id}", a.day, title, a.source.title, f"{base}/sources/{a.source.id}", "Texte")
    for r in told.replaced:
        if domain in r.source.domains and r.source.valid_from:
            new, old = (", ".join(s.short_title or s.title for s in some) for some in ((r.source,), r.replaced))
            url = f"{base}/sources/{r.source.id}"
            yield News(
                f"replaced:{r.source.id}", r.source.valid_from, f"{new} remplace {old}", r.source.title, url, "Texte"
            )


def _dated(told: Changes) -> Iterator[tuple[str, Dated]]:
    """Every dated statement once a day, under its first sort."""
    seen: set[tuple[dt.date, str]] = set()
    for sort in _SORTS:
        for d in getattr(told, sort):
            if (d.day, d.passage.id) not in seen:
                seen.add((d.day, d.passage.id))
                yield sort, d


def _news(sort: str, d: Dated, base: str) -> News:
    title = f"{_SORTS[sort]} ({say_date(d.day, 'fr')}) : {_lead(d.passage)}"
    return News(f"{sort}:{d.passage.id}", d.day, title, d.passage.text, _at(base, d.passage), _SORTS[sort])


def _lead(passage: Passage) -> str:
    s = passage.statement
    return (s.lead or s.text) if s else passage.text


def _at(base: str, passage: Passage) -> str:
    return f"{base}/passages/{passage.id}"
