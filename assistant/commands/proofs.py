"""`clapvert verifier`: a text of one's own, checked against what is held."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.commands import DAY
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.proofing.proof import Proof


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as-of", type=DAY, help="Day whose law counts (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Word with comments, PDF or Markdown.")
def verifier(file: Path, as_of: datetime | None, as_json: bool, out: Path | None) -> None:
    """Check a text (PDF, DOCX, text): what contradicts the texts held, with its source."""
    from assistant.proofing.proof import prove
    from assistant.proofing.sentences import read_file
    from assistant.service import Service
    from ingest.settings import Settings

    service = Service(Settings())
    text = read_file(file)
    proof = prove(text, service, as_of.date() if as_of else None)
    if out is not None:
        out.write_bytes(_written(file, proof, out))
        click.echo(str(out), err=True)
    if as_json:
        click.echo(proof.model_dump_json())
        return
    for n, r in enumerate(proof.remarks, 1):
        click.echo(
            f"{n}. « {r.words} »\n   {r.look_at}\n   [{r.cited.source_title}, {r.cited.locator}] {r.cited.quote}\n"
        )
    click.echo(f"{proof.summary} Information, pas un conseil juridique.")


def _written(file: Path, proof: Proof, out: Path) -> bytes:
    """The Word document with comments when both are Word, else the list of the remarks."""
    from assistant.export.formats import Format, write
    from assistant.proofing.comments import commented
    from assistant.proofing.paper import paper

    ending = out.suffix.lower().removeprefix(".")
    if ending not in set(Format):
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"« {out.name} » : donnez un nom en .docx, .pdf ou .md.")
    if ending == "docx" and file.suffix.lower() == ".docx":
        return commented(file.read_bytes(), proof)
    return write(paper(proof), Format(ending))
