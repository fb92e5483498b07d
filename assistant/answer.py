"""The answer contract: what the API returns, the CLI prints and a receipt keeps."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ingest.corpus.register import Domain, Rank
from ingest.passages.passages import Passage


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class BasedOn(_Model):
    """The text that a notice rests on."""

    source_id: str
    title: str
    locator: str | None = None
    url: str | None = None
    version: str | None = None

    @classmethod
    def of(cls, passage: Passage) -> BasedOn | None:
        """What a passage rests on, for showing; None for an official text."""
        b = passage.based_on
        if b is None:
            return None
        return cls(source_id=b.source_id, title=b.title, locator=b.locator, url=b.url, version=b.version)


class Citation(_Model):
    """Citation `n`: the quote is a verbatim substring of the passage's text."""

    n: int
    passage_id: str
    source_id: str
    source_title: str
    locator: str
    url: str | None = None
    quote: str
    rank: Rank
    based_on: BasedOn | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    page: int | None = None
    confidence: Literal["haute", "moyenne"] | None = None
    bill: bool = False


class Notice(_Model):
    """Something to know beside the answer; `citations` are numbers of the answer's citations."""

    kind: Literal["changed", "upcoming", "conflict", "stale"]
    text: str
    citations: tuple[int, ...] = ()


class Near(_Model):
    """A passage that comes near, without answering."""

    passage_id: str
    source_title: str
    locator: str
    quote: str


class Searched(_Model):
    """Where an answer was looked for."""

    domains: tuple[Domain, ...] = ()
    sources: int = 0


class ContactCard(_Model):
    """Someone who would know."""

    name: str
    url: str | None = None
    about: str | None = None


Act = Literal[
    "ask", "summarise", "source", "simplify", "translate", "draft", "checklist", "doubt", "correct", "thanks", "greet",
    "help", "out_of_field",
]  # fmt: skip
"""What a message does: it asks, or acts on the answer on screen."""


class CaseItem(_Model):
    """A fact of the asker's case, with the words that it was read from."""

    field: str
    value: float | tuple[float, float] | str
    """A quantity, in base units, or its range; a day, or the first and the last that it lies between (ISO)."""
    said: str
    from_: Literal["message", "earlier", "project"] = Field(default="message", alias="from")


class PartView(_Model):
    """One part of a message: its words, its state, and the sentences (1-based, in the answer) that answer it."""

    about: str
    state: Literal["answered", "computed", "denied", "absent", "not_in_force", "missing"]
    verdict: Literal["yes", "no", "depends"] | None = None
    strength: Literal["firm", "likely"] = "firm"
    bound: str | None = None
    regime: str | None = None
    because: str | None = None
    sentences: tuple[int, ...] = ()
    rule: str | None = None
    card: str | None = None
    title: str | None = None
    """Of the démarche whose steps answer it; its id is `card`."""
    answers_to: str | None = None
    """The reviewed question that it is answered as, where no model wrote it."""


class Alternative(_Model):
    """A reviewed question that a message may have meant instead; its `id`, sent back as `choose` with the same message,
    has it answered."""

    id: str
    question: str


class NextStep(_Model):
    """What to do now, and by when where a date is known."""

    text: str
    citations: tuple[int, ...] = ()
    due: dt.date | None = None


class Detail(_Model):
    """The one detail that decides, how it is asked for, and what replies to it: one of `options`, a message each; a
    figure or a day, put in the words of `reply` (`{}` holds it); or words of the reader's own."""

    field: str
    ask: str
    kind: Literal["words", "figure", "day"] = "words"
    options: tuple[str, ...] = ()
    reply: str | None = None


class ProjectRef(_Model):
    """The project that a question was asked from."""

    id: str
    title: str


class Understood(_Model):
    """How the question was understood; shown, and editable by asking again."""

    question: str
    as_of: dt.date
    as_of_reason: Literal["today", "asked", "sticky"]
    domains: tuple[Domain, ...] = ()
    profile: dict[str, str] = Field(default_factory=dict)
    language: Literal["fr", "en"] = "fr"
    facets: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    follow_up: bool = False
    act: Act = "ask"
    case: tuple[CaseItem, ...] = ()
    project: ProjectRef | None = None


class Timings(_Model):
    """Milliseconds spent by stage."""

    understand: float = 0
    retrieve: float = 0
    compose: float = 0
    verify: float = 0


class ModelUse(_Model):
    """What a language model did for an answer: calls, rounds of writing, tokens as its provider counts them, cost where
    prices are set; the parts that it wrote, its lines that are shown, those written again once, replaced by the
    statement that they cite, or dropped; the facts that it read, the phrases searched for it, and what lines were first
    refused for (`gate`, or what the second reading, by `reader`, found).

    `fallback` says why the answer is the one made without it.
    """

    name: str
    reader: str = ""
    calls: int = 0
    rounds: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    ms: float = 0
    cached: bool = False
    parts: int = 0
    lines: int = 0
    mended: int = 0
    replaced: int = 0
    dropped: int = 0
    facts: int = 0
    searched: int = 0
    refused: tuple[str, ...] = ()
    fallback: str | None = None


class Receipt(_Model):
    """What an answer was made from, for checking it later."""

    snapshot: str
    corpus_version: str
    passages: dict[str, str]
    timings_ms: Timings = Timings()
    model: ModelUse | None = None
    said: tuple[str, ...] = ()
    """Words of the case that written sentences may say: the message, what rules decided, days counted."""


class ProjectItem(_Model):
    """A criterion of the caller's project that is still open; `citation` is the number of what the criterion asks."""

    key: str
    code: str | None
    title: str
    status: str
    person: str = ""
    due: dt.date | None = None
    late: bool = False
    mandatory: bool | None = None
    citation: int | None = None
    url: str


class ProjectState(_Model):
    """What the caller's own label project says, apart from `answer`: it comes from what the production wrote, not from
    a text, and no citation stands for it. `said` is a sentence, « D'après votre dossier… »."""

    project_id: str
    title: str
    url: str
    scope: str = ""
    said: str
    done: int
    applicable: int
    open: tuple[ProjectItem, ...] = ()
    more: int = 0


Outcome = Literal["answered", "partial", "abstained"]
Reason = Literal["false_premise", "unclear", "not_found", "out_of_scope", "not_in_force"]


class Answer(_Model):
    """A checked answer, or an honest abstention."""

    conversation_id: str
    message_id: str
    question: str
    as_of: dt.date
    understood: Understood
    outcome: Outcome
    reason: Reason | None = None
    parts: tuple[PartView, ...] = ()
    shape: Literal["sentence", "steps", "table", "cases"] = "sentence"
    next: tuple[NextStep, ...] = ()
    depends_on: Detail | None = None
    answer: str
    written: tuple[int, ...] = ()
    """Sentences of `answer`, from 1, that a language model wrote and the texts prove."""
    citations: tuple[Citation, ...] = ()
    warnings: tuple[Notice, ...] = ()
    near: tuple[Near, ...] = ()
    searched: Searched = Searched()
    contacts: tuple[ContactCard, ...] = ()
    follow_ups: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    engine: str = "extractive"
    receipt: Receipt
    disclaimer: str = ""
    project: ProjectState | None = None
