"""Which fitted heads read the vectors of a model: those refitted for it, or the shipped ones.

Why: a head that reads vectors knows those of one encoder; another's mean nothing to it. Guarantee: what was refitted
for a model (`eval calibrate --heads`) is kept under its fingerprint and read for no other (`assistant.tuning`). The
shipped heads, fitted on the default model, read a vector only where it lies as that model's do (`text_head.about`):
elsewhere the words alone tell. Weights are arrays and names, read without a pickle.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.text_head import TextHead


class Fitted:
    """The heads that read vectors. `folder`: where those refitted for a model are, under the names of the shipped
    ones; None: the shipped ones."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.head = cache(self._head)
        self.arrays = cache(self._arrays)

    @property
    def own(self) -> bool:
        """Whether the heads were fitted on the very model whose vectors they read."""
        return self.folder is not None

    def path(self, shipped: Path) -> Path:
        """The file of a head, given that of the shipped one."""
        return self.folder / shipped.name if self.folder else shipped

    def _head(self, shipped: Path) -> TextHead:
        """The head of texts that stands for a shipped one."""
        return TextHead(self.path(shipped), self.own)

    def _arrays(self, shipped: Path) -> dict[str, NDArray[np.float32]]:
        """The arrays of any head, in single precision but for the names of its classes."""
        with np.load(self.path(shipped)) as kept:
            return {n: v if v.dtype.kind == "U" else np.asarray(v, np.float32) for n, v in kept.items()}


SHIPPED = Fitted()
"""The heads of the default model."""
