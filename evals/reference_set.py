"""The reference set: questions written from the facts, with what a right answer must and must not say.

Guarantee: a question is well-formed or loading fails with file, line and field. All of it is development: a third of
the topics was once kept apart as a test split; it was read too often to be one any more, and is tuned on like the rest.
What is fitted is judged out of fold, by topic; what is claimed is read by people, on sealed sets (`evals.reading`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assistant.answer import Outcome, Reason
from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError, ErrorCode

FOLDER = Path(__file__).resolve().parent / "reference"

Kind = Literal[
    "fact", "date", "amount", "scope", "procedure", "definition", "comparison", "reference", "follow-up",
    "false_premise", "absent", "out_of_scope", "not_in_force", "injection",
]  # fmt: skip
HARD_CLASSES: tuple[Kind, ...] = ("false_premise", "absent", "out_of_scope", "not_in_force", "injection")
"""The five classes that are not plainly answerable."""


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Several = BeforeValidator(_as_list)


class Expected(BaseModel):
    """A question and what is expected of its answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = Field(min_length=1)
    language: Literal["fr", "en"] = "fr"
    as_of: date | None = None
    kind: Kind
    outcome: Annotated[tuple[Outcome, ...], Several]
    reason: Annotated[tuple[Reason | None, ...], Several] = (None,)
    must_include: tuple[Annotated[tuple[str, ...], Several], ...] = ()
    must_not_include: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    slips: bool = False
    difficulty: Literal[1, 2, 3] = 1
    must_pass: bool = False
    note: str = ""
    topic: str = ""
    domain: str = ""

    @property
    def dated(self) -> bool:
        """True when the question names a year or a day is picked."""
        return self.as_of is not None or any(str(y) in self.question for y in range(2015, 2036))

    def asks_as(self, other: Expected) -> bool:
        """True when both put the same words on the same day."""
        return (self.question, self.as_of) == (other.question, other.as_of)


Ident = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
"""Id of a question or of a dialogue; the turns of a dialogue are `id.1`, `id.2`…"""


class Question(Expected):
    """A question that stands alone."""

    id: Ident
    domain: str
    topic: str


class Dialogue(BaseModel):
    """Questions of one conversation, each expected in the light of those before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Ident
    domain: str = ""
    topic: str = ""
    note: str = ""
    language: str = "fr"
    kind: Literal["dialogue"] = "dialogue"
    slips: bool = False
    difficulty: int = 2
    must_pass: bool = False
    dialogue: tuple[Expected, ...] = Field(min_length=2)

    def turns(self) -> list[tuple[str, Expected]]:
        """Its questions with their ids; each belongs to the dialogue's topic: they are drawn together."""
        given = {"topic": self.topic or self.id}
        return [
            (f"{self.id}.{n}", t.model_copy(update=given | {"domain": t.domain or self.domain}))
            for n, t in enumerate(self.dialogue, 1)
        ]


class ReferenceSet(BaseModel):
    """Single questions and dialogues."""

    questions: tuple[Question, ...]
    dialogues: tuple[Dialogue, ...]

    def within(self, domains: Collection[str]) -> ReferenceSet:
        """The part of the set that asks about these domains only; a dialogue is kept whole or not at all."""
        return ReferenceSet(
            questions=tuple(q for q in self.questions if q.domain in domains),
            dialogues=tuple(d for d in self.dialogues if all(t.domain in domains for _, t in d.turns())),
        )

    def asked(self) -> dict[str, Expected]:
        """Every question by id, dialogues turn by turn, in the order they are asked."""
        singles: dict[str, Expected] = {q.id: q for q in self.questions}
        return singles | {ident: turn for d in self.dialogues for ident, turn in d.turns()}


def load_reference(folder: Path | None = None) -> ReferenceSet:
    """Read every file of a folder (None: the reference set); an error names file, line and field."""
    questions: list[Question] = []
    dialogues: list[Dialogue] = []
    for path in sorted((folder or FOLDER).glob("*.yaml")):
        file = YamlFile(path)
        rows = file.data.get("questions") if isinstance(file.data, dict) else file.data
        for i, row in enumerate(rows or ()):
            if "dialogue" in row:
                dialogues.append(file.validate(Dialogue, row, "questions", i))
            else:
                questions.append(file.validate(Question, row, "questions", i))
    ids = [q.id for q in questions] + [d.id for d in dialogues]
    if len(ids) != len(set(ids)):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise ClapvertError(ErrorCode.CORPUS_INVALID, f"Identifiant de question en double : {twice}.")
    return ReferenceSet(questions=tuple(questions), dialogues=tuple(dialogues))
