"""Answers a question about the caller's own project.

Guarantee: the two kinds of truth stay apart. What the project says (statuses, people, days, points of the imported
grid) goes into `Answer.project`, introduced by « D'après votre dossier »: the production's word, which cites nothing.
What the criteria ask goes into `Answer.answer`, word for word from their passages, cited and verified like any other
sentence. A project is looked up on behalf of its owner, so that none is ever told to another.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import quote

from assistant.answer import Answer, ProjectItem, ProjectState, Receipt, Searched, Timings, Understood
from assistant.checking.verifier import Cited, Sentence
from assistant.engine import Engine, OnEvidence
from assistant.label.projects.progress import late, progress
from assistant.label.projects.projects import STATUS_LABELS, Project, Row, rows
from assistant.label.questions.asking import (
    ProjectQuestion,
    may_ask,
    may_go_on,
    named,
    read_next,
    read_project_question,
)
from assistant.label.questions.explain import own_passage
from assistant.label.questions.telling import told
from assistant.label.workbench import Workbench
from assistant.reading.dates import AsOf, say_date
from assistant.reading.kinds import detect_language
from assistant.wording.citations import citation_of
from assistant.wording.phrases import DISCLAIMER
from ingest.clock import FACT_BASE_DATE
from ingest.corpus.register import Domain
from ingest.language.claims import Language
from ingest.passages.passages import Passage

EXPLAINED = 4
"""Criteria whose passage is quoted in the answer."""
LISTED = 12
"""Criteria that are listed; the rest is counted."""
WHICH = {
    "fr": "Vous tenez plusieurs dossiers : duquel parlez-vous ?",
    "en": "You keep several projects: which one do you mean?",
}
NOTHING_TO_CITE = {
    "fr": "Voyez l'état de votre dossier.",
    "en": "See the state of your project.",
}
"""Said when nothing that is left can be cited: it claims nothing."""


def project_answer(
    bench: Workbench,
    engine: Engine,
    question: str,
    owner: str,
    conversation_id: str,
    previous: Callable[[], Answer | None],
    on_evidence: OnEvidence | None = None,
) -> Answer | None:
    """The answer to a question about a project of the owner; None when it is no such question, or they have none.

    `previous` gives the last answer of the conversation: « et pour la déco ? » goes on with its project."""
    if not may_ask(question) and not may_go_on(question):
        return None
    projects = bench.store.projects(owner)
    if not projects:
        return None
    candidates = named(question, projects)
    board = rows(candidates[0], bench.framework(candidates[0]))
    wanted = read_project_question(question, [p.title for p in projects], board)
    if wanted is None and may_go_on(question):
        before = previous()
        candidates = [p for p in projects if before and before.project and p.id == before.project.project_id]
        if not candidates:
            return None
        board = rows(candidates[0], bench.framework(candidates[0]))
        wanted = read_next(question, board)
    if wanted is None:
        return None
    language = detect_language(question)
    if len(candidates) > 1:
        return _answer(engine, bench, question, conversation_id, language, WHICH[language], partial=candidates)
    return _told(bench, engine, question, conversation_id, language, candidates[0], board, wanted, on_evidence)


def _told(
    bench: Workbench, engine: Engine, question: str, conversation_id: str, language: Language, project: Project,
    board: Sequence[Row], wanted: ProjectQuestion, on_evidence: OnEvidence | None,
) -> Answer:  # fmt: skip
    today, framework = bench.clock(), bench.framework(project)
    said, left = told(project, framework, board, wanted, today, language)
    found = [(r, own_passage(engine.snapshot, framework, r.known) if r.known else None) for r in left[:LISTED]]
    shown: list[tuple[Row, Passage]] = [(r, p) for r, p in found if p is not None][:EXPLAINED]
    if on_evidence:
        on_evidence([p for _, p in shown], _understood(question, today, language))
    sentences = [Sentence(_text(p, language), (Cited(p, p.text),), language=language) for _, p in shown]
    kept, _ = engine.verifier.keep(sentences, AsOf.on(None, today))
    passages = [s.cited[0].passage for s in kept]
    quoted = [s.text for s in kept]
    numbers = {p.id: n for n, p in enumerate(passages, 1)}
    whole = progress([r for r in board if wanted.takes(r)], today).whole
    at = f"/label/projets/{project.id}"
    state = ProjectState(
        project_id=project.id,
        title=project.title,
        url=f"{at}/score"
        if wanted.about in ("score", "effort")
        else f"{at}/calendrier"
        if wanted.about == "due"
        else at,
        scope=wanted.scope,
        said=said,
        done=whole.done,
        applicable=whole.applicable,
        open=tuple(
            ProjectItem(
                key=r.key,
                code=r.code,
                title=r.title[:1].upper() + r.title[1:],
                status=STATUS_LABELS[r.state.status],
                person=r.state.person,
                due=r.state.due,
                late=late(r, today),
                mandatory=r.grid.mandatory if r.grid else None,
                citation=numbers.get(p.id) if p else None,
                url=f"{at}/criteres/{quote(r.key, safe='')}",
            )
            for r, p in found
        ),
        more=max(0, len(left) - LISTED),
    )
    prose = "\n\n".join(f"{text} [{n}]" for n, text in enumerate(quoted, 1)) or NOTHING_TO_CITE[language]
    return _answer(engine, bench, question, conversation_id, language, prose, passages, state)


def _answer(
    engine: Engine, bench: Workbench, question: str, conversation_id: str, language: Language, prose: str,
    passages: Sequence[Passage] = (), state: ProjectState | None = None, partial: Sequence[Project] = (),
) -> Answer:  # fmt: skip
    today = bench.clock()
    return Answer(
        conversation_id=conversation_id,
        message_id=secrets.token_urlsafe(12),
        question=question,
        as_of=today,
        understood=_understood(question, today, language),
        outcome="partial" if partial else "answered",
        reason="unclear" if partial else None,
        answer=prose,
        citations=tuple(citation_of(n, p, p.text) for n, p in enumerate(passages, 1)),
        searched=Searched(domains=(Domain.LABEL,), sources=len(engine.register.sources)),
        follow_ups=tuple(f"{question.rstrip(' ?')}, dans « {p.title} » ?" for p in partial[:6]),
        engine="project",
        receipt=Receipt(
            snapshot=engine.snapshot.manifest.name,
            corpus_version=engine.snapshot.manifest.corpus_version,
            passages={p.id: p.sha256 for p in passages},
            timings_ms=Timings(),
        ),
        disclaimer=DISCLAIMER[language].format(date=say_date(FACT_BASE_DATE, language)),
        project=state,
    )


def _understood(question: str, today: dt.date, language: Language) -> Understood:
    return Understood(question=question, as_of=today, as_of_reason="today", language=language)


def _text(p: Passage, language: Language) -> str:
    """A passage in a language: its own words, or our translation of them."""
    return p.statement.en if language == "en" and p.statement and p.statement.en else p.text
