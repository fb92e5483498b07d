"""Requests and responses of the HTTP contract."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from assistant.answer import BasedOn
from assistant.service import Ask
from ingest.corpus.register import Domain, Nature, Rank, Regime


def _only_iso(value: object) -> object:
    """Pydantic alone would read 86400 as a day of 1970."""
    if (isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)) or isinstance(value, int | float):
        raise PydanticCustomError("date_format", "YYYY-MM-DD")
    return value


Day = Annotated[dt.date, BeforeValidator(_only_iso)]
"""A day as the contract writes it, `YYYY-MM-DD`, and in no other way."""


class Sent(BaseModel):
    """What a caller sends; a field that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """What goes out of one of our things."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def read(cls, thing: object, /, **other: Any) -> Self:
        """The thing's attributes of the same names as our fields, views among them; `other`: the fields that it does
        not have, or has otherwise."""
        return cls.model_validate({n: getattr(thing, n) for n in cls.model_fields if n not in other} | other)


class ChatRequest(Sent):
    """A question."""

    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    conversation_id: str | None = None
    as_of: Day | None = Field(default=None, description="day asked about; an explicit null returns to today")
    domains: list[Domain] = []
    language: Literal["fr", "en"] | None = None
    profile: dict[str, str] = {}
    project: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="one of the caller's projects, whose case holds when the question does not say"
    )
    choose: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="`id` of one of the `alternatives` of this question's answer: answer that one"
    )

    def ask(self) -> Ask:
        """The question as the service takes it."""
        return Ask(
            question=self.question,
            conversation_id=self.conversation_id,
            as_of=self.as_of,
            forget_date="as_of" in self.model_fields_set and self.as_of is None,
            domains=tuple(self.domains),
            language=self.language,
            profile=self.profile,
            project=self.project or None,
            choose=self.choose or "",
        )


class PassageView(View):
    """A passage, open."""

    passage_id: str
    source_id: str
    source_title: str
    locator: str
    heading_path: list[str]
    text: str
    page_from: int | None
    page_to: int | None
    url: str | None
    rank: Rank
    valid_from: dt.date | None
    valid_until: dt.date | None
    attested_at: dt.date | None
    status: Literal["current", "superseded", "removed"]
    based_on: BasedOn | None
    previous_id: str | None
    next_id: str | None
    regime: Regime
    confidence: str | None
    bill: bool


class SearchHit(View):
    """One hit of a search."""

    passage_id: str
    source_id: str
    source_title: str
    locator: str
    score: float
    text: str


class SearchResult(BaseModel):
    """Hits, best first."""

    hits: list[SearchHit]


class SourceView(View):
    """A text of the register, or one of our fiches (`nature: notice`)."""

    id: str
    title: str
    short_title: str | None = None
    issuer: str
    nature: Nature
    rank: Rank
    domains: list[Domain]
    regime: Regime | None = None
    url: str | None = None
    date: str | None = None
    language: str = "fr"
    identifiers: dict[str, str] = {}
    identifiers_verified: bool = True
    passages: int = Field(default=0, description="passages of this text in the serving snapshot")


class SourceDetail(SourceView):
    """A source with its passages, in reading order."""

    passage_ids: list[str] = []


class SourceList(BaseModel):
    """The register."""

    sources: list[SourceView]


class Health(BaseModel):
    """Liveness or readiness."""

    status: Literal["ok", "ready"]
    snapshot: str | None = None
    passages: int | None = None
    model: str | None = None
