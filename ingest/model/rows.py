"""Rows of a large matrix, read from their file as they are wanted.

Why: a multilingual vocabulary is most of a small model (384 MB of 470), and a question looks up a dozen rows of it.
Mapped into memory, the file's pages add up as questions come (400 MB after 300 of them); read one by one, they stay the
system's. Guarantee: the rows are those of the file, bit for bit; any number of threads may read at once.
"""

from __future__ import annotations

import json
import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


class Rows:
    """The rows of one matrix of a safetensors file.

    Format: 8 bytes of length, that much JSON (`{name: {dtype, shape, data_offsets}}`), then the data
    (https://github.com/huggingface/safetensors#format).
    """

    def __init__(self, path: Path, name: str) -> None:
        header, data = _header(path)
        entry = header[name]
        self._dtype = _DTYPES[entry["dtype"]]
        self._count, self._width = entry["shape"]
        self._start = data + entry["data_offsets"][0]
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._file)

    @staticmethod
    def can_read(path: Path, name: str) -> bool:
        """Whether this system reads at an offset, and the matrix is of a kind that numpy knows; a damaged file is told
        of when it is opened."""
        try:
            entry = _header(path)[0].get(name, {})
        except ValueError:
            return True
        return hasattr(os, "preadv") and entry.get("dtype") in _DTYPES

    def __getitem__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The rows of these numbers, float32 `(*ids.shape, width)`; IndexError past the last one."""
        wanted, places = np.unique(ids, return_inverse=True)
        if len(wanted) and not 0 <= wanted[0] <= wanted[-1] < self._count:
            raise IndexError(f"row {wanted[-1]} of {self._count}")
        rows = np.empty((len(wanted), self._width), self._dtype)
        width = rows.strides[0]
        for row, number in zip(rows, wanted.tolist(), strict=True):
            if os.preadv(self._file, [row], self._start + number * width) != width:
                raise EOFError(number)
        found: NDArray[np.float32] = rows.astype(np.float32, copy=False)[places].reshape(*ids.shape, self._width)
        return found


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """What a safetensors file says of its tensors, and where their data start."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > path.stat().st_size:
            raise ValueError("not a safetensors file")
        return json.loads(file.read(size)), 8 + size
