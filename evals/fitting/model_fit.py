"""Fits all that is of one embedding model: its heads, the fusion of its ranking with the words', its thresholds.

Guarantee: from the shipped examples and the reference questions alone, in one go, kept whole or not at all. A threshold
keeps its meaning: what the shipped one says of the default model's vectors, read off the moments that its heads keep of
the same examples, is said of the other's. The fusion is chosen by the reference questions; how options are scored
changes only where it is clearly better out of fold.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from assistant.dialogue.turns import Asked
from assistant.engine import Engine, EngineConfig
from assistant.planning import scope, steps_head
from assistant.planning.rules import RulesConfig
from assistant.planning.weighing import PassagesConfig
from assistant.reading import acts, manners
from assistant.reading.fitted import SHIPPED, Fitted
from assistant.search import meanings
from assistant.search.fusion import Fusion, blend, fuse, top
from assistant.tuning import folder_of, keep_tuning
from evals.fitting import steps_fit
from evals.fitting.heads_fit import act_examples, field_examples, fit_acts, fit_field, fit_manners
from evals.fitting.known_encoder import KnownEncoder
from evals.fitting.match_fit import choices, fit_match
from evals.fitting.meanings_fit import fit_meanings, wordings
from evals.plan_set import load_plans
from evals.reference_set import ReferenceSet, load_reference
from evals.running.bare import without_aliases
from evals.running.configuration import with_config
from evals.running.golds import Golds, domains_asked
from evals.running.retrieval import measure
from ingest.index.store import VectorCache
from ingest.language.lexical import LexicalIndex
from ingest.settings import Settings

FUSIONS = tuple(Fusion(k, dense, 1.0) for k in (5, 10, 20, 60) for dense in (0.7, 1.0, 1.4, 2.0, 2.8, 4.0))
MEANINGS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_MEASURE = "ndcg@10"
Say = Callable[[str], None]


@dataclass(frozen=True)
class ModelFit:
    """What was fitted on a model, where it is kept, and what it comes to: share of examples that each head reads
    rightly; nDCG@10 of the statements of the reference questions by the shipped fusion and by the one chosen: `fused`
    among ours with their questions, `found` without any, as an official text is."""

    folder: Path
    config: EngineConfig
    heads: Mapping[str, float]
    fused: tuple[float, float]
    found: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        kept = self.config.retrieval
        return {
            "folder": str(self.folder),
            "heads": {n: round(v, 4) for n, v in self.heads.items()},
            "fusion": {"k": kept.rrf_k, "dense": kept.weight_dense, "ndcg@10": self.fused},
            "texts": {"meaning": kept.meaning, "ndcg@10": self.found},
            "rules": {"obligations": self.config.rules.obligations},
            "scope": {"contrast": self.config.scope.contrast, "bias": self.config.scope.bias},
        }


def fit_model(settings: Settings, engine: Engine, say: Say) -> ModelFit:
    """Fit on the serving index and its model; minutes, most of them spent encoding the examples."""
    target = folder_of(settings.data_dir, engine.search.encoder.info)
    aside = target.with_name(f".{target.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        say("  exemples")
        cache = VectorCache(settings.data_dir / "vectors.db")
        encoder = KnownEncoder(
            engine.search.encoder, _texts(engine), cache, lambda done, of: say(f"  exemples : {done}/{of}")
        )
        fit = _fit_into(aside, target, with_config(engine, EngineConfig(), SHIPPED, encoder), cache, say)
        shutil.rmtree(target, ignore_errors=True)
        aside.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return fit


def _texts(engine: Engine) -> list[str]:
    """Every text that a fit reads as a question."""
    index, field = engine.snapshot, field_examples()
    cards, demarches = index.cards.cards, index.demarches.demarches
    asked = [q.question for q in load_reference().questions]
    out = [*act_examples([q for card in cards for q in card.asks])[0], *field["ours"], *field["others"], *asked]
    out += [r.text for r in steps_fit.examples(demarches, cards, load_plans())]
    return out + [t for plan in load_plans() for t in (plan.message, *(p.about for p in plan.parts))]


def _fit_into(aside: Path, target: Path, engine: Engine, cache: VectorCache, say: Say) -> ModelFit:
    fitted, heads = Fitted(aside), {}
    reference = load_reference().within(domains_asked(engine.snapshot))
    say("  actes, formes")
    encoder, index = engine.search.encoder, engine.snapshot
    heads["acts"] = fit_acts(encoder, [q for card in index.cards.cards for q in card.asks], fitted.path(acts.WEIGHTS))
    heads["manners"] = fit_manners(encoder, fitted.path(manners.WEIGHTS))
    say("  démarches")
    told = steps_fit.examples(index.demarches.demarches, index.cards.cards, load_plans())
    steps = steps_fit.fit_steps(told, encoder)
    steps_fit.save(steps, fitted.path(steps_head.WEIGHTS))
    heads["steps"] = steps.right
    say("  sens des formulations")
    heads["meanings"] = fit_meanings(wordings(engine), fitted.path(meanings.WEIGHTS))
    engine = with_config(engine, engine.config, fitted)
    say("  fusion")
    config, *fused = fused_best(engine, reference)
    share, *found = meaning_best(engine, reference, cache)
    retrieval = replace(config.retrieval, meaning=share)
    config = replace(config, retrieval=retrieval, rules=rules_of(config.rules, fitted))
    say("  champ")
    engine = with_config(engine, config, fitted)
    heads["field"] = fit_field(engine, fitted.path(scope.FIELD_WEIGHTS))
    config = replace(config, scope=scope_of(config.scope, fitted), passages=passages_of(config.passages, fitted))
    engine = with_config(engine, config, fitted)
    say("  options des questions")
    match = fit_match(choices(engine, load_plans()), config.match)
    if match.adopted:
        config = replace(config, match=match.config)
    keep_tuning(aside, config)
    return ModelFit(target, config, heads, (fused[0], fused[1]), (found[0], found[1]))


def fused_best(engine: Engine, reference: ReferenceSet) -> tuple[EngineConfig, float, float]:
    """The settings with the fusion that ranks the statements of the reference questions best, and its nDCG@10 after
    that of the fusion in place."""
    golds, ids = Golds.of(engine.snapshot), engine.snapshot.columns.statements
    rankings, gold = {}, {}
    for q in reference.questions:
        message = engine.read(Asked(q.question, as_of=q.as_of), None)
        if (found := golds.statements(q)) and len(message.parts) == 1:
            rankings[q.id], gold[q.id] = engine.search.rankings(message.question), found

    def worth(fusion: Fusion) -> float:
        ranked = {}
        for name, (dense, lexical) in rankings.items():
            scores = fuse(dense, lexical, fusion)
            ranked[name] = [s for p in sorted(scores, key=lambda p: (-scores[p], p))[:10] if (s := ids[p])]
        return _mean(ranked, gold)

    kept = engine.config.retrieval
    worths = {fusion: worth(fusion) for fusion in (kept.statements, *FUSIONS)}
    best = max(worths, key=lambda fusion: worths[fusion])
    retrieval = replace(kept, rrf_k=best.k, weight_dense=best.dense, weight_lexical=best.lexical)
    return replace(engine.config, retrieval=retrieval), worths[kept.statements], worths[best]


def meaning_best(engine: Engine, reference: ReferenceSet, cache: VectorCache) -> tuple[float, float, float]:
    """The share of the meaning by which the statements of the reference questions are found best when they carry no
    question of theirs, as an official text carries none; its nDCG@10, after that of the share in place."""
    search, snapshot = engine.search, engine.snapshot
    places = np.flatnonzero(snapshot.columns.is_statement).tolist()
    texts = [without_aliases(snapshot.open_passage(p)).index_text for p in places]
    vectors, _ = cache.vectors(search.encoder.info.fingerprint, texts, search.encoder.encode_passages)
    words, depth = LexicalIndex.build(texts), search.config.depth
    golds, ids = Golds.of(snapshot), [snapshot.columns.statements[p] for p in places]
    found: dict[str, tuple[list[int], list[float], list[int], Any]] = {}
    gold = {}
    for q in reference.questions:
        if facts := golds.statements(q):
            near = vectors @ search.vector(q.question)
            dense = np.argsort(-near, kind="stable")[:depth].tolist()
            lexical = words.scores(words.query_terms(q.question))
            found[q.id], gold[q.id] = (dense, near[dense].tolist(), top(lexical, depth), lexical), facts

    def worth(meaning: float) -> float:
        ranked = {}
        for name, rankings in found.items():
            scores = blend(*rankings, meaning)
            ranked[name] = [s for p in sorted(scores, key=lambda p: (-scores[p], p))[:10] if (s := ids[p])]
        return _mean(ranked, gold)

    kept = engine.config.retrieval.meaning
    worths = {meaning: worth(meaning) for meaning in (kept, *MEANINGS)}
    best = max(worths, key=lambda meaning: worths[meaning])
    return best, worths[kept], worths[best]


def _mean(ranked: Mapping[str, list[str]], gold: Mapping[str, frozenset[str]]) -> float:
    return float(np.mean([row[_MEASURE] for row in measure(ranked, gold).values()] or [0.0]))


def rules_of(config: RulesConfig, fitted: Fitted) -> RulesConfig:
    """Thresholds on the cosine of two questions: as far from 1, against how far two questions stand apart on average
    (one less the square of the length of their mean vector), as the shipped ones are."""
    apart, shipped = (1 - float(m @ m) for m in (f.arrays(acts.WEIGHTS)["mean"] for f in (fitted, SHIPPED)))
    wider = apart / shipped
    return replace(
        config,
        obligations=round(1 - wider * (1 - config.obligations), 4),
        shown=round(wider * config.shown, 4),
        apart=round(wider * config.apart, 4),
    )


def scope_of(config: scope.ScopeConfig, fitted: Fitted) -> scope.ScopeConfig:
    """The contrast of the nearest passages, which comes first in the evidence of the field, read so that it has the
    mean and the spread that it has under the shipped model."""
    mine, theirs = (f.arrays(scope.FIELD_WEIGHTS) for f in (fitted, SHIPPED))
    contrast = config.contrast * float(theirs["spread"][0] / mine["spread"][0])
    bias = config.bias + config.contrast * float(theirs["mean"][0]) - contrast * float(mine["mean"][0])
    return replace(config, contrast=round(contrast, 4), bias=round(bias, 4))


def passages_of(config: PassagesConfig, fitted: Fitted) -> PassagesConfig:
    """Weights of what stands so many deviations above the sample, which 0 is common to, scaled by its mean."""
    mine, theirs = (f.arrays(scope.FIELD_WEIGHTS)["mean"][0] for f in (fitted, SHIPPED))
    scale = float(theirs / mine)

    def scaled(weights: Mapping[str, float]) -> dict[str, float]:
        far = ("similarity", "full", "article", "most_similar")
        return {name: round(w * scale, 4) if name in far else w for name, w in weights.items()}

    return replace(
        config,
        rank=scaled(config.rank),
        says=replace(config.says, weights=scaled(config.says.weights)),
        wins=replace(config.wins, weights=scaled(config.wins.weights)),
        abroad=round(config.abroad / scale, 4),
    )
