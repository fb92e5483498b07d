"""Tar archives read as a stream: the same files as the standard library, and nothing of what is hostile."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from collections.abc import Callable

import pytest

from ingest.texts.tarstream import DamagedArchiveError, TarStream
from tests.ingest.texts.dumps import article_path, dumps, packed

LONG = "a/" * 120 + "un-nom-long.xml"


def files(data: bytes, limit: int = 1_000_000, most: int = 100_000_000) -> dict[str, bytes]:
    tar = TarStream(io.BytesIO(data), most)
    return {name: tar.read(limit) for name in tar}


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_way_of_writing_names_is_read(kind: int) -> None:
    members = [("court.xml", b"x" * 700), (article_path(7), b""), ("vide.xml", b""), ("plein.xml", b"y" * 512)]
    if kind != tarfile.USTAR_FORMAT:
        members += [(LONG, b"long"), ("accentué-" * 20 + ".xml", b"e")]
    assert files(packed(members, kind=kind)) == dict(members)  # type: ignore[arg-type]


def test_a_file_that_is_not_asked_for_is_not_read() -> None:
    tar = TarStream(io.BytesIO(packed([("a", b"1" * 3000), ("b", b"2" * 100)])))
    assert [tar.read(100) for name in tar if name == "b"] == [b"2" * 100]


def test_links_devices_and_folders_are_passed_over() -> None:
    odd = []
    for n, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)):
        info = tarfile.TarInfo(f"piege-{n}.xml")
        info.type, info.linkname = kind, "/etc/passwd"
        odd.append((info, b""))
    assert files(packed([*odd, ("bon.xml", b"x")])) == {"bon.xml": b"x"}


def huge(field: bytes, kind: bytes = b"0") -> bytes:
    """An archive of one member that says a size of its own."""
    info = tarfile.TarInfo("gros.xml")
    header = bytearray(info.tobuf())
    header[124:136], header[156:157] = field, kind
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return gzip.compress(bytes(header) + b"x" * 1024 + bytes(1024))


@pytest.mark.parametrize(
    "data",
    [
        huge(b"77777777777\0"),
        huge(b"\x80" + b"\x7f" * 11),
        huge(b"-0000000001\0"),
        huge(b"pas-un-nomb\0"),
        huge(b"00000777777\0", b"L"),
        huge(b"00000777777\0", b"x"),
        gzip.compress(b"x" * 1024),
        gzip.compress(b""),
        b"<html>Maintenance</html>",
        packed([("a", b"x")]) + b"suite",
        gzip.compress(gzip.decompress(packed([("a", b"x")]))[:-10240] + bytes(512) + b"x" * 512),
    ],
    ids=["huge", "huge in binary", "negative", "no number", "long name", "header", "no tar", "empty", "page", "more", "after its end"],
)  # fmt: skip
def test_what_lies_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedArchiveError):
        files(data)


def test_a_bomb_is_stopped() -> None:
    bomb = packed([("zeros", bytes(5_000_000))])
    tar = TarStream(io.BytesIO(bomb), 1_000_000)
    with pytest.raises(DamagedArchiveError):
        list(tar)


@pytest.mark.parametrize("spoil", [lambda d, n: d[:n], lambda d, n: d[:n] + bytes([d[n] ^ 255]) + d[n + 1 :]])
def test_cut_or_spoilt_anywhere_it_is_told(spoil: Callable[[bytes, int], bytes]) -> None:
    data = next(iter(dumps().values()))
    draw = random.Random(3)
    for _ in range(60):
        with pytest.raises(DamagedArchiveError):
            files(spoil(data, draw.randrange(10, len(data))))
