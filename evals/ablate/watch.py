"""Stand-ins of the laboratory: an encoder that remembers, a planner whose features are watched.

Guarantee: both compute what the pipeline's own would; they only keep note of it.
"""

from __future__ import annotations

from functools import lru_cache

from assistant.dialogue.parts import PartReader
from assistant.engine import Engine
from assistant.planning.local import LocalPlanner
from assistant.planning.options import Context, Option, Options
from assistant.planning.ranking import Selection, Selector
from assistant.planning.scope import Scope
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates
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


class WatchedSelector(Selector):
    """A selection that notes which features were not 0, over all that it was ever shown."""

    def __init__(self, selector: Selector, seen: set[str]) -> None:
        super().__init__(selector.search, selector.glossary, selector.config)
        self.seen = seen

    def select(self, question: Question, candidates: Candidates, part: str | None = None) -> Selection:
        """The selection, noted."""
        found = super().select(question, candidates, part)
        self.seen.update(f"selection.{name}" for s in found.scored for name, value in s.features.items() if value)
        return found


class WatchedOptions(Options):
    """Options that note which of their features were not 0."""

    def __init__(self, options: Options, selector: Selector, seen: set[str]) -> None:
        super().__init__(selector, options.config)
        self.seen = seen

    def of(self, context: Context) -> list[Option]:
        """The options, noted."""
        found = super().of(context)
        self.seen.update(f"match.{name}" for o in found for name, value in o.features.items() if value)
        return found


def watch(engine: Engine) -> set[str]:
    """Watch the planner of an engine; the set that the features of its selections and of its options are noted in."""
    seen: set[str] = set()
    selector = WatchedSelector(engine.selector, seen)
    engine.selector, engine.scope = selector, Scope(selector, engine.config.scope)
    planner = LocalPlanner(
        engine.search, selector, engine.scope, PartReader(engine.dialogue), engine.config.match, engine.config.plan
    )
    planner.options = WatchedOptions(planner.options, selector, seen)
    engine.local = planner
    return seen
