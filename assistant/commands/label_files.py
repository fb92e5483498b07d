"""`clapvert label evidence|export|due|history`: what a project holds and gives, in the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.commands.label_bench import JSON, bench, print_json, project_named


@click.command()
@click.argument("project")
@click.argument("code")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--remove", help="Take away the file of this id.")
@click.option("--save", help="Write the file of this id here, under its own name.")
@JSON
def evidence(
    project: str, code: str, files: tuple[Path, ...], remove: str | None, save: str | None, as_json: bool
) -> None:
    """List the proofs of a criterion, attach files, take one away or save it."""
    workbench = bench()
    found = project_named(workbench, project)
    for file in files:
        workbench.attach(found.id, None, code, file.name, file.read_bytes())
    if remove:
        workbench.detach(found.id, None, remove)
    if save:
        held, content = workbench.open(found.id, None, save)
        Path(held.name).write_bytes(content)
        click.echo(f"{held.name} : {len(content)} octets.", err=True)
    held_now = workbench.row(found.id, None, code)[1].state.evidence
    if as_json:
        print_json([f.model_dump(mode="json") for f in held_now])
        return
    for f in held_now:
        click.echo(f"  {f.id}  {f.name}  ({f.size} octets, {f.added_by})")
    if not held_now:
        click.echo("Aucune preuve jointe.")


@click.command()
@click.argument("project")
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--document", type=click.Choice(["dossier", "plan", "note"]), default="dossier", show_default=True,
    help="Evidence file, action plan or note of intent.",
)  # fmt: skip
def export(project: str, output: Path, document: str) -> None:
    """Write a document; the format is the extension: .pdf, .docx or .md, and .xlsx or .csv for the evidence file."""
    from assistant.label.evidence.exports import export_evidence
    from ingest.corpus.register import load_register
    from ingest.settings import Settings

    workbench = bench()
    found = project_named(workbench, project)
    register = load_register(Settings().corpus_dir)
    kind = output.suffix.lstrip(".").lower()
    framework = workbench.framework(found)
    file = export_evidence(found, framework, register, workbench.clock(), kind, document)  # type: ignore[arg-type]
    output.write_bytes(file.content)
    click.echo(f"{output} : {len(file.content)} octets.", err=True)


@click.command()
@click.argument("project")
@click.option("--ics", type=click.Path(dir_okay=False, path_type=Path), help="Write a calendar file.")
@JSON
def due(project: str, ics: Path | None, as_json: bool) -> None:
    """List what is due, the soonest first."""
    from assistant.label.projects.agenda import agenda_bytes, due_rows
    from assistant.label.projects.progress import late

    workbench = bench()
    found, rows, _ = workbench.board(project_named(workbench, project).id, None)
    today = workbench.clock()
    if ics:
        ics.write_bytes(agenda_bytes(found, rows, today, f"/label/projets/{found.id}"))
        click.echo(f"{ics} : calendrier.", err=True)
    days = due_rows(rows)
    if as_json:
        print_json([{"day": day, "key": r.key, "person": r.state.person} for day, due in days for r in due])
        return
    for day, open_rows in days:
        for r in open_rows:
            behind = "  en retard" if late(r, today) else ""
            click.echo(f"  {day:%d/%m/%Y}  {r.key} {r.title}  {r.state.person}{behind}")
    if not days:
        click.echo("Aucune échéance.")


@click.command()
@click.argument("project")
@click.argument("code", required=False)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500), help="Changes shown.")
@JSON
def history(project: str, code: str | None, limit: int, as_json: bool) -> None:
    """Show what was changed, by whom and when, the last first."""
    workbench = bench()
    found = project_named(workbench, project)
    changes = workbench.store.history.of(found.id, None, code, limit)
    if as_json:
        print_json([
            {"at": c.at.isoformat(), "by": c.by, "kind": c.kind, "code": c.code, "before": c.before, "after": c.after}
            for c in changes
        ])  # fmt: skip
        return
    for c in changes:
        told = ", ".join(f"{k} : {c.before.get(k, '')} → {v}" for k, v in c.after.items() if not isinstance(v, dict))
        click.echo(f"  {c.at:%d/%m/%Y %H:%M}  {c.by}  {c.code or c.kind}  {told}")
