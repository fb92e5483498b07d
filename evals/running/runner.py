"""Runs the reference set through the pipeline; scoring is apart (`evals.scoring.scores`).

Guarantee: a run file holds every answer whole, every passage that an answer cites and the golds of the index, so that
it is scored and reported on again without model or index. A question that makes the pipeline fail is
recorded as such and stops nothing. The clock of the evals is fixed.
"""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.dialogue.memory import Memory
from assistant.dialogue.turns import Asked
from assistant.engine import Engine, EngineConfig
from assistant.search.hybrid import Hit
from assistant.service import Service
from evals.reference_set import Expected, ReferenceSet
from evals.running.catalogue import Catalogue, article_of
from evals.running.golds import Golds
from ingest.clock import fixed
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.passages import Passage
from ingest.settings import Settings

TODAY = date(2026, 11, 25)
"""The clock of the evals."""
FORMAT = 1


@dataclass(frozen=True)
class Record:
    """One question: its expectation, the answer (None: the pipeline failed), the statements retrieved, best first.

    `articles`: those of official texts among the candidates.
    """

    id: str
    expected: Expected
    answer: Answer | None
    ranked: list[str] = field(default_factory=list)
    error: str | None = None
    articles: list[str] = field(default_factory=list)

    @property
    def is_turn(self) -> bool:
        """True for a turn of a dialogue."""
        return "." in self.id

    def rank_of(self, statements: Collection[str]) -> int | None:
        """Rank of the first of these statements, from 1; None when none was retrieved."""
        return next((n for n, s in enumerate(self.ranked, 1) if s in statements), None)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "id": self.id,
            "expected": self.expected.model_dump(mode="json", include=set(Expected.model_fields)),
            "answer": self.answer.model_dump(mode="json") if self.answer else None,
            "ranked": self.ranked,
            "error": self.error,
            "articles": self.articles,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Record:
        """What `as_dict` wrote."""
        answer = Answer.model_validate(raw["answer"]) if raw.get("answer") else None
        expected = Expected.model_validate(raw["expected"])
        return cls(raw["id"], expected, answer, raw["ranked"], raw["error"], raw.get("articles", []))


@dataclass
class Run:
    """A whole run: answers, and all that scoring them needs."""

    records: list[Record]
    golds: Golds
    passages: dict[str, Passage]
    seconds: float
    about: dict[str, Any] = field(default_factory=dict)
    catalogue: Catalogue | None = None
    """What the index held; None when the run did not say."""

    def save(self, path: Path) -> None:
        """Write a run file (JSON lines): a header, the passages cited, then one answer a line."""
        index = {"golds": self.golds.as_dict(), "catalogue": self.catalogue.as_dict() if self.catalogue else None}
        head = {"clapvert_run": FORMAT, "seconds": round(self.seconds, 2), **self.about, **index}
        cited = [
            {"passage": p.model_dump(mode="json", by_alias=True, exclude_defaults=True)} for p in self.passages.values()
        ]
        rows = [head, *cited, *(r.as_dict() for r in self.records)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """Read a run file; `BAD_REQUEST` when it is not one."""
        try:
            head, *rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
            if head.pop("clapvert_run") != FORMAT:
                raise ValueError("format")
            passages = [Passage.model_validate(row["passage"]) for row in rows if "passage" in row]
            records = [Record.from_dict(row) for row in rows if "passage" not in row]
            golds, seconds = Golds.from_dict(head.pop("golds")), float(head.pop("seconds"))
            held = head.pop("catalogue", None)
            catalogue = Catalogue.from_dict(held) if held else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST,
                f"{path} n'est pas un fichier de run.",
                "Produisez-en un : `clapvert eval run --out`.",
            ) from exc
        return cls(records, golds, {p.id: p for p in passages}, seconds, head, catalogue)


def eval_engine(settings: Settings, config: EngineConfig | None = None) -> Engine:
    """The engine over the serving index, on the fixed day."""
    return Service(settings, clock=fixed(TODAY), config=config).engine


