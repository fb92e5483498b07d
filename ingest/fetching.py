"""Commands that bring official texts: `corpus fetch`, and its offer before a first ingest."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from ingest.clock import paris_today
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.progress import Progress
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.texts.fetch import Outcome


@click.command("fetch")
@click.argument("ids", nargs=-1)
@click.option("--starter", "starting", is_flag=True, help="The texts that our notices rest on most.")
@click.option("--whole", is_flag=True, help="French codes whole, not only the articles that our notices rest on.")
@click.option("--check", "checking", is_flag=True, help="Only say which texts changed at their source; exit 1 if any.")
@click.option("--accept", is_flag=True, help="Take a text whose checksum changed since it was locked.")
@click.option("--json", "as_json", is_flag=True, help="Print one object a text, as JSON.")
def fetch(ids: tuple[str, ...], starting: bool, whole: bool, checking: bool, accept: bool, as_json: bool) -> None:
    """Fetch official texts from their official addresses; without ID, every one that has such an address.

    French codes come from the Légifrance API, with a key of one's own (CLAPVERT_PISTE_CLIENT, CLAPVERT_PISTE_SECRET).
    """
    from ingest.corpus.register import load_register
    from ingest.index.pipeline import Library
    from ingest.texts.fetch import Fetcher, fetchable, rested_on, starter
    from ingest.texts.legifrance import Legifrance

    settings = Settings()
    register = load_register(settings.corpus_dir)
    named = [register.get(i) for i in dict.fromkeys(ids)]
    key = settings.piste_secret
    codes = Legifrance(settings.piste_client, key.get_secret_value()) if settings.piste_client and key else None
    every = list(register.sources.values()) if checking else fetchable(register, codes is not None)
    sources = named or (starter(register, settings.corpus_dir, codes is not None) if starting else every)
    if not sources:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun texte du registre n'a d'adresse de téléchargement.")
    numbers = partial(rested_on, settings.corpus_dir, register)
    fetcher = Fetcher(
        settings.data_dir / "fetch",
        Library(settings).texts,
        paris_today(),
        legifrance=codes,
        numbers=(lambda _: ()) if whole else numbers,
    )
    progress, rows = Progress(), []
    for row in fetcher.check(sources) if checking else fetcher.fetch(sources, accept):
        rows.append(row)
        progress("textes", len(rows), len(sources))
        if not as_json:
            _tell_outcome(row)
    if as_json:
        click.echo(json.dumps([r.as_json() for r in rows], ensure_ascii=False))
    elif checking and not rows:
        click.echo("Aucun texte n'a été reçu par `clapvert corpus fetch` : rien à vérifier.")
    elif any(r.state == "added" for r in rows):
        click.echo("Lancez `clapvert ingest` pour indexer ce qui est nouveau.")
    errors = [r.error for r in rows if r.error]
    if errors:
        raise SystemExit(max(e.exit_code for e in errors))
    if any(r.state == "changed" for r in rows):
        raise SystemExit(ExitCode.NO)


def _tell_outcome(row: Outcome) -> None:
    """What became of one text, in one line, and what to do of a change."""
    if row.error:
        click.echo(row.error.told(row.id), err=True)
        return
    said = {"added": "Texte reçu", "changed": "A changé à sa source"}.get(row.state, "Inchangé")
    click.echo(f"{said} : {row.text_id}.")
    if row.state == "changed":
        click.echo(f"  Recevoir et comparer : `clapvert corpus fetch {row.id}`, puis `clapvert corpus diff`.")
    for note in row.notes:
        click.echo(f"  Attention : {note}", err=True)


def offer(ctx: click.Context, settings: Settings) -> None:
    """Offer the official texts; without anyone to answer, only say how."""
    from ingest.texts.offer import due

    if settings.offline or not due(settings.data_dir / "fetch"):
        return
    if not sys.stdin.isatty():
        click.echo("Les textes officiels se reçoivent par `clapvert corpus fetch --starter`.")
    elif click.confirm("Recevoir maintenant les textes officiels sur lesquels reposent les notices ?", default=False):
        try:
            ctx.invoke(fetch, ids=(), starting=True, whole=False, checking=False, accept=False, as_json=False)
        except (ClapvertError, SystemExit):  # each text has said why; what is missing stands in nobody's way
            click.echo("Ce qui manque se reprend par `clapvert corpus fetch --starter`.", err=True)
