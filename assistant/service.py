"""The assistant as a running thing: model, serving snapshot, conversations; shared by the API and the command line.

Guarantee: a new snapshot is taken up at the next question, whole or not at all; questions in flight end on the one they
began with. Nothing here writes to an index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.dialogue.turns import Asked
from assistant.engine import Engine, EngineConfig, OnEvidence
from assistant.history.owner import LOCAL
from assistant.history.store import Conversations
from assistant.label.frameworks import Frameworks
from assistant.label.questions.answering import project_answer
from assistant.label.workbench import Workbench
from assistant.observing import counts
from assistant.observing.spans import span
from assistant.project.asking import Obligations
from assistant.project.ground import Ground
from assistant.project.store import ProjectStore
from assistant.project.told import known_of, profile_of
from assistant.reading.known import Known
from assistant.tuning import tuning_of
from ingest.clock import Clock, paris_today
from ingest.corpus.criteria import FrameworkFile, framework_source_id, load_frameworks
from ingest.corpus.demarches import Demarche, Vocabulary, load_demarches, load_vocabulary
from ingest.corpus.fiches import FicheFile, load_fiches, notice_source_id
from ingest.corpus.glossary import load_glossary
from ingest.corpus.intake import Intake, load_intake
from ingest.corpus.register import Domain, Register, load_contacts, load_register
from ingest.corpus.rules import Case, Rule, load_case_files, load_rules
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.pipeline import Library
from ingest.index.snapshot import Snapshot
from ingest.index.store import PassageStore
from ingest.language.claims import Language
from ingest.model.embedding import EncoderProtocol, load_encoder
from ingest.passages.passages import Passage
from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.llm.models import LanguageModel
    from assistant.writing.writer import Writer


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as a caller puts it."""

    question: str
    conversation_id: str | None = None
    as_of: date | None = None
    forget_date: bool = False
    domains: tuple[Domain, ...] = ()
    language: Language | None = None
    profile: dict[str, str] | None = None
    project: str | None = None
    choose: str = ""


