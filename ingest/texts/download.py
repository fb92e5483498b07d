"""One file over HTTP, whole or not at all.

Guarantee: what is given back is complete (its announced length, never above the limit), of a type that is wanted, and
known by its SHA-256; an interrupted download resumes where it stopped if the file is still the same one; failures that
pass are tried again with growing pauses; a page that blocks robots is not taken for the text.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from ingest.errors import ClapvertError, ErrorCode

T = TypeVar("T")
_AGENT = "Clapvert (assistant documentaire ; telechargement de textes officiels)"
_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_BLOCK = re.compile(
    rb"captcha|just a moment|attention required|access denied|acc[\xc3\xa9\xe8e]{1,4}s refus|request blocked|un robot"
    rb"|are you a robot|incapsula|datadome|cf-chl|cloudflare|enable javascript|activer javascript|unusual traffic",
    re.IGNORECASE,
)
_SMALL = 60_000
"""A blocking page is small; a law that speaks of robots is not searched for these words."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to wait and how much to take. Seconds and bytes."""

    attempts: int = 5
    pause: float = 1.0
    longest_pause: float = 30.0
    timeout: float = 30.0
    max_bytes: int = 40_000_000
    redirects: int = 6


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file brought to `path`, or the news that it has not changed (`path` is None)."""

    path: Path | None
    url: str
    etag: str | None = None
    modified: str | None = None
    media: str = ""
    sha256: str = ""
    attested_at: date | None = None
    """The day of what it was taken from, where that is not today."""


@dataclass
class Downloader:
    """Downloads into a folder of its own, one file at a time."""

    folder: Path
    policy: Policy = field(default_factory=Policy)
    sleep: Callable[[float], None] = time.sleep
    packed: bool = False
    """Whether what is fetched is an archive: kept as it was sent, even if the server calls that an encoding."""
    told: Callable[[int, int | None], None] = lambda *_: None
    """Told how many bytes there are, and of how many."""

    def size(self, url: str) -> int | None:
        """How many bytes a file has, as its server announces it; None when it does not.

        Raises:
            ClapvertError: as `get`.
        """

        def once() -> int | None:
            with self._client() as client, self._follow(client, url, {}, "HEAD") as answer:
                self._check_status(answer)
                said = answer.headers.get("content-length", "")
                return int(said) if said.isdigit() else None

        return tried(once, self.policy, self.sleep, partial(_given_up, url))

    def get(
        self, url: str, headers: Mapping[str, str], etag: str | None = None, modified: str | None = None
    ) -> Fetched:
        """Download `url`. `etag` and `modified` are those of the copy that is already there.

        Raises:
            ClapvertError: FETCH_UNREACHABLE (no network), FETCH_BLOCKED (robots are refused), FETCH_FAILED (the rest).
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "body.part"

        def once() -> Fetched:
            with self._client() as client:
                return self._once(client, url, dict(headers), etag, modified, part)

        return tried(once, self.policy, self.sleep, partial(_given_up, url))

    def _client(self) -> httpx.Client:
        return httpx.Client(
            timeout=httpx.Timeout(self.policy.timeout, connect=min(10.0, self.policy.timeout)),
            follow_redirects=False,
            headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"},
        )

    def _once(
        self,
        client: httpx.Client,
        url: str,
        headers: dict[str, str],
        etag: str | None,
        modified: str | None,
        part: Path,
    ) -> Fetched:
        begun, mark = _begun(part)
        if begun:
            headers |= {"Range": f"bytes={begun}-", "If-Range": mark}
        else:
            headers |= {"If-None-Match": etag} if etag else {"If-Modified-Since": modified} if modified else {}
        with self._follow(client, url, headers) as answer:
            if answer.status_code == 304:
                return Fetched(None, str(answer.url), etag, modified)
            if answer.status_code == 416 or (answer.status_code == 206 and not _continues(answer, begun)):
                part.unlink(missing_ok=True)
                raise _AgainError("reprise refusée")
            self._check_status(answer)
            if answer.status_code == 200:
                begun = 0
            self._keep(answer, part, begun)
        if answer.headers.get("content-encoding", "").lower() == "gzip" and not self.packed:  # though we asked for none
            self._unzip(part)
        media = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        if "html" in media and part.stat().st_size < _SMALL and _BLOCK.search(part.read_bytes()):
            part.unlink()
            raise _blocked(url)
        _forget_mark(part)
        with part.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
        return Fetched(
            part, str(answer.url), answer.headers.get("etag"), answer.headers.get("last-modified"), media, digest
        )

    @contextmanager
    def _follow(
        self, client: httpx.Client, url: str, headers: dict[str, str], method: str = "GET"
    ) -> Iterator[httpx.Response]:
        """The answer at the end of the redirects; never from https to http, nor to another kind of address."""
        for _ in range(self.policy.redirects + 1):
            with client.stream(method, url, headers=headers) as answer:
                if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                    yield answer
                    return
                url = _next(url, answer.headers["location"])
        raise ClapvertError(ErrorCode.FETCH_FAILED, f"L'adresse renvoie sans fin d'une page à l'autre : {url}.")

    def _check_status(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in (200, 206):
            return
        check_passing(answer)
        if status in (401, 403, 451):
            raise _blocked(str(answer.url))
        if status in (404, 410):
            raise ClapvertError(
                ErrorCode.FETCH_FAILED, f"L'adresse n'existe plus ({status}) : {answer.url}.", "Vérifiez le registre."
            )
        raise ClapvertError(ErrorCode.FETCH_FAILED, f"Le serveur répond {status} : {answer.url}.")

    def _keep(self, answer: httpx.Response, part: Path, begun: int) -> None:
        """Write the body after what is there; a length that is announced must be reached."""
        said = answer.headers.get("content-length", "")
        whole = begun + int(said) if said.isdigit() else None
        if whole and whole > self.policy.max_bytes:
            raise self._too_big()
        mark = answer.headers.get("etag") or answer.headers.get("last-modified")
        _set_mark(part, mark if mark and not mark.startswith("W/") else None)
        size = begun
        with part.open("ab" if begun else "wb") as sink:
            for chunk in answer.iter_raw():
                size += len(chunk)
                if size > self.policy.max_bytes:
                    raise self._too_big()
                sink.write(chunk)
                self.told(size, whole)
        if whole is not None and size != whole:
            raise _AgainError("le fichier est arrivé tronqué")
        if size == 0:
            raise _AgainError("le serveur a envoyé un fichier vide")

    def _unzip(self, part: Path) -> None:
        """Open a body that came compressed, within the same limit."""
        try:
            with gzip.open(part) as packed:
                data = packed.read(self.policy.max_bytes + 1)
        except (OSError, EOFError, zlib.error):
            part.unlink()
            raise _AgainError("le fichier est arrivé tronqué") from None
        if len(data) > self.policy.max_bytes:
            raise self._too_big()
        part.write_bytes(data)

    def _too_big(self) -> ClapvertError:
        (self.folder / "body.part").unlink(missing_ok=True)
        return ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG, f"Le fichier dépasse {self.policy.max_bytes // 1_000_000} Mo : refusé."
        )


