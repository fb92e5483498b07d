"""The words of a step: when and by whom, what is done, with what document, and what if it is late.

Guarantee: what is said is the step's own reviewed words, compared with what it rests on by `corpus check`; connectives
are ours and claim nothing. A day is one of the case, or computed from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.planning.plan import PlannedStep
from assistant.reading.dates import say_date
from assistant.wording.phrases import DUE
from ingest.corpus.demarches import Stage, Step, Words
from ingest.language.claims import Language
from ingest.language.sentences import upper_first

_DOCUMENT = {"fr": "Pièce : {document}.", "en": "Document: {document}."}
_HAND_IN = {"fr": "À remettre {to} : {document}.", "en": "To hand in {to}: {document}."}
_LATE = {"fr": "Sinon : {late}", "en": "Otherwise: {late}"}


def label_of_step(planned: PlannedStep, language: Language) -> str:
    """« Avant le tournage, mars 2027 (production). »"""
    due = DUE[language].format(day=say_date(planned.due, language)) if planned.due else None
    days = [d for d in (planned.told, due) if d]
    return moment_of_step(planned.step, planned.stage, planned.who, language, days)


def moment_of_step(step: Step, stage: Stage, who: Words, language: Language, days: Sequence[str] = ()) -> str:
    """When a step is done, with days of the case, and by whom."""
    when = ", ".join(((step.deadline or stage).of(language), *days))
    return f"{upper_first(when)} ({who.of(language)})."


def body_of_step(step: Step, language: Language) -> str:
    """What is done, with what, and what if it is late."""
    said = [step.do.of(language)]
    if step.document:
        form = (_HAND_IN if step.to else _DOCUMENT)[language]
        said.append(form.format(document=step.document.of(language), to=step.to.of(language) if step.to else ""))
    if step.late:
        said.append(_LATE[language].format(late=step.late.of(language)))
    return " ".join(said)


def given_of_step(planned: PlannedStep, language: Language) -> tuple[str, ...]:
    """Words of the case, and the day computed from it, that a step says."""
    return tuple(w for w in (planned.told, say_date(planned.due, language) if planned.due else None) if w)
