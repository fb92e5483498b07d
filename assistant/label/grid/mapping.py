"""Which column of a grid is what, and the memory of it.

Guarantee: a mapping is data that a person can read and correct; a column has one role, and only `points` may take
several columns (one a level). What was corrected once is proposed again for a workbook with the same header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.label.grid.words import ROLE_NAMES, Role
from ingest.errors import ClapvertError, ErrorCode


class ColumnMapping(BaseModel):
    """Columns by role, from 0 (A is 0); None for what the grid does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: int | None = Field(default=None, ge=0)
    title: int | None = Field(default=None, ge=0)
    description: int | None = Field(default=None, ge=0)
    poste: int | None = Field(default=None, ge=0)
    department: int | None = Field(default=None, ge=0)
    mandatory: int | None = Field(default=None, ge=0)
    points: tuple[int, ...] = Field(default=(), description="one column, or one for each level")
    obtained: int | None = Field(default=None, ge=0)
    level: int | None = Field(default=None, ge=0)
    answer: int | None = Field(default=None, ge=0)
    evidence: int | None = Field(default=None, ge=0)
    comment: int | None = Field(default=None, ge=0)
    mandatory_fill: str | None = Field(
        default=None, pattern=r"^(?:[0-9A-F]{6}|theme:\d{1,2})$", description="background that marks what is mandatory"
    )

    @model_validator(mode="after")
    def _one_role_each(self) -> ColumnMapping:
        used = list(self.columns().items())
        for i, (role, columns) in enumerate(used):
            for other, others in used[i + 1 :]:
                if shared := set(columns) & set(others):
                    raise ValueError(
                        f"la colonne {letter(min(shared))} a deux rôles : {ROLE_NAMES[role]} et {ROLE_NAMES[other]}"
                    )
        if len(set(self.points)) != len(self.points) or any(p < 0 for p in self.points):
            raise ValueError("les colonnes de points sont en double ou invalides")
        return self

    def columns(self) -> dict[Role, tuple[int, ...]]:
        """The columns of every role that is set."""
        out: dict[Role, tuple[int, ...]] = {}
        for role in ROLE_NAMES:
            value = getattr(self, role)
            columns = value if isinstance(value, tuple) else () if value is None else (value,)
            if columns:
                out[role] = columns
        return out

    def role_of(self, column: int) -> Role | None:
        """The role of a column."""
        return next((role for role, columns in self.columns().items() if column in columns), None)

    def checked(self, width: int) -> ColumnMapping:
        """Itself; `BAD_REQUEST` when a column is beyond the table, `GRID_NO_POINTS`/`GRID_NO_HEADER` for what lacks."""
        for role, columns in self.columns().items():
            if max(columns) >= width:
                raise ClapvertError(
                    ErrorCode.BAD_REQUEST,
                    f"« {ROLE_NAMES[role]} » désigne la colonne {letter(max(columns))}, "
                    f"le tableau s'arrête à {letter(width - 1)}.",
                )
        if self.code is None and self.title is None:
            raise ClapvertError(
                ErrorCode.GRID_NO_HEADER,
                "Aucune colonne de codes ni d'intitulés : rien ne dit de quel critère parle une ligne.",
                "Indiquez la colonne des codes ou celle des intitulés.",
            )
        if not self.points:
            raise ClapvertError(
                ErrorCode.GRID_NO_POINTS,
                "Aucune colonne de points : sans barème, il n'y a pas de score, et Clapvert n'en invente pas.",
                "Indiquez la colonne des points, ou choisissez une autre feuille du classeur.",
            )
        return self

    def as_letters(self) -> dict[str, str]:
        """Role → columns as a spreadsheet names them, `{"code": "A", "points": "F,G"}`: how it is kept and shown."""
        out = {str(role): ",".join(map(letter, columns)) for role, columns in self.columns().items()}
        return out | ({"mandatory_fill": self.mandatory_fill} if self.mandatory_fill else {})

    @classmethod
    def from_letters(cls, letters: Mapping[str, str]) -> ColumnMapping:
        """The mapping that `as_letters` wrote, or that a person typed; `BAD_REQUEST` says what is wrong."""
        fields: dict[str, object] = {}
        for role, text in letters.items():
            if role == "mandatory_fill":
                fields[role] = text or None
                continue
            if role not in ROLE_NAMES:
                raise _wrong(f"« {role[:30]} » n'est pas un rôle de colonne ({', '.join(ROLE_NAMES)}).")
            columns = [_column(part) for part in re.split(r"[,;\s]+", text.strip()) if part]
            if len(columns) > 1 and role != "points":
                raise _wrong(f"« {ROLE_NAMES[role]} » ne prend qu'une colonne.")
            if columns:
                fields[role] = tuple(columns) if role == "points" else columns[0]
        try:
            return cls.model_validate(fields)
        except ValidationError as exc:
            raise _wrong(str(exc.errors()[0]["msg"]).removeprefix("Value error, ") + ".") from exc


class MappingMemory(Protocol):
    """Where mappings are remembered; the project store has one, tests keep them in a dictionary."""

    def recall(self, signature: str) -> ColumnMapping | None:
        """The mapping last accepted for a header."""

    def remember(self, signature: str, mapping: ColumnMapping) -> None:
        """Keep the mapping accepted for a header."""


def letter(column: int) -> str:
    """0 → A, 26 → AA: how a spreadsheet names a column."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _column(letters: str) -> int:
    if not re.fullmatch(r"[A-Za-z]{1,3}", letters):
        raise _wrong(f"« {letters[:10]} » n'est pas une colonne : écrivez sa lettre (A, B… AA).")
    number = 0
    for sign in letters.upper():
        number = number * 26 + ord(sign) - 64
    return number - 1


def _wrong(message: str) -> ClapvertError:
    return ClapvertError(ErrorCode.BAD_REQUEST, message[0].upper() + message[1:])
