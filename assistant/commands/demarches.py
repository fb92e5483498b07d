"""`clapvert demarche`: the démarches, to be read in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assistant.service import Service
    from ingest.language.claims import Language

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_LANGUAGE = click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)


def _service() -> Service:
    from assistant.service import Service
    from ingest.settings import Settings

    return Service(Settings())


@click.group()
def demarche() -> None:
    """Démarches, step by step: list, show."""


@demarche.command("list")
@_JSON
def list_demarches(as_json: bool) -> None:
    """List the démarches."""
    from assistant.api.demarches import summary

    rows = [summary(d) for d in _service().demarches.values()]
    if as_json:
        click.echo(json.dumps([r.model_dump(mode="json") for r in rows], ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.id}  [{row.domain}]  {row.title.fr}  ({row.steps} étapes)")
    click.echo(f"{len(rows)} démarches.")


@demarche.command()
@click.argument("demarche_id")
@_LANGUAGE
@_JSON
def show(demarche_id: str, language: str, as_json: bool) -> None:
    """Show a démarche: who does what, when, with what, and what it rests on."""
    from assistant.api.demarches import demarche_of, detail
    from assistant.wording.steps import body_of_step, moment_of_step

    service = _service()
    found = demarche_of(service, demarche_id)
    seen = detail(service, found)
    if as_json:
        click.echo(seen.model_dump_json(by_alias=True))
        return
    said: Language = "en" if language == "en" else "fr"
    click.echo(found.title.of(said))
    for n, row in enumerate(seen.steps, 1):
        click.echo(f"\n{n}. {moment_of_step(row.step, row.stage, row.who, said)} {body_of_step(row.step, said)}")
        for sid in row.rests_on:
            click.echo(f"     [{sid}]")
    for text in seen.reserve.values():
        click.echo(f"\n{text}")
