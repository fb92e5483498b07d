"""A BEIR folder from two French codes: what retrieval is worth on official texts, in lay words and in legal words.

    python -m evals.benchmarks.codes TEXTS OUT      TEXTS: a copy of the official test texts (`fr/codes/…`)
    clapvert eval beir OUT --split test_lay

The texts are never committed: this script reads them as `corpus add` and `ingest` do, one document a passage. The
questions are ours (`evals/codes.yaml`), written by reading the articles, without looking at any ranking. A chapter is
whole in one half, drawn by a hash of its number before anything was measured: `tune` to choose, `test` to tell.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ingest.articles.structure import split_units
from ingest.clock import paris_today
from ingest.corpus.register import load_register
from ingest.corpus.yamlfile import YamlFile
from ingest.passages.passages import MAX_CHARACTERS, Passage, unit_passages
from ingest.settings import Settings
from ingest.texts.texts import read_document, version_of

TEXTS = {
    "fr/codes/code-cinema_2026-03.md": "code-cinema",
    "fr/codes/code-consommation_2026-04-03_legalize.md": "code-conso",
}
"""The two codes, with their ids in the register; the first one holds the RGA too."""
QUESTIONS = Path(__file__).resolve().parents[1] / "codes.yaml"
Half = Literal["tune", "test"]


class CodeQuestion(BaseModel):
    """One question on an official text, and the articles that answer it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    style: Literal["lay", "legal"]
    question: str
    articles: tuple[str, ...] = Field(min_length=1, description="article keys, the one that answers first")

    @property
    def half(self) -> Half:
        """The half of its chapter."""
        return half_of(chapter(self.articles[0]))


def chapter(article: str) -> str:
    """`code-conso:L121-2-1` → `code-conso:121`: a chapter is one for laws and decrees alike."""
    work, _, number = article.partition(":")
    return f"{work}:{number.split('-')[0].lstrip('LRDAO*')}"


def half_of(name: str) -> Half:
    """The half of a chapter, for ever."""
    return "test" if hashlib.sha256(name.encode()).digest()[0] % 2 else "tune"


def load_questions(path: Path = QUESTIONS) -> tuple[CodeQuestion, ...]:
    """Our questions."""
    file = YamlFile(path)
    return TypeAdapter(tuple[CodeQuestion, ...]).validate_python(file.data["questions"])


def read_passages(texts: Path, longest: int = MAX_CHARACTERS) -> list[Passage]:
    """The passages of the two codes, as an ingest makes them, or of another length."""
    register = load_register(Settings().corpus_dir)
    out: dict[str, Passage] = {}
    for name, source_id in TEXTS.items():
        source, document = register.get(source_id), read_document(texts / name)
        version = version_of(document, None, None, None, paris_today(), source, name)
        out |= {p.id: p for p in unit_passages(split_units(document), source, register, version, "fr", longest)}
    return list(out.values())


def thinned(passages: Iterable[Passage], questions: Iterable[CodeQuestion], beside: int) -> list[Passage]:
    """The articles that answer, and `beside` other passages of each of their chapters, drawn by a hash: a corpus for a
    machine in a hurry, harder than its size, since what is left speaks of the same things."""
    gold = {a for q in questions for a in q.articles}
    wanted = {chapter(a): beside for a in gold}
    kept: set[str] = set()
    passages = list(passages)
    for p in sorted(passages, key=lambda p: hashlib.sha256(p.id.encode()).digest()):
        article = p.keys[0] if p.keys else ""
        left = wanted.get(chapter(article), 0)
        if article in gold or left > 0:
            kept.add(p.id)
            wanted[chapter(article)] = left - (article not in gold)
    return [p for p in passages if p.id in kept]


def write_folder(passages: Iterable[Passage], questions: Iterable[CodeQuestion], out: Path) -> dict[str, int]:
    """Write the folder; how many questions each split has.

    Raises:
        SystemExit: a question names an article that the texts do not hold.
    """
    (out / "qrels").mkdir(parents=True, exist_ok=True)
    pieces: dict[str, list[str]] = {}
    with (out / "corpus.jsonl").open("w", encoding="utf-8") as handle:
        for p in passages:
            title = " › ".join((*p.heading_path, p.locator.split(" (")[0]))
            pieces.setdefault(p.keys[0] if p.keys else p.locator, []).append(p.id)
            handle.write(json.dumps({"_id": p.id, "title": title, "text": p.text}, ensure_ascii=False) + "\n")
    splits: dict[str, list[str]] = {}
    with (out / "queries.jsonl").open("w", encoding="utf-8") as handle:
        for q in questions:
            unknown = [a for a in q.articles if a not in pieces]
            if unknown:
                raise SystemExit(f"{q.id} : article absent des textes, {', '.join(unknown)}.")
            handle.write(json.dumps({"_id": q.id, "text": q.question}, ensure_ascii=False) + "\n")
            for name in (q.half, f"{q.half}_{q.style}"):
                splits.setdefault(name, []).extend(f"{q.id}\t{d}\t1" for a in q.articles for d in pieces[a])
    for name, rows in splits.items():
        text = "query-id\tcorpus-id\tscore\n" + "".join(row + "\n" for row in rows)
        (out / "qrels" / f"{name}.tsv").write_text(text, encoding="utf-8")
    return {name: len({row.split("\t")[0] for row in rows}) for name, rows in sorted(splits.items())}


def main() -> None:
    """Read the texts, write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("texts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--longest", type=int, default=MAX_CHARACTERS, help="characters of the longest passage")
    parser.add_argument("--beside", type=int, help="only so many other passages of each chapter asked about")
    args = parser.parse_args()
    passages, questions = read_passages(args.texts, args.longest), load_questions()
    if args.beside is not None:
        passages = thinned(passages, questions, args.beside)
    counts = write_folder(passages, questions, args.out)
    print(f"{len(passages)} documents ; questions : {', '.join(f'{n} {k}' for n, k in counts.items())}")


if __name__ == "__main__":
    main()
