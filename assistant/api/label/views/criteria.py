"""Frameworks and their criteria as `/api/label` shows them."""

from __future__ import annotations

from pydantic import BaseModel

from assistant.api.schemas import View
from assistant.label.frameworks import criterion_key, departments
from assistant.label.questions.explain import question_about
from ingest.corpus.criteria import DEPARTMENT_LABELS, Criterion, Department, Framework
from ingest.passages.passages import Passage


class PosteView(View):
    """A group of criteria; `missing`: codes that exist, of unknown wording."""

    code: str
    name: str
    criteria: int
    missing: list[str]
    complete: bool


class ThresholdView(View):
    """A score to reach, and where that is known from."""

    scheme: str
    minimum_percent: int
    source_id: str
    confidence: str


class FrameworkView(View):
    """A framework, and what is known of it."""

    id: str
    title: str
    name: str
    version: str
    announced_criteria: int
    announced_postes: int
    known_criteria: int
    mandatory_criteria: int | None
    thresholds: list[ThresholdView]
    postes: list[PosteView]
    departments: list[dict[str, str]]
    known: list[str]
    unknown: list[str]

    @classmethod
    def of(cls, f: Framework) -> FrameworkView:
        """A framework, for showing."""
        return cls.read(
            f,
            name=f.name.fr,
            known_criteria=len(f.criteria),
            thresholds=[ThresholdView.read(t, source_id=t.source.id) for t in f.thresholds],
            postes=[PosteView.read(p, criteria=len(f.of_poste(p.code))) for p in f.postes],
            departments=[{"id": d.value, "name": DEPARTMENT_LABELS[d]} for d in departments(f.criteria)],
        )


class FrameworkList(BaseModel):
    """The frameworks; they are never mixed."""

    frameworks: list[FrameworkView]


class EvidenceWanted(BaseModel):
    """What would prove a criterion, and who says so: officielle, suggeree (a third party) or deduite (Clapvert)."""

    text: str
    status: str


class CriterionView(View):
    """One criterion. `points` and `obligatory` are null when they are not officially known."""

    key: str
    code: str | None
    poste: str
    departments: list[Department]
    short: str
    intent: str
    evidence: EvidenceWanted
    obligatory: bool | None
    points: float | None
    level: int | None
    not_applicable_if: str | None
    according_to: str
    source_id: str
    confidence: str
    question: str

    @classmethod
    def of(cls, f: Framework, c: Criterion) -> CriterionView:
        """A criterion, for showing."""
        return cls.read(
            c,
            key=criterion_key(c),
            short=c.short.fr,
            intent=c.intent.fr,
            evidence=EvidenceWanted(text=c.evidence.fr, status=c.evidence.status.value),
            according_to=f.attributions[c.attribution].fr,
            source_id=c.source.id,
            question=question_about(f, c),
        )


class CriterionList(BaseModel):
    """Criteria of one framework, in its order."""

    framework: str
    criteria: list[CriterionView]


class Cited(View):
    """A passage about a criterion."""

    passage_id: str
    source_id: str
    source_title: str
    locator: str
    text: str
    rank: str

    @classmethod
    def of(cls, p: Passage) -> Cited:
        """A passage, for showing."""
        return cls.read(p, passage_id=p.id)


class CriterionDetail(CriterionView):
    """A criterion with its own passage, and statements that come near."""

    passage: Cited | None
    near: list[Cited]
