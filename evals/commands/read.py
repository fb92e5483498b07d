"""`clapvert eval read`: answers read blind by people, and what that says; `clapvert eval sealed`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from evals.commands.options import FILE, FOLDER, JSON, as_text, say
from ingest.errors import ClapvertError, ErrorCode

_READER = click.option("--reader", required=True, help="Who reads: a short slug, no name of a person.")


@click.group("read")
def read() -> None:
    """Lay answers out blind, take a reader's verdicts, tell what is forwarded."""


@read.command("lay")
@click.argument("run_files", metavar="RUN [RUN]", type=FILE, nargs=-1, required=True)
@click.option("--messages", "messages_file", type=FILE, help="The set that the runs answered (questions.yaml).")
@click.option("--sealed", "sealed_name", help="The runs answered this sealed set.")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Order of the sheet.")
def lay_command(
    run_files: tuple[Path, ...], messages_file: Path | None, sealed_name: str | None, folder: Path, seed: int
) -> None:
    """Lay out the answers of one or two runs in random order, the expected substance beside."""
    from evals.reading.messages import read_messages
    from evals.reading.sealed import unpacked
    from evals.reading.sheet import as_page, lay, save
    from evals.running.runner import Run

    if (messages_file is None) == (sealed_name is None):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Dites quel jeu : --messages FICHIER ou --sealed NOM.")
    messages = read_messages(messages_file) if messages_file else unpacked(str(sealed_name))
    items, key = lay(messages, {path.stem: Run.load(path) for path in run_files}, seed)
    save(folder, items, key)
    (folder / "sheet.md").write_text(as_page(items), encoding="utf-8")
    click.echo(f"{len(items)} réponses à lire : {folder / 'sheet.yaml'} (la clé est à part : key.yaml).")


@read.command("take")
@click.argument("folder", metavar="SHEET", type=FOLDER)
@click.argument("verdict_file", metavar="VERDICTS", type=FILE)
@_READER
def take_command(folder: Path, verdict_file: Path, reader: str) -> None:
    """Take verdicts written in a file, `key: {grade: …, why: …}`."""
    import yaml

    from evals.reading.sheet import read_sheet
    from evals.reading.verdicts import take

    try:
        raw = yaml.safe_load(verdict_file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"{verdict_file} : YAML illisible.") from exc
    _, key = read_sheet(folder)
    kept = take(folder, raw, reader, date.today(), key)
    click.echo(f"{len(kept.verdicts)} verdicts de {reader} sur {len(key)} réponses.")


@read.command("answer")
@click.argument("folder", metavar="SHEET", type=FOLDER)
@_READER
def answer_command(folder: Path, reader: str) -> None:
    """Read a sheet here, one answer at a time; what was read already is not shown again."""
    from evals.reading.sheet import as_page, read_sheet
    from evals.reading.verdicts import MEANING, Grade, read_verdicts, take, verdicts_path

    items, key = read_sheet(folder)
    path = verdicts_path(folder, reader)
    done = set(read_verdicts(path).verdicts) if path.is_file() else set()
    say("\n".join(f"{g.value:8} {meaning}" for g, meaning in MEANING.items()))
    for item in items:
        if item.key in done:
            continue
        click.echo("\n" + as_page([item]))
        grade = click.prompt("Verdict", type=click.Choice([g.value for g in Grade]))
        why = click.prompt("Pourquoi", default="", show_default=False)
        take(folder, {item.key: {"grade": grade, "why": why}}, reader, date.today(), key)


@read.command("rate")
@click.argument("folder", metavar="SHEET", type=FOLDER)
@click.option("--base", help="The run that the other is held against (default: the first by name).")
@JSON
def rate_command(folder: Path, base: str | None, as_json: bool) -> None:
    """Tell what is forwarded, by run and kind, the paired gain, and how far readers agree."""
    from evals.reports.reading import reading_data, reading_report

    told = reading_data(folder, base)
    click.echo(as_text(told) if as_json else reading_report(told))


@click.group("sealed")
def sealed() -> None:
    """Sets that nobody who builds the product has read."""


@sealed.command("list")
@JSON
def list_command(as_json: bool) -> None:
    """What is still sealed, and what was done with the sets."""
    from evals.reading.sealed import log, names

    told = {"sealed": names(), "log": [o.model_dump(mode="json") for o in log()]}
    if as_json:
        click.echo(as_text(told))
        return
    click.echo("Scellés : " + (", ".join(names()) or "aucun"))
    for o in log():
        click.echo(f"{o.on}  {o.set}  {o.what} : {o.why}")


@sealed.command("add")
@click.argument("messages_file", metavar="MESSAGES", type=FILE)
@click.argument("name")
def add_command(messages_file: Path, name: str) -> None:
    """Seal a set of messages under a name."""
    from evals.reading.sealed import seal

    click.echo(f"Scellé : {seal(messages_file, name)}")


@sealed.command("open")
@click.argument("name")
@click.option("--why", required=True, help="Kept in the log, with the date.")
def open_command(name: str, why: str) -> None:
    """Open a set for development: it is no measure any more."""
    from evals.reading.sealed import unseal

    click.echo(f"Ouvert : {unseal(name, why, date.today())}")
