"""A feed of news (Atom, RFC 4287): what changed, and what is announced, one entry each.

Guarantee: an entry keeps its identifier; a change that is past is dated by its own day, one that is announced by the
day that the corpus was verified. Equal news give equal feeds. The identifier of a feed does not give its secret away.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from ingest.clock import FACT_BASE_DATE

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class News:
    """One thing that changed or will: `key` names it for ever, `day` is when it takes effect."""

    key: str
    day: dt.date
    title: str
    text: str
    url: str
    sort: str
    """What sort of news: the category of the entry."""


def feed_bytes(title: str, token: str, address: str, news: Iterable[News], today: dt.date) -> bytes:
    """The feed; `address`: its own, which it names."""
    found = sorted(news, key=lambda n: (_updated(n, today), n.key), reverse=True)
    feed = etree.Element(_tag("feed"), nsmap={None: ATOM})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    _text(feed, "id", f"urn:clapvert:suivi:{hashlib.sha256(token.encode()).hexdigest()[:32]}")
    _text(feed, "title", title)
    _text(feed, "updated", _moment(max((_updated(n, today) for n in found), default=FACT_BASE_DATE)))
    etree.SubElement(feed, _tag("link"), rel="self", type="application/atom+xml", href=address)
    author = etree.SubElement(feed, _tag("author"))
    _text(author, "name", "Clapvert")
    _text(feed, "subtitle", f"Information, pas un conseil juridique. Textes vérifiés au {FACT_BASE_DATE:%d/%m/%Y}.")
    for n in found:
        entry = etree.SubElement(feed, _tag("entry"))
        _text(entry, "id", f"urn:clapvert:{hashlib.sha256(f'{token} {n.key} {n.day}'.encode()).hexdigest()[:32]}")
        _text(entry, "title", n.title)
        _text(entry, "updated", _moment(_updated(n, today)))
        etree.SubElement(entry, _tag("link"), rel="alternate", type="text/html", href=n.url)
        etree.SubElement(entry, _tag("category"), term=n.sort)
        _text(entry, "summary", n.text)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _updated(news: News, today: dt.date) -> dt.date:
    return news.day if news.day <= today else min(FACT_BASE_DATE, today)


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T12:00:00Z"


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _tag(name)).text = "".join(c for c in text if c >= " " or c in "\t\n")
