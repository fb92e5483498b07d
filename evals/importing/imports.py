"""Candidate questions from elsewhere: CSV, JSON lines, promptfoo files, feedback; written as a reference file.

Guarantee: what is written is what `reference_set` reads, checked before a byte is written; a wrong field is refused by
file, line and field, in French. A question that the set asks already is left out and said to be; one that comes near
is kept and says so. No file is ever overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rapidfuzz import fuzz, process

from evals.reference_set import Question, ReferenceSet
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.lexical import fold

NEAR = 90
"""Similarity (0–100, word order aside) from which two questions may be one."""
UNSORTED = "a-classer"
"""Domain and topic of a candidate that names none: to be filled in by whoever reads it."""
_HEAD = "# Questions candidates ({origin}) : à relire, compléter et classer avant d'entrer dans le jeu de référence.\n"


@dataclass(frozen=True)
class Candidate:
    """A row as it was found: its fields, and where it stands (`line` 0: nowhere in a file)."""

    fields: Mapping[str, Any]
    path: str
    line: int


@dataclass(frozen=True)
class Imported:
    """What an import gives. `known`: question left out → id that asks it; `near`: id kept → id that it comes near."""

    questions: list[Question]
    known: dict[str, str]
    near: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"written": [q.id for q in self.questions], "known": self.known, "near": self.near}


def import_questions(candidates: Sequence[Candidate], reference: ReferenceSet, domain: str | None = None) -> Imported:
    """Candidates as questions, without those that the set or an earlier candidate asks already.

    `domain` is that of candidates that name none. An id given that is taken is refused; ids not given are made from the
    words of the question, so that importing twice makes the same ones.
    """
    choices: dict[str, str] = {}
    for ident, expected in reference.asked().items():
        choices.setdefault(expected.question, ident)
    same = {_flat(q): i for q, i in reversed(choices.items())}
    ids = {q.id for q in reference.questions} | {d.id for d in reference.dialogues}
    out = Imported([], {}, {})
    for c in candidates:
        question = _question(c, domain, ids)
        if found := same.get(_flat(question.question)):
            out.known[question.question] = found
            continue
        best = process.extractOne(question.question, choices.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=NEAR)
        if best:
            near = choices[best[0]]
            out.near[question.id] = near
            question = question.model_copy(update={"note": f"proche de {near}. {question.note}".strip()})
        out.questions.append(question)
        ids.add(question.id)
        same[_flat(question.question)] = choices[question.question] = question.id
    return out


def write_reference(imported: Imported, path: Path, origin: str) -> None:
    """Write a reference file; `BAD_REQUEST` when the file is there already."""
    rows = [q.model_dump(mode="json", exclude_defaults=True) for q in imported.questions]
    body = yaml.safe_dump({"questions": rows}, allow_unicode=True, sort_keys=False, width=118)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_HEAD.format(origin=origin) + body)
    except FileExistsError as exc:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"{path} existe déjà : rien n'a été écrit.", "Donnez un autre nom avec --out."
        ) from exc


def _question(c: Candidate, domain: str | None, taken: Collection[str]) -> Question:
    fields = {k: v for k, v in c.fields.items() if v is not None}
    fields.setdefault("domain", domain or UNSORTED)
    fields.setdefault("topic", UNSORTED)
    fields.setdefault("kind", "fact")
    fields.setdefault("outcome", "answered")
    if isinstance(fields.get("question"), str):
        fields["question"] = fields["question"].strip()
        fields.setdefault("id", _ident(fields["question"], taken))
    try:
        question = Question.model_validate(fields)
    except ValidationError as exc:
        first = exc.errors()[0]
        raise refusal(c, ".".join(map(str, first["loc"])), _french(first)) from exc
    if question.id in taken:
        raise refusal(c, "id", f"« {question.id} » est déjà pris")
    return question


def refusal(c: Candidate, field: str, why: str) -> ClapvertError:
    """The refusal of a field of a candidate."""
    where = f", ligne {c.line}" if c.line else ""
    return ClapvertError(
        ErrorCode.CORPUS_INVALID,
        f"{c.path}{where}, champ {field} : {why}.",
        "Rien n'a été écrit. Les champs sont décrits dans evals/README.md.",
    )


def _ident(question: str, taken: Collection[str]) -> str:
    digest = hashlib.sha256(_flat(question).encode()).hexdigest()
    return next(i for n in range(6, 65) if (i := f"imp-{digest[:n]}") not in taken)


def _flat(text: str) -> str:
    """A question without case, accents, punctuation."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def _french(error: Mapping[str, Any]) -> str:
    """Why pydantic refuses a field, in French."""
    kind, given, context = error["type"], error.get("input"), error.get("ctx", {})
    told = {
        "missing": "il manque",
        "extra_forbidden": "ce champ n'existe pas",
        "string_too_short": "il est vide",
        "string_type": "un texte est attendu",
        "literal_error": f"« {given} » n'est pas l'une des valeurs {context.get('expected', '')}".replace(
            " or ", " ou "
        ),
        "string_pattern_mismatch": f"« {given} » : minuscules, chiffres et tirets seulement",
        "bool_parsing": f"« {given} » : true ou false est attendu",
    }
    if kind.startswith("date"):
        return f"« {given} » : une date AAAA-MM-JJ est attendue"
    return told.get(kind, f"« {given} » ne convient pas ({error['msg']})")
