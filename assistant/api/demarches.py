"""The démarches over HTTP: listed, and read step by step with the statements that each step rests on.

Guarantee: what is read is the corpus as it stands, in French and in English; nothing is computed but the order.
"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.api.schemas import View
from assistant.service import Service
from ingest.corpus.demarches import Cut, Demarche, Stage, Step, Words
from ingest.corpus.fiches import Statement
from ingest.errors import ClapvertError, ErrorCode


class DemarcheSummary(View):
    """A démarche in a list."""

    id: str
    title: Words
    domain: str
    steps: int


class DemarcheList(BaseModel):
    """Every démarche, in the order of the corpus."""

    demarches: list[DemarcheSummary]


class StepView(BaseModel):
    """A step as it stands, who does it and when in words, and the texts of what it rests on, by id."""

    step: Step
    who: Words
    stage: Stage
    rests_on: dict[str, str]


class DemarcheDetail(BaseModel):
    """A démarche, its steps in order, what to know beside them, and the parts of it that a question may want alone."""

    id: str
    title: Words
    domain: str
    steps: list[StepView]
    reserve: dict[str, str]
    cuts: tuple[Cut, ...]


def router(service: Service) -> APIRouter:
    """The routes under `/api/demarches`."""
    routes = APIRouter(prefix="/api/demarches", tags=["demarches"])

    @routes.get("", response_model=DemarcheList)
    def demarches() -> DemarcheList:
        """Every démarche."""
        return DemarcheList(demarches=[summary(d) for d in service.demarches.values()])

    @routes.get("/{demarche_id}", response_model=DemarcheDetail)
    def demarche(demarche_id: str) -> DemarcheDetail:
        """One démarche, step by step."""
        return detail(service, demarche_of(service, demarche_id))

    return routes


def demarche_of(service: Service, demarche_id: str) -> Demarche:
    """A démarche by its id, or by that of one of its cuts. Raises `DEMARCHE_NOT_FOUND`."""
    found = service.demarches.get(demarche_id) or next(
        (d for d in service.demarches.values() if any(c.id == demarche_id for c in d.cuts)), None
    )
    if found is None:
        said = f"Aucune démarche « {demarche_id} »."
        raise ClapvertError(ErrorCode.DEMARCHE_NOT_FOUND, said, "La liste : /api/demarches.")
    return found


def summary(demarche: Demarche) -> DemarcheSummary:
    """A démarche as a list shows it."""
    return DemarcheSummary(
        id=demarche.id, title=demarche.title, domain=demarche.domain.value, steps=len(demarche.steps)
    )


def detail(service: Service, demarche: Demarche) -> DemarcheDetail:
    """A démarche with its words and its statements."""
    texts = {sid: s.text for sid, (s, _) in statements_of(service, demarche).items()}
    words = service.steps_vocabulary
    return DemarcheDetail(
        id=demarche.id,
        title=demarche.title,
        domain=demarche.domain.value,
        steps=[
            StepView(
                step=step,
                who=words.who[step.who],
                stage=words.stages[step.stage],
                rests_on={sid: texts[sid] for sid in step.rests_on if sid in texts},
            )
            for step in demarche.steps
        ],
        reserve={sid: texts[sid] for sid in demarche.reserve if sid in texts},
        cuts=demarche.cuts,
    )


def statements_of(service: Service, demarche: Demarche) -> dict[str, tuple[Statement, str]]:
    """The statements that a démarche names, by id, with the notice that each stands in."""
    wanted = set(demarche.statements)
    return {
        s.id: (s, source_id)
        for source_id, f in service.fiches.items()
        for _, s in f.fiche.statements()
        if s.id in wanted
    }
