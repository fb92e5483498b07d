"""Commands on texts and on the index: `corpus …` and `ingest`."""

from __future__ import annotations

import json
import time

import click

from ingest.clock import paris_today
from ingest.errors import ExitCode
from ingest.settings import Settings


@click.group()
def corpus() -> None:
    """List, check, add, remove and render the texts of the corpus."""


@corpus.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--warnings", is_flag=True, help="Print the warnings too.")
@click.option("--only", default="", help="Print only findings whose file or id contains this text.")
def check(as_json: bool, warnings: bool, only: str) -> None:
    """Check register, glossary and fiches; exit 1 when there is a problem."""
    from ingest.check import check_corpus

    report = check_corpus(Settings().corpus_dir, paris_today())
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        for p in report.problems + (report.warnings if warnings else []):
            if only in p.where:
                click.echo(f"{'✗' if p.level == 'error' else '·'} {p.where} [{p.code}] {p.message}")
        click.echo(
            f"{report.fiches} fiches, {report.statements} énoncés, {report.sources} sources : "
            f"{len(report.problems)} problème(s), {len(report.warnings)} avertissement(s)."
        )
    if report.problems:
        raise SystemExit(ExitCode.NO)


@click.command()
@click.option("--force", is_flag=True, help="Build the index again even if nothing changed.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
def ingest(force: bool, as_json: bool) -> None:
    """Build the index from the corpus and the added texts."""
    from ingest.embedding import load_encoder, model_info
    from ingest.pipeline import Library
    from ingest.pipeline import ingest as run

    settings = Settings()
    started = time.monotonic()
    model = model_info(settings, _say)
    manifest, new = run(Library(settings), model, lambda: load_encoder(settings, _say), force, _Progress())
    if as_json:
        click.echo(json.dumps(manifest.__dict__, ensure_ascii=False))
        return
    counts = manifest.counts
    seconds = time.monotonic() - started
    state = f"Index {manifest.name} construit" if new else f"Index {manifest.name} déjà à jour"
    click.echo(
        f"{state} : {counts['passages']} passages, dont {counts['statements']} énoncés"
        + (f" ; {counts['embedded']} vecteurs calculés" if new else "")
        + f" ({seconds:.1f} s)."
    )


def _say(message: str) -> None:
    click.echo(message, err=True)


class _Progress:
    """Progress on stderr, with the time left."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        spent = time.monotonic() - self._start
        left = f", encore {spent / done * (total - done):.0f} s" if done and done < total else ""
        click.echo(f"  {stage} : {done}/{total}{left}", err=True)