class _AgainError(Exception):
    """A failure that may pass; `after` is how long the server asks to wait."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.why, self.after = why, after


def tried(
    once: Callable[[], T],
    policy: Policy,
    sleep: Callable[[float], None],
    given_up: Callable[[Exception | str], ClapvertError],
) -> T:
    """What `once` gives, tried again while it fails in a way that passes; `given_up`: what to raise of the last."""
    last: Exception | str = ""
    for attempt in range(policy.attempts):
        wait = None
        try:
            return once()
        except _AgainError as again:
            last, wait = again.why, again.after
        except (httpx.TransportError, httpx.DecodingError) as exc:
            last = exc
            if isinstance(exc, (httpx.UnsupportedProtocol, httpx.ProxyError)):
                break
            if isinstance(exc, (httpx.ConnectError, httpx.ConnectTimeout)) and attempt:
                break  # no network: waiting longer will not bring it
        if attempt + 1 < policy.attempts:
            sleep(min(wait or policy.pause * 2**attempt, policy.longest_pause))
    raise given_up(last)


def check_passing(answer: httpx.Response) -> None:
    """Have `tried` ask again, when the server says that it cannot answer now."""
    if answer.status_code in _PASSING:
        said = answer.headers.get("retry-after", "")
        raise _AgainError(f"le serveur répond {answer.status_code}", float(said) if said.isdigit() else None)


def _given_up(url: str, last: Exception | str) -> ClapvertError:
    host = urlsplit(url).hostname or url
    if isinstance(last, (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)):
        return ClapvertError(
            ErrorCode.FETCH_UNREACHABLE,
            f"{host} est injoignable : pas de réseau, ou l'accès passe par un mandataire.",
            "Vérifiez la connexion et relancez `clapvert corpus fetch`, ou téléchargez le fichier et ajoutez-le : "
            "`clapvert corpus add FICHIER --as ID`.",
        )
    if isinstance(last, httpx.TimeoutException):
        why = "le serveur ne répond plus"
    elif isinstance(last, httpx.RemoteProtocolError):
        why = "la connexion est coupée avant la fin"
    else:
        why = last if isinstance(last, str) else type(last).__name__
    return ClapvertError(
        ErrorCode.FETCH_FAILED,
        f"{host} : {why}, malgré plusieurs essais.",
        "Relancez `clapvert corpus fetch` plus tard : le téléchargement reprendra où il s'est arrêté.",
    )


def _blocked(url: str) -> ClapvertError:
    return ClapvertError(
        ErrorCode.FETCH_BLOCKED,
        f"{urlsplit(url).hostname} refuse les téléchargements automatiques.",
        f"Ouvrez {url} dans un navigateur, enregistrez le texte, puis : `clapvert corpus add FICHIER --as ID`.",
    )


def _next(url: str, location: str) -> str:
    target = urlsplit(urljoin(url, location))
    here = urlsplit(url)
    if target.scheme == "http" and here.scheme == "https" and target.hostname == here.hostname:
        target = target._replace(scheme="https")  # the Publications Office redirects to http
    if target.scheme not in ("https", here.scheme) or target.scheme not in ("http", "https"):
        raise ClapvertError(
            ErrorCode.FETCH_FAILED, f"L'adresse renvoie vers une adresse qui n'est pas sûre : {urlunsplit(target)}."
        )
    return urlunsplit(target)


def _continues(answer: httpx.Response, begun: int) -> bool:
    match = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    return bool(match) and int(match.group(1)) == begun and begun > 0  # type: ignore[union-attr]


def _mark_path(part: Path) -> Path:
    return part.with_suffix(".mark")


def _begun(part: Path) -> tuple[int, str]:
    """How much of a file is there and the mark it had; nothing without a mark, since it may be another file."""
    mark = _mark_path(part)
    if part.is_file() and part.stat().st_size and mark.is_file():
        return part.stat().st_size, mark.read_text(encoding="utf-8")
    return 0, ""


def _set_mark(part: Path, mark: str | None) -> None:
    if mark:
        _mark_path(part).write_text(mark, encoding="utf-8")
    else:
        _forget_mark(part)


def _forget_mark(part: Path) -> None:
    _mark_path(part).unlink(missing_ok=True)
