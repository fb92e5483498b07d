"""A project takes its grid: the uploaded workbook waits while a person looks at its account, then becomes the grid.

Guarantee: nothing is written while a difference is undecided. A mapping that was accepted is proposed again to the same
owner for the same header; what the production already said of a criterion follows it under its new code, and is never
overwritten by what the workbook answers, which is taken only when asked for and only where nothing was said; which
answers land is told before. An accepted or abandoned workbook is erased."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from assistant.history.owner import LOCAL
from assistant.label.grid.account import Account, Doubt, UndecidedError
from assistant.label.grid.changes import Changes, carried, changes
from assistant.label.grid.grid import Origin
from assistant.label.grid.importing import Plan, plan_import, read_grid
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.matching import accepted
from assistant.label.projects.projects import STATUS_LABELS, CriterionState, Grid, GridCriterion, Project, rows
from assistant.label.projects.store import LabelStore
from assistant.label.workbench import Workbench
from ingest.errors import ClapvertError, ErrorCode


class OwnerMemory:
    """The mappings that an owner accepted, by header."""

    def __init__(self, store: LabelStore, owner: str | None) -> None:
        self._store = store
        self._owner = owner or LOCAL

    def recall(self, signature: str) -> ColumnMapping | None:
        """The mapping last accepted for a header; None for one that an older layout kept."""
        kept = self._store.uploads.mapping(self._owner, signature)
        try:
            return ColumnMapping.model_validate(kept) if kept else None
        except ValidationError:
            return None

    def remember(self, signature: str, mapping: ColumnMapping) -> None:
        """Keep the mapping accepted for a header."""
        kept = mapping.model_dump(mode="json", exclude_none=True)
        self._store.uploads.remember_mapping(self._owner, signature, kept)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person wants the workbook read; empty: as proposed. `mapping` is of the largest layout, `mappings` of any
    by the signature of its header. `accepted`: ids of the doubts decided, or « all ». `same`: key of a criterion whose
    wording changed → whether it is still the same one."""

    sheets: tuple[str, ...] = ()
    header_rows: tuple[int, int] | None = None
    mapping: ColumnMapping | None = None
    mappings: Mapping[str, ColumnMapping] = field(default_factory=dict)
    departments: Origin = "auto"
    take_answers: bool = False
    accepted: frozenset[str] = frozenset()
    same: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What becomes of the answers of a workbook. `landing`: those that change what is said of a criterion; `kept`: how
    many stand where the production has already said something; `same`: how many say what stands anyway."""

    landing: tuple[GridCriterion, ...]
    kept: int
    same: int

    @property
    def by_status(self) -> list[tuple[str, int, tuple[str, ...]]]:
        """Label of each status that they land in, how many, and the words of the workbook that stay beside it."""
        out = []
        for status, label in STATUS_LABELS.items():
            found = [c for c in self.landing if c.answer is status]
            if found:
                out.append((label, len(found), tuple(dict.fromkeys(c.said for c in found if c.said))))
        return out

    @classmethod
    def of(cls, grid: Grid, project: Project, rekeyed: Mapping[str, str]) -> Answers:
        """Those of a grid, for a project whose states go under other keys with it."""
        states = {rekeyed.get(key, key): state for key, state in project.states.items()}
        landing, kept, same = [], 0, 0
        for c in grid.criteria:
            if c.answer is None:
                continue
            state = states.get(c.key) or CriterionState(code=c.key)
            if state.revision:
                kept += 1
            elif (c.answer, c.said or "") == (state.status, state.said):
                same += 1
            else:
                landing.append(c)
        return cls(tuple(landing), kept, same)


@dataclass(frozen=True, slots=True)
class Reading:
    """A workbook read as a person chose: the grid it would be, its account, and what it changes of the project."""

    plan: Plan
    grid: Grid
    account: Account
    changes: Changes | None
    answers: Answers

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """All that is to be decided."""
        lost = [g for g in self.changes.gone if g[2]] if self.changes else []
        told = tuple(
            Doubt(f"« {key} » ({title[:60]}) n'est plus dans la grille : ce qui en est dit est gardé hors grille.")
            for key, title, _ in lost
        )
        return (*self.account.doubts, *told)

    def undecided(self, accepted: frozenset[str]) -> tuple[Doubt, ...]:
        """The doubts that nobody decided."""
        return () if "all" in accepted else tuple(d for d in self.doubts if d.id not in accepted)


def planned(bench: Workbench, owner: str | None, name: str, content: bytes, choice: Choice) -> Plan:
    """How a workbook would be read; a `ClapvertError` when it cannot be a grid."""
    plan = plan_import(content, name, choice.sheets, choice.header_rows, OwnerMemory(bench.store, owner))
    mappings = dict(choice.mappings)
    if choice.mapping is not None:
        mappings[plan.layouts[0].signature] = choice.mapping
    return plan.mapped(mappings)


def read(bench: Workbench, project_id: str, owner: str | None, plan: Plan, choice: Choice) -> Reading:
    """What a planned workbook would give this project; a `GridProblemError` names the cells to correct."""
    project = bench.store.get(project_id, owner)
    grid, account = read_grid(plan, bench.store.now(), choice.departments)
    old = rows(project, bench.framework(project))
    followed = project.grid is not None or any(r.state.revision or r.state.evidence for r in old)
    found = changes(old, grid, choice.same) if followed else None
    grid = carried(grid, old, found) if found else grid
    return Reading(plan, grid, account, found, Answers.of(grid, project, found.rekeyed if found else {}))


def taken(bench: Workbench, project_id: str, owner: str | None, plan: Plan, choice: Choice) -> tuple[Project, int]:
    """The project with the grid of a planned workbook, and how many answers of the workbook were taken;
    `UndecidedError` while a difference is undecided."""
    found = read(bench, project_id, owner, plan, choice)
    if undecided := found.undecided(choice.accepted):
        raise UndecidedError(undecided)
    moves = found.changes
    bench.store.set_grid(
        project_id, owner, found.grid, rekeyed=moves.rekeyed if moves else {}, outside=moves.outside if moves else {}
    )
    memory = OwnerMemory(bench.store, owner)
    for layout in plan.layouts:
        memory.remember(layout.signature, layout.mapping)
    landing = found.answers.landing if choice.take_answers else ()
    for criterion in landing:
        said = {"status": criterion.answer, "said": criterion.said or ""}
        bench.store.put_state(project_id, owner, criterion.key, said, 0)
    bench.store.uploads.erase(project_id, owner)
    return bench.store.get(project_id, owner), len(landing)


def matched(bench: Workbench, project_id: str, owner: str | None, choices: dict[str, str | None]) -> Project:
    """The project whose rows are matched with known criteria as a person said; None: with none of them."""
    project = bench.store.get(project_id, owner)
    if project.grid is None:
        raise ClapvertError(ErrorCode.GRID_MISSING, "Aucune grille n'est importée.", "Importez-la d'abord.")
    grid = accepted(project.grid, bench.framework(project), choices)
    return bench.store.set_grid(project_id, owner, grid, project.revision, kind="matched")


def mapping_of(roles: dict[int, str], fill: str | None = None) -> ColumnMapping:
    """A mapping from the role that a person gave to each column; `BAD_REQUEST` when two columns have one role."""
    fields: dict[str, object] = {"points": tuple(c for c, role in roles.items() if role == "points")}
    for column, role in roles.items():
        if role == "points":
            continue
        if role in fields:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST,
                "Deux colonnes ont le même rôle ; seuls les points peuvent en avoir plusieurs, un par niveau.",
                "Choisissez « ignorer » pour l'une des deux.",
            )
        fields[role] = column
    try:
        return ColumnMapping.model_validate({**fields, "mandatory_fill": fill or None})
    except ValidationError as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Ce choix de colonnes ne tient pas.", "Corrigez-le.") from exc


def mapping_from_json(text: str) -> ColumnMapping:
    """A mapping written as JSON, columns by letter (`"F"`, `"F,G"`) or by number from 0; `BAD_REQUEST`."""
    try:
        data: Any = json.loads(text)
        if isinstance(data, dict) and all(isinstance(value, str) for value in data.values()):
            return ColumnMapping.from_letters(data)
        return ColumnMapping.model_validate(data)
    except (ValidationError, ValueError) as exc:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "Ce choix de colonnes est illisible.",
            'Exemple : {"code": "A", "title": "B", "points": "F"}.',
        ) from exc
