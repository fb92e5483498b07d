"""A model on trial: kept messages answered through it over the serving index, and whether it is capable enough.

Guarantee: what is measured is the answer that a user would get, with its proofs; nothing is written to conversations.
A message that the model leaves to the answer without one counts as failed in everything.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from assistant.answer import Answer, ModelUse
from assistant.dialogue.turns import Asked
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.engine import Engine

_DATA = Path(__file__).with_suffix(".yaml")
Expects = Literal["yes", "no", "none", "denied", "unknown"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What makes a model capable, as shares.

    `parsed`: two messages of 24 may be lost, they get the answer without a model; more, and the model is paid for
    nothing. `proved`: of written lines, at the first reading; a line that fails costs two calls, and what replaces it
    answers less well. `right`: verdicts; a false one that its line bears is not caught by a proof. `cited`: an answer
    may rest on a neighbour of ours, or on a text that was added, hence lower.
    """

    parsed: float = 22 / 24
    proved: float = 0.85
    right: float = 0.80
    cited: float = 0.75


BAR = Bar()


class Trial(BaseModel):
    """A kept message and what is expected of its answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    domain: Domain
    expects: Expects
    message: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a message; `cited` is None where no statement is expected."""

    trial: Trial
    verdict: str | None
    right: bool
    cited: bool | None
    seconds: float
    use: ModelUse

    @property
    def parsed(self) -> bool:
        """Whether all that the model replied was read, in time."""
        return self.use.fallback is None


