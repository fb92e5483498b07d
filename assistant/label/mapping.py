"""Which column of a grid is what, and the memory of it.

Guarantee: a mapping is data that a person can read and correct; a column has one role, and only `points` may take
several columns (one a level). What was corrected once is proposed again for a workbook with the same header.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.label.words import ROLE_NAMES, Role
from ingest.errors import ClapvertError, ErrorCode


class ColumnMapping(BaseModel):
    """Columns by role, from 0 (A is 0); None for what the grid does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: int | None = Field(default=None, ge=0)
    title: int | None = Field(default=None, ge=0)
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


class MappingMemory(Protocol):
    """Where mappings are remembered; the project store has one, tests keep them in a dictionary."""

    def recall(self, signature: str) -> ColumnMapping | None:
        """The mapping last accepted for a header."""

    def remember(self, signature: str, mapping: ColumnMapping) -> None:
        """Keep the mapping accepted for a header."""


class Remembered:
    """Mappings kept in memory, by header."""

    def __init__(self) -> None:
        self._kept: dict[str, ColumnMapping] = {}

    def recall(self, signature: str) -> ColumnMapping | None:
        """The mapping last accepted for a header."""
        return self._kept.get(signature)

    def remember(self, signature: str, mapping: ColumnMapping) -> None:
        """Keep the mapping accepted for a header."""
        self._kept[signature] = mapping


def signature_key(names: tuple[str, ...]) -> str:
    """Short stable key of a header, from its names already made plain: 32 hexadecimal digits."""
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:32]


def letter(column: int) -> str:
    """0 → A, 26 → AA: how a spreadsheet names a column."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
