"""The evidence file in the formats that people ask for, each with its name and media type."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from assistant.export import Format, file_name, write
from assistant.label.evidence.document import evidence_document
from assistant.label.evidence.file import evidence_book
from assistant.label.evidence.intentions import intent_document, plan_document
from assistant.label.evidence.sheet import evidence_csv, evidence_xlsx
from assistant.label.projects.projects import Project
from ingest.corpus.criteria import Framework
from ingest.corpus.register import Register
from ingest.errors import ClapvertError, ErrorCode

EvidenceFormat = Literal["csv", "xlsx", "docx", "pdf", "md"]
Document = Literal["dossier", "plan", "note"]
"""What is written: the evidence file, the action plan, the note of intent."""
_WRITTEN = {
    "dossier": ("Dossier", evidence_document),
    "plan": ("Plan d'action", plan_document),
    "note": ("Note d'intention", intent_document),
}
FORMATS: tuple[EvidenceFormat, ...] = get_args(EvidenceFormat)
_SHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to take away."""

    content: bytes
    media_type: str
    name: str


def export_evidence(
    project: Project, framework: Framework, register: Register, day: dt.date, to: str, document: Document = "dossier"
) -> Exported:
    """A document of a project in a format of `FORMATS` (a table for the evidence file alone); `BAD_REQUEST` otherwise.

    The same project on the same day gives the same bytes.
    """
    if to not in FORMATS or (document != "dossier" and to in _SHEETS):
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Format d'export inconnu : « {to[:20]} ».", f"Formats : {', '.join(FORMATS)}."
        )
    book = evidence_book(project, framework, register, day)
    kind_of, written = _WRITTEN[document]
    name = file_name((kind_of, project.title, day.isoformat()), to)
    if to in _SHEETS:
        return Exported(evidence_csv(book) if to == "csv" else evidence_xlsx(book), _SHEETS[to], name)
    kind = Format(to)
    return Exported(write(written(book), kind), kind.media_type, name)
