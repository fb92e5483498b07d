"""The evidence file as a document to read, print and hand to the auditor (DOCX, PDF, Markdown).

Guarantee: the first page says what the file is, on which day, the score or why there is none, and what is missing;
every page says that it is information and not legal advice. It holds what the workbench shows, and no other figure.
"""

from __future__ import annotations

from assistant.export import Block, Column, Document, Heading, Listing, Paragraph, Run, Table, Text
from assistant.label.evidence.file import GRID_ASKS, LEGAL, WHO_IS_WHO, Entry, EvidenceBook, Part, missing_mandatory
from assistant.label.projects.projects import Status
from assistant.label.score.points import in_points, percent, said, some
from ingest.language.claims import french_date

_COLUMNS: dict[Part, tuple[tuple[str, float], ...]] = {
    Part.MISSING: (
        ("Code", 1.1), ("Critère", 3.6), ("Points", 1.1), ("Statut", 1.9), ("Preuve à réunir", 3.3),
        ("Qui et quand", 1.9),
    ),
    Part.READY: (("Code", 1.1), ("Critère", 3.9), ("Points", 1.1), ("Preuves jointes", 4.2), ("Note", 2.6)),
    Part.DECLINED: (("Code", 1.1), ("Critère", 5.2), ("Points", 1.1), ("Note", 5.5)),
    Part.ABSENT: (("Code", 1.1), ("Critère", 5.2), ("Points", 1.1), ("Motif", 5.5)),
}  # fmt: skip
_UNKNOWN = "—"
_IN_CELL = 240
"""Characters of a note that a narrow column can hold; a longer one stands under the table."""


def evidence_document(book: EvidenceBook) -> Document:
    """The document of an evidence file."""
    day = french_date(book.day)
    blocks: list[Block] = _summary(book)
    for part in Part:
        entries = book.part(part)
        if entries or part is Part.MISSING:
            blocks.append(Heading(f"{part.value} ({len(entries)})"))
            blocks += _part(part, entries)
    blocks += [*_shares(book), *_sources(book)]
    return Document(
        book.title,
        tuple(blocks),
        subtitle=f"{book.framework.name.fr}. État au {day}.",
        footer=f"{book.project.title} · état au {day}. {LEGAL}",
        date=book.day,
        subject=f"Dossier de preuves, {book.framework.name.fr}",
        keywords=("Clapvert", book.framework.name.fr),
    )


def _summary(book: EvidenceBook) -> list[Block]:
    out: list[Block] = []
    score = book.score
    if score is None:
        out.append(Paragraph(book.no_score, "notice"))
    else:
        out.append(Paragraph((Run(f"Score : {score.headline}", bold=True),), "lead"))
    lines: list[tuple[Text, Text]] = []
    if score is not None:
        lines.append(("Points", f"{in_points(score.obtained)} sur {said(score.possible)}"))
        if score.not_applicable:
            lines.append(("Sans objet", in_points(score.not_applicable)))
        for verdict in score.verdicts:
            aimed = " (visé)" if verdict.scheme == book.project.scheme else ""
            name = f"Seuil de {verdict.minimum_percent} %{aimed}"
            told = verdict.sentence.partition(" : ")[2]
            lines.append((name, told[0].upper() + told[1:]))
        lines.append(("Obligatoires", _mandatory(book)))
    lines.append(("Avancement", _progress(book)))
    lines.append(("Grille" if book.project.grid else "Liste", book.origin))
    out.append(Table((Column("", 1.3), Column("", 4)), tuple(lines), headers=False))
    if score is not None:
        out += [Paragraph(line, "small") for line in score.explanation]
        out.append(Paragraph(f"Seuils d'après {book.thresholds_from}.", "small"))
    if book.project.grid and book.project.grid.remarks:
        out.append(Heading("Lecture de la grille", 2))
        out.append(Listing(tuple(book.project.grid.remarks)))
    return out


def _mandatory(book: EvidenceBook) -> str:
    assert book.score is not None
    found = book.score.mandatory
    if not found.known:
        return "inconnus : la grille importée ne dit pas lesquels le sont"
    total = len(found.met) + len(found.missing) + len(found.not_applicable)
    told = f"{len(found.met)} sur {total} faits"
    if found.missing:
        told += f" ; il manque {', '.join(found.missing)}"
    if found.not_applicable:
        told += f" ; « sans objet » à confirmer : {', '.join(found.not_applicable)}"
    bare = [e.key for e in missing_mandatory(book.entries) if e.key in found.met]
    return told + (f" ; sans preuve jointe : {', '.join(bare)}" if bare else "")


def _progress(book: EvidenceBook) -> str:
    done = sum(book.project.state(e.key).status is Status.FAIT for e in book.entries)
    files = sum(len(e.files) for e in book.entries)
    late = sum(e.late for e in book.entries)
    told = f"{some(done, 'critère fait', 'critères faits')} sur {len(book.entries)}"
    told += f", {some(files, 'fichier joint', 'fichiers joints')}"
    return told + (f", {late} en retard" if late else "")


