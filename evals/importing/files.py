"""Where candidate questions come from: a CSV file, JSON lines, a promptfoo file, the feedback of readers.

Guarantee: every candidate knows its file and line; a file that is not what it says is refused by name. What a promptfoo
file asserts and the reference set cannot say (a rubric, a script) is kept as a note, never run.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.history.feedback import Feedback
from evals.importing.imports import Candidate, refusal
from evals.reference_set import Question
from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError, ErrorCode

_LISTS = ("must_not_include", "facts", "outcome", "reason")
_FLAGS = {"": None, "true": True, "oui": True, "1": True, "false": False, "non": False, "0": False}
_QUESTION_VARS = ("question", "query", "input", "message", "prompt")


def read_candidates(path: Path) -> list[Candidate]:
    """The candidates of a file, by its suffix; `BAD_REQUEST` for another kind of file."""
    readers: dict[str, Callable[[Path], Iterator[Candidate]]] = {
        ".csv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl, ".yaml": _promptfoo, ".yml": _promptfoo,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"{path} : on ne sait pas importer un fichier « {path.suffix or 'sans suffixe'} ».",
            "Formats : CSV (.csv), JSON par lignes (.jsonl), promptfoo (.yaml).",
        )
    return list(reader(path))


def from_feedback(rows: Sequence[Feedback]) -> list[Candidate]:
    """Feedback as candidates: what pleased keeps its outcome; what did not says what was answered, and why not."""
    out = []
    for f in rows:
        u = f.answer.understood
        down = f.rating == "down"
        said = f"Retour {'négatif' if down else 'positif'} du {f.at.isoformat()}."
        comment = f" Commentaire : {f.comment}." if f.comment else ""
        given = f" Rendu : {f.outcome}{f' ({f.reason})' if f.reason else ''}, {f.answer.answer}" if down else ""
        fields: dict[str, Any] = {
            "question": u.question if u.follow_up else f.question, "language": u.language,
            "as_of": None if u.as_of_reason == "today" else f.as_of, "note": f"{said}{comment}{given}",
            "domain": u.domains[0].value if u.domains else None,
        }  # fmt: skip
        if not down:
            fields |= {"outcome": f.outcome, "reason": f.reason}
        out.append(Candidate({k: v for k, v in fields.items() if v is not None}, "retours", 0))
    return out


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ClapvertError(
            ErrorCode.CORPUS_INVALID, f"{path} ne se lit pas comme un texte UTF-8.", "Enregistrez-le en UTF-8."
        ) from exc


def _csv(path: Path) -> Iterator[Candidate]:
    """Columns are fields of the reference set; `;` between items, `|` between the variants of a fact."""
    text = _text(path)
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True)
    known = set(Question.model_fields)
    for name in reader.fieldnames or ():
        if name not in known:
            raise refusal(Candidate({}, str(path), 1), name or "(sans nom)", "cette colonne n'existe pas")
    if "question" not in (reader.fieldnames or ()):
        raise refusal(Candidate({}, str(path), 1), "question", "cette colonne manque")
    try:
        for row in reader:
            line = reader.line_num
            at = Candidate({}, str(path), line)
            if None in row or None in row.values():
                raise refusal(at, "(ligne)", "elle n'a pas autant de cases que l'en-tête")
            yield Candidate(_cells(row, at), str(path), line)
    except csv.Error as exc:
        raise refusal(Candidate({}, str(path), reader.line_num), "(ligne)", f"CSV invalide ({exc})") from exc


def _cells(row: dict[str, str], at: Candidate) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, cell in row.items():
        value: Any = cell.strip() or None
        if value and name == "must_include":
            value = [[v.strip() for v in item.split("|")] for item in value.split(";") if item.strip()]
        elif value and name in _LISTS:
            value = [v.strip() or None for v in value.split(";")]
        elif name in ("slips", "must_pass"):
            if cell.strip().lower() not in _FLAGS:
                raise refusal(at, name, f"« {cell} » : oui ou non est attendu")
            value = _FLAGS[cell.strip().lower()]
        elif value and name == "difficulty" and value.isdigit():
            value = int(value)
        out[name] = value
    return out


def _jsonl(path: Path) -> Iterator[Candidate]:
    for n, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        at = Candidate({}, str(path), n)
        try:
            data = json.loads(line)
        except ValueError as exc:
            raise refusal(at, "(ligne)", "ce n'est pas du JSON") from exc
        if not isinstance(data, dict):
            raise refusal(at, "(ligne)", "un objet {champ: valeur} est attendu")
        yield Candidate(data, str(path), n)


def _promptfoo(path: Path) -> Iterator[Candidate]:
    """The tests of a promptfoo file; what `contains…` asserts becomes expected facts."""
    file = YamlFile(path)
    tests = file.data.get("tests") if isinstance(file.data, dict) else None
    if not isinstance(tests, list):
        raise refusal(Candidate({}, str(path), file.line("tests")), "tests", "une liste de tests est attendue")
    for i, test in enumerate(tests):
        at = Candidate({}, str(path), file.line("tests", i))
        if not isinstance(test, dict) or not isinstance(test.get("vars"), dict):
            raise refusal(at, f"tests.{i}.vars", "les variables du test sont attendues ici, non dans un autre fichier")
        given = test["vars"]
        name = next((n for n in _QUESTION_VARS if n in given), next(iter(given)) if len(given) == 1 else None)
        if name is None:
            raise refusal(at, f"tests.{i}.vars", f"laquelle est la question ? L'une de : {', '.join(_QUESTION_VARS)}")
        fields = _asserted(test.get("assert") or [], at, i)
        if test.get("description"):
            fields["note"] = f"{test['description']}. {fields.get('note', '')}".strip()
        for question in given[name] if isinstance(given[name], list) else [given[name]]:
            yield Candidate({"question": question, **fields}, str(path), file.line("tests", i, "vars", name))


def _asserted(rows: Any, at: Candidate, i: int) -> dict[str, Any]:
    include: list[list[str]] = []
    exclude: list[str] = []
    untold: list[str] = []
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict) or "type" not in row:
            raise refusal(at, f"tests.{i}.assert", "chaque attente a un `type`")
        kind, value = str(row["type"]), row.get("value")
        values = [str(v).strip() for v in (value if isinstance(value, list) else [value]) if v is not None]
        plain = kind.removeprefix("not-").removeprefix("i")
        if kind.startswith("not-") and plain in ("contains", "contains-any"):
            exclude += values
        elif plain in ("contains", "contains-all", "equals") and not kind.startswith("not-"):
            include += [[v] for v in values]
        elif plain == "contains-any" and not kind.startswith("not-"):
            include.append(values)
        else:
            untold.append(kind)
    note = f"Attente promptfoo non reprise : {', '.join(untold)}." if untold else None
    fields = {"must_include": include or None, "must_not_include": exclude or None, "note": note}
    return {k: v for k, v in fields.items() if v is not None}
