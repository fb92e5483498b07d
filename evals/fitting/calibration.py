"""Calibration: fit how options are scored, on the messages planned by hand; say what changed and what it is worth.

Guarantee: weights that do not do clearly better on topics that they did not see are not recommended: the current ones
stay. What is worth being told, readers judge on a sealed set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.engine import Engine, EngineConfig
from evals.fitting.match_fit import MatchFit, choices, fit_match
from evals.plan_set import load_plans
from evals.reference_set import ReferenceSet
from evals.running.configuration import with_config
from evals.running.runner import execute
from evals.scoring.compare import Comparison, compare


@dataclass(frozen=True)
class Calibration:
    """What was fitted, what is recommended, and the reference set before and after (None: nothing changes)."""

    start: EngineConfig
    config: EngineConfig
    match: MatchFit
    change: Comparison | None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "recommended": asdict(self.config),
            "match": self.match.as_dict(),
            "development": self.change.as_dict() if self.change else None,
        }


def calibrated(
    engine: Engine, reference: ReferenceSet, start: EngineConfig, say: Callable[[str], None] = lambda _: None
) -> Calibration:
    """Fit, and answer a reference set before and after."""
    say("  options des questions")
    engine = with_config(engine, start)
    fit = fit_match(choices(engine, load_plans()), start.match)
    if not fit.adopted:
        return Calibration(start, start, fit, None)
    config = replace(start, match=fit.config)
    say("  jeu de référence, avant et après")
    before, after = (execute(with_config(engine, c), reference) for c in (start, config))
    return Calibration(start, config, fit, compare(before, after))
