"""Who answers a request: a language model over its provider, with the replies of this process remembered.

Guarantee: the same request is paid once; a reply that is not a plan is asked for again by the model's own retries, then
is a `ModelFailure`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from assistant.llm.models import LanguageModel
from assistant.llm.recent import Recent
from assistant.llm.usage import Usage
from assistant.planning.model.prompt import RULES
from assistant.planning.model.reply import SCHEMA, Reply, parse_reply
from assistant.planning.model.reply import begun as so_far
from assistant.planning.model.request import Request
from ingest.settings import Settings

Begun = Callable[[Reply], None]


class Speaker(Protocol):
    """Answers requests."""

    name: str

    def plan(self, request: Request, usage: Usage, seconds: float, begun: Begun | None = None) -> Reply:
        """The plan that a request gets, within so many seconds; `ModelFailure` when there is none. `begun` is told the
        parts that are whole, while the others are being written."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What a model may be told and may cost: whether the turn before is shared, seconds a question, and the prices of a
    million tokens read and written."""

    history: bool = True
    seconds: float = 20.0
    price_read: float | None = None
    price_written: float | None = None


def terms_of(settings: Settings) -> Terms:
    """The terms that the settings give."""
    history = settings.llm_shares != "evidence"
    return Terms(history, settings.llm_timeout, settings.llm_price_in, settings.llm_price_out)


class Speaking:
    """A language model that plans."""

    def __init__(self, model: LanguageModel, cache_size: int = 512) -> None:
        self._model, self.name = model, model.name
        self._known: Recent[Reply] = Recent(cache_size)

    def plan(self, request: Request, usage: Usage, seconds: float, begun: Begun | None = None) -> Reply:
        """The model's plan, or the one that it gave to the same request."""
        key = hashlib.sha256(request.text.encode()).hexdigest()
        if (known := self._known.get(key)) is not None:
            usage.cached += 1
            return known
        seen = 0

        def written(text: str) -> None:
            nonlocal seen
            reply = so_far(text)
            if begun is not None and reply is not None and len(reply.parts) > seen:
                seen = len(reply.parts)
                begun(reply)

        reply = self._model.ask(usage, RULES, request.text, SCHEMA, parse_reply, seconds, begun and written)
        self._known.put(key, reply)
        return reply
