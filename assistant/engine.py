"""message ─► read ─► search ─► plan ─► word ─► check ─► Answer: the line, and nothing else.

Guarantee: whatever path a message takes, what comes out went through the verifier. With a model, its seat (`writing`)
plans and words; without one, or when it fails, the local planner and the composer do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from langsmith import tracing_context

from assistant.acting.acting import Acting
from assistant.acting.correcting import Corrections
from assistant.acting.keeping import Keeper
from assistant.answer import Answer, ModelUse, Timings, Understood
from assistant.checking.verifier import Verifier
from assistant.dialogue.memory import Memory
from assistant.dialogue.parts import PartReader
from assistant.dialogue.recall import remember
from assistant.dialogue.turns import Asked, DialogueReader
from assistant.observing.spans import span
from assistant.planning.decision import DecisionConfig
from assistant.planning.local import LocalPlanner, PlanConfig
from assistant.planning.options import MatchConfig
from assistant.planning.plan import Plan
from assistant.planning.planner import Planned, planned
from assistant.planning.rules import RulesConfig
from assistant.planning.scope import Scope, ScopeConfig
from assistant.planning.terms import Terms
from assistant.planning.weighing import PassagesConfig
from assistant.reading.acts import act_of
from assistant.reading.case import merged, read_case
from assistant.reading.fitted import SHIPPED, Fitted
from assistant.reading.kinds import asks, detect_language
from assistant.reading.message import Message, Part
from assistant.reading.question import Question, Understanding
from assistant.reading.turn import TELLS, continued
from assistant.search.hybrid import HybridSearch, RetrievalConfig
from assistant.wording.citations import Numbering
from assistant.wording.composer import ComposeConfig, Composer, Draft, Line
from assistant.wording.layout import lay_out
from assistant.wording.presenter import Presenter, understood
from ingest.clock import Clock
from ingest.corpus.glossary import Glossary
from ingest.corpus.register import Contact, Domain, Register
from ingest.index.snapshot import Snapshot
from ingest.language.claims import Language
from ingest.model.embedding import EncoderProtocol
from ingest.passages.passages import Passage

if TYPE_CHECKING:
    from assistant.writing.writer import Writer, Written

OnEvidence = Callable[[Sequence[Passage], Understood], None]
"""Told the passages that an answer will rest on (or that come near), and how its question was understood, before any
of its prose exists."""


@runtime_checkable
class Drafted(Protocol):
    """One told of the evidence who is also told what stands of the answer while the rest is being planned."""

    def draft(self, markdown: str, passages: Sequence[Passage]) -> None:
        """The answer so far, every sentence of it checked; it may yet change."""
        ...


@dataclass(frozen=True)
class EngineConfig:
    """Settings of the stages; `eval calibrate` writes the ones it recommends. What measures cosines here is for the
    default model; another has settings of its own (`assistant.tuning`)."""

    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    match: MatchConfig = field(default_factory=MatchConfig)
    scope: ScopeConfig = field(default_factory=ScopeConfig)
    rules: RulesConfig = field(default_factory=RulesConfig)
    decision: DecisionConfig = field(default_factory=DecisionConfig)
    plan: PlanConfig = field(default_factory=PlanConfig)
    passages: PassagesConfig = field(default_factory=PassagesConfig)
    compose: ComposeConfig = field(default_factory=ComposeConfig)


class Engine:
    """Answers messages over one snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: EncoderProtocol,
        register: Register,
        glossary: Glossary,
        contacts: dict[str, Contact],
        clock: Clock,
        config: EngineConfig | None = None,
        fitted: Fitted = SHIPPED,
    ) -> None:
        config = config or EngineConfig()
        self.snapshot, self.register, self.contacts, self.clock, self.config = (
            snapshot, register, contacts, clock, config,
        )  # fmt: skip
        self.understanding = Understanding(glossary, register.names)
        self.dialogue = DialogueReader(self.understanding)
        self.search = HybridSearch(snapshot, encoder, config.retrieval, fitted)
        self.terms = Terms(self.search, glossary)
        self.scope = Scope(self.terms, config.scope)
        self.local = LocalPlanner(
            self.search,
            self.terms,
            self.scope,
            PartReader(self.dialogue),
            config.match,
            config.plan,
            config.rules,
            config.passages,
            config.decision,
        )
        self.writer: Writer | None = None
        self.composer = Composer(self.search, config.compose)
        self.verifier = Verifier()
        self.presenter = Presenter(self.search, self.verifier, glossary, contacts, len(register.sources), clock)
        self.acting = Acting(self.snapshot, self.verifier, self.presenter, self.local.demarches, glossary)
        self.keeper = Keeper(self.composer)
        self.corrections = Corrections(glossary, self.dialogue)

    def ask(
        self,
        text: str,
        *,
        as_of: date | None = None,
        forget_date: bool = False,
        domains: tuple[Domain, ...] = (),
        language: Language | None = None,
        profile: Mapping[str, str] | None = None,
        previous: Memory | None = None,
        conversation_id: str = "",
    ) -> tuple[Answer, Memory]:
        """Answer a message; the answer, and the turn to remember for the next one.

        `as_of` picks a day, which then sticks in the conversation; `forget_date` returns to today; a date in the
        message's own words wins for its turn.
        """
        asked = Asked(text, as_of, forget_date, domains, language, dict(profile) if profile else None)
        return self.answer(self.read(asked, previous), previous, conversation_id=conversation_id)

    def turn(
        self, asked: Asked, previous: Memory | None, conversation_id: str, on_evidence: OnEvidence | None = None
    ) -> tuple[Answer, Memory]:
        """One turn of a conversation: the answer, and what to remember. Nothing of it is sent to a tracing service,
        whatever the environment says."""
        with tracing_context(enabled=False):
            with span("read"):
                message = self.read(asked, previous)
            with span("answer"):
                return self.answer(message, previous, conversation_id=conversation_id, on_evidence=on_evidence)

    def read(self, asked: Asked, previous: Memory | None) -> Message:
        """Understand a message, in the light of the turn before it."""
        started = time.perf_counter()
        text = " ".join(asked.text.split())
        act, second = act_of(text, self.search.vector(text), self.search.fitted)
        spoken = asked.language or detect_language(text, previous.language if previous is not None else "fr")
        held = previous.case if previous is not None and act in TELLS else {}
        case = continued(text, held, spoken, act == "correct")
        tells, before = act == "ask" and bool(case) and not asks(text), previous
        if (act == "correct" or tells) and case and previous is not None and previous.last:
            # the same question on a case told, or corrected, in the language that tells it
            asked = replace(asked, text=previous.last, language=spoken)
        elif act == "correct" and previous is not None and previous.last:
            asked = replace(asked, text=self.dialogue.corrected(asked.text, previous), language=spoken)
        again = asked.choose or (act == "correct" and asked.text != text)
        if again and previous is not None:  # what was said may be said again
            before = replace(previous, heads=(), topics=())
        apart = act == "out_of_field" and not self.dialogue.of_a_case(text, self.clock())
        reading = self.dialogue.read(asked, before, self.clock(), apart)
        own = case or read_case(reading.question.raw, reading.question.language)
        told = {f: q for f, q in (previous.case if previous else {}).items() if q.origin != "project"}
        known = asked.known
        message = Message(
            text=text,
            act=act,
            second=second,
            question=reading.question,
            parts=tuple(Part.of(p) for p in _asked(reading.question, text if act == "correct" else "")),
            case={**(known.case if known else {}), **merged(told, own)},
            dates={
                **(known.dates if known else {}),
                **(previous.dates if previous else {}),
                **reading.question.dates,
            },
            known=known,
            other=reading.other,
            own=reading.own,
            told=reading.told,
            moved=reading.moved,
            leaned=reading.leaned,
            chosen=asked.choose,
        )
        return replace(message, took=round((time.perf_counter() - started) * 1000, 2))

    def read_alone(self, text: str) -> Message:
        """A message read by itself, today."""
        return self.read(Asked(text), None)

    def answer(
        self,
        message: Message,
        previous: Memory | None = None,
        *,
        conversation_id: str = "",
        on_evidence: OnEvidence | None = None,
        with_model: bool = True,
    ) -> tuple[Answer, Memory]:
        """Answer an understood message. `on_evidence` is told the passages it rests on before any prose exists; no
        language model is called unless `with_model`."""
        heard = _Heard(self, on_evidence) if on_evidence else None
        use: ModelUse | None = None
        if with_model and self.writer is not None and not message.chosen:
            t1 = time.perf_counter()
            written = self.writer.write(message, previous, heard)
            if written.lines is not None:
                return self._written(
                    written, written.lines, previous, heard, conversation_id, _ms(t1, time.perf_counter())
                )
            use = written.use
            if written.act is not None:
                message = replace(message, act=written.act)
        if not message.chosen and (again := self.acting.answer(message, previous, conversation_id)) is not None:
            return self._again(message, *again, heard)
        t1 = time.perf_counter()
        found = planned(self.local, message)
        if previous is not None and not self.corrections.known(found, previous):
            return self._again(message, self.acting.stays(message, previous, conversation_id), previous, heard)
        plan = found.plan
        act = message.second if plan.out_of_scope and previous is not None and previous.screen else "ask"
        again = self.acting.answer(replace(message, act=act), previous, conversation_id)
        if again is not None:
            return self._again(message, *again, heard)
        message = replace(message, case={**message.case, **plan.case})
        t2 = time.perf_counter()
        draft = self.composer.compose(message.question, plan) if plan.answered or any(plan.shown()) else Draft()
        draft.model = use
        if heard and not heard.called:
            heard(draft.passages or plan.near, message)
        t3 = time.perf_counter()
        return self._shown(
            Planned(plan, message, found.later), draft, previous, conversation_id,
            Timings(understand=message.took, retrieve=_ms(t1, t2), compose=_ms(t2, t3)),
        )  # fmt: skip

    def _shown(
        self, found: Planned, draft: Draft, previous: Memory | None, conversation_id: str, timings: Timings
    ) -> tuple[Answer, Memory]:
        """What the verifier lets through of a draft, and what is remembered of it."""
        plan, message, t3 = found.plan, found.message, time.perf_counter()
        kept = [line for line in draft.lines if not self.verifier.faults(line.sentence, message.question.as_of)]
        timings = timings.model_copy(update={"verify": _ms(t3, time.perf_counter())})
        answer = self.presenter.present(message, plan, draft, kept, found.later, timings, conversation_id)
        memory = remember(message, previous, answer, [line.passage for line in kept])
        screen = self.keeper.screen(answer, plan, message, draft, kept)
        by_model = any(line.sentence.written for line in kept)
        if message.act == "correct" and previous is not None and previous.screen is not None and not by_model:
            answer = self.corrections.told(answer, message, previous, screen, kept)
        if answer.reason == "out_of_scope" and previous is not None and previous.screen is not None:
            screen = previous.screen
        return answer, replace(memory, screen=screen)

    def _written(
        self, written: Written, lines: Sequence[Line], previous: Memory | None, heard: _Heard | None,
        conversation_id: str, took: float,
    ) -> tuple[Answer, Memory]:  # fmt: skip
        """The answer that a model wrote; one that was made of the one on screen leaves the subject as it was."""
        message = written.message
        draft = Draft(list(lines), engine=f"llm:{written.use.name}", model=written.use)
        if heard and not heard.called:
            heard(draft.passages or written.plan.near, message)
        timings = Timings(understand=message.took, compose=took)
        answer, memory = self._shown(Planned(written.plan, message), draft, previous, conversation_id, timings)
        act = message.act if message.act != "out_of_field" else "ask"
        answer = answer.model_copy(update={"understood": answer.understood.model_copy(update={"act": act})})
        if previous is None or act in ("ask", "correct"):
            return answer, memory
        return answer, replace(previous, screen=memory.screen)

    def _again(
        self, message: Message, answer: Answer, memory: Memory | None, heard: _Heard | None
    ) -> tuple[Answer, Memory]:
        """An answer made of the one on screen, what it rests on told first."""
        if heard:
            heard.cited(answer)
        return answer, memory or remember(message, None, answer, [])


