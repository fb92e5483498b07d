"""The action plan and the note of intent of a project: what each department takes on, and the proof it will bring.

Guarantee: only criteria that the production retains are in them (neither « non retenu » nor « sans objet », which are
listed at the end with their reasons); titles and proofs are the grid's own words, or say whose they are. No commitment,
figure or date is invented: what nobody wrote is « à désigner », « à dater », « à définir ».
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from assistant.export import Block, Column, Document, Heading, Listing, Paragraph, Run, Table, Text
from assistant.label.evidence.file import GRID_ASKS, LEGAL, WHO_IS_WHO, Entry, EvidenceBook, Part
from assistant.label.projects.departments import NONE, everyone
from assistant.label.score.points import in_points, said, some
from ingest.language.claims import french_date

_PLAN = (("Action", 4.2), ("Preuve à réunir", 3.2), ("Qui", 1.9), ("Quand", 1.4), ("Statut", 1.6))
_TO_NAME, _TO_DATE, _TO_DEFINE = "à désigner", "à dater", "à définir"
_DESCRIBED = 220
"""Characters of a description that stand under a title."""


def plan_document(book: EvidenceBook) -> Document:
    """The action plan: by department, each criterion with its proof, its person, its day."""
    kept = _retained(book)
    blocks: list[Block] = [
        *_aim(book, kept),
        Table((Column("", 1.3), Column("", 4)), _figures(book, kept), headers=False),
    ]
    several = any(len(e.departments) > 1 for e in kept)
    notes = ["* : critère obligatoire."] if any(e.mandatory for e in kept) else []
    notes += ["Un critère de plusieurs départements figure chez chacun."] if several else []
    if any(e.wanted_by not in ("", GRID_ASKS) for e in kept):
        notes.append(WHO_IS_WHO)
    if notes:
        blocks.append(Paragraph(" ".join(notes), "small"))
    for name, entries in _by_department(kept):
        points = sum((e.points for e in entries if e.points is not None), Decimal(0))
        told = some(len(entries), "critère") + (f", {in_points(points)}" if points else "")
        blocks.append(Heading(f"{name} ({told})"))
        blocks.append(_plan_table(entries))
        blocks += _long_notes(entries)
    return _document(book, "Plan d'action", [*blocks, *_left_out(book)])


def intent_document(book: EvidenceBook) -> Document:
    """The note of intent: in prose, what the production means to do in each department, and how it will show it."""
    kept = _retained(book)
    blocks: list[Block] = _aim(book, kept)
    if book.project.note:
        blocks += [Paragraph(part) for part in book.project.note.split("\n") if part.strip()]
    for name, entries in _by_department(kept):
        blocks.append(Heading(name))
        people = list(dict.fromkeys(e.person for e in entries if e.person))
        who = f" Responsables : {', '.join(people)}." if people else ""
        blocks.append(Paragraph(f"{_head_of(name)} retient {some(len(entries), 'critère')}.{who}"))
        blocks.append(Listing(tuple(_intention(e) for e in entries)))
    return _document(book, "Note d'intention", [*blocks, *_left_out(book)])


def _retained(book: EvidenceBook) -> list[Entry]:
    """The criteria retained, in the order of the grid."""
    return sorted((e for e in book.entries if e.part in (Part.MISSING, Part.READY)), key=lambda e: e.rank)


def _aim(book: EvidenceBook, kept: Sequence[Entry]) -> list[Block]:
    name = book.framework.name.fr
    aimed = next((t for t in book.framework.thresholds if t.scheme == book.project.scheme), None)
    target = f", au seuil de {aimed.minimum_percent} %" if aimed else ""
    departments = len(_by_department(kept))
    lead = (
        f"« {book.project.title} » vise le {name}{target}. La production retient {some(len(kept), 'critère')}, "
        f"répartis entre {some(departments, 'département')}. Pour chacun, ce document dit la preuve qui sera réunie."
    )
    return [Paragraph(lead, "lead")]


def _figures(book: EvidenceBook, kept: Sequence[Entry]) -> tuple[tuple[Text, Text], ...]:
    out: list[tuple[Text, Text]] = []
    if book.score is None:
        out.append(("Score", book.no_score))
    else:
        kept_points = sum((e.points for e in kept if e.points is not None), Decimal(0))
        out.append(("Points retenus", f"{in_points(kept_points)} sur {said(book.score.possible)}"))
        out.append(("Score aujourd'hui", book.score.headline))
        for verdict in book.score.verdicts:
            told = verdict.sentence.partition(" : ")[2]
            out.append((f"Seuil de {verdict.minimum_percent} %", told[0].upper() + told[1:]))
    unnamed = sum(not e.person for e in kept)
    undated = sum(e.due is None and e.part is Part.MISSING for e in kept)
    out.append(("Reste à désigner", some(unnamed, "responsable")))
    out.append(("Reste à dater", some(undated, "échéance")))
    out.append(("Liste des critères", book.origin))
    return tuple(out)


def _by_department(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Entries by department: those of everyone first, those of no department last."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in entry.departments:
            groups.setdefault(name, []).append(entry)
    return sorted(groups.items(), key=lambda g: (g[0] == NONE, not everyone(g[0])))


def _plan_table(entries: Sequence[Entry]) -> Table:
    pointed = any(e.points is not None for e in entries)
    columns = [Column("Code", 1.1, whole=True), *(Column(t, w, whole=t == "Quand") for t, w in _PLAN)]
    if pointed:
        columns.insert(2, Column("Points", 1, "right", whole=True))
    return Table(tuple(columns), tuple(_plan_row(e, pointed) for e in entries))


def _plan_row(e: Entry, pointed: bool) -> tuple[Text, ...]:
    star = " *" if e.mandatory else ""
    action: list[str | Run] = [Run(e.title, bold=bool(e.mandatory))]
    if e.description:
        action.append(Run(f" {_shortened(e.description)}", italic=True))
    points = (said(e.points) if e.points is not None else "—",) if pointed else ()
    when = _TO_DATE if e.due is None else f"{e.due:%d/%m/%Y}"
    status: Text = (f"{e.status}, ", Run("en retard", bold=True)) if e.late else e.status
    return (Run(f"{_code(e)}{star}", bold=bool(e.mandatory)), tuple(action), *points, _proof(e), e.person or _TO_NAME,
            when if e.part is Part.MISSING else "—", status)  # fmt: skip


def _proof(e: Entry) -> Text:
    told: list[str | Run] = [e.wanted or _TO_DEFINE]
    if e.wanted and e.wanted_by != GRID_ASKS:
        told.append(Run(f" ({e.wanted_by})", italic=True))
    if e.files:
        told.append(f" — jointe : {', '.join(f.name for f in e.files)}")
    return tuple(told)


def _intention(e: Entry) -> Text:
    """One criterion in the note: its title, what it brings as proof, its note."""
    must = " (obligatoire)" if e.mandatory else ""
    told: list[str | Run] = [Run(f"{_code(e)} ", bold=True), f"{e.title}{must}. "]
    if e.description:
        told.append(f"{_shortened(e.description).rstrip('.')}. ")
    told.append(Run("Preuve : ", italic=True))
    told.append(f"{(e.wanted or _TO_DEFINE).rstrip('.')}")
    told.append(f" ({e.wanted_by})." if e.wanted and e.wanted_by != GRID_ASKS else ".")
    if e.note:
        told.append(f" {e.note}")
    return tuple(told)


def _head_of(name: str) -> str:
    if everyone(name):
        return "L'ensemble de l'équipe"
    return "La production, sans département désigné," if name == NONE else f"Le département {name}"


def _long_notes(entries: Sequence[Entry]) -> list[Block]:
    """Notes stand under the table: a narrow column cannot hold a page."""
    noted = [(Run(f"{_code(e)} : ", bold=True), e.note) for e in entries if e.note]
    return [Paragraph("Notes", "small"), Listing(tuple(noted))] if noted else []


def _left_out(book: EvidenceBook) -> list[Block]:
    out: list[Block] = []
    for part, title in ((Part.DECLINED, "Critères non retenus"), (Part.ABSENT, "Critères sans objet")):
        entries = sorted(book.part(part), key=lambda e: e.rank)
        if not entries:
            continue
        columns = (Column("Code", 1.1, whole=True), Column("Critère", 5), Column("Motif", 5))
        rows = tuple((_code(e), e.title, (e.note if part is Part.DECLINED else e.reason) or "—") for e in entries)
        out += [Heading(f"{title} ({len(entries)})"), Table(columns, rows)]
    return out


def _document(book: EvidenceBook, kind: str, blocks: Sequence[Block]) -> Document:
    day: dt.date = book.day
    return Document(
        f"{kind} : {book.project.title}",
        tuple(blocks),
        subtitle=f"{book.framework.name.fr}. État au {french_date(day)}.",
        footer=f"{book.project.title} · {kind.lower()}, état au {french_date(day)}. {LEGAL}",
        date=day,
        subject=f"{kind}, {book.framework.name.fr}",
        keywords=("Clapvert", book.framework.name.fr),
    )


def _code(e: Entry) -> str:
    return e.code or f"n° {e.rank}"


def _shortened(text: str) -> str:
    return text if len(text) <= _DESCRIBED else f"{text[:_DESCRIBED].rsplit(' ', 1)[0]}…"
