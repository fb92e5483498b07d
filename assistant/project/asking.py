"""« C'est quoi mes obligations ? », in a conversation: at most three things are asked, then the project answers.

Guarantee: the question is told from others by its nearness to examples kept as data (`projet.yaml`), never by words of
ours. What is answered is the sheet of the caller's project, or of the case that they just told; each statement shown is
quoted whole and passes the verifier like any other sentence. Nothing is kept but what the caller keeps.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Answer, Detail, ProjectItem, ProjectRef, ProjectState, Receipt, Searched, Understood
from assistant.checking.verifier import Cited, Sentence
from assistant.dialogue.turns import Asked
from assistant.engine import Engine, OnEvidence
from assistant.project.ground import Ground
from assistant.project.projects import Project, check_given
from assistant.project.sheet import Row, Sheet, sheet
from assistant.project.told import facts_told
from assistant.project.words import Speaker
from assistant.reading.dates import AsOf, say_date
from assistant.wording.citations import citation_of
from assistant.wording.phrases import DISCLAIMER
from assistant.wording.presenter import understood
from ingest.clock import FACT_BASE_DATE
from ingest.corpus.intake import First
from ingest.language.claims import Language
from ingest.passages.passages import Passage

ENGINE = "project"
_QUOTED, _LISTED = 6, 12
"""Statements quoted in an answer; rows that are listed, the rest is counted."""
_SAID = {
    "fr": "D'après {what} : {n} obligations, {open} points à préciser.",
    "en": "From {what}: {n} obligations, {open} points to be told.",
}
_WHAT = {"fr": ("votre projet", "ce que vous venez de dire"), "en": ("your project", "what you just said")}
_OWN = {"fr": "Votre cas", "en": "Your case"}
_NOTHING = {"fr": "Rien n'oblige encore, d'après ces faits.", "en": "Nothing binds yet, from these facts."}
_WHICH = {
    "fr": "Vous tenez plusieurs projets : duquel parlez-vous ?",
    "en": "You keep several projects: which one do you mean?",
}
_FOR = {"fr": "{question}, pour « {title} » ?", "en": "{question}, for “{title}”?"}


class Obligations:
    """Answers questions about all the obligations of a project, over one engine."""

    def __init__(self, engine: Engine, ground: Ground) -> None:
        self.engine, self.ground = engine, ground
        form = ground.form
        self._asks, self._others = (self._vectors(texts) for texts in (form.asks, form.others))

    def asked(self, question: str) -> bool:
        """Whether a question asks for all the obligations of whoever asks."""
        if not len(self._asks):
            return False
        vector = self.engine.search.vector(question)
        near = float((self._asks @ vector).max())
        other = float((self._others @ vector).max()) if len(self._others) else -1.0
        return near >= self.engine.config.rules.obligations and near > other

    def answer(
        self, question: str, mine: Callable[[], Sequence[Project]], chosen: Project | None, conversation_id: str,
        previous: Callable[[], Answer | None], on_evidence: OnEvidence | None = None, as_of: dt.date | None = None,
    ) -> Answer | None:  # fmt: skip
        """The answer; None when it is no such question, nor the reply to what was asked. `mine`: the caller's
        projects;
        `as_of`: the day whose rules are asked for."""
        before = previous()
        replies = before is not None and before.engine == ENGINE and before.depends_on is not None
        asked = self.asked(question)
        if not asked and not replies:
            return None
        message = self.engine.read(Asked(question, as_of), None)
        read = understood(message)
        facts = facts_told(read, self.ground)
        if not asked and not facts:
            return None
        language, projects = read.language, mine()
        named = [p for p in projects if p.title.casefold() in question.casefold()]
        project = chosen or (named[0] if len(named) == 1 else projects[0] if len(projects) == 1 else None)
        if project is None and projects and not replies:
            text = question.rstrip(" ?")
            follow = tuple(_FOR[language].format(question=text, title=p.title) for p in projects[:6])
            return self._made(question, conversation_id, read, _WHICH[language], partial=True, follow=follow)
        if project is None:
            told = {**facts_told(before.understood, self.ground), **facts} if replies and before else facts
            wanted = [f for f in self.ground.form.first if f.field not in told]
            if wanted and not replies:
                return self._asking(question, conversation_id, read, wanted)
            project = _unkept(self._kept(told), self.engine.clock())
        return self._told(question, conversation_id, read, project, message.question.as_of.day, on_evidence)

    def _kept(self, facts: dict[str, Any]) -> dict[str, Any]:
        return check_given(facts, self.ground.glossary)

    def _asking(self, question: str, conversation_id: str, read: Understood, asked: Sequence[First]) -> Answer:
        """What is asked before anything can be said: three things at most."""
        lines = [f"{n}. {f.ask if read.language == 'fr' else f.ask_en}" for n, f in enumerate(asked, 1)]
        detail = Detail(field=asked[0].field, ask=asked[0].ask if read.language == "fr" else asked[0].ask_en)
        return self._made(question, conversation_id, read, "\n".join(lines), partial=True, depends_on=detail)

    def _told(
        self, question: str, conversation_id: str, read: Understood, project: Project, on: dt.date,
        on_evidence: OnEvidence | None,
    ) -> Answer:  # fmt: skip
        """The obligations of a project: what binds first is quoted, the rest is listed."""
        language = read.language
        found = sheet(project, self.ground, on)
        say = Speaker(self.ground.glossary, language)
        rows = [r for r in found.binding if not r.done]
        quoted = [p for r in rows[:_QUOTED] if r.shown and (p := self._passage(r.shown[0].passage_id)) is not None]
        quoted = list({p.id: p for p in quoted}.values())
        if on_evidence:
            on_evidence(quoted, read)
        sentences = [Sentence(_text(p, language), (Cited(p, p.text),), language=language) for p in quoted]
        kept, _ = self.engine.verifier.keep(sentences, AsOf.on(None, found.on))
        passages = [s.cited[0].passage for s in kept]
        prose = "\n".join(f"- {s.text} [{n}]" for n, s in enumerate(kept, 1)) or _NOTHING[language]
        message_id = secrets.token_urlsafe(12)
        state = self._state(found, rows, passages, say, message_id)
        read = read.model_copy(
            update={"project": ProjectRef(id=project.id, title=project.title) if project.id else None}
        )
        return self._made(question, conversation_id, read, prose, passages=passages, state=state, message_id=message_id)

    def _state(
        self, found: Sheet, rows: list[Row], passages: Sequence[Passage], say: Speaker, message_id: str
    ) -> ProjectState:
        project, language = found.project, say.language
        at = f"/projets/{project.id}" if project.id else f"/projets/ajouter/{message_id}"
        numbers = {p.id: n for n, p in enumerate(passages, 1)}
        what = _WHAT[language][0 if project.id else 1]
        return ProjectState(
            project_id=project.id,
            title=project.title if project.id else _OWN[language],
            url=at,
            said=_SAID[language].format(what=what, n=len(found.binding), open=len(found.questions)),
            done=len(found.binding) - len(rows),
            applicable=len(found.binding),
            open=tuple(
                ProjectItem(
                    key=r.rule.id,
                    code=None,
                    title=say.name(r.rule),
                    status=f"{say.force(r)} · {say.stage(r.stage).lower()}",
                    due=r.due,
                    late=bool(r.due and r.due < found.on),
                    citation=numbers.get(r.shown[0].passage_id) if r.shown else None,
                    url=f"{at}#{r.rule.id}" if project.id else at,
                )
                for r in rows[:_LISTED]
            ),
            more=max(0, len(rows) - _LISTED),
        )

    def _passage(self, passage_id: str) -> Passage | None:
        position = self.engine.snapshot.position(passage_id)
        return None if position is None else self.engine.snapshot.open_passage(position)

    def _made(
        self, question: str, conversation_id: str, read: Understood, prose: str, *, partial: bool = False,
        passages: Sequence[Passage] = (), state: ProjectState | None = None, follow: tuple[str, ...] = (),
        depends_on: Detail | None = None, message_id: str | None = None,
    ) -> Answer:  # fmt: skip
        engine = self.engine
        return Answer(
            conversation_id=conversation_id,
            message_id=message_id or secrets.token_urlsafe(12),
            question=question,
            as_of=read.as_of,
            understood=read,
            outcome="partial" if partial else "answered",
            reason="unclear" if partial else None,
            answer=prose,
            citations=tuple(citation_of(n, p, p.text) for n, p in enumerate(passages, 1)),
            searched=Searched(sources=len(engine.register.sources)),
            follow_ups=follow,
            depends_on=depends_on,
            engine=ENGINE,
            receipt=Receipt(
                snapshot=engine.snapshot.manifest.name,
                corpus_version=engine.snapshot.manifest.corpus_version,
                passages={p.id: p.sha256 for p in passages},
            ),
            disclaimer=DISCLAIMER[read.language].format(date=say_date(FACT_BASE_DATE, read.language)),
            project=state,
        )

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = [self.engine.search.vector(text) for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)


def _unkept(given: dict[str, Any], today: dt.date) -> Project:
    """A case that was told and is kept nowhere."""
    at = dt.datetime.combine(today, dt.time(12), dt.UTC)
    return Project(id="", title="-", given=given, created_at=at, updated_at=at)


def _text(p: Passage, language: Language) -> str:
    return p.statement.en if language == "en" and p.statement and p.statement.en else p.text
