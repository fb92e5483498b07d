"""Verdicts: what a reader thought of each answer of a sheet, kept with who read and when.

Guarantee: a verdict names a key of the sheet and one of six grades; a file with another key or grade is refused whole,
and nothing of it is kept. Two readers never share a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import ClapvertError, ErrorCode


class Grade(StrEnum):
    """What a reader would do with an answer."""

    FORWARD = "forward"
    RIGHT = "right"
    USABLE = "usable"
    POOR = "poor"
    HARMFUL = "harmful"
    WRONG = "wrong"

    @property
    def forwarded(self) -> bool:
        """True for what is sent on as it is: an answer, or an abstention that was due."""
        return self in (Grade.FORWARD, Grade.RIGHT)

    @property
    def bad(self) -> bool:
        """True for what fails whoever asked."""
        return self in (Grade.POOR, Grade.HARMFUL, Grade.WRONG)


MEANING = {
    Grade.FORWARD: "je l'envoie tel quel à mon équipe",
    Grade.RIGHT: "abstention juste",
    Grade.USABLE: "juste, mais ordre, longueur, mots ou une partie secondaire gênent",
    Grade.POOR: "manque l'essentiel ou une partie, ou à côté",
    Grade.HARMFUL: "faux ou trompeur pour ce cas",
    Grade.WRONG: "abstention à tort, ou réponse là où il n'y en a pas",
}


class Verdict(BaseModel):
    """A grade and its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grade: Grade
    why: str = ""
    omitted: bool = False
    """Whether the exception, the condition or the reserve that decides is left out."""


class Verdicts(BaseModel):
    """All that one reader said of one sheet, by key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: str = Field(min_length=1, pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    on: date
    verdicts: dict[str, Verdict]


def take(folder: Path, raw: object, reader: str, on: date, keys: Mapping[str, object]) -> Verdicts:
    """Keep the verdicts of a reader beside the sheet; what the reader said before stays where it says nothing new.

    `raw` is `{key: {grade, why}}` or `{key: grade}`. Raises `BAD_REQUEST`, naming the key.
    """
    if not isinstance(raw, dict):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Un fichier de verdicts est une table : clé, puis verdict.")
    said: dict[str, Verdict] = {}
    for key, value in raw.items():
        try:
            said[str(key)] = Verdict.model_validate(value if isinstance(value, dict) else {"grade": value})
        except ValidationError as exc:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST,
                f"Verdict illisible pour {key} : « {value} ».",
                f"Verdicts possibles : {', '.join(Grade)}.",
            ) from exc
    if strangers := sorted(set(said) - set(keys)):
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"Clés inconnues de cette feuille : {', '.join(strangers[:5])}.")
    path = verdicts_path(folder, reader)
    before = read_verdicts(path).verdicts if path.is_file() else {}
    kept = Verdicts(reader=reader, on=on, verdicts={k: v for k in keys if (v := said.get(k) or before.get(k))})
    path.write_text(
        yaml.safe_dump(
            kept.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False, width=110
        ),
        encoding="utf-8",
    )
    return kept


def verdicts_path(folder: Path, reader: str) -> Path:
    """Where the verdicts of a reader are kept."""
    return folder / f"verdicts-{reader}.yaml"


def read_verdicts(path: Path) -> Verdicts:
    """The verdicts of one reader; `BAD_REQUEST` when the file is not one of ours."""
    try:
        return Verdicts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"{path} n'est pas un fichier de verdicts.") from exc


def all_verdicts(folder: Path) -> list[Verdicts]:
    """Every reader's verdicts on a sheet, by name."""
    return [read_verdicts(path) for path in sorted(folder.glob("verdicts-*.yaml"))]
