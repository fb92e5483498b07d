"""Progress of a long command on stderr, with the time left."""

from __future__ import annotations

import time

import click


class Progress:
    """What is done of each stage, one line a call."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell how many of a stage's items are done."""
        spent = time.monotonic() - self._start
        left = f", encore {spent / done * (total - done):.0f} s" if done and done < total else ""
        click.echo(f"  {stage} : {done}/{total}{left}", err=True)
