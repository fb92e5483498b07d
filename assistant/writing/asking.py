"""Who answers requests: a language model over its provider, with the replies of this process remembered.

Guarantee: the same request is paid once; a reply that is not what was asked for is asked for again by the model's own
retries, then is a `ModelFailure`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from assistant.llm.models import LanguageModel
from assistant.llm.recent import Recent
from assistant.llm.usage import Usage
from ingest.settings import Settings

T = TypeVar("T")


class Model(Protocol):
    """Answers requests."""

    name: str

    def ask(
        self,
        usage: Usage,
        system: str,
        user: str,
        schema: Mapping[str, Any],
        parse: Callable[[str], T],
        seconds: float | None = None,
        written: Callable[[str], None] | None = None,
    ) -> T:
        """The parsed reply to a request, within so many seconds; `ModelFailure` when there is none. `written` is told
        what came so far."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What a model may be told and may cost: whether the turn before is shared, seconds a question, and the prices of a
    million tokens read and written."""

    history: bool = True
    seconds: float = 30.0
    price_read: float | None = None
    price_written: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """The terms that the settings give."""
        history = settings.llm_shares != "evidence"
        return cls(history, settings.llm_timeout, settings.llm_price_in, settings.llm_price_out)

    def cost(self, usage: Usage) -> float | None:
        """What was spent; None where no price is told."""
        if self.price_read is None or self.price_written is None:
            return None
        return (usage.prompt_tokens * self.price_read + usage.completion_tokens * self.price_written) / 1e6


class Remembering:
    """A language model whose last replies are kept in memory; what it said is parsed again each time."""

    def __init__(self, model: LanguageModel, size: int = 512) -> None:
        self._model, self.name = model, model.name
        self._known: Recent[str] = Recent(size)

    def ask(
        self,
        usage: Usage,
        system: str,
        user: str,
        schema: Mapping[str, Any],
        parse: Callable[[str], T],
        seconds: float | None = None,
        written: Callable[[str], None] | None = None,
    ) -> T:
        """The reply, or the one that was given to the same request."""
        key = hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()
        if (known := self._known.get(key)) is not None:
            usage.cached += 1
            return parse(known)

        def kept(text: str) -> T:
            reply = parse(text)
            self._known.put(key, text)
            return reply

        return self._model.ask(usage, system, user, schema, kept, seconds, written)
