"""The table of ablations: what is lost, question by question, when a part is left out.

Guarantee: base and ablation are scored as `eval compare` does, against the golds of the whole system (no ablation takes
a statement away); the difference is paired and its interval drawn over topics. A row says nothing of a measure that it
could not be judged on.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engine import Engine, EngineConfig
from evals.ablate.aside import reindexed
from evals.ablate.cases import Ablation
from evals.ablate.watch import Remembering, watch
from evals.reference_set import ReferenceSet
from evals.reports.report import change, percent, table
from evals.running.runner import Run, execute
from evals.scoring.compare import difference, dropped, gained
from evals.scoring.metrics import BY_NAME
from evals.scoring.scores import Row, score_run
from evals.scoring.statistics import Difference
from ingest.index.store import VectorCache

MEASURES = ("recall@5", "recall@30", "coverage", "wrongly_answered", "refused", "passed")


@dataclass(frozen=True)
class AblationRow:
    """One ablation against the whole system, measure by measure."""

    name: str
    label: str
    changes: dict[str, Difference]

    @property
    def worse(self) -> list[str]:
        """Measures that clearly lose without the part: the whole interval is on the wrong side."""
        return [n for n, d in self.changes.items() if dropped(BY_NAME[n], d)]

    @property
    def better(self) -> list[str]:
        """Measures that clearly gain without it."""
        return [n for n, d in self.changes.items() if gained(BY_NAME[n], d)]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        changes = {n: d.as_dict() for n, d in self.changes.items()}
        return {"label": self.label, "worse": self.worse, "better": self.better, "measures": changes}


class Laboratory:
    """The whole system, asked once, and every ablation of it."""

    def __init__(
        self, engine: Engine, reference: ReferenceSet, vectors: VectorCache, config: EngineConfig | None = None
    ) -> None:
        self.engine, self.reference, self.vectors = engine, reference, vectors
        self.config = config or engine.config
        self.encoder = Remembering(engine.search.encoder)
        self.touched: dict[str, set[str]] = {}
        """By question or dialogue, the features that were not 0 for one of its candidates or options."""
        self.whole: Run = self._watched()
        self.scores = score_run(self.whole)
        self._known: dict[object, dict[str, Difference]] = {}

    def _watched(self) -> Run:
        """The whole system, its planner watched."""
        pipeline = self._engine(self.config)
        seen = watch(pipeline)
        idents = list(self.reference.asked())

        def note(done: int, _: int) -> None:
            self.touched.setdefault(_root(idents[done - 1]), set()).update(seen)
            seen.clear()

        return execute(pipeline, self.reference, note)

    def row(self, ablation: Ablation) -> AblationRow:
        """One ablation against the whole system; what leaves out the same under another name is not asked again."""
        same = (ablation.settings, ablation.glossary, ablation.reindexed)
        if same not in self._known:
            self._known[same] = differences(self.scores.rows, self._without(ablation))
        return AblationRow(ablation.name, ablation.label, self._known[same])

    def _without(self, ablation: Ablation) -> dict[str, Row]:
        """Ask again without one part; what a feature cannot touch, being 0 throughout, keeps its answer and score."""
        left_out = ablation.features
        part = self._part(lambda ident: left_out is None or bool(left_out & self.touched[ident]))
        with tempfile.TemporaryDirectory() as folder:
            run = execute(self._engine(ablation.config(self.config), ablation, Path(folder)), part)
        asked = part.asked()
        return {i: row for i, row in self.scores.rows.items() if i not in asked} | score_run(run, self.whole.golds).rows

    def _part(self, keep: Callable[[str], bool]) -> ReferenceSet:
        return ReferenceSet(
            questions=tuple(q for q in self.reference.questions if keep(q.id)),
            dialogues=tuple(d for d in self.reference.dialogues if keep(d.id)),
        )

    def rows(self, wanted: Iterable[Ablation], say: Callable[[AblationRow], None]) -> list[AblationRow]:
        """A row an ablation, each told as soon as it is known."""
        out = []
        for ablation in wanted:
            out.append(self.row(ablation))
            say(out[-1])
        return out

    def _engine(
        self, config: EngineConfig, ablation: Ablation | None = None, folder: Path | None = None
    ) -> Engine:  # fmt: skip
        engine = self.engine
        snapshot, glossary = engine.snapshot, engine.understanding.glossary
        if ablation and ablation.glossary:
            glossary = ablation.glossary(glossary)
        if ablation and ablation.reindexed and folder:
            snapshot = reindexed(snapshot, ablation.reindexed, self.encoder, self.vectors, folder)
        return Engine(
            snapshot,
            self.encoder,
            engine.register,
            glossary,
            engine.contacts,
            engine.clock,
            config,
            fitted=engine.search.fitted,
        )


def sketched(reference: ReferenceSet, one_in: int) -> ReferenceSet:
    """One topic in `one_in`, drawn by a hash of its name, whole."""

    def drawn(domain: str, topic: str) -> bool:
        return int.from_bytes(hashlib.sha256(f"{domain}/{topic}/ablate".encode()).digest()[:4], "big") % one_in == 0

    return ReferenceSet(
        questions=tuple(q for q in reference.questions if drawn(q.domain, q.topic)),
        dialogues=tuple(d for d in reference.dialogues if drawn(d.domain, d.topic or d.id)),
    )


def _root(ident: str) -> str:
    """The dialogue of a turn; a question is its own."""
    return ident.split(".")[0]


def differences(base: Mapping[str, Row], candidate: Mapping[str, Row]) -> dict[str, Difference]:
    """The paired differences of the measures, over the questions judged in both."""
    pairs = [(row, candidate[i]) for i, row in base.items() if i in candidate]
    return {name: d for name in MEASURES if (d := difference(BY_NAME[name], pairs))}


def ablation_report(rows: list[AblationRow]) -> str:
    """The table: the whole system on the first line, then what each ablation changes, in points."""
    if not rows:
        return "Rien à retirer."
    first = rows[0].changes
    whole = ["système entier", *(percent(first[n].base) if n in first else "–" for n in MEASURES), ""]
    lines = [[r.label, *(_cell(r.changes.get(n)) for n in MEASURES), _verdict(r)] for r in rows]
    labels = (f"{BY_NAME[n].label}{' ↓' if BY_NAME[n].better < 0 else ''}" for n in MEASURES)
    return table(["Sans… (%, écart en points [95 %])", *labels, ""], [whole, *lines])


def _cell(d: Difference | None) -> str:
    if d is None:
        return "–"
    if d.value == d.low == d.high == 0:
        return f"{percent(d.candidate)} ="
    return f"{percent(d.candidate)} {change(d)}"


def _verdict(r: AblationRow) -> str:
    if not r.changes:
        return "non jugé"
    if r.worse:
        return "utile" + (" et nuisible" if r.better else "")
    return "nuisible" if r.better else "sans effet net"
