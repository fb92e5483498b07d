"""question ─► understand ─► retrieve ─► select ─► compose ─► verify ─► Answer (DESIGN §4).

Guarantee: whatever path a question takes, what comes out went through the verifier; the composer may be replaced, the
verifier not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.answer import (
    Answer,
    Timings,
    Understood,
)
from assistant.checking.verifier import Verifier, in_force
from assistant.dialogue.memory import Memory
from assistant.dialogue.recall import remember
from assistant.dialogue.turns import Asked, DialogueReader, Reading
from assistant.planning.abstention import AbstainConfig, Gate, Verdict
from assistant.planning.parts import Parts
from assistant.planning.ranking import Selection, SelectionConfig, Selector
from assistant.planning.readings import better
from assistant.reading.dates import AsOf
from assistant.reading.question import Question, Understanding
from assistant.rewording.usage import Usage
from assistant.search.hybrid import HybridSearch, RetrievalConfig
from assistant.wording.extractive import ComposeConfig, Draft, ExtractiveComposer
from assistant.wording.presenter import Presenter, understood
from ingest.clock import Clock
from ingest.corpus.glossary import Glossary
from ingest.corpus.register import Contact, Domain, Register
from ingest.index.snapshot import Snapshot
from ingest.language.claims import Language
from ingest.model.embedding import EncoderProtocol
from ingest.passages.passages import Passage

if TYPE_CHECKING:
    from assistant.rewording.rewriter import Rewriter

OnEvidence = Callable[[Sequence[Passage], Understood], None]
"""Told the passages that an answer will rest on (or that come near), and how its question was understood, before any
of its prose exists."""


@dataclass(frozen=True)
class EngineConfig:
    """Settings of the stages; `eval calibrate` writes the ones it recommends."""

    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    selection: SelectionConfig = field(default_factory=SelectionConfig)
    abstain: AbstainConfig = field(default_factory=AbstainConfig)
    compose: ComposeConfig = field(default_factory=ComposeConfig)


class Engine:
    """Answers questions over one snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: EncoderProtocol,
        register: Register,
        glossary: Glossary,
        contacts: dict[str, Contact],
        clock: Clock,
        config: EngineConfig | None = None,
    ) -> None:
        config = config or EngineConfig()
        self.snapshot, self.register, self.contacts, self.clock = snapshot, register, contacts, clock
        self.understanding = Understanding(glossary, register.names)
        self.dialogue = DialogueReader(self.understanding)
        self.search = HybridSearch(snapshot, encoder, config.retrieval)
        self.selector = Selector(self.search, glossary, config.selection)
        self.gate = Gate(self.selector, config.abstain)
        self.composer = ExtractiveComposer(self.search, config.compose)
        self.verifier = Verifier()
        self.presenter = Presenter(self.selector, self.verifier, contacts, len(register.sources), clock)
        self.llm: Rewriter | None = None
        self.last_ranked: list[str] = []

    def ask(
        self,
        text: str,
        *,
        as_of: date | None = None,
        forget_date: bool = False,
        domains: tuple[Domain, ...] = (),
        language: Language | None = None,
        profile: dict[str, str] | None = None,
        previous: Memory | None = None,
        conversation_id: str = "",
        trace: bool = False,
    ) -> tuple[Answer, Memory]:
        """Answer a question; the answer, and the turn to remember for the next one.

        `as_of` picks a day, which then sticks in the conversation; `forget_date` returns to today; a date in the
        question's own words wins for its turn.
        """
        asked = Asked(text, as_of, forget_date, domains, language, profile)
        return self.answer(self.read(asked, previous), previous, conversation_id=conversation_id, trace=trace)

    def read(self, asked: Asked, previous: Memory | None) -> Reading:
        """Understand a question, in the light of the turn before it."""
        return self.dialogue.read(asked, previous, self.clock())

    def answer(
        self,
        reading: Reading,
        previous: Memory | None = None,
        *,
        conversation_id: str = "",
        trace: bool = False,
        on_evidence: OnEvidence | None = None,
        reworded: bool = True,
    ) -> tuple[Answer, Memory]:
        """Answer an understood question. `on_evidence` is told the passages it rests on before any prose exists; no
        language model is called unless `reworded`."""
        usage = Usage()
        llm = self.llm if reworded else None
        if llm:
            reading = replace(reading, question=llm.condense(reading.question, usage))
        t1 = time.perf_counter()
        parts = Parts(self.search, self.selector, self.dialogue)
        judged = parts.judged(reading.question, reading, self.gate)
        if reading.other is not None:
            other = reading.other
            judged = better(judged, lambda: parts.judged(other, reading, self.gate), reading.own, self.selector)
        question, candidates, selections, verdicts = (
            judged.question, judged.candidates, judged.selections, judged.verdicts,
        )  # fmt: skip
        t2 = t1 + parts.searching
        if trace:
            self.last_ranked = [h.passage.statement.id for h in candidates.hits if h.passage.statement]
        later = None
        if len(selections) == 1 and (question.dated or verdicts[0].kind == "abstain"):
            selections, verdicts, later = self._at_its_date(question, selections[0], verdicts[0])
        answered = [(s, v.chosen) for s, v in zip(selections, verdicts, strict=True) if v.kind == "answer" and v.chosen]
        draft = self.composer.compose(question, answered) if answered else Draft()
        if on_evidence:
            found = [u.passage for u in draft.used] or [h.passage for h in candidates.hits[:3]]
            on_evidence(found, understood(question))
        if llm:
            draft = llm.reword(question, draft, usage)
        t3 = time.perf_counter()
        kept, _ = self.verifier.keep(draft.sentences, question.as_of)
        held = {id(s) for s in kept}
        draft.used = [u for s, u in zip(draft.sentences, draft.used, strict=True) if id(s) in held]
        t4 = time.perf_counter()
        timings = Timings(understand=reading.took, retrieve=_ms(t1, t2), compose=_ms(t2, t3), verify=_ms(t3, t4))
        answer = self.presenter.present(
            reading.text, question, candidates, selections, verdicts, draft, kept, later, timings, conversation_id
        )
        shown = [u.passage for u in draft.used] if kept else []
        return answer, remember(question, reading, previous, answer, shown)

    def _at_its_date(
        self, question: Question, found: Selection, verdict: Verdict
    ) -> tuple[list[Selection], list[Verdict], Passage | None]:
        """For a question about another day, or unanswered today: which statement answers it whatever the day, and what
        of that topic was in force then. When another version was, that version answers; when none was, nothing was in
        force, and the first version to come is told."""
        forever = replace(question, as_of=AsOf(date.min, date.max, "asked"))
        candidates = self.search.search(forever)
        selection = self.selector.select(forever, candidates)
        chosen = self.gate.judge(forever, selection, candidates).chosen
        unchanged = [found], [verdict], None
        if chosen is None or chosen.statement is None or in_force(chosen.passage, question.as_of):
            return unchanged
        if verdict.chosen and verdict.chosen.features["of_its_time"] > 1:  # what held then for the very genre asked of
            return unchanged
        best = found.best
        silent = verdict.kind == "abstain" and not question.dated  # only law to come can be told
        if not silent and best is not None and best.score >= chosen.score - self.gate.config.elsewhen:
            return unchanged
        versions = [
            s for s in found.scored if s.statement and s.statement.topic == chosen.statement.topic and not s.conflict
        ]
        if versions and not silent:
            return [found], [Verdict("answer", None, versions[0])], None
        starts = chosen.passage.valid_from
        if starts is None or starts <= question.as_of.end:
            return unchanged
        coming = [
            p
            for p in self.search.out_of_force(chosen.statement.topic, question.as_of)
            if p.regime is chosen.passage.regime and p.valid_from and p.valid_from > question.as_of.end
        ]
        first = min(coming, key=lambda p: (p.valid_from or date.max, p.position), default=chosen.passage)
        return [found], [Verdict("abstain", "not_in_force")], first


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 2)
