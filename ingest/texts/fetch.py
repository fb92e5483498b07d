"""`corpus fetch`: texts of the register from their official addresses into the data folder.

Guarantee: a text that was fetched is locked by its SHA-256; when its address gives other bytes, nothing is replaced
before the user accepts it (`corpus diff` shows what changed); a refused file leaves what was there as it was.
Addresses: `retrieval` of the register entry, else the Publications Office for a CELEX number, else for a French text
the Légifrance API when a key is given and the State's open LEGI archives when none is, else `url`. Légifrance's own
pages refuse robots.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from ingest.corpus.addresses import address
from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import Rank, Register, Source
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.locators import locator_keys
from ingest.texts.additions import Identity, add_files
from ingest.texts.download import Downloader, Fetched
from ingest.texts.texts import TextShelf

CELLAR = "https://publications.europa.eu/resource/celex/"
_LANGUAGES = {"fr": "fra", "en": "eng"}
_ENDINGS = {
    "application/pdf": ".pdf", "text/html": ".html", "application/xhtml+xml": ".html", "application/xml": ".xml",
    "text/xml": ".xml", "text/plain": ".txt", "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}  # fmt: skip

_CHANGED = "changed"
State = Literal["added", "unchanged", "changed", "failed"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An official address, and the headers that ask it for the text in the right language."""

    url: str
    headers: dict[str, str]


