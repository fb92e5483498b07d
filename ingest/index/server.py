"""Chroma: in the folder of a snapshot, or a server that the processes and machines of an installation share.

Guarantee: on a server each build is a collection of its own, never changed once written, under a name that no other
build has; the pointer of the shelf says which one serves. A server that does not answer, or says nothing for a few
seconds, is `INDEX_UNAVAILABLE`, and is used again once it answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.patience import ANSWER, CONNECT, LONG, PING, Patience

_patience = Patience()


def local_client(folder: Path) -> Any:
    """A local Chroma client without telemetry. Close it: Chroma shares clients of one path until then."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))


@contextmanager
def remote_client(url: str | None, seconds: float = LONG) -> Iterator[Any]:
    """The client of a server, which waits so many seconds for each answer; one a process, an address and a patience,
    which stays open."""
    with answering():
        yield _remote(_checked(url), seconds)


def remote_collection(url: str | None, name: str) -> Any:
    """A collection of a server, to be searched; `INDEX_MISSING` when the server does not have it."""
    from chromadb.errors import NotFoundError

    with remote_client(url, ANSWER) as client:
        try:
            return client.get_collection(name)
        except NotFoundError as exc:
            raise ClapvertError(
                ErrorCode.INDEX_MISSING,
                "Le serveur Chroma n'a pas la collection de cet index.",
                "Lancez `clapvert ingest --force`.",
            ) from exc


def answers(url: str) -> None:
    """`INDEX_UNAVAILABLE` unless the server answers now."""
    with remote_client(url, ANSWER) as client:
        client.heartbeat()


def drop_collection(url: str | None, name: str) -> bool:
    """Delete a collection, if there is one of that name; False when the server cannot be asked."""
    from chromadb.errors import NotFoundError

    try:
        with remote_client(url) as client, suppress(NotFoundError):
            client.delete_collection(name)
    except ClapvertError:
        return False
    return True


def new_collection(snapshot: str) -> str:
    """The name of the collection of a build."""
    return f"clapvert-{snapshot}-{secrets.token_hex(4)}"


@contextmanager
def answering() -> Iterator[None]:
    """`INDEX_UNAVAILABLE` for a server that does not answer, or did not a moment ago."""
    if _patience.lost:
        raise unavailable()
    try:
        yield
    except httpx.TimeoutException as exc:
        _patience.lose()
        raise unavailable() from exc
    except httpx.HTTPError as exc:
        raise unavailable() from exc
    except ValueError as exc:  # what Chroma makes of a connection refused while it opens a client
        if "connect" in str(exc).lower():
            raise unavailable() from exc
        raise


def unavailable() -> ClapvertError:
    """The refusal of what needs a server that does not answer."""
    return ClapvertError(
        ErrorCode.INDEX_UNAVAILABLE,
        "Le serveur Chroma ne répond pas : la recherche est impossible.",
        "Réessayez dans un instant. L'état : clapvert doctor.",
    )


def _checked(url: str | None) -> str:
    if url is None:
        raise ClapvertError(
            ErrorCode.INDEX_MISSING,
            "Les vecteurs de cet index sont sur un serveur Chroma.",
            "Posez CLAPVERT_CHROMA_URL, ou lancez `clapvert ingest` pour les refaire dans le dossier de données.",
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/").count("/"):
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "CLAPVERT_CHROMA_URL n'est pas l'adresse d'un serveur Chroma.",
            "Ainsi : http://serveur:8000, ou http://serveur:8000/base ; vide, Chroma dans le dossier de données.",
        )
    return url


@cache
def _remote(url: str, seconds: float) -> Any:
    """Chroma's client waits without end for each answer and has no setting for it: the server is tried first, and its
    session told to wait no longer than this."""
    import chromadb
    from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
    from chromadb.config import Settings as ChromaSettings
    from chromadb.errors import NotFoundError

    parts = urlsplit(url)
    assert parts.hostname is not None
    headers = {"Authorization": f"Bearer {unquote(parts.password)}"} if parts.password else {}
    where: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or (443 if parts.scheme == "https" else 8000),
        "ssl": parts.scheme == "https",
        "headers": headers,
    }
    trying = f"{parts.scheme}://{where['host']}:{where['port']}/api/v2/heartbeat"
    httpx.get(trying, headers=headers, timeout=httpx.Timeout(PING, connect=CONNECT))
    database = parts.path.strip("/") or DEFAULT_DATABASE
    settings = ChromaSettings(anonymized_telemetry=False)
    if database != DEFAULT_DATABASE:
        admin = chromadb.AdminClient(
            ChromaSettings(
                anonymized_telemetry=False,
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=where["host"],
                chroma_server_http_port=where["port"],
                chroma_server_ssl_enabled=where["ssl"],
                chroma_server_headers=headers,
            )
        )
        try:
            admin.get_database(database)
        except NotFoundError:
            admin.create_database(database, DEFAULT_TENANT)
    client = chromadb.HttpClient(**where, settings=settings, database=database)
    client._server._session.timeout = httpx.Timeout(seconds, connect=CONNECT)
    return client
