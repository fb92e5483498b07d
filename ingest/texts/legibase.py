"""The part of the LEGI base that the register can ask for, kept from the State's archives: articles and their order.

Guarantee: an archive is taken whole or not at all, in one pass for every text; an article is in force by its dates, not
by what its state announces, and what never took effect or has ended is left out. The same archives give the same pages.

What is kept is every article of those texts that has not ended, not only those that are asked for today: another text,
another article or `--whole` then costs no second reading of an archive of over a gigabyte.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from lxml import etree

from ingest.corpus.register import Source
from ingest.texts.legitaking import Taken, Taking, names_of
from ingest.texts.tarstream import TarStream

_NEVER = ("ANNULE", "MORT_NE")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS archives (name TEXT PRIMARY KEY, sha256 TEXT, kept INTEGER, unread INTEGER);
CREATE TABLE IF NOT EXISTS scope (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS names (place TEXT, name TEXT, PRIMARY KEY (place, name));
CREATE TABLE IF NOT EXISTS articles (id TEXT, place TEXT, archive TEXT, number TEXT, state TEXT, starts TEXT, ends TEXT,
                                     xml BLOB, PRIMARY KEY (id, place));
CREATE TABLE IF NOT EXISTS sections (id TEXT, place TEXT, children TEXT, PRIMARY KEY (id, place));
"""
_EMPTY = (
    "DELETE FROM archives", "DELETE FROM scope", "DELETE FROM names", "DELETE FROM articles", "DELETE FROM sections"
)  # fmt: skip


class LegiBase:
    """The kept part of LEGI, in one file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with self._open() as db:
            db.executescript(_SCHEMA)

    def last(self) -> str | None:
        """The name of the last archive that was taken."""
        with self._open() as db:
            row = db.execute("SELECT name FROM archives ORDER BY rowid DESC LIMIT 1").fetchone()
        return str(row[0]) if row else None

    def covers(self, scope: Collection[str]) -> bool:
        """Whether its archives were read for all these names."""
        with self._open() as db:
            return set(scope) <= {str(r[0]) for r in db.execute("SELECT name FROM scope")}

    def take(self, packed: TarStream, name: str, sha256: str, day: date, scope: Collection[str], afresh: bool) -> Taken:
        """Take an archive that is as of a day. `afresh`: it is a whole base, which replaces what is there, read for
        the names of `scope`; otherwise it comes on top.

        Raises:
            DamagedArchiveError: nothing of it was taken.
        """
        with self._open() as db, db:
            db.execute("BEGIN IMMEDIATE")
            if afresh:
                for statement in _EMPTY:
                    db.execute(statement)
                db.executemany("INSERT INTO scope VALUES (?)", [(n,) for n in sorted(scope)])
            taken = Taking(db, name, day).all(packed)
            db.execute("INSERT INTO archives VALUES (?, ?, ?, ?)", (name, sha256, taken.kept, taken.unread))
        return taken

    def page(self, source: Source, wanted: Collection[str], day: date) -> bytes | None:
        """One XML page of the articles of a text in force on a day, in the order of the text: those of these canonical
        numbers, or all of them when there are none. None when the base has no such article."""
        within = re.compile(source.within.numbers) if source.within else None
        kept: dict[str, tuple[str, str, bytes]] = {}
        with self._open() as db:
            places = _places(db, names_of(source))
            for place in places:
                rows = db.execute(
                    "SELECT id, number, state, starts, ends, archive, xml FROM articles WHERE place = ?", (place,)
                )
                for ident, number, state, starts, ends, archive, xml in rows:
                    if not _in_force(state, starts, ends, day) or (wanted and number not in wanted):
                        continue
                    if (within and not within.search(number)) or kept.get(ident, ("",))[0][-22:] > archive[-22:]:
                        continue
                    kept[ident] = (archive, number, xml)
            order = {i: n for n, i in enumerate(i for p in places for i in _walk(db, p, day))}
        if not kept:
            return None
        ranked = sorted(kept, key=lambda i: (order.get(i, len(order)), _natural(kept[i][1]), i))
        title = etree.Element("TITRE_TXT")
        title.text = source.title
        articles = [zlib.decompress(kept[i][2]) for i in ranked]
        return b"\n".join([b"<LEGI>", etree.tostring(title, encoding="utf-8"), *articles, b"</LEGI>"])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=60, isolation_level=None)) as db:
            yield db


def _places(db: sqlite3.Connection, names: Collection[str]) -> list[str]:
    return sorted({str(p) for p, n in db.execute("SELECT place, name FROM names") if n in names})


def _in_force(state: str, starts: str | None, ends: str | None, day: date) -> bool:
    """By its dates; a state that says it ended, without a day, is believed."""
    if starts is None or starts > day.isoformat() or state.endswith(_NEVER):
        return False
    return ends > day.isoformat() if ends else state.startswith("VIGUEUR") or state == "ABROGE_DIFF"


def _walk(db: sqlite3.Connection, place: str, day: date) -> Iterator[str]:
    """The articles of a text in its order, by the tables of contents of its sections on a day."""
    tables = {
        str(ident): json.loads(children)
        for ident, children in db.execute("SELECT id, children FROM sections WHERE place = ? ORDER BY id", (place,))
    }
    stack = sorted((i for i in tables if "TEXT" in i), reverse=True)
    seen: set[str] = set()
    while stack:
        ident = stack.pop()
        if ident in seen:
            continue
        seen.add(ident)
        if ident.startswith("LEGIARTI"):
            yield ident
        now = [str(i) for i, begin, end in tables.get(ident, ()) if (begin or "") <= day.isoformat() < (end or "9")]
        stack += reversed(now)


def _natural(number: str) -> list[tuple[int, int, str]]:
    """« L121-2 » before « L121-10 »."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.findall(r"\d+|\D+", number)]
