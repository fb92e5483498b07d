"""`clapvert eval`: run, score, compare, calibrate, impact, verifier, ablate, beir; reports in `evals.cli_report`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evals.cli_report import coverage, import_, judge, report
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.engine import Engine, EngineConfig
    from evals.reference_set import ReferenceSet
    from evals.runner import Run
    from evals.scores import Scores

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group()
def evaluate() -> None:
    """Measure retrieval and answers against the reference questions."""
    try:
        import ir_measures  # noqa: F401
    except ImportError:
        click.echo("Les évaluations demandent un paquet de plus : `pip install 'clapvert[evals]'`.", err=True)
        raise SystemExit(ExitCode.NOT_READY) from None


@evaluate.command("run")
@click.option(
    "--split", type=click.Choice(["dev", "test", "all"]), default="all", show_default=True, help="Which part."
)
@click.option("--domain", "domains", multiple=True, help="Only this domain of the set.")
@click.option("--reference", type=_FOLDER, help="Another set of questions: a folder of reference files.")
@click.option("--settings", "config_file", type=_FILE, help="Settings to try, as `eval calibrate` writes them.")
@click.option("--out", type=_OUT, help="Write the run here too (it is kept in the data folder, with its report).")
@click.option("--keep/--no-keep", default=True, help="Keep the run in the data folder, for /evals and the trend.")
@click.option("--misses", "show_misses", is_flag=True, help="Print every question that did not pass.")
@_JSON
def run(
    split: str, domains: tuple[str, ...], reference: Path | None, config_file: Path | None, out: Path | None,
    keep: bool, show_misses: bool, as_json: bool,
) -> None:  # fmt: skip
    """Ask the reference questions, keep the answers in a run file, print the scores."""
    from evals.configuration import load_config
    from evals.golds import domains_held
    from evals.keeping import keep_run
    from evals.reference_set import load_reference
    from evals.runner import execute
    from evals.scores import score_run

    engine = _engine(load_config(config_file) if config_file else None)
    whole = load_reference(reference) if reference else load_reference()
    wanted = whole.split(split)  # type: ignore[arg-type]
    every = {e.domain for e in wanted.asked().values()}
    held = set(domains) or (every if reference else domains_held(engine.snapshot) | {"none"})
    asked = wanted.within(held)
    left_out = {} if domains else _left_out(wanted, asked)
    if not asked.asked():
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "Aucune question de référence dans cette sélection.",
            f"Domaines du jeu : {', '.join(sorted(every)) or 'aucun, le dossier est vide'}.",
        )
    result = execute(engine, asked, _progress)
    scores = score_run(result)
    if out:
        result.save(out)
    path = out
    if keep:
        name = reference.resolve().name if reference else None
        kept = keep_run(Settings().data_dir, result, scores, whole, split, name, domains, datetime.now(UTC))
        path = out or kept
    _show(result, whole, left_out, show_misses, as_json, {"run": str(path) if path else None}, scores)
    if path and not as_json:
        click.echo(f"Run : {path}")


@evaluate.command("score")
@click.argument("run_file", metavar="RUN", type=_FILE)
@click.option("--misses", "show_misses", is_flag=True, help="Print every question that did not pass.")
@click.option(
    "--as-recorded", is_flag=True, help="Keep the expectations of the run, even where they were corrected since."
)
@_JSON
def score(run_file: Path, show_misses: bool, as_recorded: bool, as_json: bool) -> None:
    """Score a run file again, without model or index."""
    from evals.reference_set import load_reference
    from evals.runner import Run
    from evals.scores import refreshed

    whole, result, changed = load_reference(), Run.load(run_file), 0
    if not as_recorded:
        result, changed = refreshed(result, whole)
    if changed:
        click.echo(f"{changed} attente(s) corrigée(s) depuis le run.", err=True)
    _show(result, whole, {}, show_misses, as_json, {"run": str(run_file)})


@evaluate.command("compare")
@click.argument("base", type=_FILE)
@click.argument("candidate", type=_FILE)
@click.option("--out", type=_OUT, help="Write the comparison as JSON too.")
@_JSON
def compare(base: Path, candidate: Path, out: Path | None, as_json: bool) -> None:
    """Compare two run files; exit 1 when the candidate loses something."""
    from evals.compare import compare as compared
    from evals.reference_set import load_reference
    from evals.report import comparison_report
    from evals.runner import Run
    from evals.scores import refreshed

    whole = load_reference()
    result = compared(refreshed(Run.load(base), whole)[0], refreshed(Run.load(candidate), whole)[0])
    text = json.dumps(result.as_dict(), ensure_ascii=False, indent=1)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    click.echo(text if as_json else comparison_report(result))
    if not result.passed:
        raise SystemExit(ExitCode.NO)


@evaluate.command("calibrate")
@click.option(
    "--out", type=_OUT, help="Where the recommended settings go (default: evals/settings.json of the data folder)."
)
@click.option("--settings", "config_file", type=_FILE, help="Settings to start from (default: those of the pipeline).")
@click.option(
    "--cost-refused",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    help="Cost of refusing what has an answer.",
)
@click.option(
    "--cost-answered",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Cost of answering what has none.",
)
@_JSON
def calibrate(
    out: Path | None, config_file: Path | None, cost_refused: float, cost_answered: float, as_json: bool
) -> None:
    """Fit selection and abstention on the development split; write the settings it recommends."""
    from assistant.engine import EngineConfig
    from evals.calibration import Costs, calibrated
    from evals.calibration_report import calibration_report
    from evals.configuration import load_config, save_config
    from evals.golds import domains_held
    from evals.reference_set import load_reference

    start = load_config(config_file) if config_file else EngineConfig()
    engine = _engine(start)
    reference = load_reference().split("dev").within(domains_held(engine.snapshot) | {"none"})
    result = calibrated(engine, reference, start, Costs(cost_refused, cost_answered), _say)
    path = out or Settings().data_dir / "evals" / "settings.json"
    save_config(result.config, path)
    if as_json:
        click.echo(json.dumps(result.as_dict() | {"settings": str(path)}, ensure_ascii=False, indent=1))
    else:
        click.echo(calibration_report(result))
        click.echo(f"Réglages conseillés : {path}")


@evaluate.command("impact")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--as", "registered", help="Register id of the text (needed when both are files).")
@_JSON
def impact(before: str, after: str, registered: str | None, as_json: bool) -> None:
    """Tell which statements and reference questions rest on what changed from A to B (ids of added texts, or files)."""
    from evals.impact import changed_keys
    from evals.impact import impact as touched
    from evals.reference_set import load_reference
    from ingest.diff import diff_units
    from ingest.pipeline import Library
    from ingest.register import load_register

    settings = Settings()
    shelf, register = Library(settings).texts, load_register(settings.corpus_dir)
    known = [t.registered for t in shelf.all() if t.id in (before, after) and t.registered]
    if not (registered or known):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Dites de quel texte il s'agit : --as ID_DU_REGISTRE.")
    source = register.get(registered or known[0])
    diff = diff_units(shelf.units(before), shelf.units(after))
    found = touched(changed_keys(diff, source, register), source, settings.corpus_dir, register, load_reference())
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        return
    for row in found.statements:
        click.echo(f"énoncé   {row.id} ({row.fiche}) : {', '.join(row.keys)}")
    for ident in found.questions:
        click.echo(f"question {ident}")
    click.echo(
        f"{len(found.keys)} article(s) touché(s) : {len(found.statements)} énoncé(s) et "
        f"{len(found.questions)} question(s) à relire ; {len(found.whole)} énoncé(s) citent le texte sans article."
    )


@evaluate.command("verifier")
@click.option(
    "--split", type=click.Choice(["dev", "test", "held", "all"]), default="all", show_default=True, help="Which part."
)
@click.option("--misses", "show_misses", is_flag=True, help="Print every sentence judged wrongly.")
@click.option("--min-detection", type=click.FloatRange(0, 100), default=97.0, show_default=True, help="Floor, in %.")
@click.option("--max-false", type=click.FloatRange(0, 100), default=2.0, show_default=True, help="Ceiling, in %.")
@_JSON
def verifier(split: str, show_misses: bool, min_detection: float, max_false: float, as_json: bool) -> None:
    """Show the verifier tampered sentences and true rewordings; exit 1 under the floor or over the ceiling."""
    from evals.report import verifier_misses, verifier_report
    from evals.verifier_set import as_json as told
    from evals.verifier_set import detection, false_alarms, judge, load_cases

    judged = judge(load_cases(Settings().corpus_dir))
    parts = {part: [j for j in judged if j.case.split == part] for part in ("dev", "test", "held")}
    columns = {"all": judged, **parts} if split == "all" else {split: parts[split]}
    if as_json:
        click.echo(json.dumps(told(columns), ensure_ascii=False, indent=1))
    else:
        if show_misses:
            click.echo(verifier_misses(columns[split]) + "\n")
        click.echo(verifier_report(columns))
    found, alarms = detection(columns[split]).value or 0.0, false_alarms(columns[split]).value or 0.0
    if 100 * found < min_detection or 100 * alarms > max_false:
        raise SystemExit(ExitCode.NO)


@evaluate.command("ablate")
@click.option("--only", "names", multiple=True, help="Only this ablation (an unknown name lists them all).")
@click.option(
    "--split", type=click.Choice(["dev", "test", "all"]), default="dev", show_default=True, help="Which part."
)
@click.option(
    "--one-in", type=click.IntRange(min=1), default=1, show_default=True, help="Ask about one topic in N, for a sketch."
)
@click.option("--out", type=_OUT, help="Write the table as JSON too, row after row.")
@_JSON
def ablate(names: tuple[str, ...], split: str, one_in: int, out: Path | None, as_json: bool) -> None:
    """Leave out one part of the pipeline at a time, and tell what each is worth."""
    from evals.ablate.cases import ablations
    from evals.ablate.table import AblationRow, Laboratory, ablation_report, sketched
    from evals.golds import domains_held
    from evals.reference_set import load_reference
    from ingest.pipeline import Library

    known = ablations()
    if unknown := [n for n in names if n not in known]:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Ablation inconnue : {unknown[0]}.", f"Connues : {', '.join(known)}."
        )
    engine = _engine(None)
    reference = load_reference().split(split).within(domains_held(engine.snapshot) | {"none"})  # type: ignore[arg-type]
    reference = sketched(reference, one_in)
    _say(f"  système entier, {len(reference.asked())} questions")
    laboratory = Laboratory(engine, reference, Library(Settings()).vectors)
    told: dict[str, object] = {}

    def say(row: AblationRow) -> None:
        told[row.name] = row.as_dict()
        _say(f"  sans : {row.label}")
        if out:
            out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    rows = laboratory.rows([known[n] for n in names or known], say)
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else ablation_report(rows))


@evaluate.command("beir")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", help="Which judgements of qrels/ (default: test, or the only ones there are).")
@click.option(
    "--k", "depth", type=click.IntRange(min=100), help="Documents kept of each ranking (default: the pipeline's 120)."
)
@_JSON
def beir(folder: Path, split: str | None, depth: int | None, as_json: bool) -> None:
    """Search a BEIR folder by BM25, by vectors and by both, and measure the three."""
    from assistant.retrieve import RetrievalConfig
    from evals.beir.folder import BeirFolder
    from evals.beir.rankings import rank
    from evals.beir.report import beir_report, data_notes
    from evals.beir.scores import estimates, means
    from ingest.embedding import Encoder, model_info
    from ingest.store import VectorCache

    settings = Settings()
    data = BeirFolder(folder)
    judged = data.judged(split)
    config = RetrievalConfig(depth=depth) if depth else RetrievalConfig()
    encoder = Encoder(model_info(settings, _say), settings.threads)
    cache = VectorCache(settings.data_dir / "evals" / "beir-vectors.db")
    ranked = rank(data, judged, encoder, cache, config, _stage)
    for note in data_notes(judged, ranked):
        _say(note)
    if as_json:
        click.echo(json.dumps(means(ranked.rankings, judged.qrels), indent=1))
    else:
        click.echo(beir_report(estimates(ranked.rankings, judged.qrels), judged, ranked))


def _engine(config: EngineConfig | None) -> Engine:
    """The engine over the serving index, on the fixed day."""
    from evals.runner import eval_engine

    return eval_engine(Settings(), config)


def _left_out(wanted: ReferenceSet, asked: ReferenceSet) -> dict[str, int]:
    counts: dict[str, int] = {}
    kept = asked.asked()
    for ident, expected in wanted.asked().items():
        if ident not in kept:
            counts[expected.domain] = counts.get(expected.domain, 0) + 1
    return counts


def _show(
    result: Run,
    whole: ReferenceSet,
    left_out: dict[str, int],
    show_misses: bool,
    as_json: bool,
    extra: dict[str, Any],
    scores: Scores | None = None,
) -> None:
    from evals.metrics import results
    from evals.report import misses, run_report
    from evals.scores import by_split, score_run

    scores = scores or score_run(result)
    columns = by_split(scores, whole)
    if as_json:
        told = results(result, scores) | extra | {"left_out": left_out}
        told["splits"] = {name: results(result, part)["metrics"] for name, part in columns.items()}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    if show_misses:
        click.echo(misses(result, scores) + "\n")
    click.echo(run_report(result, columns, left_out))


def _progress(done: int, total: int) -> None:
    if done % 50 == 0 or done == total:
        _say(f"  questions : {done}/{total}")


def _stage(stage: str, done: int, total: int) -> None:
    _say(f"  {stage} : {done}{f'/{total}' if total else ''}")


def _say(message: str) -> None:
    click.echo(message, err=True)


for _command in (report, import_, judge, coverage):
    evaluate.add_command(_command)
