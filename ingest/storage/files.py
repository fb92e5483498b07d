"""Files kept by name, in a folder or in an S3-compatible store.

Guarantee: a file under a name is whole: in a folder it is written aside and renamed, in a store one request puts it.
In a folder it is readable by its user alone. The keys of a store come from the environment or the machine, as its
clients read them (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`, `AWS_REGION`), never from ours.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ingest.errors import ClapvertError, ErrorCode

_SECONDS, _TRIES = 10, 2
"""How long a store may take to answer one request, and how often one that failed is made again."""


class Files(Protocol):
    """Files by name; a name is of letters, digits, `-`, `.` and `/`, and its caller sees to that."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a file; the one of that name is replaced."""

    def get(self, name: str) -> bytes | None:
        """The content of a file; None when there is none of that name."""

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""

    def erase(self, name: str) -> None:
        """Erase a file, if there is one of that name."""


def files_at(where: Path | str) -> Files:
    """The files of a folder, or of `s3://bucket/prefix`."""
    return Folder(where) if isinstance(where, Path) else Bucket(where)


class Folder:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write it aside, then rename it; nothing is left of one that fails."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    def get(self, name: str) -> bytes | None:
        """Read it."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Look for it."""
        return (self._folder / name).is_file()

    def erase(self, name: str) -> None:
        """Remove it."""
        (self._folder / name).unlink(missing_ok=True)


class Bucket:
    """Files in an S3-compatible store."""

    def __init__(self, url: str) -> None:
        if not url.startswith("s3://"):
            raise ClapvertError(
                ErrorCode.BAD_REQUEST,
                "CLAPVERT_FILES_URL n'est pas l'adresse d'un espace S3.",
                "Ainsi : s3://espace/dossier, le serveur dans AWS_ENDPOINT_URL ; vide, le dossier de données.",
            )
        if find_spec("obstore") is None:
            raise ClapvertError(
                ErrorCode.EXTRA_MISSING,
                "Il manque ce qu'il faut pour S3.",
                "Installez-le : pip install 'clapvert[s3]'.",
            )
        from obstore.store import S3Store

        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        self._store: Any = S3Store.from_url(
            url,
            client_options={"timeout": timedelta(seconds=_SECONDS), "allow_http": plain},
            retry_config={"max_retries": _TRIES, "retry_timeout": timedelta(seconds=2 * _SECONDS)},
        )

    def put(self, name: str, content: bytes) -> None:
        """One request."""
        import obstore

        with _answering():
            obstore.put(self._store, name, content, use_multipart=False)

    def get(self, name: str) -> bytes | None:
        """One request."""
        import obstore

        with _answering():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError:
                return None

    def has(self, name: str) -> bool:
        """One request, for its head alone."""
        import obstore

        with _answering():
            try:
                obstore.head(self._store, name)
            except FileNotFoundError:
                return False
            return True

    def erase(self, name: str) -> None:
        """One request."""
        import obstore

        with _answering():
            try:
                obstore.delete(self._store, name)
            except FileNotFoundError:
                return


@contextmanager
def _answering() -> Iterator[None]:
    """`FILES_UNAVAILABLE` for what the store does not answer, or refuses."""
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as exc:
        raise ClapvertError(
            ErrorCode.FILES_UNAVAILABLE,
            "L'espace des fichiers ne répond pas, ou refuse nos clés.",
            "Réessayez dans un instant ; sinon vérifiez CLAPVERT_FILES_URL et les variables AWS_*.",
        ) from exc
