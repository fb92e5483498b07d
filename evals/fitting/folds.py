"""Folds: what is fitted on is told apart from what it is judged on, by topic or by card, always the same way."""

from __future__ import annotations

import hashlib

FOLDS = 5


def fold_of(group: str) -> int:
    """The fold of a topic or of a card, by the hash of its name."""
    return hashlib.sha256(group.encode()).digest()[1] % FOLDS
