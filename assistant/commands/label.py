"""`clapvert label`: criteria, projects, the grid, the score and the evidence file, in the terminal.

Guarantee: the user of the data folder sees every project in it, those made in a browser too; what it changes is kept in
their history under « Ligne de commande ».
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from assistant.commands.label_bench import JSON, bench, print_json, project_named
from assistant.commands.label_files import due, evidence, export, history
from assistant.commands.label_grid import departments, import_grid, match, template
from assistant.history.owner import LOCAL
from ingest.errors import ClapvertError, ErrorCode


@click.group()
def label() -> None:
    """Criteria of the label, projects, official grid, score and evidence file."""


@label.command("list")
@click.option("--framework", default="label-ecoprod", show_default=True, help="Framework.")
@click.option("--poste", default="", help="Only this poste or chapter.")
@click.option("--department", default="", help="Only this department, by its French name.")
@click.option("--search", "words", default="", help="Only what holds these words.")
@JSON
def list_criteria(framework: str, poste: str, department: str, words: str, as_json: bool) -> None:
    """List the known criteria of a framework."""
    from assistant.api.label.routes import wanted
    from assistant.api.label.views.criteria import CriterionView
    from assistant.label.frameworks import chosen

    chosen_framework = bench().frameworks.get(framework)
    groups = chosen(chosen_framework, wanted(poste, department, words))
    if as_json:
        print_json(
            [CriterionView.of(chosen_framework, c).model_dump(mode="json") for _, found in groups for c in found]
        )
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
@JSON
def show(code: str, framework: str, as_json: bool) -> None:
    """Show one criterion: what it asks, its evidence and who says so."""
    from assistant.api.label.views.criteria import CriterionView
    from ingest.corpus.criteria_statements import criterion_text

    frameworks = bench().frameworks
    found = frameworks.criterion(framework, code)
    if as_json:
        print_json(CriterionView.of(frameworks.get(framework), found).model_dump(mode="json"))
        return
    click.echo(criterion_text(frameworks.get(framework), found).fr)


@label.command()
@click.option("--new", "title", help="Make a project of this title.")
@click.option("--framework", default="label-ecoprod", show_default=True, help="Framework of a new project.")
@click.option("--scheme", type=click.Choice(["performance", "engagement"]), help="Scheme of a new project.")
@click.option("--delete", "deleted", help="Erase a project, its history and its evidence, for good.")
@click.option("--link", "linked", help="Print the invitation that opens a project in a browser.")
@JSON
def projects(
    title: str | None, framework: str, scheme: str | None, deleted: str | None, linked: str | None, as_json: bool
) -> None:
    """List the projects, or make, share or delete one."""
    from assistant.api.label.views.projects import ProjectSummary

    workbench = bench()
    if deleted:
        workbench.delete(project_named(workbench, deleted).id, None)
        click.echo("Projet effacé.", err=True)
    if linked:
        click.echo(f"/label/invitation/{workbench.store.members.invitation(project_named(workbench, linked).id, None)}")
        return
    made = [workbench.create(LOCAL, framework, title, scheme)] if title else None
    shown = made or workbench.store.projects(None)
    if as_json:
        print_json([ProjectSummary.of(p).model_dump(mode="json") for p in shown])
        return
    for p in shown:
        click.echo(f"{p.id}  {p.title}  ({p.framework}{', grille importée' if p.grid else ''})")
    if not shown:
        click.echo('Aucun projet. Créez-en un : clapvert label projects --new "Titre".')


for _command in (import_grid, template, match, departments, evidence, export, due, history):
    label.add_command(_command)


@label.command()
@click.argument("project")
@click.option("--target", type=click.IntRange(1, 100), help="Also say what reaches this percentage at least effort.")
@JSON
def score(project: str, target: int | None, as_json: bool) -> None:
    """Compute the score on the imported grid; exit 1 when there is none."""
    from assistant.api.label.views.scores import EffortView, ScoreView
    from assistant.label.score.score import score_items
    from assistant.label.score.tally import items
    from assistant.label.score.whatif import least_effort

    workbench = bench()
    found = project_named(workbench, project)
    framework = workbench.framework(found)
    counted = items(found, framework)
    result = score_items(counted, framework.thresholds)
    plan = least_effort(counted, target) if target else None
    if as_json:
        print_json(ScoreView.of(result).model_dump() | ({"plan": EffortView.of(plan).model_dump()} if plan else {}))
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
@click.option("--title", help="Another title.")
@click.option("--scheme", type=click.Choice(["performance", "engagement"]), help="Scheme aimed at.")
@click.option("--note", help="Note of the project.")
@click.option("--copy", "copied", help="Copy it under this title, for another production.")
def edit(project: str, title: str | None, scheme: str | None, note: str | None, copied: str | None) -> None:
    """Change the title, the scheme or the note of a project, or copy it."""
    workbench = bench()
    found = project_named(workbench, project)
    given = {"title": title, "scheme": scheme, "note": note}
    if changes := {k: v for k, v in given.items() if v is not None}:
        found = workbench.edit(found.id, None, changes)
    if copied:
        found = workbench.store.duplicate(found.id, LOCAL, copied)
    click.echo(f"{found.id}  {found.title}  ({found.framework})")


@label.command()
@click.argument("project")
@click.argument("other")
@JSON
def compare(project: str, other: str, as_json: bool) -> None:
    """Show where two projects of one framework differ."""
    from assistant.label.projects.compare import compare as compared
    from assistant.label.projects.projects import STATUS_LABELS

    workbench = bench()
    left, right = project_named(workbench, project), project_named(workbench, other)
    pairs = [p for p in compared(left, right, workbench.framework(left)) if p.differs]
    if as_json:
        print_json([p.model_dump(mode="json") for p in pairs])
        return
    for p in pairs:
        sides = [STATUS_LABELS[s.status] if s else "absent" for s in (p.left, p.right)]
        click.echo(f"  {p.key:<10} {sides[0]} | {sides[1]}  {p.title}")
    click.echo(f"{len(pairs)} écarts.")


@label.command()
@click.argument("project")
@click.argument("code", required=False)
@click.argument("value", required=False)
@click.option("--note", help="Note of the criterion.")
@click.option("--person", help="Who is in charge.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Day by which it is due.")
@click.option("--reason", help="Why it does not apply, for « sans_objet ».")
@JSON
def status(
    project: str, code: str | None, value: str | None, note: str | None, person: str | None,
    due: dt.datetime | None, reason: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say how far a project is, or set a criterion: `label status FILM A1 fait`."""
    from assistant.label.projects.progress import status_line
    from assistant.label.projects.projects import Status

    workbench = bench()
    found = project_named(workbench, project)
    if code:
        given = {"status": value, "note": note, "person": person, "not_applicable_reason": reason,
                 "due": due.date() if due else None}  # fmt: skip
        changes: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        if value is not None and value not in set(Status):
            raise ClapvertError(
                ErrorCode.BAD_REQUEST, f"Le statut « {value} » est inconnu.", f"Statuts : {', '.join(Status)}."
            )
        state = workbench.put(found.id, None, code, changes)
        if as_json:
            print_json(state.model_dump(mode="json"))
        else:
            click.echo(f"{state.code} : {state.status.value}")
        return
    _, _, done = workbench.board(found.id, None)
    if as_json:
        print_json(done.model_dump(mode="json"))
        return
    click.echo(f"{found.title} : {status_line(done.whole)}")
    for tally in done.departments:
        click.echo(f"  {tally.name:<28} {status_line(tally)}")
