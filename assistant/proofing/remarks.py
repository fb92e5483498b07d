"""What is said of a sentence.

Guarantee: a remark has the user's own words, at their exact place, and the passage that proves it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ingest.passages.passages import Passage

Kind = Literal["citation", "figure", "duty", "belief", "claim", "body"]
Strength = Literal["firm", "likely"]


class Cited(BaseModel):
    """The passage that a remark rests on, opened at `/passages/{passage_id}`."""

    model_config = ConfigDict(frozen=True)

    passage_id: str
    source_title: str
    locator: str
    url: str | None
    quote: str


class Remark(BaseModel):
    """One remark. `start` and `end` are offsets in the text that was read."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    strength: Strength
    start: int
    end: int
    words: str
    look_at: str
    cited: Cited


def cited(passage: Passage) -> Cited:
    """A passage, as a remark cites it."""
    return Cited(
        passage_id=passage.id,
        source_title=passage.source_title,
        locator=passage.locator,
        url=passage.url,
        quote=passage.text,
    )