def _asked(question: Question, correction: str) -> tuple[str, ...]:
    """The parts of a question; what corrects one that has a single part belongs to it, and asks nothing by itself."""
    parts = question.parts
    return (question.raw,) if len(parts) == 2 and parts[1] and parts[1] in correction else parts


class _Heard:
    """Tells the evidence of a plan, once; and the parts that stand, as they come."""

    def __init__(self, engine: Engine, tell: OnEvidence) -> None:
        self._engine, self._tell, self.called = engine, tell, False

    def __call__(self, passages: Sequence[Passage], message: Message) -> None:
        if not self.called:
            self.called = True
            self._tell(passages, understood(message))

    def cited(self, answer: Answer) -> None:
        """Tells what a whole answer cites."""
        if not self.called:
            self.called = True
            snapshot = self._engine.snapshot
            found = (snapshot.position(c.passage_id) for c in answer.citations)
            self._tell(snapshot.passages(list(dict.fromkeys(p for p in found if p is not None))), answer.understood)

    def lines(self, plan: Plan, lines: Sequence[Line], message: Message) -> None:
        """The lines that are proved so far, checked again."""
        if not isinstance(self._tell, Drafted):
            return
        question, faults = message.question, self._engine.verifier.faults
        lines = [line for line in lines if not faults(line.sentence, question.as_of)]
        numbering = Numbering()
        laid = lay_out(plan, lines, numbering, question.language)
        self._tell.draft(laid.markdown, list(numbering.passages()))


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 2)
