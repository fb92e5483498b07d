"""A label project as data: the state of each criterion, its evidence, and the official grid once imported.

Guarantee: no point, no obligation and no level is ever filled in here: they come from the imported workbook, and are
None when it does not say. A criterion is "sans objet" only with a reason. A project belongs to one framework.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from assistant.label.frameworks import criterion_key, department_of, find, poste_name
from ingest.corpus.criteria import DEPARTMENT_LABELS, Criterion, Department, Framework

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Scheme = Literal["performance", "engagement"]
"""The label's two paths, which have two thresholds (65 % and 70 %)."""


class Status(StrEnum):
    """Where a criterion stands."""

    A_FAIRE = "a_faire"
    EN_COURS = "en_cours"
    FAIT = "fait"
    NON_RETENU = "non_retenu"
    SANS_OBJET = "sans_objet"


STATUS_LABELS = {
    Status.A_FAIRE: "À faire",
    Status.EN_COURS: "En cours",
    Status.FAIT: "Fait",
    Status.NON_RETENU: "Non retenu",
    Status.SANS_OBJET: "Sans objet",
}
OPEN = frozenset({Status.A_FAIRE, Status.EN_COURS})
"""Statuses that leave something to do. « Non retenu » is a choice (no points); « sans objet » does not apply at all."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EvidenceFile(_Frozen):
    """A file attached to a criterion; its bytes lie in the data folder under `sha256`."""

    id: str
    name: str = Field(description="as the user named it, made harmless")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, description="bytes")
    media_type: str
    added_at: dt.datetime
    added_by: str


class CriterionState(_Frozen):
    """What the production says of one criterion. `revision` 0: nothing was said yet."""

    code: str = Field(description="key of the criterion in the project: its code, its id, or the grid's row key")
    status: Status = Status.A_FAIRE
    note: Text = ""
    person: Line = ""
    due: dt.date | None = None
    not_applicable_reason: Text = ""
    level: Line = Field(default="", description="the level reached, for a criterion of the grid that has several")
    evidence: tuple[EvidenceFile, ...] = ()
    revision: int = 0
    updated_at: dt.datetime | None = None
    updated_by: str = ""

    @model_validator(mode="after")
    def _has_a_reason(self) -> CriterionState:
        if self.status is Status.SANS_OBJET and not self.not_applicable_reason:
            raise ValueError("« sans objet » demande un motif")
        return self

    @property
    def open(self) -> bool:
        """True while something is left to do."""
        return self.status in OPEN


class GridLevel(_Frozen):
    """One level of a criterion that has several, and what reaching it brings."""

    name: str
    points: Decimal = Field(ge=0)


class GridCriterion(_Frozen):
    """One row of the official grid, as imported. None: the workbook does not say."""

    key: str = Field(description="the code when the row has one, else its title as a slug; unique in the grid")
    code: str | None
    title: str
    poste: str | None = None
    department: str | None = Field(default=None, description="as the workbook writes it")
    points: Decimal | None = Field(default=None, ge=0, description="what it can bring: its highest level, if several")
    levels: tuple[GridLevel, ...] = ()
    obtained: Decimal | None = Field(default=None, ge=0, description="points already counted in the workbook")
    answer: Status | None = Field(default=None, description="what the workbook already answers: a proposal")
    mandatory: bool | None = None
    level: str | None = None
    evidence: str | None = Field(default=None, description="what the workbook asks as proof, if it does")
    known: str | None = Field(
        default=None,
        description="the criterion of ours a person said it is; empty: none; `?`: doubtful; None: by code",
    )
    sheet: str = ""
    row: int = Field(default=0, description="1-based row of the sheet")


class Grid(_Frozen):
    """An imported workbook: what it was, how it was read, its rows in its own order."""

    file_name: str
    sha256: str
    imported_at: dt.datetime
    mapping: dict[str, str] = Field(default_factory=dict, description="field of GridCriterion → column heading")
    criteria: tuple[GridCriterion, ...] = Field(min_length=1)
    remarks: tuple[str, ...] = Field(default=(), description="in French: what was skipped or read with a doubt")

    @property
    def points(self) -> Decimal:
        """The points of the whole grid."""
        return sum((c.points for c in self.criteria if c.points is not None), Decimal(0))

    @model_validator(mode="after")
    def _unique(self) -> Grid:
        keys = [c.key for c in self.criteria]
        if twins := sorted({k for k in keys if keys.count(k) > 1}):
            raise ValueError(f"critères en double : {', '.join(twins)}")
        return self


class Project(_Frozen):
    """One project of a production, for one framework."""

    id: str
    framework: str
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    scheme: Scheme | None = Field(default=None, description="which of the framework's thresholds is aimed at")
    note: Text = ""
    created_at: dt.datetime
    updated_at: dt.datetime
    revision: int = 1
    grid: Grid | None = None
    states: dict[str, CriterionState] = Field(default_factory=dict, description="by criterion key; absent: à faire")

    def state(self, key: str) -> CriterionState:
        """The state of a criterion; « à faire » when nothing was said of it."""
        return self.states.get(key) or CriterionState(code=key)


class Row(_Frozen):
    """One line of a project's board: the official row, what Clapvert knows of the criterion, and its state."""

    key: str
    code: str | None
    title: str
    poste: str
    departments: tuple[str, ...] = Field(description="in French, for people")
    grid: GridCriterion | None
    known: Criterion | None
    state: CriterionState
    in_grid: bool = Field(description="False: kept because something was said of it, but not in the imported grid")

    def acts(self, department: str) -> bool:
        """Whether a department (its French name) acts on this criterion."""
        return department in self.departments or DEPARTMENT_LABELS[Department.TOUS] in self.departments


