"""Calibration: fit selection, then abstention, on the development split; say what changed and what it is worth.

Guarantee: the test split is never read here. Weights that do not do clearly better on topics they did not see are not
recommended: the current ones stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.engine import Engine, EngineConfig
from assistant.planning.ranking import SelectionConfig
from evals.fitting.ranking_fit import RankingFit, collect, fit_ranking
from evals.fitting.scope_fit import Costs, Point, ScopeFit, collect_scope, fit_scope
from evals.reference_set import ReferenceSet
from evals.running.configuration import with_config
from evals.running.runner import execute
from evals.scoring.compare import Comparison, compare
from ingest.errors import ClapvertError, ErrorCode

_LEVELS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3)


@dataclass(frozen=True)
class Calibration:
    """What was fitted, what is recommended, and the development split before and after."""

    start: EngineConfig
    config: EngineConfig
    ranking: RankingFit
    scope: ScopeFit
    costs: Costs
    change: Comparison

    def points(self) -> list[Point]:
        """The trade-off, thinned out to tell it in a table: the cheapest point at each level of refusals."""
        told: dict[float, Point] = {}
        for p in self.scope.curve:
            level = next((level for level in _LEVELS if p.refused <= level), None)
            if level is not None and (level not in told or p.cost < told[level].cost):
                told[level] = p
        return sorted({*told.values(), self.scope.chosen}, key=lambda p: p.threshold)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        r, s = self.ranking, self.scope
        return {
            "recommended": asdict(self.config),
            "costs": asdict(self.costs),
            "ranking": {
                "questions": r.questions, "pull": r.pull, "adopted": r.better, "weights": r.weights,
                "first": r.first.as_dict(), "top3": r.top3.as_dict(), "first_in_fold": r.in_fold.as_dict(),
            },
            "scope": {
                "out_of_domain": s.out_of_domain, "answerable": s.answerable, "adopted": s.adopted,
                "auc_before": round(s.auc_before, 4), "auc": round(s.auc, 4),
                "before": s.start.as_dict(), "chosen": s.chosen.as_dict(),
                "curve": [p.as_dict() for p in s.curve],
            },
            "development": self.change.as_dict(),
        }  # fmt: skip


def calibrated(
    engine: Engine,
    reference: ReferenceSet,
    start: EngineConfig,
    costs: Costs,
    say: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """Fit on `reference`, which must be (part of) the development split."""
    say("  classement : candidats des questions")
    candidates = collect(engine, reference, start)
    if not len(candidates):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucune question dont l'index porte la réponse : rien à ajuster.")
    ranking = fit_ranking(candidates, start.selection)
    selection = SelectionConfig(**ranking.weights) if ranking.better else start.selection
    ranked = replace(start, selection=selection)
    say("  abstention : réponses sans seuil")
    scope = fit_scope(collect_scope(engine, reference, ranked), start.abstain, costs)
    config = replace(ranked, abstain=scope.config)
    say("  partie de développement, avant et après")
    runs = [execute(with_config(engine, c), reference) for c in (start, config)]
    return Calibration(start, config, ranking, scope, costs, compare(*runs))