def execute(engine: Engine, reference: ReferenceSet, progress: Callable[[int, int], None] | None = None) -> Run:
    """Ask every question; dialogues turn by turn, each in the light of the one before."""
    started = time.monotonic()
    jobs = list(_jobs(reference))
    records: list[Record] = []
    previous: Memory | None = None
    for n, (ident, expected, continues) in enumerate(jobs, 1):
        record, previous = _ask(engine, ident, expected, previous if continues else None)
        records.append(record)
        if progress:
            progress(n, len(jobs))
    seconds = time.monotonic() - started
    snapshot = engine.snapshot
    cited = cited_passages(engine, records)
    return Run(records, Golds.of(snapshot), cited, seconds, about(engine), Catalogue.of(snapshot))


def totals(run: Run) -> dict[str, Any]:
    """What can be told of a run without showing a message or an answer."""
    answers = [r.answer for r in run.records if r.answer]
    lengths = sorted(len(a.answer.split()) for a in answers) or [0]
    uses = [a.receipt.model for a in answers if a.receipt.model]
    tokens = sorted(u.prompt_tokens + u.completion_tokens for u in uses if u.calls)
    refused = Counter(code for u in uses for code in u.refused)
    of_model = (
        {
            "tokens_p50": tokens[len(tokens) // 2],
            "tokens_p95": tokens[int(0.95 * (len(tokens) - 1))],
            "parts": sum(u.parts for u in uses),
            **{n: sum(getattr(u, n) for u in uses) for n in ("lines", "mended", "replaced", "dropped")},
            "fell_back": dict(Counter(u.fallback for u in uses if u.fallback).most_common()),
            "refused": dict(refused.most_common()),
        }
        if tokens
        else {}
    )
    return {
        "messages": len(run.records),
        "errors": sum(r.answer is None for r in run.records),
        **{outcome: sum(a.outcome == outcome for a in answers) for outcome in ("answered", "partial", "abstained")},
        "words_p50": lengths[len(lengths) // 2],
        "words_p95": lengths[int(0.95 * (len(lengths) - 1))],
        **of_model,
        "seconds": round(run.seconds, 1),
    }


def _ask(engine: Engine, ident: str, expected: Expected, previous: Memory | None) -> tuple[Record, Memory | None]:
    try:
        message = engine.read(Asked(expected.question, as_of=expected.as_of), previous)
        answer, turn = engine.answer(message, previous, conversation_id="eval")
    except Exception as exc:  # a failure is a result
        return Record(ident, expected, None, error=f"{type(exc).__name__}: {exc}"), None
    hits = engine.search.search(message.question).hits
    articles = dict.fromkeys(a for h in hits if (a := article_of(h.passage)))
    return Record(ident, expected, answer, statements_of(hits), None, list(articles)), turn


def statements_of(hits: Sequence[Hit]) -> list[str]:
    """The statements among what was found, best first."""
    return [h.passage.statement.id for h in hits if h.passage.statement]


def _jobs(reference: ReferenceSet) -> Iterator[tuple[str, Expected, bool]]:
    """Each question with its id, and whether it goes on from the one before."""
    for ident, expected in reference.asked().items():
        yield ident, expected, "." in ident and not ident.endswith(".1")


def cited_passages(engine: Engine, records: list[Record]) -> dict[str, Passage]:
    """Every passage that an answer cites, as it was when it answered."""
    snapshot = engine.snapshot
    ids = {c.passage_id for r in records if r.answer for c in r.answer.citations}
    out: dict[str, Passage] = {}
    for passage_id in sorted(ids):
        position = snapshot.position(passage_id)
        found = snapshot.open_passage(position) if position is not None else snapshot.store.latest(passage_id)
        if found:
            out[passage_id] = found
    return out


def about(engine: Engine) -> dict[str, Any]:
    """What answered: index, model, machine, settings."""
    info = engine.search.encoder.info
    return {
        "snapshot": engine.snapshot.manifest.name,
        "corpus_version": engine.snapshot.manifest.corpus_version,
        "passages": len(engine.snapshot),
        "model": info.name,
        "dtype": info.dtype,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "today": TODAY.isoformat(),
        "settings": asdict(engine.config),
    }
