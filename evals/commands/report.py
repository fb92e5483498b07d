"""`clapvert eval report | judge`: what is made of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from evals.commands.options import FOLDER, JSON, OUT, REFERENCE, RUN_HELP, as_text, load_run, progress, say
from ingest.settings import Settings


@click.command("report", epilog=RUN_HELP)
@click.argument("name", metavar="RUN")
@click.argument("base_name", metavar="[BASE]", required=False)
@click.option("--html", "html_file", type=OUT, help="Write one page that opens from disk.")
@click.option("--junit", "junit_file", type=OUT, help="Write JUnit XML, one test case a question.")
@click.option("--json", "json_file", type=OUT, help="Write the report as JSON.")
@click.option("--as-recorded", is_flag=True, help="Keep the expectations of the run, even where they were corrected.")
@click.option(
    "--reading", "sheet", type=FOLDER, help="A sheet that people read (`eval read`): its rates head the report."
)
@REFERENCE
def report(
    name: str, base_name: str | None, html_file: Path | None, junit_file: Path | None, json_file: Path | None,
    as_recorded: bool, sheet: Path | None, reference: Path | None,
) -> None:  # fmt: skip
    """Report on a run, and on what changed since BASE."""
    from evals.reference_set import load_reference
    from evals.reports.asked import refused_here
    from evals.reports.coverage_report import coverage_report
    from evals.reports.html.page import page
    from evals.reports.junit import junit
    from evals.reports.keeping import report_of
    from evals.reports.reading import reading_data, reading_report
    from evals.reports.report import agreement_report, comparison_report, run_report, stages_report
    from evals.running import runs
    from evals.scoring.compare import compare
    from evals.scoring.scores import score_run

    settings, whole = Settings(), load_reference(reference)
    folder = runs.folder_of(settings.data_dir)
    path = runs.find(folder, name)
    run = load_run(path, whole, as_recorded)
    scores = score_run(run)
    base_path = runs.find(folder, base_name) if base_name else None
    against = compare(load_run(base_path, whole, as_recorded), run) if base_path else None
    base_name = base_path.stem if base_path else ""
    told = report_of(path, run, scores, whole, folder, against, base_name, refused_here(settings))
    told["reading"] = reading_data(sheet) if sheet else None
    _write(html_file, lambda: page(told))
    _write(junit_file, lambda: junit(told))
    _write(json_file, lambda: as_text(told) + "\n")
    click.echo(reading_report(told["reading"]) if sheet else "Envoyé tel quel : aucune lecture (`--reading`).")
    click.echo("\n" + run_report(run, scores, {}))
    click.echo("\n" + stages_report(told["stages"]))
    if against:
        click.echo("\n" + comparison_report(against))
    if told["coverage"]:
        click.echo("\n" + coverage_report(told["coverage"], most=5))
    if told["judges"]:
        click.echo("\n" + agreement_report(told["judges"]))


@click.command("judge", epilog=RUN_HELP)
@click.argument("name", metavar="RUN")
@click.option("--judge", "judge_name", envvar="CLAPVERT_EVAL_JUDGE", show_envvar=True,
              help="`provider:model`, or the folder of an entailment model (default: CLAPVERT_LLM).")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="Judge only the first answers.")
@JSON
def judge(name: str, judge_name: str | None, limit: int | None, as_json: bool) -> None:
    """Ask a model what it thinks of the answers of a run; kept beside the run, in no measure."""
    from evals.reports.report import agreement_report
    from evals.running import runs
    from evals.running.runner import Run
    from evals.scoring.judge_models import open_judge
    from evals.scoring.judges import agreement, judged, save_verdicts, verdicts_path
    from evals.scoring.scores import score_run

    settings = Settings()
    path = runs.find(runs.folder_of(settings.data_dir), name)
    found = open_judge(settings, judge_name)
    run = Run.load(path)
    verdicts = judged(run, found, limit, progress("réponses"))
    save_verdicts(verdicts_path(path), found.name, verdicts)
    told = agreement(found.name, verdicts, score_run(run))
    if as_json:
        click.echo(as_text(told))
        return
    click.echo(agreement_report(told))
    click.echo(f"Verdicts : {verdicts_path(path)}")


def _write(file: Path | None, text: Callable[[], str]) -> None:
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(), encoding="utf-8")
        say(f"Écrit : {file}")
