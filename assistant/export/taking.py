"""The files that an answer can be taken away as: its note, its deadlines, its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

from assistant.answer import Answer
from assistant.export.deadlines import Open, calendar_bytes, deadlines, no_deadline
from assistant.export.document import file_name
from assistant.export.formats import Format, write
from assistant.export.note import Beside, note, receipt_name
from ingest.corpus.glossary import Glossary
from ingest.errors import ClapvertError, ErrorCode


class Taken(StrEnum):
    """What can be taken away of an answer; the value is the extension. `json` is the receipt that `clapvert verify`
    reads."""

    DOCX = "docx"
    PDF = "pdf"
    MD = "md"
    ICS = "ics"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type of the file."""
        own = {Taken.ICS: "text/calendar; charset=utf-8", Taken.JSON: "application/json"}
        return own.get(self) or Format(self.value).media_type


def taken(answer: Answer, to: Taken, opened: Open, made: date, labels: Mapping[str, str] | None = None) -> bytes:
    """The bytes of the file; `DEADLINE_NOT_FOUND` when a calendar is asked of an answer without dated deadlines.

    Args:
        answer: the answer.
        to: the format.
        opened: opens the passages that the answer cites.
        made: the day that the file is made, written in it.
        labels: the words for the values of a profile (`value_labels`).
    """
    if to is Taken.JSON:
        return answer.model_dump_json(indent=1).encode() + b"\n"
    if to is Taken.ICS:
        found = deadlines(answer, opened)
        if not found:
            raise no_deadline()
        return calendar_bytes(answer, found, made)
    return write(note(answer, beside([answer], opened, made, labels)), Format(to.value))


def beside(answers: Sequence[Answer], opened: Open, made: date, labels: Mapping[str, str] | None = None) -> Beside:
    """What the notes of answers need beside them; the days of copies are those of the passages cited."""
    cited = {c.passage_id: bool(c.valid_from or c.valid_until) for a in answers for c in a.citations}
    found = {i: p for i in sorted(cited) if (p := opened(i)) is not None}
    held = {i: p.attested_at for i, p in found.items() if p.attested_at and not cited[i]}
    return Beside(made, labels or {}, held, frozenset(i for i, p in found.items() if p.bill))


def taken_name(answer: Answer, to: Taken) -> str:
    """`clapvert-note-2026-11-26-quels-bilans-carbone….pdf`; the receipt has the name that its note tells to verify."""
    if to is Taken.JSON:
        return receipt_name(answer)
    head = "clapvert-echeances" if to is Taken.ICS else "clapvert-note"
    return file_name((head, answer.as_of.isoformat(), answer.question), to.value, 80)


def taken_as(path: Path) -> Taken:
    """The format that a file name asks for; `BAD_REQUEST` names those there are."""
    try:
        return Taken(path.suffix[1:].lower())
    except ValueError:
        known = ", ".join(f".{t}" for t in Taken)
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"« {path.name} » : format inconnu.", f"L'extension dit le format : {known}."
        ) from None


def value_labels(glossary: Glossary) -> dict[str, str]:
    """The words for the values of a profile, by value."""
    return {value: entry.label for values in glossary.facets.values() for value, entry in values.items()}
