"""A set to be read: messages and dialogues as people write them, each with the substance that a right answer holds.

Guarantee: a set is well-formed or loading fails with file, line and field. What is expected is prose, for a reader;
nothing here is compared by a machine. A message of its own and each turn of a dialogue have one id.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from evals.reference_set import Dialogue, Expected, Kind, Question, ReferenceSet
from ingest.corpus.yamlfile import YamlFile

_REFERENCE_KINDS: dict[str, Kind] = {
    "oos": "out_of_scope", "false": "false_premise", "unknowable": "absent", "past": "date", "sanction": "amount",
    "cost": "amount", "comparison": "comparison", "definition": "definition", "howto": "procedure",
}  # fmt: skip
ASKS_NOTHING = frozenset({"oos", "unknowable"})
"""Kinds to which the right answer is that there is none: all the others are asks."""


def _text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value  # YAML reads a bare `false` as a boolean


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(_Row):
    """One message; `decides`: the exception or condition that a right answer may not leave out."""

    id: str
    domain: str
    kind: Annotated[str, BeforeValidator(_text)]
    question: str = Field(min_length=1)
    expected: str = ""
    decides: str | None = None
    facts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    defect: str | None = None


class Conversation(_Row):
    """Turns of one conversation, and what is expected of each."""

    id: str
    domain: str
    turns: tuple[str, ...] = Field(min_length=1)
    expected: tuple[str, ...] = ()


class Asked(_Row):
    """What a reader is shown of one message or turn: the turns before it, itself, and what is expected."""

    id: str
    domain: str
    kind: str
    question: str
    expected: str
    before: tuple[str, ...] = ()
    decides: str | None = None

    @property
    def cluster(self) -> str:
        """What rises and falls together: the turns of a dialogue."""
        return self.id.partition(".")[0]


class MessageSet(_Row):
    """Messages and conversations."""

    questions: tuple[Message, ...] = ()
    dialogues: tuple[Conversation, ...] = ()

    def asked(self) -> Iterator[Asked]:
        """Every message and turn, in order; defective ones are left out."""
        for m in self.questions:
            if not m.defect:
                yield Asked(
                    id=m.id, domain=m.domain, kind=m.kind, question=m.question, expected=m.expected, decides=m.decides
                )
        for d in self.dialogues:
            for n, turn in enumerate(d.turns, 1):
                wanted = d.expected[n - 1] if n <= len(d.expected) else ""
                yield Asked(
                    id=f"{d.id}.{n}", domain=d.domain, kind="dialogue", question=turn, expected=wanted,
                    before=d.turns[: n - 1],
                )  # fmt: skip

    def as_reference(self) -> ReferenceSet:
        """The same as a reference set, so that `execute` can ask it: nothing is expected that a machine could check."""
        open_ended: dict[str, Any] = {"outcome": ("answered", "partial", "abstained")}
        return ReferenceSet(
            questions=tuple(
                Question(
                    id=m.id.lower(), domain=m.domain, topic=m.id.lower(), question=m.question, note=m.expected,
                    kind=_REFERENCE_KINDS.get(m.kind, "fact"), language="en" if m.kind == "english" else "fr",
                    **open_ended,
                )
                for m in self.questions
                if not m.defect
            ),
            dialogues=tuple(
                Dialogue(
                    id=d.id.lower(), domain=d.domain, topic=d.id.lower(),
                    dialogue=tuple(Expected(question=t, kind="follow-up", **open_ended) for t in d.turns),
                )
                for d in self.dialogues
            ),
        )  # fmt: skip


def read_messages(path: Path) -> MessageSet:
    """A set from its file; an error names file, line and field."""
    file = YamlFile(path)
    return file.validate(MessageSet, file.data)
