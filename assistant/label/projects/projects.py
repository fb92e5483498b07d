"""A label project as data: the state of each criterion, its evidence, and the official grid once imported.

Guarantee: no point, no obligation and no level is ever filled in here: they come from the imported workbook, and are
None when it does not say. A criterion is "sans objet" only with a reason. A project belongs to one framework.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from assistant.label.frameworks import criterion_key, find, poste_name
from assistant.label.projects.departments import NONE, Names, everyone, written_departments
from ingest.corpus.criteria import DEPARTMENT_LABELS, Criterion, Framework

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
    A_CLARIFIER = "a_clarifier"


STATUS_LABELS = {
    Status.A_FAIRE: "À faire",
    Status.EN_COURS: "En cours",
    Status.FAIT: "Fait",
    Status.NON_RETENU: "Non retenu",
    Status.SANS_OBJET: "Sans objet",
    Status.A_CLARIFIER: "À clarifier",
}
OPEN = frozenset({Status.A_FAIRE, Status.EN_COURS, Status.A_CLARIFIER})
"""Statuses that leave something to do. « Non retenu » is a choice (no points); « sans objet » does not apply at all;
« à clarifier » is an answer of the workbook that is not understood, or a « N/A » without its reason."""


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
    said: Line = Field(
        default="", description="what the imported workbook answered, word for word, where the status says less"
    )
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
    description: str | None = None
    poste: str | None = None
    department: str | None = Field(default=None, description="as the workbook writes it")
    department_from: Literal["column", "sheet", "section"] = "column"
    points: Decimal | None = Field(default=None, ge=0, description="what it can bring: its highest level, if several")
    levels: tuple[GridLevel, ...] = ()
    obtained: Decimal | None = Field(default=None, ge=0, description="points already counted in the workbook")
    answer: Status | None = Field(default=None, description="what the workbook already answers: a proposal")
    said: str | None = Field(default=None, description="its own words, when they are to be cleared up")
    mandatory: bool | None = None
    level: str | None = None
    evidence: str | None = Field(default=None, description="what the workbook asks as proof, if it does")
    comment: str | None = Field(default=None, description="its column of comments, and what is pinned to its cells")
    known: str | None = Field(
        default=None, description="the criterion of ours a person said it is; empty: none; None: nobody said yet"
    )
    sheet: str = ""
    row: int = Field(default=0, description="1-based row of the sheet")

    @field_validator("known")
    @classmethod
    def _undecided(cls, known: str | None) -> str | None:
        """What earlier versions wrote for a code under another title is nobody's decision."""
        return None if known == "?" else known


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
    renamed: dict[str, str] = Field(
        default_factory=dict, description="department of the grid → the name it is given here"
    )
    moved: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="criterion → the departments it was moved to"
    )
    outside: dict[str, str] = Field(
        default_factory=dict, description="title of each criterion that an earlier grid held and this one does not"
    )
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
        """Whether a department acts on this criterion."""
        return department in self.departments or any(everyone(d) for d in self.departments)


def rows(project: Project, framework: Framework) -> list[Row]:
    """The board of a project: the rows of its grid in the grid's order, then what was said of criteria outside it;
    without a grid, the criteria that Clapvert knows."""
    names = Names(project.renamed)
    if project.grid is None:
        out = [_known_row(project, framework, c, names) for c in framework.criteria]
    else:
        out = [_grid_row(project, framework, g, names) for g in project.grid.criteria]
    shown = {row.key for row in out}
    out += [_outside(project, framework, key, names) for key in project.states if key not in shown]
    return out


def _grid_row(project: Project, framework: Framework, grid: GridCriterion, names: Names) -> Row:
    written = written_departments(grid.department, grid.department_from == "column")
    departments = names.shown(project.moved.get(grid.key) or written) or (NONE,)
    own = grid.poste if grid.poste != grid.department else None  # else the poste goes by the name given here
    return Row(
        key=grid.key,
        code=grid.code,
        title=grid.title,
        poste=own or (departments[0] if departments != (NONE,) else grid.poste or "Sans poste"),
        departments=departments,
        grid=grid,
        known=find(framework, grid.known) if grid.known else None,
        state=project.state(grid.key),
        in_grid=True,
    )


def _known_row(project: Project, framework: Framework, known: Criterion, names: Names, inside: bool = True) -> Row:
    key = criterion_key(known)
    poste = next(p for p in framework.postes if p.code == known.poste)
    ours = tuple(DEPARTMENT_LABELS[d] for d in known.departments)
    return Row(
        key=key,
        code=known.code,
        title=known.short.fr,
        poste=poste_name(poste),
        departments=names.shown(project.moved.get(key) or ours),
        grid=None,
        known=known,
        state=project.state(key),
        in_grid=inside,
    )


def _outside(project: Project, framework: Framework, key: str, names: Names) -> Row:
    """What was said of a criterion that the imported grid does not hold, or no longer."""
    known = None if key in project.outside else find(framework, key)
    if known is not None:
        return _known_row(project, framework, known, names, inside=False)
    return Row(
        key=key, code=None, title=project.outside.get(key, key), poste="Sans poste",
        departments=names.shown(project.moved.get(key, ())) or (NONE,), grid=None, known=None,
        state=project.state(key), in_grid=False,
    )  # fmt: skip