def _shares(book: EvidenceBook) -> list[Block]:
    """Points by poste and by department."""
    if book.score is None:
        return []
    out: list[Block] = [Heading("Où sont les points")]
    for title, parts in (("Poste", book.score.by_poste), ("Département", book.score.by_department)):
        columns = (Column(title, 5), *(Column(t, 1.7, "right") for t in ("Obtenus", "Possibles", "Part", "Faits")))
        rows = tuple(
            (
                p.name, said(p.obtained), said(p.possible), _UNKNOWN if p.percent is None else percent(p.percent),
                f"{p.done} sur {p.criteria}",
            )
            for p in parts
        )  # fmt: skip
        out.append(Table(columns, rows))
    if any(len(e.departments) > 1 for e in book.entries):
        out.append(Paragraph("Un critère de plusieurs départements compte dans chacun.", "small"))
    return out


def _part(part: Part, entries: tuple[Entry, ...]) -> list[Block]:
    if not entries:
        return [Paragraph("Rien : chaque critère retenu est fait et a sa preuve.")]
    pointed = any(e.points is not None for e in entries)
    wanted = [(t, w) for t, w in _COLUMNS[part] if pointed or t != "Points"]
    columns = tuple(
        Column(t, w, "right" if t == "Points" else "left", whole=t in ("Code", "Points")) for t, w in wanted
    )
    out: list[Block] = []
    first = part is Part.MISSING
    told = ["* : critère obligatoire."] if first and any(e.mandatory for e in entries) else []
    if first and any(e.wanted_by == GRID_ASKS for e in entries):
        told.append("Preuves demandées par la grille importée, sauf mention contraire.")
    if first and any(e.wanted_by not in ("", GRID_ASKS) for e in entries):
        told.append(WHO_IS_WHO)
    if told:
        out.append(Paragraph(" ".join(told), "small"))
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.poste, []).append(entry)
    for poste, group in groups.items():
        out.append(Heading(poste, 2))
        out.append(Table(columns, tuple(_row(part, e, pointed) for e in group)))
        if long := [(_code(e), _told(part, e)) for e in group if len(_told(part, e)) > _IN_CELL]:
            out.append(Listing(tuple((Run(f"{code} : ", bold=True), told) for code, told in long)))
    return out


def _row(part: Part, entry: Entry, pointed: bool) -> tuple[Text, ...]:
    bold = bool(entry.mandatory)
    code = f"{_code(entry)}{' *' if bold else ''}"
    title = f"{entry.title}{f' ({entry.level})' if entry.level else ''}"
    points = said(entry.points) if entry.points is not None else _UNKNOWN
    first: tuple[Text, ...] = (Run(code, bold=bold), Run(title, bold=bold), *([points] if pointed else []))
    if part is Part.MISSING:
        return (*first, entry.status, _wanted(entry), _who(entry))
    if part is Part.READY:
        return (*first, ", ".join(f.name for f in entry.files), _short(part, entry) or _UNKNOWN)
    return (*first, _short(part, entry) or _UNKNOWN)


def _code(entry: Entry) -> str:
    return entry.code or f"n° {entry.rank}"


def _told(part: Part, entry: Entry) -> str:
    """What the production wrote of a criterion: a note, or why it does not apply."""
    return entry.reason if part is Part.ABSENT else entry.note


def _short(part: Part, entry: Entry) -> str:
    told = _told(part, entry)
    return "voir sous le tableau" if len(told) > _IN_CELL else told


def _wanted(entry: Entry) -> Text:
    told: list[str | Run] = [entry.wanted or "à définir"]
    if entry.wanted and entry.wanted_by != GRID_ASKS:
        told.append(Run(f" ({entry.wanted_by})", italic=True))
    if entry.note:
        told.append(f" — Note : {_short(Part.MISSING, entry)}")
    return tuple(told)


def _who(entry: Entry) -> Text:
    told: list[str | Run] = [entry.person or "à désigner"]
    if entry.due:
        told.append(f", {entry.due:%d/%m/%Y}")
    if entry.late:
        told.append(Run(" en retard", bold=True))
    return tuple(told)


def _sources(book: EvidenceBook) -> list[Block]:
    """Which criteria rest on which source, in the order of the grid."""
    groups: dict[tuple[str, str], list[str]] = {}
    for e in sorted(book.entries, key=lambda e: e.rank):
        groups.setdefault((e.known_source, e.confidence), []).append(e.code or f"n° {e.rank}")
    told = (
        "Les intitulés, les points et l'ordre sont ceux de la grille importée. Ce que Clapvert ajoute (preuves "
        "suggérées, explications) porte sa source et sa fiabilité."
        if book.project.grid
        else f"Sans grille, les critères sont ceux que Clapvert connaît, {book.framework.listed_as.fr}."
    )
    rows = tuple(
        (
            ", ".join(codes),
            source or "grille importée seule : Clapvert ne connaît pas ce critère",
            confidence or _UNKNOWN,
        )
        for (source, confidence), codes in groups.items()
    )
    columns = (Column("Critères", 4), Column("Source", 6.4), Column("Fiabilité", 1.6))
    return [Heading("Source de chaque critère"), Paragraph(told, "small"), Table(columns, rows)]
