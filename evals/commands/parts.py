"""`clapvert eval calibrate | ablate | verifier | beir`: one part of the pipeline at a time, or other data."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evals.commands.options import FILE, FOLDER, JSON, OUT, as_text, say
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.settings import Settings


@click.command("calibrate")
@click.option(
    "--heads", is_flag=True, help="Fit all that is of the embedding model in use, and keep it for that model."
)
@click.option("--kinds", is_flag=True, help="Fit the head that reads kinds of question, on the cards, nothing else.")
@click.option("--steps", is_flag=True, help="Fit the head that tells who asks for steps, nothing else.")
@click.option("--acts", is_flag=True, help="Fit the head that reads acts, on its examples, nothing else.")
@click.option("--figures", is_flag=True, help="Fit the head that tells the asker's figures, nothing else.")
@click.option("--directions", is_flag=True, help="Fit the head that tells a date gone by, nothing else.")
@click.option("--dates", is_flag=True, help="Fit the head that tells what each date is, nothing else.")
@click.option("--meanings", is_flag=True, help="Fit how vectors are read as what cards are asked, nothing else.")
@click.option("--field", is_flag=True, help="Fit the head that tells our field, on its examples, nothing else.")
@click.option("--texts", is_flag=True, help="Fit the heads that tell whether an added text answers, nothing else.")
@click.option("--official", type=FOLDER, help="With --texts: a folder of official texts, to fit on them too.")
@click.option(
    "--out", type=OUT, help="Where what is fitted goes (default: evals/settings.json of the data folder, or the head)."
)
@click.option("--settings", "config_file", type=FILE, help="Settings to start from (default: those of the pipeline).")
@JSON
def calibrate(
    heads: bool,
    kinds: bool,
    steps: bool,
    acts: bool,
    figures: bool,
    directions: bool,
    dates: bool,
    meanings: bool,
    field: bool,
    texts: bool,
    official: Path | None,
    out: Path | None,
    config_file: Path | None,
    as_json: bool,
) -> None:
    """Fit how options are scored on the messages planned by hand; write the settings it recommends."""
    from assistant.tuning import load_config, save_config
    from evals.fitting.calibration import calibrated
    from evals.reference_set import load_reference
    from evals.reports.calibration_report import calibration_report
    from evals.running.golds import domains_asked
    from evals.running.runner import eval_engine

    settings = Settings()
    if heads:
        _fit_model(settings, as_json)
        return
    if figures or directions or dates:
        from assistant.reading import date_head, direction_head, figure_head
        from evals.fitting import mentions_fit

        sorts = (
            (figures, figure_head.WEIGHTS, mentions_fit.figure_examples, "Chiffres"),
            (directions, direction_head.WEIGHTS, mentions_fit.direction_examples, "Dates passées ou à venir"),
            (dates, date_head.WEIGHTS, mentions_fit.date_examples, "Dates"),
        )
        for asked, weights, examples, name in sorts:
            if asked:
                path = out or weights
                click.echo(f"{name}, exemples bien lus : {mentions_fit.fit(examples(), path):.3f} ; poids : {path}")
        return
    if meanings:
        from assistant.search.meanings import WEIGHTS
        from evals.fitting.meanings_fit import fit_meanings, wordings

        path = out or WEIGHTS
        read = fit_meanings(wordings(eval_engine(settings)), path)
        click.echo(f"Formulations lues comme ce dont elles sont, chacune mise à part : {read:.1%} ; poids : {path}")
        return
    if texts:
        _fit_texts(settings, official, out)
        return
    if steps:
        _fit_steps(settings, out, as_json)
        return
    if kinds or acts or field:
        if config_file:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Les genres de question n'ont pas de réglages de départ.")
        if kinds:
            _fit_head(settings, out, as_json)
        if acts or field:
            _fit_examples(settings, acts, field, out)
        return
    engine = eval_engine(settings, load_config(config_file) if config_file else None)
    start = engine.config
    reference = load_reference().within(domains_asked(engine.snapshot))
    result = calibrated(engine, reference, start, say)
    path = out or settings.data_dir / "evals" / "settings.json"
    save_config(result.config, path)
    if as_json:
        click.echo(as_text(result.as_dict() | {"settings": str(path)}))
    else:
        click.echo(calibration_report(result))
        click.echo(f"Réglages conseillés : {path}")


def _fit_texts(settings: Settings, official: Path | None, out: Path | None) -> None:
    from assistant.planning.weighing import HEADS
    from evals.fitting import texts_fit
    from evals.fitting.texts_index import holding
    from evals.reference_set import load_reference
    from ingest.model.embedding import load_encoder

    encoder, ours = load_encoder(settings, say), texts_fit.ours(load_reference())
    held: list[texts_fit.Case] = []
    for files, questions in texts_fit.indexes(official):
        with holding(settings, encoder, files) as engine:
            held += texts_fit.cases(engine, questions, ours)
    fitted = texts_fit.fit(held)
    texts_fit.save(fitted, out or HEADS)
    for name, title in (("says", "Textes nommés"), ("wins", "Textes non nommés")):
        rows = ", ".join(f"{texts_fit.SORTS[s]} {n} sur {of}" for s, (n, of) in fitted.answered[name].items())
        click.echo(f"{title}, hors pli, répondus : {rows}.")


def _fit_model(settings: Settings, as_json: bool) -> None:
    from assistant.engine import EngineConfig
    from evals.fitting.model_fit import fit_model
    from evals.running.runner import eval_engine

    fit = fit_model(settings, eval_engine(settings, EngineConfig()), say)
    if as_json:
        click.echo(as_text(fit.as_dict()))
        return
    kept, (before, after), (bare_before, bare_after) = fit.config.retrieval, fit.fused, fit.found
    click.echo(
        f"Énoncés : vecteurs ×{kept.weight_dense:g}, k = {kept.rrf_k}, nDCG@10 {before:.3f} → {after:.3f}.\n"
        f"Textes : part du sens {kept.meaning:g}, nDCG@10 {bare_before:.3f} → {bare_after:.3f}.\n"
        f"Têtes et réglages de ce modèle : {fit.folder} ; un serveur les prend à son prochain départ."
    )


def _fit_head(settings: Settings, out: Path | None, as_json: bool) -> None:
    from assistant.reading.kinds_head import WEIGHTS
    from evals.fitting.kinds_fit import examples, fit_kinds, labelled, save
    from evals.reports.calibration_report import kinds_report
    from ingest.corpus.cards import load_cards

    path = out or WEIGHTS
    head = fit_kinds([*examples(load_cards(settings.corpus_dir)), *labelled()])
    same = save(head, path)
    if as_json:
        click.echo(as_text(head.as_dict() | {"weights": str(path), "unchanged": same}))
    else:
        click.echo(kinds_report(head))
        click.echo(f"Poids {'inchangés, octet pour octet' if same else 'écrits'} : {path}")


def _fit_steps(settings: Settings, out: Path | None, as_json: bool) -> None:
    from assistant.planning.steps_head import WEIGHTS
    from evals.fitting.steps_fit import examples, fit_steps, save
    from evals.plan_set import load_plans
    from evals.running.runner import eval_engine
    from ingest.corpus.cards import load_cards
    from ingest.corpus.demarches import load_demarches

    path, corpus = out or WEIGHTS, settings.corpus_dir
    encoder = eval_engine(settings).search.encoder
    head = fit_steps(examples(load_demarches(corpus), load_cards(corpus), load_plans()), encoder)
    same = save(head, path)
    if as_json:
        click.echo(as_text(head.as_dict() | {"weights": str(path), "unchanged": same}))
        return
    click.echo(
        f"{head.examples} formulations ; hors pli, {head.found:.1%} des demandes d'étapes vues, {head.right:.1%} avec "
        f"leur démarche, {head.mistaken:.1%} des autres prises pour telles. Poids : {path}"
    )


def _fit_examples(settings: Settings, acts: bool, field: bool, out: Path | None) -> None:
    from assistant.planning.scope import FIELD_WEIGHTS
    from assistant.reading.acts import WEIGHTS
    from assistant.reading.manners import WEIGHTS as MANNERS
    from evals.fitting.heads_fit import fit_acts, fit_field, fit_manners
    from evals.running.runner import eval_engine

    if acts and field and out:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "--out ne vaut que pour une tête à la fois.")
    engine = eval_engine(settings)
    asked = [q for card in engine.snapshot.cards.cards for q in card.asks]
    if acts:
        path = out or WEIGHTS
        click.echo(f"Actes, exemples bien lus : {fit_acts(engine.search.encoder, asked, path):.3f} ; poids : {path}")
        forms = path.with_name(MANNERS.name)
        click.echo(f"Formes, exemples bien lus : {fit_manners(engine.search.encoder, forms):.3f} ; poids : {forms}")
    if field:
        path = out or FIELD_WEIGHTS
        click.echo(f"Champ, exemples bien lus : {fit_field(engine, path):.3f} ; poids : {path}")


@click.command("ablate")
@click.option("--only", "names", multiple=True, help="Only this ablation (an unknown name lists them all).")
@click.option(
    "--one-in", type=click.IntRange(min=1), default=1, show_default=True, help="Ask about one topic in N, for a sketch."
)
@click.option("--out", type=OUT, help="Write the table as JSON too, row after row.")
@JSON
def ablate(names: tuple[str, ...], one_in: int, out: Path | None, as_json: bool) -> None:
    """Leave out one part of the pipeline at a time, and tell what each is worth."""
    from evals.ablate.cases import ablations
    from evals.ablate.table import AblationRow, Laboratory, ablation_report, sketched
    from evals.reference_set import load_reference
    from evals.running.golds import domains_asked
    from evals.running.runner import eval_engine
    from ingest.index.pipeline import Library

    settings, known = Settings(), ablations()
    if unknown := [n for n in names if n not in known]:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Ablation inconnue : {unknown[0]}.", f"Connues : {', '.join(known)}."
        )
    engine = eval_engine(settings)
    reference = load_reference().within(domains_asked(engine.snapshot))
    reference = sketched(reference, one_in)
    say(f"  système entier, {len(reference.asked())} questions")
    laboratory = Laboratory(engine, reference, Library(settings).vectors)
    told: dict[str, object] = {}

    def note(row: AblationRow) -> None:
        told[row.name] = row.as_dict()
        say(f"  sans : {row.label}")
        if out:
            out.write_text(as_text(told) + "\n", encoding="utf-8")

    rows = laboratory.rows([known[n] for n in names or known], note)
    click.echo(as_text(told) if as_json else ablation_report(rows))


@click.command("verifier")
@click.option("--split", type=click.Choice(["dev", "test", "held", "all"]), default="all", show_default=True)
@click.option("--misses", "show_misses", is_flag=True, help="Print every sentence judged wrongly.")
@click.option("--min-detection", type=click.FloatRange(0, 100), default=97.0, show_default=True, help="Floor, in %.")
@click.option("--max-false", type=click.FloatRange(0, 100), default=2.0, show_default=True, help="Ceiling, in %.")
@JSON
def verifier(split: str, show_misses: bool, min_detection: float, max_false: float, as_json: bool) -> None:
    """Show the verifier tampered sentences and true rewordings; exit 1 under the floor or over the ceiling."""
    from evals.reports.report import verifier_misses, verifier_report
    from evals.verifier_set import as_json as told
    from evals.verifier_set import detection, false_alarms, judge, load_cases

    judged = judge(load_cases())
    parts = {part: [j for j in judged if j.case.split == part] for part in ("dev", "test", "held")}
    columns = {"all": judged, **parts} if split == "all" else {split: parts[split]}
    if as_json:
        click.echo(as_text(told(columns)))
    else:
        if show_misses:
            click.echo(verifier_misses(columns[split]) + "\n")
        click.echo(verifier_report(columns))
    found, alarms = detection(columns[split]).value or 0.0, false_alarms(columns[split]).value or 0.0
    if 100 * found < min_detection or 100 * alarms > max_false:
        raise SystemExit(ExitCode.NO)


@click.command("beir")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--split", help="Which judgements of qrels/ (default: test, or the only ones there are).")
@click.option(
    "--k", "depth", type=click.IntRange(min=100), help="Documents kept of each ranking (default: the pipeline's 120)."
)
@JSON
def beir(folder: Path, split: str | None, depth: int | None, as_json: bool) -> None:
    """Search a BEIR folder by BM25, by vectors and by both, and measure the three."""
    from assistant.search.hybrid import RetrievalConfig
    from evals.beir.folder import BeirFolder
    from evals.beir.rankings import rank
    from evals.beir.report import beir_report, data_notes
    from evals.beir.scores import estimates, means
    from ingest.index.store import VectorCache
    from ingest.model.embedding import Encoder, model_info

    settings = Settings()
    data = BeirFolder(folder)
    judged = data.judged(split)
    config = RetrievalConfig(depth=depth) if depth else RetrievalConfig()
    encoder = Encoder(model_info(settings, say), settings.threads)
    cache = VectorCache(settings.data_dir / "evals" / "beir-vectors.db")
    ranked = rank(data, judged, encoder, cache, config, _stage)
    for note in data_notes(judged, ranked):
        say(note)
    if as_json:
        click.echo(json.dumps(means(ranked.rankings, judged.qrels), indent=1))
    else:
        click.echo(beir_report(estimates(ranked.rankings, judged.qrels), judged, ranked))


def _stage(stage: str, done: int, total: int) -> None:
    say(f"  {stage} : {done}{f'/{total}' if total else ''}")