class Service:
    """Answers, passages and sources over the serving snapshot."""

    def __init__(
        self,
        settings: Settings,
        encoder: EncoderProtocol | None = None,
        clock: Clock = paris_today,
        config: EngineConfig | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.library = Library(settings)
        self._read_corpus()
        self._config = config
        self._encoder = encoder
        self._engine: Engine | None = None
        self._conversations: Conversations | None = None
        self._workbench: Workbench | None = None
        self._projects: ProjectStore | None = None
        self._ground: tuple[str, Ground] | None = None
        self._obligations_of: Obligations | None = None
        self._lock = threading.Lock()

    @property
    def store(self) -> PassageStore:
        """Every passage that ever was, opened at first use."""
        return self.library.store

    def _read_corpus(self) -> None:
        """What stands beside the snapshot; read again when a new one is taken up."""
        corpus = self.settings.corpus_dir
        register, glossary, contacts = load_register(corpus), load_glossary(corpus), load_contacts(corpus)
        self.register: Register = register
        self.glossary, self.contacts = glossary, contacts
        for cached in ("fiches", "frameworks", "rules", "demarches", "steps_vocabulary", "_cases", "form"):
            self.__dict__.pop(cached, None)

    @property
    def conversations(self) -> Conversations:
        """The conversation store, opened at first use."""
        with self._lock:
            if self._conversations is None:
                where = self.library.storage.database("conversations")
                self._conversations = Conversations(where, self.settings.retention_days, self.clock)
            return self._conversations

    @cached_property
    def fiches(self) -> dict[str, FicheFile]:
        """The fiches by the id that their passages carry as source."""
        return {notice_source_id(f.fiche.id): f for f in load_fiches(self.settings.corpus_dir)}

    @cached_property
    def frameworks(self) -> dict[str, FrameworkFile]:
        """The frameworks of criteria by the id that their passages carry as source."""
        return {framework_source_id(f.framework.id): f for f in load_frameworks(self.settings.corpus_dir)}

    @cached_property
    def demarches(self) -> dict[str, Demarche]:
        """The démarches by id."""
        return {d.id: d for d in load_demarches(self.settings.corpus_dir)}

    @cached_property
    def steps_vocabulary(self) -> Vocabulary:
        """Who does the steps of the démarches, and when."""
        return load_vocabulary(self.settings.corpus_dir)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in load_rules(self.settings.corpus_dir)}

    @cached_property
    def _cases(self) -> tuple[Case, ...]:
        return tuple(case for file in load_case_files(self.settings.corpus_dir) for case in file.cases)

    def cases_of(self, rule_id: str) -> list[Case]:
        """The cases that a rule is held to."""
        return [case for case in self._cases if case.rule == rule_id]

    @cached_property
    def form(self) -> Intake:
        """The form of a project."""
        return load_intake(self.settings.corpus_dir, self.glossary)

    @property
    def projects(self) -> ProjectStore:
        """The projects, opened at first use."""
        with self._lock:
            if self._projects is None:
                self._projects = ProjectStore(self.library.storage.database("projects"))
            return self._projects

    @property
    def ground(self) -> Ground:
        """What projects are read against: the rules and the statements of the serving snapshot."""
        snapshot, form = self.snapshot, self.form
        held = self._ground
        if held is None or held[0] != snapshot.manifest.name:
            ground = Ground.of(snapshot, self.glossary, form, tuple(self.demarches.values()), self.steps_vocabulary)
            held = self._ground = snapshot.manifest.name, ground
        return held[1]

    @property
    def workbench(self) -> Workbench:
        """The label workbench, opened at first use; its frameworks are those of the corpus just read."""
        frameworks = Frameworks(f.framework for f in self.frameworks.values())
        with self._lock:
            if self._workbench is None:
                self._workbench = Workbench(self.library.storage, frameworks, self.clock)
            self._workbench.frameworks = frameworks
            return self._workbench

    @property
    def encoder(self) -> EncoderProtocol:
        """The encoder, loaded at first use."""
        with self._lock:
            if self._encoder is None:
                self._encoder = load_encoder(self.settings)
            return self._encoder

    @cached_property
    def language_model(self) -> LanguageModel | None:
        """The language model of the settings, opened at first use; None without one."""
        if not self.settings.llm:
            return None
        from assistant.llm.providers import open_model

        return open_model(self.settings)

    @property
    def engine(self) -> Engine:
        """The engine of the serving snapshot."""
        name = self.library.snapshots.current_name()
        engine = self._engine
        if engine is not None and engine.snapshot.manifest.name == name:
            return engine
        encoder, model = self.encoder, self.language_model
        with self._lock:
            if self._engine is None or self._engine.snapshot.manifest.name != name:
                snapshot = self.library.snapshots.open(self.store, encoder.info)
                snapshot.nearest(encoder.encode_query("préparation"), 1)
                if self._engine is not None:
                    with suppress(ClapvertError):  # a corpus being edited: what was read before stands
                        self._read_corpus()
                tuned = tuning_of(self.settings.data_dir, encoder.info)
                if self._config is None:
                    tuned.ready()
                engine = Engine(
                    snapshot, encoder, self.register, self.glossary, self.contacts, self.clock,
                    self._config or tuned.config, tuned.fitted,
                )  # fmt: skip
                if model is not None:
                    engine.writer = self._writer(engine, model)
                self._engine = engine
                counts.serving(snapshot.manifest.name, len(snapshot))
            return self._engine

    def _writer(self, engine: Engine, model: LanguageModel) -> Writer:
        """The model's seat; another model reads its lines again where the settings name one."""
        from assistant.llm.providers import open_model
        from assistant.writing.asking import Remembering, Terms
        from assistant.writing.writer import Writer

        writer = Remembering(model)
        check = self.settings.llm_check
        other = open_model(self.settings.model_copy(update={"llm": check})) if check else None
        reader = Remembering(other) if other is not None else writer
        return Writer(engine.local, engine.composer, writer, reader, self.contacts, Terms.of(self.settings))

    def ask(self, ask: Ask, owner: str = LOCAL, on_evidence: OnEvidence | None = None) -> Answer:
        """Answer a question, in its conversation; `CONVERSATION_NOT_FOUND` when it is not the owner's."""
        engine, conversations = self.engine, self.conversations
        known = self._known(ask.project, owner)
        profile = {**(profile_of(known, self.glossary) if known else {}), **(ask.profile or {})}
        asked = Asked(ask.question, ask.as_of, ask.forget_date, ask.domains, ask.language, profile, known, ask.choose)
        with span("ask") as asking, conversations.turn(ask.conversation_id, owner) as conversation_id:
            previous = partial(conversations.last, conversation_id)
            memory = conversations.memory(conversation_id)
            answer = None
            if not ask.choose:
                answer = project_answer(
                    self.workbench, engine, ask.question, owner, conversation_id, previous, on_evidence
                ) or self._obligations(ask, owner, conversation_id, previous, on_evidence)
            if answer is None:
                answer, memory = engine.turn(asked, memory, conversation_id, on_evidence)
            with span("keep"):
                conversations.keep(answer, memory)
            asking.note(outcome=answer.outcome, reason=answer.reason or "", parts=len(answer.parts))
        counts.answered(answer)
        return answer

    def _obligations(
        self, ask: Ask, owner: str, conversation_id: str, previous: Callable[[], Answer | None],
        on_evidence: OnEvidence | None,
    ) -> Answer | None:  # fmt: skip
        """The answer to « c'est quoi mes obligations ? »; None to any other question."""
        chosen = self.projects.get(ask.project, owner) if ask.project else None
        mine = partial(self.projects.projects, owner)
        return self.obligations.answer(ask.question, mine, chosen, conversation_id, previous, on_evidence, ask.as_of)

    @property
    def obligations(self) -> Obligations:
        """What answers « c'est quoi mes obligations ? »."""
        engine, ground = self.engine, self.ground
        with self._lock:  # made once: sixteen first questions at once each encoded all that it compares
            held = self._obligations_of
            if held is None or held.engine is not engine:
                held = self._obligations_of = Obligations(engine, ground)
        return held

    def ready(self) -> Engine:
        """The engine of the serving snapshot, and what answers beside it, made before a question needs them."""
        return self.obligations.engine

    def _known(self, project_id: str | None, owner: str) -> Known | None:
        """The case of the project that a question is asked from; `PROJECT_NOT_FOUND` when it is not the owner's."""
        if not project_id:
            return None
        return known_of(self.projects.get(project_id, owner), self.form, self.glossary, self.clock())

    def passage(self, passage_id: str) -> tuple[Passage, str]:
        """A passage and its status: current, superseded or removed; `PASSAGE_NOT_FOUND` when it never was."""
        snapshot = self.snapshot
        position = snapshot.position(passage_id)
        if position is not None:
            return snapshot.open_passage(position), "current"
        passage = self.store.latest(passage_id)
        if passage is None:
            raise ClapvertError(ErrorCode.PASSAGE_NOT_FOUND, "Ce passage est inconnu.", "Vérifiez l'identifiant.")
        return passage, "superseded" if _successor(snapshot, passage) else "removed"

    @property
    def snapshot(self) -> Snapshot:
        """The serving snapshot."""
        return self.engine.snapshot


def _successor(snapshot: Snapshot, passage: Passage) -> bool:
    """True when the serving snapshot holds another wording of the same statement or the same place."""
    columns = snapshot.columns
    if passage.statement is not None:
        return passage.statement.id in columns.statements
    return any(columns.locators[p] == passage.locator for p in snapshot.by_source.get(passage.source_id, ()))
