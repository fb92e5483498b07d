"""Stand-ins of the laboratory: an encoder that remembers, a planner whose features are watched.

Guarantee: both compute what the pipeline's own would; they only keep note of it.
"""

from __future__ import annotations

from functools import lru_cache

from assistant.dialogue.parts import PartReader
from assistant.engine import Engine
from assistant.planning.local import LocalPlanner
from assistant.planning.options import Context, Option, Options
from evals.running.behind import Behind
from ingest.model.backends import FloatArray
from ingest.model.embedding import EncoderProtocol


class Remembering(Behind):
    """An encoder that never computes the vector of a question twice: the questions are the same in every row."""

    def __init__(self, encoder: EncoderProtocol) -> None:
        super().__init__(encoder)
        self._query = lru_cache(maxsize=None)(encoder.encode_query)

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector of a question."""
        return self._query(text).copy()


class WatchedOptions(Options):
    """Options that note which of their features were not 0."""

    def __init__(self, options: Options, seen: set[str]) -> None:
        super().__init__(options.terms, options.config)
        self.seen = seen

    def of(self, context: Context) -> list[Option]:
        """The options, noted."""
        found = super().of(context)
        self.seen.update(f"match.{name}" for o in found for name, value in o.features.items() if value)
        return found


def watch(engine: Engine) -> set[str]:
    """Watch the planner of an engine; the set that the features of its options are noted in."""
    seen: set[str] = set()
    config = engine.config
    planner = LocalPlanner(
        engine.search, engine.terms, engine.scope, PartReader(engine.dialogue), config.match, config.plan
    )
    planner.options = WatchedOptions(planner.options, seen)
    engine.local = planner
    return seen
