"""A BEIR folder: `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv` (or `qrels.tsv`).

Guarantee: the corpus is read line by line and never held whole; what is malformed is refused by file and line; what is
merely missing (a judged document that the corpus does not hold, a judged query that nobody wrote) is counted and told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import ClapvertError, ErrorCode

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a corpus."""

    id: str
    title: str
    text: str
    line: int

    @property
    def index_text(self) -> str:
        """What is indexed, for BM25 and for the vector alike: the title, then the text."""
        return f"{self.title}. {self.text}" if self.title else self.text


@dataclass(frozen=True)
class JudgedQueries:
    """The queries of a split with their relevance: `{query: {document: grade}}`, grades above 0 being relevant."""

    split: str
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]
    without_text: int = 0
    without_relevant: int = 0


class BeirFolder:
    """Reads one folder.

    Raises:
        ClapvertError: BAD_REQUEST, naming file and line, for whatever is not in the layout.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in (CORPUS, QUERIES):
            if not (path / name).is_file():
                raise ClapvertError(
                    ErrorCode.BAD_REQUEST,
                    f"{path} n'est pas un dossier BEIR : {name} manque.",
                    "Un dossier BEIR tient corpus.jsonl, queries.jsonl et qrels/*.tsv (ou qrels.tsv).",
                )

    def documents(self) -> Iterator[Document]:
        """The documents, in file order, one at a time."""
        for number, row in _rows(self.path / CORPUS):
            yield Document(
                _ident(row, self.path / CORPUS, number),
                _text(row, "title", self.path / CORPUS, number, required=False),
                _text(row, "text", self.path / CORPUS, number),
                number,
            )

    def judged(self, split: str | None) -> JudgedQueries:
        """The judged queries of a split (None: `test`, or the only one there is)."""
        name, path = self._qrels(split)
        qrels = read_qrels(path)
        texts: dict[str, str] = {}
        for number, row in _rows(self.path / QUERIES):
            ident = _ident(row, self.path / QUERIES, number)
            if ident in texts:
                raise malformed(self.path / QUERIES, number, f"l'identifiant « {ident} » y est deux fois")
            texts[ident] = _text(row, "text", self.path / QUERIES, number)
        known = {q: rows for q, rows in qrels.items() if q in texts}
        kept = {q: rows for q, rows in known.items() if any(grade > 0 for grade in rows.values())}
        if not kept:
            raise ClapvertError(ErrorCode.BAD_REQUEST, f"{path} : aucune question jugée que queries.jsonl connaisse.")
        return JudgedQueries(
            name, {q: texts[q] for q in kept}, kept, len(qrels) - len(known), len(known) - len(kept)
        )  # fmt: skip

    def _qrels(self, split: str | None) -> tuple[str, Path]:
        there = {p.stem: p for p in sorted((self.path / "qrels").glob("*.tsv"))}
        wanted = split or "test"
        if wanted in there:
            return wanted, there[wanted]
        if split is None and len(there) == 1:
            return next(iter(there.items()))
        alone = self.path / "qrels.tsv"
        if not there and alone.is_file():
            return wanted, alone
        hint = f"Parties présentes : {', '.join(there)}." if there else "Attendu : qrels/*.tsv ou qrels.tsv."
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"{self.path} : pas de jugements pour « {wanted} ».", hint)


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by query and document: three columns, tab-separated, under a header or not."""
    out: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3:
            raise malformed(
                path, number, f"3 colonnes séparées par des tabulations sont attendues, {len(cells)} trouvée(s)"
            )
        query, document, said = cells
        try:
            grade = float(said)
        except ValueError:
            if not out and number == 1:  # the header
                continue
            raise malformed(path, number, f"la note « {said} » n'est pas un nombre entier") from None
        if not grade.is_integer():
            raise malformed(path, number, f"la note « {said} » n'est pas un nombre entier")
        if not query or not document:
            raise malformed(path, number, "un identifiant est vide")
        out.setdefault(query, {})[document] = int(grade)
    return out


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, numbered from 1."""
    with path.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise malformed(path, number, "ce n'est pas de l'UTF-8") from None
            if line.strip():
                yield number, line


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as exc:
            raise malformed(path, number, f"ce n'est pas du JSON ({exc})") from exc
        if not isinstance(row, dict):
            raise malformed(path, number, "un objet JSON est attendu")
        yield number, row


def _ident(row: dict[str, Any], path: Path, number: int) -> str:
    value = row.get("_id")
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        raise malformed(path, number, "« _id » manque ou n'est ni un texte ni un entier")
    return str(value).strip()


def _text(row: dict[str, Any], name: str, path: Path, number: int, required: bool = True) -> str:
    value = row.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise malformed(path, number, f"« {name} » manque ou n'est pas un texte")
    return value.strip()


def malformed(path: Path, number: int, why: str) -> ClapvertError:
    """The refusal of one line."""
    return ClapvertError(ErrorCode.BAD_REQUEST, f"{path}, ligne {number} : {why}.")