def rows(project: Project, framework: Framework) -> list[Row]:
    """The board of a project: the rows of its grid in the grid's order, then what was said of criteria outside it;
    without a grid, the criteria that Clapvert knows."""
    out: list[Row] = []
    if project.grid is None:
        out += [_row(project, framework, criterion_key(c), None, c, True) for c in framework.criteria]
    else:
        for g in project.grid.criteria:
            out.append(_row(project, framework, g.key, g, _ours(framework, g), True))
    shown = {row.key for row in out}
    for key in project.states:
        if key not in shown:
            out.append(_row(project, framework, key, None, find(framework, key), False))
    return out


def _ours(framework: Framework, row: GridCriterion) -> Criterion | None:
    wanted = row.code if row.known is None else row.known
    return find(framework, wanted) if wanted else None


def _row(
    project: Project, framework: Framework, key: str, grid: GridCriterion | None, known: Criterion | None, inside: bool
) -> Row:
    names = {p.code: poste_name(p) for p in framework.postes}
    written = _departments(grid.department) if grid and grid.department else ()
    ours = tuple(DEPARTMENT_LABELS[d] for d in known.departments) if known else ()
    code = grid.code if grid else known.code if known else None
    return Row(
        key=key,
        code=code,
        title=grid.title if grid else known.short.fr if known else key,
        poste=(grid.poste if grid else None) or (names[known.poste] if known else "") or "Sans poste",
        departments=written or ours or ("Sans département",),
        grid=grid,
        known=known,
        state=project.state(key),
        in_grid=inside,
    )


def _departments(written: str) -> tuple[str, ...]:
    """The departments that a cell of a workbook names: ours under our names, the others as they are written."""
    parts = [part.strip() for part in written.replace("\n", ",").replace("/", ",").replace(";", ",").split(",")]
    whole = department_of(written)
    found = [whole] if whole else [department_of(part) or part for part in parts if part]
    return tuple(dict.fromkeys(DEPARTMENT_LABELS[d] if isinstance(d, Department) else d for d in found))
