"""`clapvert keys`: the keys of an installation, and the trail of who did what with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.access.access import Access
    from assistant.access.keys import Key

_SCOPES = ("ask", "label", "admin")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


def _access() -> Access:
    from assistant.access.access import Access

    return Access(Settings())


@click.group()
def keys() -> None:
    """Keys of the API: make, list and revoke them; who did what."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(_SCOPES), help="What it opens; repeat it.")
@click.option(
    "--origin", "origins", multiple=True, help="Site whose pages hold it (a widget): https://intranet.ecole.fr."
)
@click.option("--rate", type=click.IntRange(min=1), help="Calls a minute.")
@_JSON
def create(name: str, scopes: tuple[str, ...], origins: tuple[str, ...], rate: int | None, as_json: bool) -> None:
    """Make a key; it is shown once."""
    from assistant.access.caller import MACHINE, Scope

    access = _access()
    key, token = access.keys.create(name, [Scope(s) for s in scopes], origins, rate)
    access.trail.add(MACHINE.name, "keys create", key.id, 201)
    if as_json:
        click.echo(json.dumps(_plain(key) | {"token": token}, ensure_ascii=False))
        return
    click.echo(token)
    click.echo(f"Clé {key.id} « {key.name} » : {_said(key)}. Notez-la : elle n'est montrée qu'une fois.", err=True)


@keys.command("list")
@_JSON
def list_keys(as_json: bool) -> None:
    """List the keys, revoked ones too."""
    found = _access().keys.all()
    if as_json:
        click.echo(json.dumps([_plain(k) for k in found], ensure_ascii=False))
        return
    for k in found:
        state = f"retirée le {k.revoked:%d/%m/%Y}" if k.revoked else _said(k)
        click.echo(f"{k.id}  {k.name}  ({state})")
    if not found:
        click.echo("Aucune clé. Créez-en une : clapvert keys create « nom » --scope ask")


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Close a key, at once and for good."""
    from assistant.access.caller import MACHINE

    access = _access()
    key = access.keys.revoke(key_id)
    access.trail.add(MACHINE.name, "keys revoke", key.id, 204)
    click.echo(f"Clé {key.id} « {key.name} » retirée.", err=True)


@keys.command()
@click.option("-n", "most", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many lines.")
@click.option("--who", help="Only this caller, as a line shows it: key:0123456789.")
@_JSON
def trail(most: int, who: str | None, as_json: bool) -> None:
    """Show who did what, the last first."""
    for line in _access().trail.lines(most, who=who):
        if as_json:
            row = {"seq": line.seq, "at": line.at.isoformat(), "who": line.who, "did": line.did, "status": line.status}
            click.echo(json.dumps(row | {"place": line.place}, ensure_ascii=False))
        else:
            click.echo(f"{line.at:%Y-%m-%d %H:%M:%S}  {line.status}  {line.who}  {line.did}  {line.place}")


def _plain(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "origins": list(key.origins),
        "rate": key.rate,
        "created": key.created.isoformat(),
        "revoked": key.revoked.isoformat() if key.revoked else None,
    }


def _said(key: Key) -> str:
    scopes = ", ".join(key.scopes) or "rien"
    sites = f" ; pages de {', '.join(key.origins)}" if key.origins else ""
    return f"ouvre {scopes}{sites}" + (f" ; {key.rate} appels par minute" if key.rate else "")
