"""Who calls: the name that owns what they keep, what they may do, and how they were recognised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from assistant.history.owner import LOCAL


class Scope(StrEnum):
    """What a key or a signed-in person may do; none holds another."""

    ASK = "ask"
    LABEL = "label"
    ADMIN = "admin"


EVERYTHING = frozenset(Scope)
Way = Literal["visitor", "key", "person", "machine"]
"""`visitor`: a browser's cookie, or nothing at all; `machine`: the user of the data folder, at the command line."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`name` owns conversations and projects; empty for a visitor, whom their cookie names. `origins`: the sites whose
    pages hold this key, readable by whoever opens them: such a key keeps nothing and reads nothing kept. `rate`: calls
    a minute, where this caller has a rate of its own."""

    name: str
    scopes: frozenset[Scope]
    way: Way
    origins: tuple[str, ...] = ()
    rate: int | None = None

    def may(self, scope: Scope) -> bool:
        """Whether a scope is open to them."""
        return scope in self.scopes


VISITOR = Caller("", frozenset({Scope.ASK, Scope.LABEL}), "visitor")
"""Whoever calls a server that is open: today's only caller. What is for administrators needs a key even there."""
MACHINE = Caller(LOCAL, EVERYTHING, "machine")
