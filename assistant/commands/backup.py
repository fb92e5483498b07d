"""`clapvert backup` and `clapvert restore`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.backup.backup import Told

_AFTER_OTHERS = 15
"""How far a backup lets whoever answers go before it (`nice`)."""
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_JSON
def backup(file: Path, as_json: bool) -> None:
    """Write all that is kept to one file, while serving or not; it holds the secret of the installation."""
    from assistant.backup.backup import take

    if hasattr(os, "nice"):
        os.nice(_AFTER_OTHERS)
    told = take(Settings(), file)
    _show("Sauvegardé", told, as_json)
    if told.missing:
        raise ClapvertError(
            ErrorCode.BACKUP_INCOMPLETE,
            f"Réponses qui manquent à cette sauvegarde, données puis perdues avant elle : {told.missing}.",
            "Gardez-la, elle tient tout le reste ; redémarrez les serveurs de ce dossier, puis refaites-en une.",
        )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_JSON
def restore(file: Path, as_json: bool) -> None:
    """Restore a backup into an empty installation, on the same engines or on others."""
    from assistant.backup.backup import restore as restored

    _show("Restauré", restored(Settings(), file), as_json)


def _show(done: str, told: Told, as_json: bool) -> None:
    from assistant.backup.backup import shown

    if as_json:
        click.echo(json.dumps(shown(told), ensure_ascii=False))
        return
    counts = ", ".join(f"{_NAMES[name]} : {count}" for name, count in told.counts.items() if name in _NAMES)
    size = f"{told.bytes / 1e6:.1f} Mo, en {told.seconds:.1f} s".replace(".", ",")
    click.echo(f"{done} : {told.path} ({size}). {counts}, index : {told.snapshot or 'aucun'}.")


_NAMES = {
    "conversations": "conversations",
    "evidence": "preuves",
    "passages": "passages",
    "label": "lignes des projets",
    "access": "clés et journal",
}
