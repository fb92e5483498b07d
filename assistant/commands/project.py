"""`clapvert projet`: projects and their obligations, in the terminal.

Guarantee: the user of the data folder sees every project in it, those made in a browser too; what it changes is kept in
their history under « Ligne de commande ».
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.history.owner import LOCAL
from ingest.commands import DAY
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.project.projects import Project
    from assistant.project.sheet import Row, Sheet
    from assistant.service import Service

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_AS_OF = click.option("--as-of", "day", type=DAY, help="Day whose rules are asked for (YYYY-MM-DD).")


def _service() -> Service:
    from assistant.service import Service
    from ingest.settings import Settings

    return Service(Settings())


@click.group()
def projet() -> None:
    """Projects: describe one, see its obligations, take them away."""


@projet.command("new")
@click.argument("title")
@click.argument("facts", nargs=-1)
@_JSON
def new(title: str, facts: tuple[str, ...], as_json: bool) -> None:
    """Make a project named TITLE from FACTS: `works=serie`, `aids=automatique`, `places=paris,foret-domaniale`,
    `headcount=12`, `shoot=2027-03-01`… Without facts, it is asked nothing: `clapvert projet set` tells it more."""
    from assistant.project import desk

    service = _service()
    picked, given = _facts(facts)
    made = desk.create(service.projects, service.ground, LOCAL, title, "", picked, given)
    _print(service, made, as_json)


@projet.command("set")
@click.argument("project")
@click.argument("facts", nargs=-1)
@click.option("--title", help="Another title.")
@click.option("--note", help="Note of the project.")
@click.option("--done", multiple=True, help="A rule whose obligation is done.")
@click.option("--aside", multiple=True, help="A rule that does not concern the project.")
@_JSON
def set_(
    project: str, facts: tuple[str, ...], title: str | None, note: str | None, done: tuple[str, ...],
    aside: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Tell a project more: FACTS as for `new`. Values add up, a figure or a day takes the place of the one before, and
    what is replaced is told; `name=-value` takes one value back, `name=` all of them."""
    from assistant.project import desk

    service = _service()
    found = _named(service, project)
    picked, given = desk.merged(found, *_facts(facts), service.ground)
    changes: dict[str, Any] = {"picked": picked, "given": given}
    changes |= {k: v for k, v in (("title", title), ("note", note)) if v is not None}
    if wrong := [r for r in (*done, *aside) if r not in service.ground.set_aside]:
        raise ClapvertError(
            ErrorCode.RULE_NOT_FOUND, f"Aucune règle « {wrong[0]} ».", "La liste : clapvert regle list."
        )
    if done:
        changes["done"] = dict.fromkeys(done, service.clock())
    said = {f"{name}.{v}" for name, values in given.items() if isinstance(values, list) for v in values}
    changes["aside"] = [*(a for a in found.aside if a not in said), *aside]
    changed = desk.change(service.projects, service.ground, found.id, None, changes)
    for name, gone, come in desk.differences(found, changed, service.ground):
        now = f" → {', '.join(come)}" if come else " : retiré"
        click.echo(f"{name} : {', '.join(gone)}{now}" if gone else f"{name} : + {', '.join(come)}", err=True)
    _print(service, changed, as_json)


@projet.command()
@click.argument("project", required=False)
@click.option("--form", is_flag=True, help="List what can be said of a project.")
@click.option("--delete", is_flag=True, help="Erase the project, its history and its links, for good.")
@click.option("--link", is_flag=True, help="Print the invitation that opens the project in a browser.")
@_JSON
def show(project: str | None, form: bool, delete: bool, link: bool, as_json: bool) -> None:
    """List the projects, or show one."""
    from assistant.api.projects.views import FormView, ProjectView

    service = _service()
    if form:
        view = FormView.of(service.form)
        if as_json:
            click.echo(view.model_dump_json())
            return
        for field, choices in view.choices.items():
            click.echo(field)
            for c in choices:
                click.echo(f"  {c.id:<28} {c.label}")
        click.echo(f"et : {', '.join((*view.figures, *view.days))}, ou tout fait d'une règle (clapvert regle show).")
        return
    if project is None:
        found = service.projects.projects(None)
        if as_json:
            click.echo(json.dumps([ProjectView.of(p, service.form).model_dump(mode="json") for p in found]))
            return
        for p in found:
            click.echo(f"{p.id}  {p.title}")
        if not found:
            click.echo('Aucun projet. Créez-en un : clapvert projet new "Titre" works=serie headcount=12')
        return
    one = _named(service, project)
    if delete:
        service.projects.delete(one.id, None)
        click.echo("Projet effacé.", err=True)
    elif link:
        click.echo(f"/projets/invitation/{service.projects.members.invitation(one.id, None)}")
    else:
        _print(service, one, as_json)


