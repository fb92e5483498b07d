"""`clapvert regle`: the rules as code, to be read and tried in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ingest.commands import DAY
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.service import Service

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_SAID = {"yes": "Oui", "no": "Non", "depends": "Cela dépend", "open": "Il manque un fait", "nothing": "Sans objet"}


def _service() -> Service:
    from assistant.service import Service
    from ingest.settings import Settings

    return Service(Settings())


@click.group()
def regle() -> None:
    """Rules as code: list, show, try."""


@regle.command("list")
@_JSON
def list_rules(as_json: bool) -> None:
    """List the rules: what each settles, under which law."""
    from assistant.api.rules import summary

    service = _service()
    rows = [summary(rule, service) for rule in service.rules.values()]
    if as_json:
        click.echo(json.dumps([r.model_dump(mode="json") for r in rows], ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.id}  [{row.regime}]  {row.settles}  ({row.cases} cas)")
    click.echo(f"{len(rows)} règles.")


@regle.command()
@click.argument("rule_id")
@_JSON
def show(rule_id: str, as_json: bool) -> None:
    """Show a rule: its versions, conditions, statements and cases."""
    from assistant.api.rules import rule_of

    service = _service()
    rule, cases = rule_of(service, rule_id), service.cases_of(rule_id)
    if as_json:
        data = {
            "rule": rule.model_dump(mode="json", by_alias=True),
            "cases": [c.model_dump(mode="json") for c in cases],
        }
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    texts = {s.id: s.text for f in service.fiches.values() for _, s in f.fiche.statements()}
    click.echo(f"{rule.settles}\n  droit : {rule.regime.value} ; vise : {', '.join(rule.bound)}")
    for version in rule.versions:
        since, until = version.in_force.from_, version.in_force.until
        click.echo(f"\nVersion {f'depuis le {since}' if since else 'de tout temps'}{f' au {until}' if until else ''}")
        for outcome in version.outcomes:
            click.echo(
                f"  {_SAID[outcome.verdict]}{'' if outcome.strength == 'firm' else ', a priori'}, si {outcome.when}"
            )
            for name in outcome.statements:
                click.echo(f"    - {texts.get(name, name)}")
    click.echo(f"\n{len(cases)} cas")
    for case in cases:
        given = ", ".join(f"{k} = {v}" for k, v in case.given.items()) or "rien"
        click.echo(f"  {given} (au {case.on}) : {_SAID[case.expect]} [{case.of}]")


@regle.command("try")
@click.argument("rule_id")
@click.argument("facts", nargs=-1)
@click.option("--as-of", "day", type=DAY, help="Day whose law is asked about (YYYY-MM-DD).")
@_JSON
def try_(rule_id: str, facts: tuple[str, ...], day: datetime | None, as_json: bool) -> None:
    """Try a rule on FACTS, each as name=value: `headcount=1200`, `genre=serie`, `filing=2027-03-15`."""
    from assistant.api.rules import rule_of, try_rule

    service = _service()
    found = try_rule(service, rule_of(service, rule_id), dict(map(_fact, facts)), day.date() if day else None)
    if as_json:
        click.echo(found.model_dump_json())
        return
    texts = {s.id: s.text for f in service.fiches.values() for _, s in f.fiche.statements()}
    click.echo(_SAID[found.verdict] + (", a priori" if found.strength == "likely" else ""))
    for name in (*found.shown, *found.needs, *found.next):
        click.echo(f"  - {texts.get(name, name)}")
    if found.due:
        click.echo(f"  échéance : {found.due.strftime('%d/%m/%Y')}")
    if found.asks:
        click.echo(f"  à préciser : {found.asks}")


def _fact(text: str) -> tuple[str, Any]:
    name, sep, value = text.partition("=")
    if not sep or not name.strip() or not value.strip():
        raise ClapvertError(ErrorCode.FACT_INVALID, f"Fait illisible : {text}.", "Écrivez nom=valeur.")
    try:
        return name.strip(), float(value)
    except ValueError:
        return name.strip(), value.strip()
