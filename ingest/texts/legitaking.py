"""What one LEGI archive gives to the base: its articles and sections that belong to the texts of the register.

Guarantee: names of members are only compared with those that LEGI gives to articles, sections and lists of what is
removed; they lead nowhere on disk. A file that cannot be read, or is another article than its name says, is counted
and left out. A text is known by the folder it lies in or, for a law or a decree, by what its articles say of it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from ingest.corpus.addresses import address
from ingest.corpus.register import Source
from ingest.documents.dila import article_dates
from ingest.documents.xml import parse_xml
from ingest.errors import ClapvertError
from ingest.language.locators import canonical_number
from ingest.texts.tarstream import TarStream

_MEMBER = re.compile(
    r"(?:\./)?(?:\d{8}-\d{6}/)?legi/global/\w+/(?P<shelf>\w+)/(?:LEGI|JORF)/TEXT/(?:\d\d/){5}"
    r"(?P<text>(?:LEGI|JORF)TEXT\d{12})/(?:article|section_ta|texte/struct)/(?:[\w]+/){0,8}"
    r"(?P<ident>(?:LEGIARTI|LEGISCTA|LEGITEXT|JORFTEXT)\d{12})(?:\.xml)?"
)
_GONE = re.compile(r"(?:[^/]+/){0,3}liste_suppression_legi\w*\.dat")
_BIGGEST, _BIGGEST_LIST = 20_000_000, 50_000_000
"""Bytes of an article or a section, and of a list of what is removed."""
_HEAD = re.compile(rb"<TEXTE\s[^>]*>")
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_TITLED = re.compile(rb'id_txt="(LEGITEXT\d{12})"')


@dataclass(frozen=True, slots=True)
class Taken:
    """What an archive gave: articles that were kept, and articles whose XML could not be read."""

    kept: int
    unread: int


def names_of(source: Source) -> frozenset[str]:
    """The names by which LEGI may know a text of the register: its identifiers, its NOR, its ELI; none when another
    address gives it."""
    if address(source) != "legifrance":
        return frozenset()
    held = source.identifiers
    own = {held[k] for k in ("LEGITEXT", "JORFTEXT") if held.get(k)}
    return frozenset(own | {f"{k}:{held[k].lower()}" for k in ("NOR", "ELI") if held.get(k)})


class Taking:
    """One archive being taken."""

    def __init__(self, db: sqlite3.Connection, name: str, day: date) -> None:
        self.db, self.name, self.day = db, name, day
        self.scope = {str(r[0]) for r in db.execute("SELECT name FROM scope")}
        self.places = {str(r[0]) for r in db.execute("SELECT place FROM names")}
        self.kept = self.unread = 0

    def all(self, packed: TarStream) -> Taken:
        """Take every file, then what the archive removes.

        Raises:
            DamagedArchiveError: what was taken is to be undone.
        """
        gone: list[str] = []
        for name in packed:
            if _GONE.fullmatch(name):
                gone += packed.read(_BIGGEST_LIST).decode("ascii", "replace").split()
            elif name.endswith(".xml") and (found := _MEMBER.fullmatch(name)):
                self._one(packed, f"{found['shelf']}/{found['text']}", found["text"], found["ident"])
        for line in gone:  # what is removed is removed from what the archive itself brings
            if found := _MEMBER.fullmatch(line):
                self._forget(found["ident"], f"{found['shelf']}/{found['text']}")
        return Taken(self.kept, self.unread)

    def _one(self, packed: TarStream, place: str, text: str, ident: str) -> None:
        known = place in self.places or text in self.scope
        if not known and not (place.startswith("TNC") and ident.startswith("LEGIARTI")):
            return  # only the articles of a law or a decree say other names of their text than its folder does
        data = packed.read(_BIGGEST)
        if ident.startswith("LEGIARTI") and place not in self.places:
            names = _said_names(data) | {text}
            if not names & self.scope:
                return
            self.places.add(place)
            self.db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", [(place, n) for n in sorted(names)])
        try:
            root = parse_xml(data)
        except ClapvertError:
            root = None
        if root is None or (root.tag == "ARTICLE" and root.findtext("META/META_COMMUN/ID") != ident):
            self.unread += 1
            return
        if root.tag == "ARTICLE":
            self._article(root, ident, place)
        elif root.tag in ("SECTION_TA", "TEXTELR"):
            rows = [(e.get("id"), e.get("debut"), e.get("fin")) for e in root.iterfind(".//*[@id]") if _is_link(e)]
            self.db.execute("INSERT OR REPLACE INTO sections VALUES (?, ?, ?)", (ident, place, json.dumps(rows)))

    def _article(self, root: etree._Element, ident: str, place: str) -> None:
        starts, until = article_dates(root)
        self._forget(ident, place)
        if until and until < self.day:
            return
        number = canonical_number((root.findtext(".//META_ARTICLE/NUM") or "").strip())
        state = (root.findtext(".//META_ARTICLE/ETAT") or "").strip()
        ends = (until + timedelta(days=1)).isoformat() if until else None
        start = starts.isoformat() if starts else None
        xml = zlib.compress(_compact(root, self.day))
        row = (ident, place, self.name, number, state, start, ends, xml)
        self.db.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.kept += 1

    def _forget(self, ident: str, place: str) -> None:
        self.db.execute("DELETE FROM articles WHERE id = ? AND place = ?", (ident, place))
        self.db.execute("DELETE FROM sections WHERE id = ? AND place = ?", (ident, place))


def _said_names(article: bytes) -> set[str]:
    """The names of its text that an article says: LEGITEXT, NOR, ELI."""
    found = {m.decode() for m in _TITLED.findall(article)}
    if head := _HEAD.search(article):
        said = {k.decode(): v.decode("utf-8", "replace").lower() for k, v in _ATTRIBUTE.findall(head[0])}
        if said.get("nor"):
            found.add(f"NOR:{said['nor']}")
        day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", said.get("date_signature", ""))
        if day and said.get("nature") and said.get("num"):
            found.add(f"ELI:{said['nature']}/{day[1]}/{int(day[2])}/{int(day[3])}/{said['num']}")
    return found


def _is_link(element: etree._Element) -> bool:
    return element.tag in ("LIEN_ART", "LIEN_SECTION_TA")


def _compact(root: etree._Element, day: date) -> bytes:
    """An article without the links to its other versions and to other texts, nor what every article repeats; of the
    titles that a section had, that of the day."""
    dropped = [node for node in root if node.tag not in ("META", "CONTEXTE", "BLOC_TEXTUEL", "NOTA")]
    dropped += root.findall("CONTEXTE//TITRE_TXT")
    for section in root.iterfind("CONTEXTE//TM"):
        titles = section.findall("TITRE_TM")
        now = [t for t in titles if (t.get("debut") or "") <= day.isoformat()] or titles
        dropped += [t for t in titles if t is not now[-1]]
    for node in dropped:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    xml: bytes = etree.tostring(root, encoding="utf-8")
    return xml