@dataclass(frozen=True)
class Report:
    """What a trial found; times in seconds, `cost` in the currency of the prices set, None without."""

    model: str
    reader: str
    results: tuple[Result, ...]

    @property
    def parsed(self) -> int:
        """Messages whose replies were all read."""
        return sum(r.parsed for r in self.results)

    @property
    def failures(self) -> dict[str, int]:
        """Why others were not, and how many times."""
        return dict(Counter(r.use.fallback for r in self.results if r.use.fallback))

    @property
    def written(self) -> int:
        """Lines that the model wrote: proved, mended, replaced and dropped."""
        return sum(r.use.lines + r.use.replaced + r.use.dropped for r in self.results)

    @property
    def proved(self) -> int:
        """Those that were proved as they were first written."""
        return sum(r.use.lines for r in self.results) - self.mended

    @property
    def mended(self) -> int:
        """Those that were proved once written again."""
        return sum(r.use.mended for r in self.results)

    @property
    def replaced(self) -> int:
        """Those in whose place a statement stands."""
        return sum(r.use.replaced for r in self.results)

    @property
    def dropped(self) -> int:
        """Those that nothing replaces."""
        return sum(r.use.dropped for r in self.results)

    @property
    def right(self) -> int:
        """Verdicts that are those expected."""
        return sum(r.right for r in self.results)

    @property
    def cited(self) -> tuple[int, int]:
        """Messages whose expected statement is cited, of those that expect one."""
        told = [r.cited for r in self.results if r.cited is not None]
        return sum(told), len(told)

    def seconds(self, share: float) -> float:
        """The time within which this share of the answers came; those that called nobody aside."""
        waited = sorted(r.seconds for r in self.results if r.use.calls)
        return waited[max(0, -(-len(waited) * round(share * 100) // 100) - 1)] if waited else 0.0

    def an_answer(self, value: Callable[[ModelUse], float | None]) -> float | None:
        """The mean of something over the answers that called the model; None where it is not told."""
        told = [v for r in self.results if r.use.calls and (v := value(r.use)) is not None]
        return sum(told) / len(told) if told else None

    @property
    def checks(self) -> dict[str, tuple[float, float]]:
        """What is measured against the bar → the share reached, the share wanted."""
        count, (cited, of) = len(self.results), self.cited
        return {
            "parsed": (_share(self.parsed, count), BAR.parsed),
            "proved": (_share(self.proved, self.written), BAR.proved),
            "right": (_share(self.right, count), BAR.right),
            "cited": (_share(cited, of), BAR.cited),
        }

    @property
    def capable(self) -> bool:
        """Whether the model is capable enough."""
        return all(got >= wanted for got, wanted in self.checks.values())

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        cited, of = self.cited
        return {
            "model": self.model, "reader": self.reader, "capable": self.capable, "messages": len(self.results),
            "parsed": self.parsed, "failures": self.failures,
            "lines": {"written": self.written, "proved": self.proved, "mended": self.mended,
                      "replaced": self.replaced, "dropped": self.dropped},
            "right": self.right, "cited": {"found": cited, "of": of},
            "seconds": {"p50": round(self.seconds(0.5), 2), "p95": round(self.seconds(0.95), 2)},
            "tokens": {"read": self.an_answer(lambda u: u.prompt_tokens),
                       "written": self.an_answer(lambda u: u.completion_tokens)},
            "cost": self.an_answer(lambda u: u.cost),
            "checks": {name: {"got": round(got, 4), "wanted": round(wanted, 4), "met": got >= wanted}
                       for name, (got, wanted) in self.checks.items()},
            "answers": [
                {"domain": r.trial.domain.value, "message": r.trial.message, "expects": r.trial.expects,
                 "verdict": r.verdict, "right": r.right, "cited": r.cited, "seconds": round(r.seconds, 2),
                 "refused": list(r.use.refused), "fallback": r.use.fallback}
                for r in self.results
            ],
        }  # fmt: skip


@lru_cache(maxsize=1)
def trials() -> tuple[Trial, ...]:
    """The kept messages."""
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Trial, ...]).validate_python(rows, strict=False)


def run(engine: Engine, heard: Callable[[Result], None] | None = None) -> Report:
    """Answer every kept message through the engine's writer, one after the other.

    `INDEX_MISSING` when the serving index lacks what they expect; `LLM_UNAVAILABLE` when the model refuses the first
    one or cannot be reached: a key, a name or an address is wrong, and nothing is measured.
    """
    writer = engine.writer
    assert writer is not None
    _check_index(engine)
    results: list[Result] = []
    for trial in trials():
        result = _tried(engine, trial)
        if not results and result.use.fallback in ("refused", "disconnected"):
            raise ClapvertError(
                ErrorCode.LLM_UNAVAILABLE,
                f"« {writer.model.name} » "
                + ("refuse les demandes." if result.use.fallback == "refused" else "n'est pas joignable."),
                "Vérifiez le nom du modèle, la clé (CLAPVERT_LLM_API_KEY) et l'adresse (CLAPVERT_LLM_BASE_URL), "
                "puis relancez `clapvert llm try`.",
            )
        results.append(result)
        if heard is not None:
            heard(result)
    return Report(writer.model.name, writer.reader.name, tuple(results))


def is_right(expects: Expects, answer: Answer, cited: bool | None) -> bool:
    """Whether an answer says what is expected: a verdict on the message, neither yes nor no, a premise that is denied,
    or that nobody told us."""
    verdicts = {p.verdict for p in answer.parts}
    if expects in ("yes", "no"):
        return bool(answer.parts) and answer.parts[0].verdict == expects
    if expects == "denied":
        return "yes" not in verdicts and ("no" in verdicts or any(p.state == "denied" for p in answer.parts))
    silent = not verdicts & {"yes", "no"}
    return silent and ((answer.outcome == "answered" or bool(cited)) if expects == "none" else _unknown(answer, cited))


def _unknown(answer: Answer, cited: bool | None) -> bool:
    return bool(cited) or answer.outcome == "abstained" or all(p.state in ("absent", "missing") for p in answer.parts)


def _tried(engine: Engine, trial: Trial) -> Result:
    started = time.perf_counter()
    answer, _ = engine.turn(Asked(trial.message), None, "")
    took = time.perf_counter() - started
    use = answer.receipt.model
    if use is None:  # taken for a message that asks nothing: an act on the answer on screen
        use = ModelUse(name="")
    ours = use.fallback is None and (use.parts > 0 or trial.expects == "unknown")
    cited = ours and bool(set(_statements(engine, answer)) & set(trial.cites)) if trial.cites else None
    right = ours and is_right(trial.expects, answer, cited)
    return Result(trial, answer.parts[0].verdict if answer.parts else None, right, cited, took, use)


def _statements(engine: Engine, answer: Answer) -> Iterator[str]:
    """Ids of the statements that an answer cites."""
    snapshot = engine.snapshot
    for citation in answer.citations:
        at = snapshot.position(citation.passage_id)
        if at is not None and (statement := snapshot.open_passage(at).statement) is not None:
            yield statement.id


def _check_index(engine: Engine) -> None:
    here = engine.local.options.positions
    if lacking := [t for t in trials() if t.cites and not any(s in here for s in t.cites)]:
        raise ClapvertError(
            ErrorCode.INDEX_MISSING,
            f"L'index qui sert ne contient pas de quoi répondre à {len(lacking)} messages de l'essai.",
            "Lancez `clapvert ingest` sur le corpus livré (CLAPVERT_CORPUS_DIR vide).",
        )


def _share(some: int, of: int) -> float:
    """Nothing of nothing is no success."""
    return some / of if of else 0.0
