"""`clapvert eval report | import | judge | coverage`: what is made of a run, or brought to the reference set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings

if TYPE_CHECKING:
    from evals.reference_set import ReferenceSet
    from evals.runner import Run

_OUT = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_REFERENCE = click.option("--reference", type=_FOLDER, help="Another set of questions: a folder of reference files.")
_RUN_HELP = "RUN is a run file, the name of a kept run, or `last`."


@click.command("report", epilog=_RUN_HELP)
@click.argument("name", metavar="RUN")
@click.argument("base_name", metavar="[BASE]", required=False)
@click.option("--html", "html_file", type=_OUT, help="Write one page that opens from disk.")
@click.option("--junit", "junit_file", type=_OUT, help="Write JUnit XML, one test case a question.")
@click.option("--json", "json_file", type=_OUT, help="Write the report as JSON.")
@click.option("--as-recorded", is_flag=True, help="Keep the expectations of the run, even where they were corrected.")
@_REFERENCE
def report(
    name: str, base_name: str | None, html_file: Path | None, junit_file: Path | None, json_file: Path | None,
    as_recorded: bool, reference: Path | None,
) -> None:  # fmt: skip
    """Report on a run, and on what changed since BASE."""
    from evals import runs
    from evals.compare import compare
    from evals.coverage_report import coverage_report
    from evals.html.page import page
    from evals.junit import junit
    from evals.keeping import report_of
    from evals.report import comparison_report, run_report, stages_report
    from evals.scores import by_split, score_run

    settings = Settings()
    folder, whole = runs.folder_of(settings.data_dir), _reference(reference)
    path = runs.find(folder, name)
    run = _load(path, whole, as_recorded)
    base_path = runs.find(folder, base_name) if base_name else None
    base = _load(base_path, whole, as_recorded) if base_path else None
    told = report_of(path, run, whole, folder, base, base_path.stem if base_path else "", _refused(settings))
    _write(html_file, lambda: page(told))
    _write(junit_file, lambda: junit(told))
    _write(json_file, lambda: json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    click.echo(run_report(run, by_split(score_run(run), whole), {}))
    click.echo("\n" + stages_report(told["stages"]))
    if base:
        click.echo("\n" + comparison_report(compare(base, run)))
    if told["coverage"]:
        click.echo("\n" + coverage_report(told["coverage"], most=5))
    if told["judges"]:
        click.echo("\n" + _agreements(told["judges"]))


@click.command("import")
@click.argument("files", metavar="FILE…", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--feedback", is_flag=True, help="Take the feedback of readers, from the data folder.")
@click.option("--out", type=_OUT, default="candidats.yaml", show_default=True, help="Where the questions go.")
@click.option("--domain", help="Domain of those that name none.")
@_REFERENCE
@_JSON
def import_(
    files: tuple[Path, ...], feedback: bool, out: Path, domain: str | None, reference: Path | None, as_json: bool
) -> None:
    """Make candidate questions of CSV, JSON lines or promptfoo files, or of feedback; existing files stay."""
    from evals.import_files import from_feedback, read_candidates
    from evals.imports import import_questions, write_reference

    if not files and not feedback:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Rien à importer.", "Donnez des fichiers, ou --feedback.")
    candidates = [c for f in files for c in read_candidates(f)]
    if feedback:
        from assistant.feedback import FeedbackStore

        candidates += from_feedback(FeedbackStore.of(Settings()).all())
    found = import_questions(candidates, _reference(reference), domain)
    if found.questions:
        origin = ", ".join([*(f.name for f in files), *(["retours"] if feedback else [])])
        write_reference(found, out, origin)
    if as_json:
        click.echo(json.dumps(found.as_dict() | {"out": str(out) if found.questions else None}, ensure_ascii=False))
        return
    for question, ident in found.known.items():
        click.echo(f"déjà posée ({ident}) : {question}")
    for ident, other in found.near.items():
        click.echo(f"{ident} est proche de {other} : à comparer")
    where = f" dans {out}" if found.questions else ""
    click.echo(f"{len(found.questions)} candidate(s){where}, {len(found.known)} déjà posée(s).")


@click.command("judge", epilog=_RUN_HELP)
@click.argument("name", metavar="RUN")
@click.option("--judge", "judge_name", envvar="CLAPVERT_EVAL_JUDGE", show_envvar=True,
              help="`provider:model`, or the folder of an entailment model (default: CLAPVERT_LLM).")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="Judge only the first answers.")
@_JSON
def judge(name: str, judge_name: str | None, limit: int | None, as_json: bool) -> None:
    """Ask a model what it thinks of the answers of a run; kept beside the run, in no measure."""
    from evals import runs
    from evals.judge_models import open_judge
    from evals.judges import agreement, judged, save_verdicts, verdicts_path
    from evals.runner import Run
    from evals.scores import score_run

    settings = Settings()
    path = runs.find(runs.folder_of(settings.data_dir), name)
    found = open_judge(settings, judge_name)
    run = Run.load(path)
    verdicts = judged(run, found, limit, _progress)
    save_verdicts(verdicts_path(path), found.name, verdicts)
    told = agreement(found.name, verdicts, score_run(run))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(_agreements(told))
    click.echo(f"Verdicts : {verdicts_path(path)}")


@click.command("coverage", epilog=_RUN_HELP)
@click.argument("name", metavar="RUN")
@click.option(
    "--search", is_flag=True, help="Search each statement never retrieved by its own words (loads the model)."
)
@click.option("--questions", "show", is_flag=True, help="Give the words of the questions asked often and refused.")
@_REFERENCE
@_JSON
def coverage(name: str, search: bool, show: bool, reference: Path | None, as_json: bool) -> None:
    """Tell what a run never retrieved, never cited, and what no question asks for; what people ask and are refused."""
    from evals import runs
    from evals.coverage import coverage as covered
    from evals.coverage import hidden
    from evals.coverage_report import coverage_report
    from evals.runner import Run, eval_engine

    settings = Settings()
    run = Run.load(runs.find(runs.folder_of(settings.data_dir), name))
    found = covered(run, _reference(reference))
    told = found.as_dict() | {"refused": _refused(settings, show)}
    if search:
        told["hidden"] = hidden(eval_engine(settings), found)
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else coverage_report(told))


def _write(file: Path | None, text: Callable[[], str]) -> None:
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(), encoding="utf-8")
        click.echo(f"Écrit : {file}", err=True)


def _reference(folder: Path | None) -> ReferenceSet:
    from evals import reference_set

    return reference_set.load_reference(folder) if folder else reference_set.load_reference()


def _load(path: Path, whole: ReferenceSet, as_recorded: bool) -> Run:
    from evals.runner import Run
    from evals.scores import refreshed

    run = Run.load(path)
    return run if as_recorded else refreshed(run, whole)[0]


def _refused(settings: Settings, show: bool = False) -> dict[str, Any] | None:
    """What the people of this data folder were refused; None when nothing is kept of them."""
    from evals.asked import judged_down, kept_answers
    from evals.coverage import refused

    answers = kept_answers(settings)
    return refused(answers, judged_down(settings), show) if answers else None


def _agreements(rows: list[dict[str, Any]]) -> str:
    from evals.report import percent, table

    header = ["Juge", "n", "accord %", "[95 %]", "kappa", "oui/oui", "oui/non", "non/oui", "non/non", "non jugées"]
    cells = [
        [f"{j['judge']} : {j['label']}", str(j["n"]), percent(j["raw"]), f"{percent(j['low'])} – {percent(j['high'])}",
         "–" if j["kappa"] is None else f"{j['kappa']:.2f}",
         *(str(j[k]) for k in ("both", "score_only", "judge_only", "neither", "unjudged"))]
        for j in rows
    ]  # fmt: skip
    note = "« oui/non » : la note déterministe dit oui, le juge non. Aucun juge n'entre dans une mesure."
    return table(header, cells) + "\n" + note


def _progress(done: int, total: int) -> None:
    if done % 50 == 0 or done == total:
        click.echo(f"  réponses : {done}/{total}", err=True)
