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
    from collections.abc import Callable

    from ingest.corpus.register import Register
    from ingest.texts.fetch import Outcome
    from ingest.texts.legifrance import Legifrance
    from ingest.texts.opendata import OpenData, Plan

_TOLD = 20_000_000
"""Bytes above which the progress of one download is told, every tenth."""


@click.command("fetch")
@click.argument("ids", nargs=-1)
@click.option("--starter", "starting", is_flag=True, help="The texts that our notices rest on most.")
@click.option("--whole", is_flag=True, help="French codes whole, not only the articles that our notices rest on.")
@click.option("--check", "checking", is_flag=True, help="Only say which texts changed at their source; exit 1 if any.")
@click.option("--accept", is_flag=True, help="Take a text whose checksum changed since it was locked.")
@click.option("--yes", is_flag=True, help="Download the open LEGI archives, whatever their size, without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one object a text, as JSON.")
def fetch(
    ids: tuple[str, ...], starting: bool, whole: bool, checking: bool, accept: bool, yes: bool, as_json: bool
) -> None:
    """Fetch official texts from their official addresses; without ID, every one that has such an address.

    French codes and laws come from the State's open LEGI archives (over 1 GB the first time, asked for), or from the
    Légifrance API with a key of one's own (CLAPVERT_PISTE_CLIENT, CLAPVERT_PISTE_SECRET).
    """
    from ingest.corpus.register import load_register
    from ingest.index.pipeline import Library
    from ingest.texts.fetch import Fetcher, fetchable, rested_on, starter
    from ingest.texts.opendata import OpenData

    settings = Settings()
    register = load_register(settings.corpus_dir)
    named = [register.get(i) for i in dict.fromkeys(ids)]
    codes = _codes(settings, register)
    every = list(register.sources.values()) if checking else fetchable(register)
    sources = named or (starter(register, settings.corpus_dir) if starting else every)
    if not sources:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun texte du registre n'a d'adresse de téléchargement.")
    numbers = partial(rested_on, settings.corpus_dir, register)
    fetcher = Fetcher(
        settings.data_dir / "fetch",
        Library(settings).texts,
        paris_today(),
        codes=codes,
        numbers=(lambda _: ()) if whole else numbers,
    )
    progress, rows, missed = Progress(), [], None
    if isinstance(codes, OpenData):
        french = [
            s for s in sources if codes.holds(s) and not s.retrieval and not (checking and fetcher.lock(s.id) is None)
        ]
        missed = _bring(codes, yes, partial(progress, "archives")) if french else None
        sources = [s for s in sources if not (missed and s in french)]
        if missed and not sources:
            raise missed
        if missed:
            click.echo(missed.told(f"{len(french)} texte(s) français"), err=True)
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
    errors = [e for e in (missed, *(r.error for r in rows)) if e and e.code is not ErrorCode.FETCH_UNCONFIRMED]
    if errors:
        raise SystemExit(max(e.exit_code for e in errors))
    if any(r.state == "changed" for r in rows):
        raise SystemExit(ExitCode.NO)


def _codes(settings: Settings, register: Register) -> Legifrance | OpenData:
    """What gives French texts: the API when there is a key, else the open archives."""
    from ingest.texts import opendata
    from ingest.texts.legifrance import Legifrance

    key = settings.piste_secret
    if settings.piste_client and key:
        return Legifrance(settings.piste_client, key.get_secret_value())
    every = register.sources.values()
    return opendata.OpenData(settings.data_dir / "fetch" / "legi", opendata.LEGI, every, told=_tell_download())


def _bring(codes: OpenData, yes: bool, progress: Callable[[int, int], None]) -> ClapvertError | None:
    """Bring the open archives up to date, once the reader agrees to their size; why it was not done, else."""
    try:
        plan = codes.plan()
        if plan.archives:
            click.echo(f"À recevoir : {plan.said()}.", err=True)
            _agree(plan, yes)
        for remark in codes.bring(plan, progress):
            click.echo(f"  Attention : {remark}", err=True)
    except ClapvertError as exc:
        return exc
    return None


def _agree(plan: Plan, yes: bool) -> None:
    """Have a large download agreed to: it is never begun by itself."""
    from ingest.texts.opendata import ASK_ABOVE

    if yes or (plan.size is not None and plan.size <= ASK_ABOVE):
        return
    asked = sys.stdin.isatty()
    if not (asked and click.confirm("Télécharger maintenant ?", default=False, err=True)):
        raise ClapvertError(
            ErrorCode.FETCH_UNCONFIRMED,
            f"Rien n'a été téléchargé : il faut votre accord ({plan.said()}).",
            "Relancez avec --yes ; avec une clé PISTE (CLAPVERT_PISTE_CLIENT), seuls les articles voulus sont reçus.",
        )


def _tell_download() -> Callable[[str, int, int | None], None]:
    """Tells each tenth of a large download."""
    said: dict[str, int] = {}

    def tell(name: str, done: int, whole: int | None) -> None:
        if whole and whole > _TOLD and said.get(name, 0) < (tenth := 10 * done // whole):
            said[name] = tenth
            click.echo(f"  {name} : {tenth * 10} %", err=True)

    return tell


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
            ctx.invoke(
                fetch, ids=(), starting=True, whole=False, checking=False, accept=False, yes=False, as_json=False
            )
        except (ClapvertError, SystemExit):  # each text has said why; what is missing stands in nobody's way
            click.echo("Ce qui manque se reprend par `clapvert corpus fetch --starter`.", err=True)
