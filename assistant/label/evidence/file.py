"""The evidence file of a project as data: what is missing first, each part in the order of the grid.

Guarantee: every criterion of the project stands in exactly one part, with its status, its person, its files and where
its wording comes from; the score is the one of `score`, or the reason why there is none. A criterion said done without
a file attached is missing its evidence, and is listed as such. Nothing here is decided by Clapvert.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assistant.label.projects.projects import STATUS_LABELS, EvidenceFile, Project, Row, Status, rows
from assistant.label.score.score import Score, score
from assistant.label.score.tally import earned
from ingest.clock import FACT_BASE_DATE
from ingest.corpus.criteria import Criterion, Framework
from ingest.corpus.register import Register
from ingest.corpus.render import say_version
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import french_date

LEGAL = f"Information, pas un conseil juridique. Textes vérifiés au {french_date(FACT_BASE_DATE)}."


class Part(StrEnum):
    """The parts of the file, in their order; the value is their title."""

    MISSING = "Ce qui manque"
    READY = "Fait, preuve jointe"
    DECLINED = "Non retenu"
    ABSENT = "Sans objet"


OUTSIDE = "hors de la grille importée"
UNPROVED = "Fait, sans preuve"
"""Status shown for a criterion said done that has no file."""
GRID_ASKS = "demandée par la grille"
_WHO_SAYS = {"officielle": "page officielle", "suggeree": "suggérée", "deduite": "déduite"}
WHO_IS_WHO = (
    "Page officielle : citée par l'organisme. Suggérée : par une application tierce. Déduite : proposée par Clapvert. "
    "Les deux dernières ne sont pas officielles."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One criterion of the file. `rank`: its place in the grid, from 1; `wanted_by`: who asks for this evidence."""

    rank: int
    part: Part
    key: str
    code: str
    title: str
    description: str
    poste: str
    departments: tuple[str, ...]
    mandatory: bool | None
    points: Decimal | None
    earned: Decimal
    status: str
    level: str
    person: str
    due: dt.date | None
    late: bool
    files: tuple[EvidenceFile, ...]
    wanted: str
    wanted_by: str
    note: str
    reason: str
    source: str
    known_source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class EvidenceBook:
    """The whole file. `score` None: `no_score` says why."""

    project: Project
    framework: Framework
    day: dt.date
    score: Score | None
    no_score: str
    entries: tuple[Entry, ...]
    thresholds_from: str
    """Where the thresholds are known from, in words; empty without a score."""

    def part(self, part: Part) -> tuple[Entry, ...]:
        """The entries of one part, in the order of the grid."""
        return tuple(e for e in self.entries if e.part is part)

    @property
    def title(self) -> str:
        """Title of the file."""
        return f"Dossier de preuves : {self.project.title}"

    @property
    def origin(self) -> str:
        """Where the list of criteria comes from, in one sentence."""
        grid = self.project.grid
        if grid is None:
            known = f"Critères connus de Clapvert, {self.framework.listed_as.fr}"
            return f"{known} : la liste officielle peut en compter d'autres."
        return f"Grille « {grid.file_name} », importée le {french_date(grid.imported_at.date())}."


def evidence_book(project: Project, framework: Framework, register: Register, day: dt.date) -> EvidenceBook:
    """The evidence file of a project on a day."""
    found: Score | None = None
    reason = ""
    try:
        found = score(project, framework)
    except ClapvertError as exc:
        if exc.code is not ErrorCode.GRID_MISSING:
            raise
        reason = exc.message
    entries = [_entry(n, row, framework, register, day) for n, row in enumerate(rows(project, framework), 1)]
    order = list(Part)
    entries.sort(key=lambda e: (order.index(e.part), e.rank))
    return EvidenceBook(project, framework, day, found, reason, tuple(entries), _thresholds_from(found, register))


def _thresholds_from(found: Score | None, register: Register) -> str:
    told = dict.fromkeys(
        f"{_name(register, v.source_id)}, {say_version(v.source_version)} (fiabilité {v.confidence})"
        for v in (found.verdicts if found else ())
    )
    return " ; ".join(told)


def _entry(rank: int, row: Row, framework: Framework, register: Register, day: dt.date) -> Entry:
    state, grid = row.state, row.grid
    part = _part(state.status, bool(state.evidence))
    wanted, by = _wanted(row)
    ours = known_source(row.known, framework, register) if row.known else ""
    return Entry(
        rank=rank,
        part=part,
        key=row.key,
        code=row.code or "",
        title=row.title,
        description=(row.grid.description or "") if row.grid else "",
        poste=row.poste,
        departments=row.departments,
        mandatory=grid.mandatory if grid else None,
        points=grid.points if grid else None,
        earned=earned(grid, state) if grid else Decimal(0),
        status=UNPROVED if state.status is Status.FAIT and not state.evidence else STATUS_LABELS[state.status],
        level=state.level,
        person=state.person,
        due=state.due,
        late=state.open and state.due is not None and state.due < day,
        files=state.evidence,
        wanted=wanted,
        wanted_by=by,
        note=state.note,
        reason=state.not_applicable_reason,
        source=" · ".join(t for t in (_grid_place(row), f"Clapvert : {ours}" if ours else "") if t),
        known_source=ours if row.in_grid else " · ".join(t for t in (OUTSIDE, ours) if t),
        confidence=row.known.confidence if row.known else "",
    )


def _part(status: Status, proved: bool) -> Part:
    if status is Status.SANS_OBJET:
        return Part.ABSENT
    if status is Status.NON_RETENU:
        return Part.DECLINED
    return Part.READY if status is Status.FAIT and proved else Part.MISSING


def _wanted(row: Row) -> tuple[str, str]:
    """The evidence to gather and who says so: the grid's own words come first."""
    if row.grid and row.grid.evidence:
        return row.grid.evidence, GRID_ASKS
    if row.known:
        told = row.known.evidence.fr
        return told[0].upper() + told[1:], _WHO_SAYS[row.known.evidence.status.value]
    return "", ""


def _grid_place(row: Row) -> str:
    """Where the row stands in the imported workbook."""
    if row.grid is None:
        return "" if row.in_grid else OUTSIDE
    sheet = f", feuille « {row.grid.sheet} »" if row.grid.sheet else ""
    return f"grille importée{sheet}{f', ligne {row.grid.row}' if row.grid.row else ''}"


def known_source(criterion: Criterion, framework: Framework, register: Register) -> str:
    """What our wording of a criterion rests on: « selon une extraction tierce… (titre, version de mars 2026) »."""
    source = criterion.source
    title = _name(register, source.id)
    tail = [t for t in (source.locator, say_version(source.version) if source.version else "") if t]
    return f"{framework.attributions[criterion.attribution].fr} ({', '.join([title, *tail])})"


def _name(register: Register, source_id: str) -> str:
    """The name of a source; its id when another corpus does not register it, since a file must still be made."""
    found = register.sources.get(source_id)
    return found.name if found else source_id


def missing_mandatory(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The mandatory criteria that are missing, or missing their evidence."""
    return tuple(e for e in entries if e.part is Part.MISSING and e.mandatory)
