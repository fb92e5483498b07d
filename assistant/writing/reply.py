"""What a model may reply: an answer as lines that each say one thing and cite, corrected lines, and verdicts on lines.

Guarantee: a reply is exactly one of these or nothing. What it cites are keys of the request; a line is nothing yet: it
is shown once it is proved (`proof`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Act
from assistant.llm.wire import unfenced

_ACTS = ("ask", "summarise", "source", "simplify", "translate", "draft", "checklist", "doubt", "correct", "thanks",
         "greet", "help", "out_of_field")  # fmt: skip
Shape = Literal["sentence", "steps", "table", "letter"]
Finding = Literal["holds", "adds", "drops", "turns"]
LONGEST_LINE = 600
"""Characters of a line, at most; how many words it should have is said in the instructions."""
R = TypeVar("R", bound="_Strict")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SaidFact(_Strict):
    """A fact that the message says: its key, which of its values it is, and the words that say it."""

    fact: str = Field(max_length=40)
    value: str = Field(default="", max_length=80)
    words: str = Field(max_length=400)


class WrittenLine(_Strict):
    """One sentence and the keys of what it rests on; an empty text shows what is cited in its own words."""

    text: str = Field(max_length=LONGEST_LINE)
    cites: list[str] = Field(default=[], max_length=8)


class WrittenPart(_Strict):
    """The answer to one question of the message; `about` is words of the message."""

    about: str = Field(max_length=600)
    verdict: Literal["yes", "no", "depends", "none"] = "none"
    rule: str = Field(default="", max_length=20)
    contrary: bool = False
    denies: bool = False
    """Whether the message takes something false for granted, which the lines deny."""
    shape: Shape = "sentence"
    lines: list[WrittenLine] = Field(default=[], max_length=14)
    contact: str = Field(default="", max_length=20)


class Ask(_Strict):
    """The one fact that decides: a key of the facts wanted, or a question in the model's words."""

    fact: str = Field(default="", max_length=20)
    text: str = Field(default="", max_length=200)


class Reply(_Strict):
    """An answer as a model writes it."""

    act: Act = "ask"
    facts: list[SaidFact] = Field(default=[], max_length=24)
    misread: list[str] = Field(default=[], max_length=12)
    search: list[str] = Field(default=[], max_length=6)
    parts: list[WrittenPart] = Field(default=[], max_length=8)
    next: list[WrittenLine] = Field(default=[], max_length=4)
    ask: Ask | None = None


class MendedLine(WrittenLine):
    """A line written again; empty and citing nothing: it is given up."""

    n: int


class Mended(_Strict):
    """Lines written again, by number."""

    lines: list[MendedLine] = Field(default=[], max_length=60)


class Found(_Strict):
    """What a reader found of line `n`; `what` says what it adds, leaves out or turns."""

    n: int
    says: Finding
    what: str = Field(default="", max_length=800)


class Findings(_Strict):
    """What a reader found of every line."""

    lines: list[Found] = Field(max_length=80)


def parse(kind: type[R], text: str) -> R:
    """A reply of a kind, or `ValueError`."""
    return kind.model_validate_json(unfenced(text))


def findings_so_far(text: str) -> Iterator[Found]:
    """The findings that are whole in a reply that is being written."""
    at = text.find("[")
    decoder = json.JSONDecoder()
    while at >= 0 and (at := text.find("{", at)) >= 0:
        try:
            row, at = decoder.raw_decode(text, at)
            yield Found.model_validate(row)
        except ValueError:
            return


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


_TEXT, _NUMBER, _YES = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}


def _one(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _many(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_LINE = {"text": _TEXT, "cites": _many(_TEXT)}
REPLY_SCHEMA: dict[str, Any] = _object(
    act=_one(*_ACTS),
    facts=_many(_object(fact=_TEXT, value=_TEXT, words=_TEXT)),
    misread=_many(_TEXT),
    search=_many(_TEXT),
    parts=_many(
        _object(
            about=_TEXT,
            verdict=_one("yes", "no", "depends", "none"),
            rule=_TEXT,
            contrary=_YES,
            denies=_YES,
            shape=_one("sentence", "steps", "table", "letter"),
            lines=_many(_object(**_LINE)),
            contact=_TEXT,
        )
    ),
    next=_many(_object(**_LINE)),
    ask={"anyOf": [_object(fact=_TEXT, text=_TEXT), {"type": "null"}]},
)
MENDED_SCHEMA: dict[str, Any] = _object(lines=_many(_object(n=_NUMBER, **_LINE)))
FINDINGS_SCHEMA: dict[str, Any] = _object(
    lines=_many(_object(n=_NUMBER, says=_one("holds", "adds", "drops", "turns"), what=_TEXT))
)
"""The same for every request, so that providers that constrain their output may keep them compiled."""
