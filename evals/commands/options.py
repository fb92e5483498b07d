"""What the commands of `clapvert eval` share: options, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.reference_set import ReferenceSet
    from evals.running.runner import Run

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
REFERENCE = click.option("--reference", type=FOLDER, help="Another set of questions: a folder of reference files.")
RUN_HELP = "RUN is a run file, the name of a kept run, or `last`."


def load_run(path: Path, reference: ReferenceSet, as_recorded: bool = False) -> Run:
    """A run file, with the expectations of the reference set unless they are wanted as the run recorded them."""
    from evals.running.runner import Run
    from evals.scoring.scores import refreshed

    run = Run.load(path)
    return run if as_recorded else refreshed(run, reference)[0]


def as_text(data: object) -> str:
    """JSON for people and programs alike."""
    return json.dumps(data, ensure_ascii=False, indent=1)


def say(message: str) -> None:
    """A line on stderr: stdout is for what was asked."""
    click.echo(message, err=True)


def progress(what: str) -> Callable[[int, int], None]:
    """Says how far the questions (or whatever they are called) are, now and then."""

    def tell(done: int, total: int) -> None:
        if done % 50 == 0 or done == total:
            say(f"  {what} : {done}/{total}")

    return tell
