"""`clapvert eval`: the group of commands; they stand in the modules of this package."""

from __future__ import annotations

import click

from evals.commands.parts import ablate, beir, calibrate, verifier
from evals.commands.plans import plans
from evals.commands.read import read, sealed
from evals.commands.report import judge, report
from evals.commands.run import compare, run, score
from evals.commands.set import coverage, impact, import_
from ingest.errors import ExitCode


@click.group()
def evaluate() -> None:
    """Measure retrieval and answers against the reference questions."""
    try:
        import ir_measures  # noqa: F401
    except ImportError:
        click.echo("Les évaluations demandent un paquet de plus : `pip install 'clapvert[evals]'`.", err=True)
        raise SystemExit(ExitCode.NOT_READY) from None


for _command in (
    ablate,
    beir,
    calibrate,
    compare,
    coverage,
    impact,
    import_,
    judge,
    plans,
    read,
    report,
    run,
    score,
    sealed,
    verifier,
):
    evaluate.add_command(_command)
