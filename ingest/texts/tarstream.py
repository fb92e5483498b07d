"""A compressed tar archive read as a stream, by someone who does not trust it.

Guarantee: memory stays bounded whatever the archive says (a name, or a member that is asked for, above its limit is
refused before it is read); nothing is written; links, devices and folders are passed over; an archive that is cut,
damaged or lies about its sizes is told at the latest at its end, where its checksum and its closing blocks are checked.
The standard library reads a long name, or an extended header, of any length into memory.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

_BLOCK = 512
_CHUNK = 1 << 20
_LONGEST_NAME = 65_536
"""Bytes of a long name or an extended header."""
_REGULAR, _LONG_NAME, _EXTENDED = (b"0", b"\0", b"7"), b"L", b"x"
MAX_UNPACKED = 100_000_000_000
"""Bytes that one archive may unpack to."""


class DamagedArchiveError(Exception):
    """An archive that cannot be trusted; the message says why, in French."""


@dataclass
class TarStream:
    """The regular files of a gzip-compressed tar archive, in order; the current one can be read once."""

    packed: IO[bytes]
    max_unpacked: int = MAX_UNPACKED
    _left: int = 0
    _read: int = 0

    def __iter__(self) -> Iterator[str]:
        """The names of the regular files.

        Raises:
            DamagedArchiveError: at any moment; what was read before is not to be kept.
        """
        with gzip.GzipFile(fileobj=self.packed) as self._plain:
            name, ended = "", False
            while header := self._take(_BLOCK):
                if not any(header):
                    ended = True
                    continue
                if ended:
                    raise DamagedArchiveError("elle continue après sa fin")
                size, kind = _checked(header)
                self._left = size
                if kind == _LONG_NAME:
                    name = _text(self.read(_LONGEST_NAME))
                elif kind == _EXTENDED:
                    name = _extended(self.read(_LONGEST_NAME)).get("path", name)
                elif kind in _REGULAR:
                    yield name or _short_name(header)
                    name = ""
                else:
                    name = ""
                self._skip(self._left + -size % _BLOCK)
            if not ended:
                raise DamagedArchiveError("elle est tronquée")

    def read(self, limit: int) -> bytes:
        """The content of the current file; refused when it is above `limit` bytes."""
        if self._left > limit:
            raise DamagedArchiveError(f"un de ses fichiers dépasse {limit // 1000} Ko")
        data = self._take(self._left)
        if len(data) < self._left:
            raise DamagedArchiveError("elle est tronquée")
        self._left = 0
        return data

    def _skip(self, count: int) -> None:
        while count:
            got = len(self._take(min(count, _CHUNK)))
            if not got:
                raise DamagedArchiveError("elle est tronquée")
            count -= got

    def _take(self, count: int) -> bytes:
        """As many bytes as asked for, fewer at the end alone."""
        with _told():
            data = self._plain.read(count)
        self._read += len(data)
        if self._read > self.max_unpacked:
            raise DamagedArchiveError("elle se déploie sans limite")
        return data


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise DamagedArchiveError("elle est tronquée ou abîmée") from exc


def _checked(header: bytes) -> tuple[int, bytes]:
    """Size and kind of a member whose header is whole."""
    if len(header) < _BLOCK:
        raise DamagedArchiveError("elle est tronquée")
    plain = header[:148] + b" " * 8 + header[156:]
    if _octal(header[148:156]) != sum(plain):
        raise DamagedArchiveError("un en-tête est abîmé")
    return _octal(header[124:136]), header[156:157]


def _octal(field: bytes) -> int:
    """A number as tar writes it: octal digits, or binary when its first bit is set."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    try:
        value = int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise DamagedArchiveError("un en-tête est abîmé") from None
    if value < 0:
        raise DamagedArchiveError("un en-tête est abîmé")
    return value


def _short_name(header: bytes) -> str:
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{_text(header[:100])}" if prefix else _text(header[:100])


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("utf-8", "replace")


def _extended(said: bytes) -> dict[str, str]:
    """The records `length key=value` of an extended header (PAX)."""
    found: dict[str, str] = {}
    while said:
        length, space, _ = said.partition(b" ")
        if not space or not length.isdigit() or not 0 < int(length) <= len(said):
            raise DamagedArchiveError("un en-tête est abîmé")
        key, _, value = said[len(length) + 1 : int(length)].rstrip(b"\n").partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        said = said[int(length) :]
    return found
