"""French texts without a key: the State's open LEGI archives (DILA), a whole base and what changed each day since.

Guarantee: the newest whole archive, then each later one in order, nothing twice: what an archive gave is kept before
the next one is asked for, and a download that was cut goes on where it stopped if the file is still the same. An
archive is checked to its last byte before any of it counts. What has to be downloaded is known before it is (`plan`);
the texts are as of the day of the last archive.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin

from ingest.corpus.register import Source
from ingest.errors import ClapvertError, ErrorCode
from ingest.texts.download import Downloader, Fetched, Policy
from ingest.texts.legibase import LegiBase
from ingest.texts.legitaking import names_of
from ingest.texts.tarstream import DamagedArchiveError, TarStream

LEGI = "https://echanges.dila.gouv.fr/OPENDATA/LEGI/"
ASK_ABOVE = 50_000_000
"""Bytes above which a download is asked for before it begins."""
_ARCHIVE = re.compile(r'href="([^"]*?(?P<name>(?P<whole>Freemium_legi_global_|LEGI_)(?P<stamp>\d{8}-\d{6})\.tar\.gz))"')
_SIZE = re.compile(r"(?<![\w.:-])(\d+(?:\.\d+)?)([KMG])(?![\w.])")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of the listing: a whole base, or what changed since the one before. `size` in bytes, None unknown."""

    name: str
    url: str
    whole: bool
    size: int | None = None

    @property
    def stamp(self) -> str:
        """When it was made, `20250713-140000`: archives are ordered by it."""
        return _stamp(self.name)

    @property
    def day(self) -> date:
        """The day that it is as of."""
        return date.fromisoformat(f"{self.stamp[:4]}-{self.stamp[4:6]}-{self.stamp[6:8]}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be downloaded, in order."""

    archives: tuple[Archive, ...]

    @property
    def size(self) -> int | None:
        """Bytes in all; None when the server does not announce them."""
        sizes = [a.size for a in self.archives if a.size is not None]
        return sum(sizes) if len(sizes) == len(self.archives) else None

    def said(self) -> str:
        """The plan in one sentence, in French."""
        many = len(self.archives)
        size = f"{_human(self.size)}" if self.size is not None else "taille non annoncée"
        what = "la base LEGI entière de la DILA" if any(a.whole for a in self.archives) else "la base LEGI de la DILA"
        return f"{what} : {many} archive{'s' if many > 1 else ''} à télécharger, {size}"


@dataclass
class OpenData:
    """The LEGI base in a folder, brought up to date from the listing at `address`; `every`: the texts of the register,
    which one reading of an archive serves."""

    folder: Path
    address: str
    every: Iterable[Source]
    policy: Policy = field(default_factory=lambda: Policy(max_bytes=8_000_000_000))
    sleep: Callable[[float], None] = time.sleep
    told: Callable[[str, int, int | None], None] = lambda *_: None

    def __post_init__(self) -> None:
        self._base = LegiBase(self.folder / "legi.db")
        self._scope = frozenset(n for s in self.every for n in names_of(s))

    @staticmethod
    def holds(source: Source) -> bool:
        """Whether LEGI may hold a text of the register, by one of its identifiers."""
        return bool(names_of(source))

    def plan(self) -> Plan:
        """What is to be downloaded for the base to be that of the last archive published.

        Raises:
            ClapvertError: FETCH_UNREACHABLE (no network, said at once), FETCH_BLOCKED, FETCH_FAILED.
        """
        listed = self._listed()
        last = self._base.last()
        whole = max((a for a in listed if a.whole), key=lambda a: a.stamp, default=None)
        if whole is None:
            raise ClapvertError(
                ErrorCode.FETCH_FAILED,
                f"{self.address} n'a pas donné la liste des archives LEGI.",
                "Réessayez plus tard, ou recevez les textes français de l'API Légifrance (CLAPVERT_PISTE_CLIENT).",
            )
        # else what changed in between may have left the list
        reached = last and any(a.stamp <= _stamp(last) for a in listed)
        afresh = not (reached and self._base.covers(self._scope))
        since = whole.stamp if afresh else _stamp(last or "")
        later = sorted((a for a in listed if not a.whole and a.stamp > since), key=lambda a: a.stamp)
        return Plan(tuple(self._sized(a) for a in ([whole] if afresh else []) + later))

    def bring(self, plan: Plan, progress: Callable[[int, int], None] = lambda *_: None) -> list[str]:
        """Download and take the archives of a plan; remarks in French on what could not be read of them.

        Raises:
            ClapvertError: FETCH_UNREACHABLE, FETCH_BLOCKED, FETCH_FAILED; the archives taken before stay taken.
        """
        self._tidy({a.name for a in plan.archives})
        remarks = []
        for n, archive in enumerate(plan.archives, 1):
            fetched = self._downloaded(archive)
            try:
                with fetched.open("rb") as packed:
                    digest = hashlib.file_digest(packed, "sha256").hexdigest()
                    packed.seek(0)
                    taken = self._base.take(
                        TarStream(packed), archive.name, digest, archive.day, self._scope, archive.whole
                    )
            except DamagedArchiveError as exc:
                shutil.rmtree(fetched.parent, ignore_errors=True)
                raise ClapvertError(
                    ErrorCode.FETCH_FAILED,
                    f"L'archive {archive.name} est refusée : {exc}. Rien n'en a été pris.",
                    "Relancez `clapvert corpus fetch` plus tard : ce qui précède est gardé.",
                ) from exc
            shutil.rmtree(fetched.parent, ignore_errors=True)
            if taken.unread:
                remarks.append(f"{archive.name} : {taken.unread} fichier(s) illisible(s), laissé(s) de côté.")
            progress(n, len(plan.archives))
        return remarks

    def get(self, source: Source, numbers: Collection[str], folder: Path, day: date) -> Fetched:
        """One page of the articles of a text in force on a day, out of the base as it is: those of these numbers
        (« L121-2 »), or all of them when there are none.

        Raises:
            ClapvertError: FETCH_BLOCKED, when the base does not hold the text.
        """
        last = self._base.last()
        body = self._base.page(source, numbers, day) if last else None
        if body is None or last is None:
            raise ClapvertError(
                ErrorCode.FETCH_BLOCKED,
                f"La base LEGI n'a aucun article en vigueur de {source.name}"
                + (f" parmi ceux sur lesquels reposent les notices ({len(numbers)})." if numbers and last else "."),
                f"Ouvrez {source.url or 'le site officiel'}, enregistrez le texte, puis : "
                f"`clapvert corpus add FICHIER --as {source.id}`.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "body.part"
        path.write_bytes(body)
        archive = Archive(last, urljoin(self.address, last), False)
        return Fetched(
            path, f"{archive.url}#{source.id}", media="text/xml", sha256=hashlib.sha256(body).hexdigest(),
            attested_at=archive.day,
        )  # fmt: skip

    def _listed(self) -> list[Archive]:
        """The archives of the listing; what it links elsewhere is not followed."""
        folder = self.folder / "listing"
        shutil.rmtree(folder, ignore_errors=True)
        page_policy = replace(self.policy, max_bytes=Policy().max_bytes)
        fetched = Downloader(folder, page_policy, self.sleep).get(self.address, {"Accept": "text/html"})
        assert fetched.path is not None
        page = unquote(fetched.path.read_text("utf-8", "replace"))
        shutil.rmtree(folder, ignore_errors=True)
        out = {}
        for match in _ARCHIVE.finditer(page):
            row = page[match.end() :].partition("</a>")[2].partition("<a ")[0][:300]
            sizes = _SIZE.findall(row)
            size = round(float(sizes[0][0]) * _UNITS[sizes[0][1]]) if sizes else None
            name = match["name"]
            out[name] = Archive(name, urljoin(fetched.url, name), match["whole"] != "LEGI_", size)
        return list(out.values())

    def _sized(self, archive: Archive) -> Archive:
        """With the size that the server announces, when the listing rounds it too much to be told."""
        if archive.size is not None and not archive.whole:
            return archive
        try:
            size = self._downloader(archive).size(archive.url)
        except ClapvertError as exc:
            if exc.code is ErrorCode.FETCH_UNREACHABLE:
                raise
            size = None  # a server that answers no HEAD: the listing's own figure, or none
        return replace(archive, size=archive.size if size is None else size)

    def _downloader(self, archive: Archive) -> Downloader:
        told = lambda done, whole: self.told(archive.name, done, whole)  # noqa: E731
        return Downloader(self._aside / archive.name, self.policy, self.sleep, packed=True, told=told)

    @property
    def _aside(self) -> Path:
        return self.folder / "archives"

    def _downloaded(self, archive: Archive) -> Path:
        """The file of an archive, from the network unless it is there whole."""
        file = self._aside / archive.name / "whole"
        if file.is_file():
            return file
        fetched = self._downloader(archive).get(archive.url, {"Accept": "*/*"})
        assert fetched.path is not None
        with fetched.path.open("rb") as packed:
            sound = packed.read(2) == _GZIP
        if not sound:
            fetched.path.unlink()
            raise ClapvertError(
                ErrorCode.FETCH_FAILED,
                f"{archive.url} a donné autre chose qu'une archive ({fetched.media or 'sans type'}).",
                "Réessayez plus tard.",
            )
        fetched.path.replace(file)
        return file

    def _tidy(self, wanted: Collection[str]) -> None:
        """Forget what was begun of archives that are no longer to be taken."""
        for folder in self._aside.glob("*"):
            if folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)


def _stamp(name: str) -> str:
    return name.rpartition("_")[2].partition(".")[0]


def _human(size: int) -> str:
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} Go".replace(".", ",")
    return f"{max(1, round(size / 1e6))} Mo"
