"""`clapvert label import|template|match|departments`: the official grid in the terminal.

Guarantee: as on screen, the account comes first, and nothing is written while a difference is undecided (`--accept`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.label_bench import JSON, bench, print_json, project_named
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.label.grid.imports import Reading


@click.command("import")
@click.argument("project")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", "sheets", multiple=True, help="Read this sheet only; may be given again.")
@click.option("--columns", help='Columns of the main header by role, as JSON: {"code": "A", "points": "F"}.')
@click.option(
    "--departments", type=click.Choice(["auto", "column", "sheet", "section", "none"]), default="auto",
    show_default=True, help="Where departments are taken from.",
)  # fmt: skip
@click.option("--answers", is_flag=True, help="Take the workbook's answers where nothing was said.")
@click.option("--accept", "accepted", multiple=True, help="Accept a difference by its id, or all of them: all.")
@click.option("--same", multiple=True, help="This criterion is still the same one under its new wording.")
@click.option("--plan", "only_plan", is_flag=True, help="Only account for the workbook.")
@click.option(
    "--marked", type=click.Path(dir_okay=False, path_type=Path), help="Write a copy whose bad cells are marked."
)
@JSON
def import_grid(
    project: str, workbook: Path, sheets: tuple[str, ...], columns: str | None, departments: str, answers: bool,
    accepted: tuple[str, ...], same: tuple[str, ...], only_plan: bool, marked: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Import the official workbook (XLSX, ODS or CSV) into a project."""
    from assistant.label.grid.imports import Choice, mapping_from_json, planned, read, taken
    from assistant.label.grid.problems import GridProblemError
    from ingest.documents.marked import Mark
    from ingest.documents.sandbox import mark_workbook_safely

    workbench = bench()
    found = project_named(workbench, project)
    choice = Choice(
        sheets=sheets, mapping=mapping_from_json(columns) if columns else None, departments=departments,  # type: ignore[arg-type]
        take_answers=answers, accepted=frozenset(accepted), same=dict.fromkeys(same, True),
    )  # fmt: skip
    content = workbook.read_bytes()
    plan = planned(workbench, None, workbook.name, content, choice)
    try:
        reading = read(workbench, found.id, None, plan, choice)
    except GridProblemError as exc:
        if marked:
            marks = [Mark(c.sheet, c.at, c.why) for c in exc.cells]
            marked.write_bytes(mark_workbook_safely(content, workbook.name, marks))
            click.echo(f"Copie marquée : {marked}", err=True)
        raise
    told = _account(reading)
    if only_plan:
        _print_account(reading, as_json)
        return
    after, taken_answers = taken(workbench, found.id, None, plan, choice)
    assert after.grid is not None
    if as_json:
        print_json(told | {"answers": taken_answers, "remarks": after.grid.remarks})
        return
    _print_account(reading, as_json=False)
    click.echo(f"Importé. {taken_answers} réponses reprises.")


def _account(reading: Reading) -> dict[str, object]:
    a = reading.account
    return {
        "criteria": a.criteria,
        "points": float(a.points),
        "mandatory": a.mandatory,
        "rows": reading.plan.rows,
        "sheets": [
            {"name": s.name, "read": s.taken, "why": s.why, "criteria": s.criteria, "points": float(s.points)}
            for s in a.sheets
        ],
        "columns": [
            {"column": c.letter, "name": c.name, "role": c.role, "confidence": c.confidence, "reasons": list(c.reasons)}
            for c in reading.plan.columns
        ],
        "doubts": [{"id": d.id, "text": d.text} for d in reading.doubts],
        "aside": len(a.aside),
        "landing": len(reading.answers.landing),
        "to_clarify": a.to_clarify,
    }


def _print_account(reading: Reading, as_json: bool) -> None:
    from assistant.label.grid.words import ROLE_NAMES
    from assistant.label.score.points import said

    a = reading.account
    if as_json:
        print_json(_account(reading))
        return
    mandatory = "obligatoires inconnus" if a.mandatory is None else f"{a.mandatory} obligatoires"
    click.echo(f"{len(a.read)} feuilles lues, {a.criteria} critères, {said(a.points)} points, {mandatory}.")
    for s in a.sheets:
        told = f"{s.criteria} critères, {said(s.points)} points" if s.taken else f"non lue : {s.why}"
        click.echo(f"  « {s.name} » : {told}")
    for c in reading.plan.columns:
        role = ROLE_NAMES[c.role] if c.role else "ignorée"
        click.echo(f"  {c.letter}  {c.name:<30} → {role} ({c.confidence}) {' ; '.join(c.reasons)}")
    for remark in a.remarks:
        click.echo(f"  · {remark}")
    for d in reading.doubts:
        click.echo(f"  ! [{d.id}] {d.text}")


@click.command()
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--department", "departments", multiple=True, help="A sheet for this department; may be given again.")
def template(output: Path, departments: tuple[str, ...]) -> None:
    """Write an empty grid to fill in: .xlsx or .csv."""
    from assistant.label.grid.templates import template_csv, template_xlsx
    from ingest.clock import paris_today

    kind = output.suffix.lower()
    if kind not in (".xlsx", ".csv"):
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"Format inconnu : « {kind} ».", "Écrivez un .xlsx ou un .csv.")
    output.write_bytes(template_csv() if kind == ".csv" else template_xlsx(departments, paris_today()))
    click.echo(f"{output} : grille vide.", err=True)


@click.command()
@click.argument("project")
@click.argument("code", required=False)
@click.argument("criterion", required=False)
@click.option("--all", "every", is_flag=True, help="Accept every proposal.")
@JSON
def match(project: str, code: str | None, criterion: str | None, every: bool, as_json: bool) -> None:
    """Show the known criteria proposed for the rows of the grid, or accept one: `match FILM RÉG-01 H2` (none: -)."""
    from assistant.label.grid.imports import matched
    from assistant.label.grid.matching import matches, proposals

    workbench = bench()
    found = project_named(workbench, project)
    if found.grid is None:
        raise ClapvertError(ErrorCode.GRID_MISSING, "Aucune grille n'est importée.", "Importez-la d'abord.")
    framework = workbench.framework(found)
    if every or (code and criterion):
        key = workbench.row(found.id, None, code)[1].key if code else ""
        said = proposals(found.grid, framework) if every else {key: None if criterion == "-" else criterion}
        found = matched(workbench, found.id, None, said)
    assert found.grid is not None
    told = [m for m in matches(found.grid, framework) if m.how != "none"]
    if as_json:
        print_json([
            {"key": m.key, "how": m.how, "criterion": m.criterion, "shared": list(m.reason.shared) if m.reason else []}
            for m in told
        ])  # fmt: skip
        return
    for m in told:
        why = f" (mots communs : {', '.join(m.reason.shared)})" if m.reason else ""
        click.echo(f"  {'✓' if m.how == 'accepted' else '?'} {m.key} {m.title} → {m.criterion}{why}")


@click.command()
@click.argument("project")
@click.option("--rename", nargs=2, help="OLD NEW; the name of another department merges the two.")
@click.option("--move", nargs=2, help="CODE DEPARTMENT.")
def departments(project: str, rename: tuple[str, str] | None, move: tuple[str, str] | None) -> None:
    """List the departments of a project, rename or merge one, or move a criterion."""
    workbench = bench()
    found = project_named(workbench, project)
    if rename:
        workbench.rename_department(found.id, None, *rename)
    if move:
        workbench.move(found.id, None, [move[0]], [move[1]])
    for tally in workbench.board(found.id, None)[2].departments:
        click.echo(f"  {tally.name:<36} {tally.total} critères")
