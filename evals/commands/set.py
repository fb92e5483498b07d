"""`clapvert eval import | coverage | impact`: what the questions should ask next."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evals.commands.options import JSON, OUT, REFERENCE, RUN_HELP, as_text
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings


@click.command("import")
@click.argument("files", metavar="FILE…", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--feedback", is_flag=True, help="Take the feedback of readers, from the data folder.")
@click.option("--out", type=OUT, default="candidats.yaml", show_default=True, help="Where the questions go.")
@click.option("--domain", help="Domain of those that name none.")
@REFERENCE
@JSON
def import_(
    files: tuple[Path, ...], feedback: bool, out: Path, domain: str | None, reference: Path | None, as_json: bool
) -> None:
    """Make candidate questions of CSV, JSON lines or promptfoo files, or of feedback; existing files stay."""
    from evals.importing.files import from_feedback, read_candidates
    from evals.importing.imports import import_questions, write_reference
    from evals.reference_set import load_reference

    if not files and not feedback:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Rien à importer.", "Donnez des fichiers, ou --feedback.")
    candidates = [c for f in files for c in read_candidates(f)]
    if feedback:
        from assistant.history.feedback import FeedbackStore

        candidates += from_feedback(FeedbackStore.of(Settings()).all())
    found = import_questions(candidates, load_reference(reference), domain)
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


@click.command("coverage", epilog=RUN_HELP)
@click.argument("name", metavar="RUN")
@click.option(
    "--search", is_flag=True, help="Search each statement never retrieved by its own words (loads the model)."
)
@click.option("--questions", "show", is_flag=True, help="Give the words of the questions asked often and refused.")
@REFERENCE
@JSON
def coverage(name: str, search: bool, show: bool, reference: Path | None, as_json: bool) -> None:
    """Tell what a run never retrieved, never cited, and what no question asks for; what people ask and are refused."""
    from evals.reference_set import load_reference
    from evals.reports.asked import refused_here
    from evals.reports.coverage import coverage as covered
    from evals.reports.coverage import hidden
    from evals.reports.coverage_report import coverage_report
    from evals.running import runs
    from evals.running.runner import Run, eval_engine

    settings = Settings()
    run = Run.load(runs.find(runs.folder_of(settings.data_dir), name))
    found = covered(run, load_reference(reference))
    told = found.as_dict() | {"refused": refused_here(settings, show)}
    if search:
        told["hidden"] = hidden(eval_engine(settings), found)
    click.echo(as_text(told) if as_json else coverage_report(told))


@click.command("impact")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--as", "registered", help="Register id of the text (needed when both are files).")
@JSON
def impact(before: str, after: str, registered: str | None, as_json: bool) -> None:
    """Tell which statements and reference questions rest on what changed from A to B (ids of added texts, or files)."""
    from evals.reference_set import load_reference
    from evals.reports.impact import changed_keys
    from evals.reports.impact import impact as touched
    from ingest.corpus.register import load_register
    from ingest.index.pipeline import Library
    from ingest.texts.diff import diff_units

    settings = Settings()
    shelf, register = Library(settings).texts, load_register(settings.corpus_dir)
    known = [t.registered for t in shelf.all() if t.id in (before, after) and t.registered]
    if not (registered or known):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Dites de quel texte il s'agit : --as ID_DU_REGISTRE.")
    source = register.get(registered or known[0])
    diff = diff_units(shelf.units(before), shelf.units(after))
    found = touched(changed_keys(diff, source, register), source, settings.corpus_dir, register, load_reference())
    if as_json:
        click.echo(as_text(found.as_json()))
        return
    for row in found.statements:
        click.echo(f"énoncé   {row.id} ({row.fiche}) : {', '.join(row.keys)}")
    for ident in found.rules:
        click.echo(f"règle    {ident}")
    for ident in found.questions:
        click.echo(f"question {ident}")
    click.echo(
        f"{len(found.keys)} article(s) touché(s) : {len(found.statements)} énoncé(s), {len(found.rules)} règle(s) et "
        f"{len(found.questions)} question(s) à relire ; {len(found.whole)} énoncé(s) citent le texte sans article."
    )
