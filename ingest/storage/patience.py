"""How long a server that is asked something may say nothing, and what follows when it does.

Guarantee: no call waits without end for a server that is frozen (its process stopped, its network cut: the connection
stands, and nothing comes). Once one has waited in vain, those that come within `REST` seconds are refused at once,
instead of waiting in vain each in its turn; then one is let through again.
"""

from __future__ import annotations

import time

CONNECT, PING, ANSWER = 2.0, 1.5, 2.5
"""Seconds that a server may take to accept a connection, to answer whether it is there, and to answer a question: what
waits for two of them in a row still ends within five."""
LONG = 600.0
"""The same for what is long by itself: a build, a migration, a backup."""
REST = 1.5


class Patience:
    """That of a process with one server."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def lost(self) -> bool:
        """Whether the server was silent a moment ago."""
        return time.monotonic() < self._until

    def lose(self) -> None:
        """It was silent now."""
        self._until = time.monotonic() + REST
