"""`clapvert verifier`: a text of one's own, checked against what is held."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ingest.commands import DAY


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as-of", type=DAY, help="Day whose law counts (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verifier(file: Path, as_of: datetime | None, as_json: bool) -> None:
    """Check a text (PDF, DOCX, text): what contradicts the texts held, with its source."""
    from assistant.proofing.proof import prove
    from assistant.proofing.sentences import read_file
    from assistant.service import Service
    from ingest.settings import Settings

    proof = prove(read_file(file), Service(Settings()), as_of.date() if as_of else None)
    if as_json:
        click.echo(proof.model_dump_json())
        return
    for n, r in enumerate(proof.remarks, 1):
        click.echo(
            f"{n}. « {r.words} »\n   {r.look_at}\n   [{r.cited.source_title}, {r.cited.locator}] {r.cited.quote}\n"
        )
    click.echo(
        f"{len(proof.remarks)} remarques sur {proof.sentences} phrases ; {proof.unverified} non vérifiées : "
        "le silence n'est pas une approbation. Information, pas un conseil juridique."
    )
