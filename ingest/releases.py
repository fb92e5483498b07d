"""Commands on releases of the corpus: `corpus update` takes one, `corpus release` makes one."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from pathlib import Path

import click

from ingest.clock import paris_today
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.settings import Settings, release_folder

_SHOWN = 12


@click.command("update")
@click.argument("where", metavar="FILE|ADDRESS")
@click.option("--yes", is_flag=True, help="Take it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Only say what it changes, as JSON.")
def update(where: str, yes: bool, as_json: bool) -> None:
    """Take a newer release of the corpus, signed; what it changes is told before."""
    from ingest.corpus.check import check_corpus
    from ingest.corpus.release import differences, opened, take, unpack

    settings = Settings()
    held = release_folder(settings.data_dir)
    held.mkdir(parents=True, exist_ok=True)
    release = opened(_bytes(where), settings.corpus_key)
    with tempfile.TemporaryDirectory(dir=held, prefix="update-") as folder:
        aside = unpack(release, Path(folder) / "corpus")
        if problems := check_corpus(aside, paris_today()).problems:
            raise ClapvertError(
                ErrorCode.CORPUS_INVALID,
                f"Cette publication du {release.day} ne va pas avec cette version du logiciel : {problems[0].message}",
                "Mettez d'abord le logiciel à jour.",
            )
        found = differences(settings.corpus_dir, aside)
        if as_json:
            changes = [c.as_json() for c in found]
            told = {"day": release.day.isoformat(), "software": release.software, "changes": changes}
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        click.echo(f"Publication du corpus du {release.day}, signature vérifiée.")
        for change in found:
            for sign, ids in (("+", change.added), ("−", change.removed), ("~", change.changed)):
                more = f" et {len(ids) - _SHOWN} autres" if len(ids) > _SHOWN else ""
                if ids:
                    click.echo(f"  {sign} {len(ids)} {change.kind} : {', '.join(ids[:_SHOWN])}{more}")
        if not any(c.added or c.removed or c.changed for c in found):
            click.echo("Elle ne change rien au corpus en place.")
            return
        if not yes and not click.confirm("La prendre ?"):
            raise SystemExit(ExitCode.NO)
        take(release, settings.data_dir, aside)
    click.echo("Corpus pris. Lancez `clapvert ingest` pour l'indexer.")


@click.command("release")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def release(out: Path, key: Path) -> None:
    """Make a signed release of the corpus in use; KEY is a private Ed25519 key in PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    from ingest.corpus.release import pack

    private = load_pem_private_key(key.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "La clé doit être une clé privée Ed25519, en PEM.")
    out.write_bytes(pack(Settings().corpus_dir, paris_today(), private))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    click.echo(f"{out} écrit. Sa clé publique : CLAPVERT_CORPUS_KEY={base64.b64encode(public).decode()}")


def _bytes(where: str) -> bytes:
    """The bytes of a file, or of an address."""
    if not where.startswith(("http://", "https://")):
        path = Path(where)
        if not path.is_file():
            raise ClapvertError(ErrorCode.BAD_REQUEST, f"Fichier introuvable : {where}.")
        return path.read_bytes()
    from ingest.texts.download import Downloader

    folder = Path(tempfile.mkdtemp(prefix="clapvert-"))
    try:
        fetched = Downloader(folder).get(where, {"Accept": "application/zip, */*;q=0.5"})
        assert fetched.path is not None
        return fetched.path.read_bytes()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