@projet.command()
@click.argument("project")
@_AS_OF
@_JSON
def obligations(project: str, day: dt.datetime | None, as_json: bool) -> None:
    """Show what the rules say of a project, on any day."""
    from assistant.api.projects.views import SheetView
    from assistant.project.sheet import sheet
    from assistant.project.words import Speaker

    service = _service()
    found = sheet(_named(service, project), service.ground, day.date() if day else service.clock())
    say = Speaker(service.glossary)
    if as_json:
        click.echo(SheetView.of(found, say).model_dump_json())
        return
    click.echo(f"{found.project.title}, au {found.on:%d/%m/%Y} : {say.counted(found)}.")
    for section in found.sections:
        if not section.binding and not section.depends:
            continue
        click.echo(f"\n{say.stage(section.stage)}")
        for row in section.binding:
            _line(row, found, say)
        for row in section.depends:
            _line(row, found, say)
    if found.questions:
        click.echo("\nÀ préciser")
        for q in found.questions:
            values = f" ({' | '.join(q.values)})" if q.values else ""
            no = "non" if len(q.values) == 1 else "aucun" if q.values else "sans objet"
            refuse = f"  ({no} : --aside {' --aside '.join(q.refused)})"
            click.echo(f"  {q.ask}  {q.field}={values}{refuse}")
    if found.chances:
        click.echo("\nCe que vous pouvez demander")
        for row in found.chances:
            _line(row, found, say)
    for title, rows in (("Ce que vous risquez", found.sanctions), ("Bon à savoir", found.told)):
        if rows:
            click.echo(f"\n{title}")
        for row in rows:
            _line(row, found, say)
    click.echo("\nNe s'applique pas" if found.outside else "\nNe s'applique pas : rien.")
    for row in found.outside:
        click.echo(f"  - {say.name(row.rule)} : {say.why_not(row, found)}  [{row.rule.id}]")
        for need in say.needs(row):
            click.echo(f"      Réserve : {need}")


@projet.command()
@click.argument("project")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_AS_OF
def export(project: str, file: Path, day: dt.datetime | None) -> None:
    """Write the obligations of a project to FILE: .docx, .pdf, .md, .csv or .ics."""
    from assistant.project.files import KINDS, file_bytes
    from assistant.project.sheet import sheet
    from assistant.project.words import Speaker

    service = _service()
    kind = next((k for k in KINDS if file.suffix.lower() == f".{k}"), None)
    if kind is None:
        known = ", ".join(f".{k}" for k in KINDS)
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"« {file.name} » : format inconnu.", f"L'extension dit le format : {known}."
        )
    found = sheet(_named(service, project), service.ground, day.date() if day else service.clock())
    base = service.settings.public_url or f"http://{service.settings.host}:{service.settings.port}"
    file.write_bytes(file_bytes(found, service.ground, kind, Speaker(service.glossary), base, service.clock()))
    click.echo(str(file), err=True)


def _line(row: Row, found: Sheet, say: Any) -> None:
    due = f", {by}" if (by := say.by(row, found.on)) else ""
    done = f" ({said})" if (said := say.done(row, found.on)) else ""
    about = f", {subject}" if (subject := say.subject(row)) else ""
    why = "; ".join(say.because(row, found))
    click.echo(f"  {'?' if row.open else '-'} [{say.force(row)}{about}] {say.name(row.rule)}{due}{done}")
    click.echo(f"      {say.lead(row)}{f' ({why})' if why else ''}  [{row.rule.id}]")
    for text in say.texts(row)[1:]:
        click.echo(f"      {text}")
    if not row.mine:
        click.echo(f"      À la charge de : {', '.join(say.bound(row.rule))}")
    if papers := say.papers(row):
        click.echo(f"      À remettre ou à garder : {', '.join(papers)}")
    for need in say.needs(row):
        click.echo(f"      Réserve : {need}")
    for ask in say.wanted(row, found):
        click.echo(f"      À préciser : {ask}")
    for todo in row.steps:
        if todo.due:
            click.echo(f"      À faire : {todo.step.do.fr} ({todo.due:%d/%m/%Y})")


def _facts(facts: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Choices of the form and facts, as the command line writes them."""
    from assistant.project.facts import read_fact
    from ingest.corpus.intake import FIELDS

    picked: dict[str, Any] = {}
    given: dict[str, Any] = {}
    for text in facts:
        name, sep, value = (part.strip() for part in text.partition("="))
        if not sep or not name:
            raise ClapvertError(ErrorCode.FACT_INVALID, f"Fait illisible : {text}.", "Écrivez nom=valeur.")
        if name in FIELDS:
            picked[name] = [v for v in value.split(",") if v]
        else:
            given[name] = read_fact(name, value)
    return picked, given


def _named(service: Service, name: str) -> Project:
    """A project by its id, or by its title."""
    found = service.projects.projects(None)
    matching = [p for p in found if p.id == name] or [p for p in found if p.title.casefold() == name.casefold()]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(f"« {p.title} »" for p in found) or "aucun"
    raise ClapvertError(
        ErrorCode.PROJECT_NOT_FOUND,
        f"{'Plusieurs projets' if matching else 'Aucun projet'} « {name} ».",
        f"Projets : {known} ; `clapvert projet show` donne leurs identifiants.",
    )


def _print(service: Service, project: Project, as_json: bool) -> None:
    from assistant.api.projects.views import ProjectView

    view = ProjectView.of(project, service.form)
    if as_json:
        click.echo(view.model_dump_json())
        return
    click.echo(f"{view.id}  {view.title}")
    for name, value in view.facts.items():
        click.echo(f"  {name} = {', '.join(map(str, value)) if isinstance(value, list) else value}")
