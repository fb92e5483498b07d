"""`clapvert eval run | score | compare`: ask, score, and hold a run against another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evals.commands.options import FILE, JSON, OUT, REFERENCE, as_text, load_run, progress, say
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.engine import Engine
    from evals.running.runner import Run
    from evals.scoring.scores import Scores

_MISSES = click.option("--misses", "show_misses", is_flag=True, help="Print every question that did not pass.")


@click.command("run")
@click.option("--domain", "domains", multiple=True, help="Only this domain of the set.")
@REFERENCE
@click.option("--messages", "messages_file", type=FILE, help="A set to be read (questions.yaml), not to be scored.")
@click.option("--sealed", "sealed_name", help="A sealed set: totals only; the run file is for the reader's sheet.")
@click.option(
    "--model/--no-model",
    "by_model",
    default=False,
    show_default=True,
    help="Answers written by the language model of the settings (CLAPVERT_LLM), or made without one.",
)
@click.option(
    "--cassette",
    type=click.Path(path_type=Path),
    help="Kept replies in the model's seat: a folder where requests are written and replies read (run again until none "
    "is pending), or a pack (.jsonl) that is replayed.",
)
@click.option("--pack", type=OUT, help="Write the replies of the cassette's folder that were used as one pack.")
@click.option("--settings", "config_file", type=FILE, help="Settings to try, as `eval calibrate` writes them.")
@click.option("--out", type=OUT, help="Write the run here too (it is kept in the data folder, with its report).")
@click.option("--keep/--no-keep", default=True, help="Keep the run in the data folder, for /evals and the trend.")
@_MISSES
@JSON
def run(
    domains: tuple[str, ...], reference: Path | None, messages_file: Path | None, sealed_name: str | None,
    by_model: bool, cassette: Path | None, pack: Path | None, config_file: Path | None, out: Path | None, keep: bool,
    show_misses: bool, as_json: bool,
) -> None:  # fmt: skip
    """Ask the reference questions, keep the answers in a run file, print the scores."""
    from assistant.tuning import load_config
    from evals.reference_set import load_reference
    from evals.reports.keeping import keep_run
    from evals.running.golds import domains_asked
    from evals.running.runner import eval_engine, execute
    from evals.scoring.scores import score_run

    settings = Settings()
    by_settings = by_model and cassette is None
    if by_settings and not settings.llm:
        raise ClapvertError(
            ErrorCode.LLM_UNAVAILABLE, "Aucun modèle de langue n'est réglé.", "Posez CLAPVERT_LLM, ou --cassette."
        )
    mine = settings if by_settings else settings.model_copy(update={"llm": None})
    engine = eval_engine(mine, load_config(config_file) if config_file else None)
    if cassette is not None:
        _replayed(engine, cassette, pack)
    if messages_file or sealed_name:
        _ask_messages(engine, messages_file, sealed_name, out, as_json)
        return
    whole = load_reference(reference)
    every = {e.domain for e in whole.asked().values()}
    asked = whole.within(domains or (every if reference else domains_asked(engine.snapshot)))
    kept = asked.asked()
    if not kept:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "Aucune question de référence dans cette sélection.",
            f"Domaines du jeu : {', '.join(sorted(every)) or 'aucun, le dossier est vide'}.",
        )
    left_out = {} if domains else Counter(e.domain for i, e in whole.asked().items() if i not in kept)
    result = execute(engine, asked, progress("questions"))
    scores = score_run(result)
    if out:
        result.save(out)
    path = out
    if keep:
        name = reference.resolve().name if reference else None
        file = keep_run(settings.data_dir, result, scores, whole, name, domains, datetime.now(UTC))
        path = out or file
    _show(result, scores, left_out, show_misses, as_json, path)
    if path and not as_json:
        click.echo(f"Run : {path}")


@click.command("score")
@click.argument("run_file", metavar="RUN", type=FILE)
@_MISSES
@click.option(
    "--as-recorded", is_flag=True, help="Keep the expectations of the run, even where they were corrected since."
)
@JSON
def score(run_file: Path, show_misses: bool, as_recorded: bool, as_json: bool) -> None:
    """Score a run file again, without model or index."""
    from evals.reference_set import load_reference
    from evals.running.runner import Run
    from evals.scoring.scores import refreshed, score_run

    whole, result, changed = load_reference(), Run.load(run_file), 0
    if not as_recorded:
        result, changed = refreshed(result, whole)
    if changed:
        say(f"{changed} attente(s) corrigée(s) depuis le run.")
    _show(result, score_run(result), {}, show_misses, as_json, run_file)


@click.command("compare")
@click.argument("base", type=FILE)
@click.argument("candidate", type=FILE)
@click.option("--out", type=OUT, help="Write the comparison as JSON too.")
@JSON
def compare(base: Path, candidate: Path, out: Path | None, as_json: bool) -> None:
    """Compare two run files; exit 1 when the candidate loses something."""
    from evals.reference_set import load_reference
    from evals.reports.report import comparison_report
    from evals.scoring.compare import compare as compared

    whole = load_reference()
    result = compared(load_run(base, whole), load_run(candidate, whole))
    text = as_text(result.as_dict())
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    click.echo(text if as_json else comparison_report(result))
    if not result.passed:
        raise SystemExit(ExitCode.NO)


def _replayed(engine: Engine, path: Path, pack: Path | None) -> None:
    """Write with a cassette; what it lacks, what it holds that is no reply, and its pack are told at the end."""
    from evals.running.cassette import Cassette, written_by

    kept = Cassette.open(path)
    written_by(engine, kept)

    def told() -> None:
        for line in kept.bad:
            say(f"Réponse refusée : {line}")
        if pack is not None:
            kept.pack(pack)
        say(f"Cassette : {kept.missing} requête(s) sans réponse." if kept.missing else "Cassette : complète.")

    click.get_current_context().call_on_close(told)


def _ask_messages(engine: Engine, path: Path | None, sealed_name: str | None, out: Path | None, as_json: bool) -> None:
    """Ask a set that people will read: totals here, the answers in the run file alone."""
    from evals.reading.messages import read_messages
    from evals.reading.sealed import Opening, note, unpacked
    from evals.running.runner import execute, totals

    if path and sealed_name:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Un seul jeu à la fois : --messages ou --sealed.")
    messages = read_messages(path) if path else unpacked(str(sealed_name))
    result = execute(engine, messages.as_reference(), progress("messages"))
    if sealed_name:
        note(Opening(set=sealed_name, on=datetime.now(UTC).date(), what="measured", why=out.name if out else "totaux"))
    if out:
        result.save(out)
    told = totals(result)
    click.echo(as_text(told) if as_json else "\n".join(f"{k} : {v}" for k, v in told.items()))


def _show(
    result: Run, scores: Scores, left_out: Mapping[str, int], show_misses: bool, as_json: bool, path: Path | None
) -> None:  # fmt: skip
    from evals.reports.report import misses, run_report
    from evals.scoring.metrics import results

    if as_json:
        told: dict[str, Any] = results(result, scores) | {"run": str(path) if path else None, "left_out": left_out}
        click.echo(as_text(told))
        return
    if show_misses:
        click.echo(misses(result, scores) + "\n")
    click.echo(run_report(result, scores, left_out))
