"""`clapvert eval plans`: the planner against plans made by hand, with and without one of its ways to choose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.options import FILE, JSON, as_text, say
from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.engine import EngineConfig

WAYS = ("cards", "slots", "rules")


@click.command("plans")
@click.option("--without", type=click.Choice(WAYS), help="Leave one way of choosing out, and tell what that changes.")
@click.option("--settings", "config_file", type=FILE, help="Settings of the pipeline other than its own.")
@JSON
def plans(without: str | None, config_file: Path | None, as_json: bool) -> None:
    """Head match, F1 of what is shown, and what is missed, on the messages planned by hand."""
    from assistant.tuning import load_config
    from evals.plan_set import load_plans
    from evals.reports.plans_report import changes_report, plans_report
    from evals.running.configuration import with_config
    from evals.running.runner import eval_engine
    from evals.scoring.plans import changes, score_plans, summary

    engine, hand = eval_engine(Settings(), load_config(config_file) if config_file else None), load_plans()
    whole = score_plans(engine, hand, lambda done: say(f"{done} / {len(hand)}") if done % 100 == 0 else None)
    if without is None:
        click.echo(as_text(summary(whole)) if as_json else plans_report(summary(whole)))
        return
    left = score_plans(with_config(engine, _without(engine.config, without)), hand)
    found = changes(whole, left)
    click.echo(as_text({n: d.as_dict() for n, d in found.items()}) if as_json else changes_report(without, found))


def _without(config: EngineConfig, way: str) -> EngineConfig:
    """Settings that never choose a way."""
    if way == "rules":
        return replace(config, decision=replace(config.decision, verdict=2.0))
    if way == "cards":
        return replace(config, match=replace(config.match, is_card=-99.0))
    return replace(config, match=replace(config.match, kind=0.0, of_its_time=0.0))
