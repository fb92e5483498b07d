"""The only reply of a planning model that is read: a plan as JSON, under a schema.

Guarantee: a reply is exactly this or nothing; it holds keys of the request and words of the message, and not one word
that is shown otherwise.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Act
from assistant.llm.wire import unfenced

_ACTS = ("ask", "summarise", "source", "simplify", "translate", "draft", "checklist", "doubt", "thanks", "greet",
         "help", "out_of_field")  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SaidFact(_Strict):
    """A fact that the message says: its key, the words that say it, and which of its values they say."""

    fact: str = Field(max_length=40)
    value: str = Field(max_length=80)
    words: str = Field(max_length=400)


class Spared(_Strict):
    """A reserve that the message's own words make pointless."""

    evidence: str = Field(max_length=40)
    words: str = Field(max_length=400)


class Reckon(_Strict):
    """Figures to put together, as they are written, and the one of the evidence that they are held against."""

    figures: list[str] = Field(max_length=6)
    op: Literal["sum", "less", "times", "share"]
    against: str = Field(max_length=80)


class ReplyPart(_Strict):
    """What is said of one part; every string but `search` is a key or words of the message."""

    about: str = Field(min_length=1, max_length=600)
    verdict: Literal["yes", "no", "depends", "none"]
    rule: str = Field(max_length=40)
    contrary: bool
    shape: Literal["sentence", "steps", "table", "cases"]
    show: list[str] = Field(max_length=4)
    then: list[str] = Field(max_length=10)
    spared: list[Spared] = Field(max_length=8)
    steps: list[str] = Field(default=[], max_length=9)
    reckon: Reckon | None = None
    contact: str = Field(max_length=40)
    search: str = Field(max_length=160)


class Reply(_Strict):
    """A plan as a model writes it."""

    act: Act
    facts: list[SaidFact] = Field(max_length=24)
    misread: list[str] = Field(max_length=12)
    parts: list[ReplyPart] = Field(max_length=8)
    next: list[str] = Field(max_length=3)
    ask: str = Field(max_length=40)


def parse_reply(text: str) -> Reply:
    """The reply, or `ValueError`."""
    return Reply.model_validate_json(unfenced(text))


def begun(text: str) -> Reply | None:
    """A reply that is being written, cut after its last whole part; None before the first."""
    start = text.find('"parts"')
    cuts = [i + 1 for i, c in enumerate(text) if c == "}"] if start >= 0 else []
    for cut in reversed([c for c in cuts if c > start]):
        try:
            reply = parse_reply(f'{text[:cut]}], "next": [], "ask": ""}}')
        except ValueError:
            continue
        return reply if reply.parts else None
    return None


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "additionalProperties": False, "required": list(properties), "properties": properties,
    }  # fmt: skip


_TEXT = {"type": "string"}
_KEYS = {"type": "array", "items": _TEXT}


def _many(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


_RECKON = _object(figures=_KEYS, op={"type": "string", "enum": ["sum", "less", "times", "share"]}, against=_TEXT)
SCHEMA: dict[str, Any] = _object(
    act={"type": "string", "enum": list(_ACTS)},
    facts=_many(fact=_TEXT, value=_TEXT, words=_TEXT),
    misread=_KEYS,
    parts=_many(
        about=_TEXT,
        verdict={"type": "string", "enum": ["yes", "no", "depends", "none"]},
        rule=_TEXT,
        contrary={"type": "boolean"},
        shape={"type": "string", "enum": ["sentence", "steps", "table", "cases"]},
        show=_KEYS,
        then=_KEYS,
        spared=_many(evidence=_TEXT, words=_TEXT),
        steps=_KEYS,
        reckon={"anyOf": [_RECKON, {"type": "null"}]},
        contact=_TEXT,
        search=_TEXT,
    ),
    next=_KEYS,
    ask=_TEXT,
)
"""The same for every request, so that providers that constrain their output may keep it compiled."""
