"""A project's sheet as files: a checklist for Word, PDF or Markdown, and a table for spreadsheets.

Guarantee: each line says what the page says, with the statement that says so and where it stands; equal sheets give
equal files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from assistant.export.document import Block, Document, Heading, Listing, Paragraph, Quote, Run, Text
from assistant.export.sheet import Cell, csv_bytes
from assistant.project.sheet import Row, Sheet
from assistant.project.words import SUBJECTS, Speaker
from assistant.reading.dates import say_date
from assistant.wording.phrases import DISCLAIMER
from ingest.clock import FACT_BASE_DATE

_TITLES = (
    "Moment", "Quoi", "Force", "Sujet", "Qui", "Échéance", "Pourquoi", "Documents", "Ce que dit la règle", "Réserves",
    "Source", "Fait le", "Règle",
)  # fmt: skip


def checklist(found: Sheet, say: Speaker) -> Document:
    """The checklist: what binds, moment by moment, then what is to be decided, what may be sought, what does not
    apply."""
    lang = say.language
    blocks: list[Block] = [Paragraph(_counts(found, say), "lead")]
    for section in found.sections:
        if not section.binding and not section.depends:
            continue
        blocks.append(Heading(say.stage(section.stage)))
        for row in section.binding:
            blocks += _row(row, found, say)
        if section.depends:
            blocks.append(Heading("À vérifier" if lang == "fr" else "To check", 2))
            for row in section.depends:
                blocks += _row(row, found, say)
    if found.questions:
        blocks.append(Heading("À préciser" if lang == "fr" else "To be told"))
        asks = tuple(
            (Run(q.ask if lang == "fr" else q.ask_en), f" ({', '.join(say.name(r) for r in q.rules)})")
            for q in found.questions
        )
        blocks.append(Listing(asks))
    if found.chances:
        blocks.append(Heading("Ce que vous pouvez demander" if lang == "fr" else "What you may seek"))
        for row in found.chances:
            blocks += _row(row, found, say)
    blocks += _brief("Ce que vous risquez" if lang == "fr" else "What you risk", found.sanctions, say)
    blocks += _brief("Bon à savoir" if lang == "fr" else "Good to know", found.told, say)
    if found.outside:
        blocks.append(Heading("Ce qui ne s'applique pas, et pourquoi" if lang == "fr" else "What does not apply"))
        blocks.append(Listing(tuple(f"{say.name(r.rule)} : {_why_not(r, found, say)}" for r in found.outside)))
    blocks.append(Paragraph(DISCLAIMER[lang].format(date=say_date(FACT_BASE_DATE, lang)), "small"))
    on = say_date(found.on, lang)
    return Document(
        title=f"Obligations : {found.project.title}",
        subtitle=f"au {on}" if lang == "fr" else f"as of {on}",
        blocks=tuple(blocks),
        footer=DISCLAIMER[lang].format(date=say_date(FACT_BASE_DATE, lang)),
        date=found.on,
        subject=found.project.title,
        language=lang,
    )


def table(found: Sheet, say: Speaker) -> bytes:
    """What binds, what depends and what may be sought, one a line, as CSV."""
    return csv_bytes(_TITLES, (_cells(row, found, say) for row in _listed(found)))


def _why_not(row: Row, found: Sheet, say: Speaker) -> str:
    return f"{say.why_not(row, found)}{_reserves(row, say)}"


def _listed(found: Sheet) -> Iterable[Row]:
    for section in found.sections:
        yield from (*section.binding, *section.depends)
    yield from found.chances


def _counts(found: Sheet, say: Speaker) -> Text:
    done = sum(r.done is not None for r in found.binding)
    if say.language == "en":
        return f"{say.counted(found)}; done: {done}; {len(found.questions)} points to be told."
    return f"{say.counted(found)}, dont {done} faites ; {len(found.questions)} points à préciser."


def _row(row: Row, found: Sheet, say: Speaker) -> list[Block]:
    box = "?" if row.open else "☑" if row.done else "☐"
    head: list[str | Run] = [f"{box} ", Run(say.name(row.rule), bold=True), f" · {say.force(row)}"]
    head += [f" · {said}" for said in (say.subject(row), say.by(row, found.on), say.done(row, found.on)) if said]
    out: list[Block] = [Paragraph(tuple(head))]
    details = [f"Qui : {', '.join(say.bound(row.rule))}"]
    if because := say.because(row, found):
        details.append(f"Pourquoi : {' ; '.join(because)}")
    if papers := say.papers(row):
        details.append(f"À remettre ou à garder : {', '.join(papers)}")
    details += [f"Réserve : {need}" for need in say.needs(row)]
    details += [f"À préciser : {ask}" for ask in say.wanted(row, found)]
    for todo in row.steps:
        if todo.due:
            details.append(f"À faire : {todo.step.do.of(say.language)} ({say_date(todo.due, say.language)})")
    out.append(Listing(tuple(details)))
    if verdict := say.verdict(row):
        out.append(Paragraph(verdict))
    out += [
        Quote(s.text if say.language == "fr" else s.text_en, f"{s.source_title}, {s.locator}", quiet=True)
        for s in (*row.shown, *row.next)
    ]
    return out


def _brief(title: str, rows: tuple[Row, ...], say: Speaker) -> list[Block]:
    if not rows:
        return []
    return [Heading(title), Listing(tuple(f"{say.name(r.rule)} : {_said(r, say)}" for r in rows))]


def _said(row: Row, say: Speaker) -> str:
    """What says it, with its reserves."""
    return f"{say.verdict(row)}{' '.join(say.texts(row))}{_reserves(row, say)}"


def _reserves(row: Row, say: Speaker) -> str:
    return "".join(f" Réserve : {need}" for need in say.needs(row))


def _cells(row: Row, found: Sheet, say: Speaker) -> tuple[Cell, ...]:
    due: dt.date | str | None = row.due or say.by(row, found.on)
    return (
        say.stage(row.stage),
        say.name(row.rule),
        say.force(row),
        say.subject(row) or SUBJECTS[say.language]["environment"],
        ", ".join(say.bound(row.rule)),
        due,
        " ; ".join(say.because(row, found)),
        ", ".join(say.papers(row)),
        say.verdict(row) + " ".join(s.text for s in row.shown),
        " ".join(say.needs(row)),
        " ; ".join(f"{s.source_title}, {s.locator}" for s in row.shown),
        row.done,
        row.rule.id,
    )
