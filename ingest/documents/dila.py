"""LEGI and JORF (DILA) → document tree.

Guarantee: the dates in force of an article come from the file, each article's own; ends are made inclusive, and the
years that DILA writes for « not known » are no dates. A number that the file gives to two articles dates neither.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from lxml import etree

from ingest.documents.html import read_markup
from ingest.documents.tree import Block, Document, OwnDates
from ingest.documents.xmltext import ARTICLE, day_of, inline
from ingest.language.locators import canonical_number


def read_dila(root: etree._Element) -> Document:
    """An article, a text or a run of articles as DILA publishes them."""
    out: list[Block] = []
    titles = [t for t in root.iter("TITRE_TXT") if (t.text or "").strip()]
    title = inline(titles[0]) if titles else inline(root.find(".//TITREFULL")) or inline(root.find(".//TITRE")) or None
    if title:
        out.append(Block("heading", title, 1))
    spans: set[tuple[date | None, date | None]] = set()
    own: dict[str, list[OwnDates]] = {}
    named: list[str] = []
    articles = [root] if root.tag == "ARTICLE" else list(root.iter("ARTICLE"))
    for article in articles:
        _dila_article(article, out, named)
        spans.add(dates := article_dates(article))
        if number := (article.findtext(".//META_ARTICLE/NUM") or "").strip():
            ident = (article.findtext(".//META_COMMUN/ID") or "").strip()
            own.setdefault(canonical_number(number), []).append(OwnDates(ident, *dates))
    for section in (
        () if articles else [n for n in root.iter() if n.tag in ("VISAS", "SIGNATAIRES", "TP", "NOTA", "ABRO", "RECT")]
    ):
        if section.find("CONTENU") is not None:
            out += _contents(section.find("CONTENU"))
    meta = {}
    text = root.find(".//TEXTE")
    if text is not None:
        meta.update({k: v for k in ("cid", "nor", "date_publi", "date_signature") if (v := text.get(k))})
    if state := root.findtext(".//META_ARTICLE/ETAT"):
        meta["etat"] = state
    notes: tuple[str, ...] = ()
    start, end = next(iter(spans)) if len(spans) == 1 else (None, None)
    if articles and (start, end) == (None, None) and len(spans) == 1:
        notes = ("L'article n'a pas encore de date d'entrée en vigueur dans le fichier.",)
    alone = {number: found[0] for number, found in own.items() if len(found) == 1}
    return Document(title, tuple(out), meta, valid_from=start, valid_until=end, notes=notes, articles=alone)


def _dila_article(article: etree._Element, out: list[Block], named: list[str]) -> None:
    """An article under its titles; a title that did not change since the article before is not said again."""
    path = [inline(t) for t in article.iterfind(".//CONTEXTE//TITRE_TM")]
    for depth, heading in enumerate(path):
        if path[: depth + 1] != named[: depth + 1] and heading:
            out.append(Block("heading", heading, min(2 + depth, ARTICLE - 1)))
    named[:] = path
    number = (article.findtext(".//META_ARTICLE/NUM") or "").strip()
    kind = article.findtext(".//META_ARTICLE/TYPE") or ""
    if number:
        out.append(
            Block("heading", number if re.match(r"(?i)annexe|préambule", number) else f"Article {number}", ARTICLE)
        )
    elif kind:
        out.append(Block("heading", "Annexe" if "ANNEXE" in kind.upper() else "Article", ARTICLE))
    out += _contents(article.find("BLOC_TEXTUEL/CONTENU"))
    nota = _contents(article.find("NOTA/CONTENU"))
    if nota and nota[0].kind == "text":
        nota[0] = Block("text", f"NOTA : {nota[0].text}" if not nota[0].text.startswith("NOTA") else nota[0].text)
    out += nota


def _contents(node: etree._Element | None) -> list[Block]:
    """The HTML inside a LEGI element."""
    if node is None or not "".join(node.itertext()).strip():
        return []
    inner = (node.text or "") + "".join(etree.tostring(c, encoding="unicode") for c in node)
    return [b if b.kind == "table" else Block("text", b.text) for b in read_markup(f"<div>{inner}</div>").blocks]


def article_dates(article: etree._Element) -> tuple[date | None, date | None]:
    """Dates in force, inclusive. In LEGI an end is the first day without; 2999 and 2222 stand for « not known »."""
    meta = article.find(".//META_ARTICLE")
    own = meta if meta is not None else article
    start, end = day_of(own.findtext("DATE_DEBUT")), day_of(own.findtext("DATE_FIN"))
    if start is None and not (article.findtext(".//META_COMMUN/ID") or "").startswith("LEGI"):
        # a JORF article: its LEGI twin says when it was in force
        for link in article.iterfind(".//VERSIONS//LIEN_ART"):
            if link.get("origine") == "LEGI" and (start := day_of(link.get("debut"))):
                end = day_of(link.get("fin"))
                break
    return start, end - timedelta(days=1) if end else None
