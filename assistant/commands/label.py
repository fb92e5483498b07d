"""`clapvert label`: criteria, projects, the grid, the score and the evidence file, in the terminal.

Guarantee: the user of the data folder sees every project in it, those made in a browser too; what it changes is kept in
their history under « Ligne de commande ».
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.history.owner import LOCAL
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.label.projects.projects import Project
    from assistant.label.workbench import Workbench

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


def _bench() -> Workbench:
    from assistant.label.frameworks import Frameworks
    from assistant.label.workbench import Workbench
    from ingest.clock import paris_today
    from ingest.settings import Settings

    settings = Settings()
    return Workbench(settings.data_dir, Frameworks.of(settings.corpus_dir), paris_today)


def _project(bench: Workbench, name: str) -> Project:
    """A project by its id, the start of it, or its title."""
    from assistant.label.frameworks import folded

    every = bench.store.projects(None)
    found = [p for p in every if p.id == name] or [
        p for p in every if p.id.startswith(name) or folded(p.title) == folded(name)
    ]
    if len(found) == 1:
        return found[0]
    raise ClapvertError(
        ErrorCode.PROJECT_NOT_FOUND,
        f"Aucun projet « {name} »." if not found else f"Plusieurs projets répondent à « {name} ».",
        "La liste : clapvert label projects.",
    )


def _print(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


@click.group()
def label() -> None:
    """Criteria of the label, projects, official grid, score and evidence file."""


@label.command("list")
@click.option("--framework", default="label-ecoprod", show_default=True, help="Framework.")
@click.option("--poste", default="", help="Only this poste or chapter.")
@click.option("--department", default="", help="Only this department, by its French name.")
@click.option("--search", "words", default="", help="Only what holds these words.")
@_JSON
def list_criteria(framework: str, poste: str, department: str, words: str, as_json: bool) -> None:
    """List the known criteria of a framework."""
    from assistant.api.label.routes import wanted
    from assistant.api.label.views.criteria import CriterionView
    from assistant.label.frameworks import chosen

    chosen_framework = _bench().frameworks.get(framework)
    groups = chosen(chosen_framework, wanted(poste, department, words))
    if as_json:
        _print([CriterionView.of(chosen_framework, c).model_dump(mode="json") for _, found in groups for c in found])
        return
    for group, criteria in groups:
        click.echo(f"\n{group.code} · {group.name}{'' if group.complete else ' (liste incomplète)'}")
        for c in criteria:
            click.echo(f"  {c.code or c.id:<4} {c.short.fr}{'  (à vérifier)' if c.confidence == 'basse' else ''}")
    count = sum(len(found) for _, found in groups)
    click.echo(
        f"\n{count} critères sur {chosen_framework.announced_criteria} annoncés ; points inconnus sans la grille."
    )


@label.command()
@click.argument("code")
@click.option("--framework", default="label-ecoprod", show_default=True, help="Framework.")
@_JSON
def show(code: str, framework: str, as_json: bool) -> None:
    """Show one criterion: what it asks, its evidence and who says so."""
    from assistant.api.label.views.criteria import CriterionView
    from ingest.corpus.criteria_statements import criterion_text

    frameworks = _bench().frameworks
    found = frameworks.criterion(framework, code)
    if as_json:
        _print(CriterionView.of(frameworks.get(framework), found).model_dump(mode="json"))
        return
    click.echo(criterion_text(frameworks.get(framework), found).fr)


@label.command()
@click.option("--new", "title", help="Make a project of this title.")
@click.option("--framework", default="label-ecoprod", show_default=True, help="Framework of a new project.")
@click.option("--scheme", type=click.Choice(["performance", "engagement"]), help="Scheme of a new project.")
@click.option("--delete", "deleted", help="Erase a project, its history and its evidence, for good.")
@click.option("--link", "linked", help="Print the invitation that opens a project in a browser.")
@_JSON
def projects(
    title: str | None, framework: str, scheme: str | None, deleted: str | None, linked: str | None, as_json: bool
) -> None:
    """List the projects, or make, share or delete one."""
    from assistant.api.label.views.projects import ProjectSummary

    bench = _bench()
    if deleted:
        bench.delete(_project(bench, deleted).id, None)
        click.echo("Projet effacé.", err=True)
    if linked:
        click.echo(f"/label/invitation/{bench.store.members.invitation(_project(bench, linked).id, None)}")
        return
    made = [bench.create(LOCAL, framework, title, scheme)] if title else None
    shown = made or bench.store.projects(None)
    if as_json:
        _print([ProjectSummary.of(p).model_dump(mode="json") for p in shown])
        return
    for p in shown:
        click.echo(f"{p.id}  {p.title}  ({p.framework}{', grille importée' if p.grid else ''})")
    if not shown:
        click.echo('Aucun projet. Créez-en un : clapvert label projects --new "Titre".')


@label.command("import")
@click.argument("project")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", help="Name of the sheet.")
@click.option("--columns", help='Columns by role, as JSON: {"code": "A", "title": "B", "points": "F"}.')
@click.option("--answers", is_flag=True, help="Take the workbook's answers where nothing was said.")
@click.option("--plan", "only_plan", is_flag=True, help="Only say how it would be read.")
@_JSON
def import_grid(
    project: str, workbook: Path, sheet: str | None, columns: str | None, answers: bool, only_plan: bool, as_json: bool
) -> None:
    """Import the official workbook (XLSX or CSV) into a project."""
    from assistant.label.grid.imports import Choice, mapping_from_json, planned, taken
    from assistant.label.grid.words import ROLE_NAMES

    bench = _bench()
    found = _project(bench, project)
    choice = Choice(sheet, None, mapping_from_json(columns) if columns else None, answers)
    plan = planned(bench, None, workbook.name, workbook.read_bytes(), choice)
    if only_plan:
        rows = [
            {"column": c.letter, "name": c.name, "role": c.role, "confidence": c.confidence, "reasons": list(c.reasons)}
            for c in plan.columns
        ]
        if as_json:
            _print({"sheet": plan.table.sheet, "rows": len(plan.table.rows), "columns": rows})
            return
        click.echo(f"Feuille « {plan.table.sheet} », {len(plan.table.rows)} lignes.")
        for c in plan.columns:
            role = ROLE_NAMES[c.role] if c.role else "ignorée"
            click.echo(f"  {c.letter}  {c.name:<30} → {role} ({c.confidence}) {' ; '.join(c.reasons)}")
        return
    after, taken_answers = taken(bench, found.id, None, plan, choice)
    assert after.grid is not None
    criteria, total = after.grid.criteria, float(after.grid.points)
    if as_json:
        _print({"criteria": len(criteria), "points": total, "answers": taken_answers, "remarks": after.grid.remarks})
        return
    click.echo(f"{len(criteria)} critères importés, {f'{total:g}'.replace('.', ',')} points.")
    for remark in after.grid.remarks:
        click.echo(f"  ! {remark}")


@label.command()
@click.argument("project")
@click.option("--target", type=click.IntRange(1, 100), help="Also say what reaches this percentage at least effort.")
@_JSON
def score(project: str, target: int | None, as_json: bool) -> None:
    """Compute the score on the imported grid; exit 1 when there is none."""
    from assistant.api.label.views.scores import EffortView, ScoreView
    from assistant.label.score.score import score_items
    from assistant.label.score.tally import items
    from assistant.label.score.whatif import least_effort

    bench = _bench()
    found = _project(bench, project)
    framework = bench.framework(found)
    counted = items(found, framework)
    result = score_items(counted, framework.thresholds)
    plan = least_effort(counted, target) if target else None
    if as_json:
        _print(ScoreView.of(result).model_dump() | ({"plan": EffortView.of(plan).model_dump()} if plan else {}))
        return
    click.echo(f"Score : {result.headline}")
    for line in (*(v.sentence for v in result.verdicts), *result.explanation):
        click.echo(f"  {line}")
    if not result.mandatory.known:
        click.echo("  La grille ne dit pas quels critères sont obligatoires.")
    elif result.mandatory.missing:
        click.echo(f"  Obligatoires manquants : {', '.join(result.mandatory.missing)}.")
    if plan:
        for line in plan.explanation:
            click.echo(f"  → {line}")
        for s in plan.steps:
            click.echo(f"     {s.key} {s.title} (+{s.gain})")


@label.command()
@click.argument("project")
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
def export(project: str, output: Path) -> None:
    """Write the evidence file; the format is the extension: .pdf, .docx, .xlsx, .csv or .md."""
    from assistant.label.evidence.exports import export_evidence
    from ingest.corpus.register import load_register
    from ingest.settings import Settings

    bench = _bench()
    found = _project(bench, project)
    register = load_register(Settings().corpus_dir)
    file = export_evidence(found, bench.framework(found), register, bench.clock(), output.suffix.lstrip(".").lower())
    output.write_bytes(file.content)
    click.echo(f"{output} : {len(file.content)} octets.", err=True)


@label.command()
@click.argument("project")
@click.argument("code", required=False)
@click.argument("value", required=False)
@click.option("--note", help="Note of the criterion.")
@click.option("--person", help="Who is in charge.")
@click.option("--reason", help="Why it does not apply, for « sans_objet ».")
@_JSON
def status(
    project: str, code: str | None, value: str | None, note: str | None, person: str | None, reason: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Say how far a project is, or set a criterion: `label status FILM A1 fait`."""
    from assistant.label.projects.progress import status_line
    from assistant.label.projects.projects import Status

    bench = _bench()
    found = _project(bench, project)
    if code:
        given = {"status": value, "note": note, "person": person, "not_applicable_reason": reason}
        changes: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        if value is not None and value not in set(Status):
            raise ClapvertError(
                ErrorCode.BAD_REQUEST, f"Le statut « {value} » est inconnu.", f"Statuts : {', '.join(Status)}."
            )
        state = bench.put(found.id, None, code, changes)
        if as_json:
            _print(state.model_dump(mode="json"))
        else:
            click.echo(f"{state.code} : {state.status.value}")
        return
    _, _, done = bench.board(found.id, None)
    if as_json:
        _print(done.model_dump(mode="json"))
        return
    click.echo(f"{found.title} : {status_line(done.whole)}")
    for tally in done.departments:
        click.echo(f"  {tally.name:<28} {status_line(tally)}")
