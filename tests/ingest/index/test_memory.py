"""The vectors' files hold vectors, and nothing of the memory of whoever wrote them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_WRITER = """
import ctypes, sys
from pathlib import Path
import numpy as np
from ingest.index.snapshot import _write_vectors

WORD, libc = b"zanzibarique", ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
for option in ((-3, 1 << 30), (-1, 1 << 30), (-8, 1)):  # freed memory comes back, whatever its size and thread
    libc.mallopt(*option)
blocks = []
for size in (200, 2_000, 20_000, 180_000, 400_000):
    for _ in range(10_000_000 // size):
        blocks.append(libc.malloc(size))
        ctypes.memset(blocks[-1], 0, size)
        ctypes.memmove(blocks[-1], (WORD * (size // 12 + 1))[:size], size)
for block in blocks:
    libc.free(block)
_write_vectors(Path(sys.argv[1]), np.eye(int(sys.argv[2]), 384, dtype=np.float32))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fills the memory of glibc")
@pytest.mark.parametrize("count", [3, 120])
def test_no_memory_of_the_process_that_writes_them(count: int, tmp_path: Path) -> None:
    """A process that held a word everywhere, as one that restores conversations does, builds an index that leaves room
    for vectors to come."""
    subprocess.run([sys.executable, "-c", _WRITER, str(tmp_path), str(count)], check=True, timeout=120)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert "data_level0.bin" in {p.name for p in files}
    assert [p.name for p in files if b"zanzibarique"[:8] in p.read_bytes()] == []
