"""A language model in use: time limits, retries, and a pause when it keeps failing.

Guarantee: `LanguageModel.ask` returns a reply that its caller's strict parser accepted, or raises `ModelFailure` with a
stable reason, within the time limit plus one silence; nothing else escapes. A provider's error is never shown: its text
may hold the question. Retries belong here alone (the provider's own are off), so that their cost is counted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import tenacity

from assistant.llm.usage import Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Failed = Literal["timeout", "disconnected", "rate_limited", "server_error", "refused", "malformed", "busy", "paused"]
"""Why a model gave nothing. `paused`: it failed several times in a row and is left alone for a while."""
T = TypeVar("T")
_RETRIED = frozenset({"timeout", "disconnected", "rate_limited", "server_error", "malformed"})
_TIMEOUTS = frozenset({"TimeoutException", "TimeoutError", "APITimeoutError"})
_BROKEN = frozenset({"TransportError", "ConnectionError", "APIConnectionError", "OSError"})
_log = logging.getLogger("clapvert")


class ModelFailure(Exception):  # noqa: N818 - an outcome that callers handle, not a fault of the program
    """A call that gave nothing usable; `retry_after` in seconds when the provider asked for it."""

    def __init__(self, reason: Failed, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason: Failed = reason
        self.retry_after = retry_after


@dataclass
class _Health:
    """Failures in a row, and until when the model is left alone."""

    failures: int = 0
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class LanguageModel:
    """One model. Shared by threads; at most `concurrency` calls at once, the next one is told `busy`."""

    def __init__(
        self,
        name: str,
        chat: BaseChatModel,
        json_mode: Callable[[Mapping[str, Any]], dict[str, Any]],
        *,
        timeout: float = 20.0,
        attempts: int = 3,
        concurrency: int = 8,
        pause_after: int = 3,
        pause: float = 30.0,
        backoff: float = 0.5,
    ) -> None:
        self.name = name
        self._chat, self._json_mode = chat, json_mode
        self._timeout, self._attempts, self._backoff = timeout, attempts, backoff
        self._slots = threading.BoundedSemaphore(concurrency)
        self._health, self._pause_after, self._pause = _Health(), pause_after, pause

    @property
    def timeout(self) -> float:
        """Seconds that one question may wait."""
        return self._timeout

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
        """The parsed reply, or `ModelFailure`; what it cost is added to `usage` either way. `written` is told what came
        so far, at each object that closes.

        `parse` raises `ValueError` on what it refuses: the model is then asked again. `seconds`: what is left of the
        time that the question may wait, when it has been asked before.
        """
        seconds = self._timeout if seconds is None else min(seconds, self._timeout)
        if seconds <= 0:
            raise ModelFailure("timeout")
        if time.monotonic() < self._health.until:
            raise ModelFailure("paused")
        if not self._slots.acquire(blocking=False):
            raise ModelFailure("busy")
        started = time.monotonic()
        try:
            reply: T = self._retrying(seconds)(
                self._once, usage, started + seconds, system, user, schema, parse, written
            )
        except ModelFailure as failure:
            self._note(failed=True)
            _log.warning("language model: %s after %d calls", failure.reason, usage.calls)
            raise
        finally:
            self._slots.release()
            usage.ms += (time.monotonic() - started) * 1000
        self._note(failed=False)
        return reply

    def _retrying(self, seconds: float) -> tenacity.Retrying:
        backoff = tenacity.wait_exponential_jitter(initial=self._backoff, max=4.0, jitter=self._backoff / 2)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after if isinstance(error, ModelFailure) else 0.0
            return max(backoff(state), asked)

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda e: isinstance(e, ModelFailure) and e.reason in _RETRIED),
            stop=tenacity.stop_after_attempt(self._attempts) | tenacity.stop_before_delay(seconds),
            wait=wait,
            reraise=True,
        )

    def _once(
        self,
        usage: Usage,
        deadline: float,
        system: str,
        user: str,
        schema: Mapping[str, Any],
        parse: Callable[[str], T],
        written: Callable[[str], None] | None,
    ) -> T:
        usage.calls += 1
        text = self._stream(usage, deadline, system, user, schema, written)
        try:
            return parse(text)
        except ValueError as error:
            raise ModelFailure("malformed") from error

    def _stream(
        self, usage: Usage, deadline: float, system: str, user: str, schema: Mapping[str, Any],
        written: Callable[[str], None] | None,
    ) -> str:  # fmt: skip
        """The whole text. It is streamed so that a model that trickles is stopped at the deadline, not at its end."""
        parts: list[str] = []
        messages = [("system", system), ("human", user)]
        try:
            chunks: Any = self._chat.bind(**self._json_mode(schema)).stream(messages)
            with closing(chunks):
                for chunk in chunks:
                    parts.append(str(chunk.text))
                    if counted := getattr(chunk, "usage_metadata", None):
                        usage.prompt_tokens += counted["input_tokens"]
                        usage.completion_tokens += counted["output_tokens"]
                    if time.monotonic() > deadline:
                        raise ModelFailure("timeout")
                    if written is not None and "}" in parts[-1]:
                        written("".join(parts))
        except ModelFailure:
            raise
        except Exception as error:  # every provider has its own family; none may reach the user
            raise failure_of(error) from error
        return "".join(parts)

    def _note(self, *, failed: bool) -> None:
        with self._health.lock:
            self._health.failures = self._health.failures + 1 if failed else 0
            if self._health.failures >= self._pause_after:
                self._health.until = time.monotonic() + self._pause
                self._health.failures = 0


def failure_of(error: BaseException) -> ModelFailure:
    """A provider's error in our terms: by its HTTP status where it has one, else by its kind or its cause's."""
    seen: BaseException | None = error
    names: set[str] = set()
    while seen is not None:
        response = getattr(seen, "response", None)
        status = getattr(seen, "status_code", None) or getattr(response, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return _by_status(status, getattr(response, "headers", None) or {})
        names |= {c.__name__ for c in type(seen).__mro__}
        seen = seen.__cause__ or seen.__context__
    if names & _TIMEOUTS:
        return ModelFailure("timeout")
    if names & _BROKEN:
        return ModelFailure("disconnected")
    return ModelFailure("malformed" if names & {"ValueError", "LengthFinishReasonError"} else "server_error")


def _by_status(status: int, headers: Mapping[str, str]) -> ModelFailure:
    if status == 429:
        try:
            return ModelFailure("rate_limited", float(headers.get("retry-after", "0")))
        except ValueError:  # a date: not worth waiting for
            return ModelFailure("rate_limited", 3600.0)
    return ModelFailure("server_error" if status >= 500 or status in (408, 409) else "refused")