class Codes(Protocol):
    """What gives French codes and laws (`Legifrance`, `OpenData`)."""

    def holds(self, source: Source) -> bool:
        """Whether it may give a text of the register."""

    def get(self, source: Source, numbers: Collection[str], folder: Path, day: date) -> Fetched:
        """One page of the articles of a text in force on a day: those of these numbers, or all when there are none."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What was last accepted from an address."""

    url: str
    sha256: str
    etag: str | None
    modified: str | None
    text_id: str
    fetched_on: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text."""

    id: str
    state: State
    text_id: str | None = None
    notes: tuple[str, ...] = ()
    error: ClapvertError | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        row: dict[str, Any] = {"id": self.id, "state": self.state, "text_id": self.text_id, "notes": list(self.notes)}
        if self.error:
            row |= self.error.as_json()
        return row


def endpoints(source: Source) -> list[Endpoint]:
    """Addresses of a text, best first; none when only a person can get it."""
    language = {"Accept-Language": _LANGUAGES.get(source.language, source.language)}
    if source.retrieval:
        return [Endpoint(source.retrieval, {"Accept": "*/*", **language})]
    if celex := source.identifiers.get("CELEX"):
        accepted = ("application/xhtml+xml", "text/html", "application/pdf")
        return [Endpoint(CELLAR + celex, {"Accept": a, **language}) for a in accepted]
    if source.url and "legifrance.gouv.fr" not in source.url:
        return [
            Endpoint(
                source.url,
                {"Accept": "application/pdf, text/html;q=0.9, */*;q=0.5", "Accept-Language": source.language},
            )
        ]
    return []


def fetchable(register: Register) -> list[Source]:
    """What `corpus fetch` brings when no text is named: official texts with an address made for it."""
    return [s for s in register.sources.values() if s.rank is Rank.OFFICIEL and address(s) is not None]


def rested_on(corpus_dir: Path, register: Register, source: Source) -> frozenset[str]:
    """Numbers of the articles of a text that our statements rest on (« L121-2 »)."""
    keys = (
        key
        for f in load_fiches(corpus_dir)
        for _, s in f.fiche.statements()
        for key in locator_keys(s.source.locator, register.get(s.source.id).work_id, register.names)
    )
    return frozenset(k.partition(":")[2] for k in keys if k.partition(":")[0] == source.work_id)


def starter(register: Register, corpus_dir: Path) -> list[Source]:
    """What `corpus fetch --starter` brings: the texts with an address made for it that our statements rest on, those on
    which most rest first."""
    rests = Counter(s.source.id for f in load_fiches(corpus_dir) for _, s in f.fiche.statements())
    held = [s for s in fetchable(register) if rests[s.id]]
    return sorted(held, key=lambda s: (-rests[s.id], s.id))


def changed_at_source(folder: Path) -> dict[str, date]:
    """Ids of the fetched texts that `check` saw changed at their source and that were not taken since; the day seen."""
    return {p.parent.name: date.fromisoformat(p.read_text("utf-8")) for p in sorted(folder.glob(f"*/{_CHANGED}"))}


class Fetcher:
    """Fetches texts of a register into a shelf."""

    def __init__(
        self,
        folder: Path,
        shelf: TextShelf,
        today: date,
        downloader: Callable[[Path], Downloader] = Downloader,
        codes: Codes | None = None,
        numbers: Callable[[Source], Collection[str]] = lambda _: (),
    ) -> None:
        """`numbers`: of a code, the articles that are brought; none: all of them."""
        self.folder, self.shelf, self.today = folder, shelf, today
        self._downloader, self._codes, self._numbers = downloader, codes, numbers

    def fetch(self, sources: Sequence[Source], accept: bool = False) -> Iterator[Outcome]:
        """Fetch texts one by one. `accept` takes a text that changed since it was locked.

        Without network the first text says so and the others are not tried.
        """
        for source in sources:
            try:
                yield self._one(source, accept)
            except ClapvertError as exc:
                yield Outcome(source.id, "failed", error=exc)
                if exc.code is ErrorCode.FETCH_UNREACHABLE:
                    return

    def check(self, sources: Sequence[Source]) -> Iterator[Outcome]:
        """Which of the texts that were fetched have changed at their source since: nothing is replaced, and texts that
        were never fetched are passed over. Without network the first text says so and the others are not tried."""
        for source in sources:
            lock = self.lock(source.id)
            if lock is None or self.shelf.one(lock.text_id) is None:
                continue
            aside = self.folder / source.id / "check"
            try:
                fetched = self._first(source, aside, lock)
                same = fetched.path is None or fetched.sha256 == lock.sha256
                self._mark(source.id, None if same else self.today)
                yield Outcome(source.id, "unchanged" if same else "changed", lock.text_id)
            except ClapvertError as exc:
                yield Outcome(source.id, "failed", lock.text_id, error=exc)
                if exc.code is ErrorCode.FETCH_UNREACHABLE:
                    return
            finally:
                shutil.rmtree(aside, ignore_errors=True)

    def lock(self, source_id: str) -> Lock | None:
        """What was last accepted for a text."""
        path = self.folder / source_id / "lock.json"
        try:
            return Lock(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _mark(self, source_id: str, seen: date | None) -> None:
        """Keep that a text was seen changed at its source, until it is taken."""
        mark = self.folder / source_id / _CHANGED
        if seen is None:
            mark.unlink(missing_ok=True)
        elif not mark.exists():
            mark.write_text(seen.isoformat(), encoding="utf-8")

    def _one(self, source: Source, accept: bool) -> Outcome:
        lock = self.lock(source.id)
        if lock and lock.text_id not in {t.id for t in self.shelf.all()}:
            lock = None  # the text was removed since
        folder = self.folder / source.id
        fetched = self._first(source, folder, lock)
        if fetched.path is None:
            return Outcome(source.id, "unchanged", lock.text_id if lock else None)
        if lock and fetched.sha256 == lock.sha256:
            fetched.path.unlink()
            self._write_lock(source.id, fetched, lock.text_id)
            return Outcome(source.id, "unchanged", lock.text_id)
        file = folder / f"{source.id}{_ENDINGS.get(fetched.media, '')}"
        fetched.path.replace(file)
        if lock and not accept:
            raise ClapvertError(
                ErrorCode.FETCH_CHANGED,
                f"Le texte publié a changé depuis le {lock.fetched_on} : la somme de contrôle n'est plus la même.",
                f"Comparez : `clapvert corpus diff {lock.text_id} {file}` ; puis acceptez : "
                f"`clapvert corpus fetch {source.id} --accept`.",
            )
        (row,) = add_files(self.shelf, [file], Identity(source, attested_at=fetched.attested_at), self.today)
        file.unlink()
        if row.error:
            raise row.error
        self._write_lock(source.id, fetched, row.id or "")
        return Outcome(source.id, "added", row.id, row.notes)

    def _first(self, source: Source, folder: Path, lock: Lock | None) -> Fetched:
        """The first address that gives the text; the error is that of the last one."""
        found = endpoints(source)
        if self._codes and self._codes.holds(source) and not source.retrieval:
            return self._codes.get(source, self._numbers(source), folder, self.today)
        if not found:
            raise ClapvertError(
                ErrorCode.FETCH_BLOCKED,
                f"{source.name} n'a pas d'adresse de téléchargement automatique.",
                f"Ouvrez {source.url or 'le site officiel'}, enregistrez le texte, puis : "
                f"`clapvert corpus add FICHIER --as {source.id}`.",
            )
        for n, endpoint in enumerate(found):
            known = (lock.etag, lock.modified) if lock and n == 0 else (None, None)
            try:
                fetched = self._downloader(folder).get(endpoint.url, endpoint.headers, *known)
                if fetched.path and urlsplit(endpoint.url).path.endswith(".pdf") and not _is_pdf(fetched.path):
                    fetched.path.unlink()
                    raise ClapvertError(
                        ErrorCode.FETCH_FAILED,
                        "L'adresse d'un PDF a donné autre chose (une page d'erreur ou d'accueil).",
                        f"Vérifiez {endpoint.url} dans un navigateur.",
                    )
                return fetched
            except ClapvertError as exc:
                if exc.code is not ErrorCode.FETCH_FAILED or n + 1 == len(found):
                    raise
                (folder / "body.part").unlink(missing_ok=True)
        raise AssertionError("unreachable")

    def _write_lock(self, source_id: str, fetched: Fetched, text_id: str) -> None:
        self._mark(source_id, None)
        path = self.folder / source_id / "lock.json"
        new = path.with_suffix(".new")
        lock = Lock(fetched.url, fetched.sha256, fetched.etag, fetched.modified, text_id, self.today.isoformat())
        new.write_text(json.dumps(asdict(lock), indent=1), encoding="utf-8")
        new.replace(path)


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as handle:
        return b"%PDF-" in handle.read(1024)
