"""What added texts answer: questions written blind on some files, asked of our corpus with these files in it.

    python -m evals.benchmarks.added SET.yaml ROOT [--out answers.json]

SET.yaml: `files`, `{path under ROOT: id in the register, or ""}`, and `questions`, `{path or name: [question, …]}` as
`evals/texts` has them. The planner is that of the settings (`CLAPVERT_LLM`: a language model's). Right: a sentence that
answers is quoted. Said: nothing is given for an answer where the text does not say. Other: an answer whose first
citation is of another text, or ours.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.answer import Answer
from assistant.engine import Engine
from evals.fitting.texts_fit import TextQuestion, hashed, told
from evals.fitting.texts_index import holding
from ingest.language.sentences import sentence_spans
from ingest.model.embedding import load_encoder
from ingest.settings import Settings

_SHORTEST = 40
"""Letters of a quote that stands inside a longer sentence wanted."""


@dataclass(frozen=True)
class Asked:
    """A question, what was answered, and what that is worth."""

    document: str
    question: str
    wanted: bool
    answered: bool
    right: bool
    other: bool
    sources: tuple[str, ...]
    answer: str


def asked(engine: Engine, document: str, row: TextQuestion, source: str) -> Asked:
    """Ask one question; `source`: the text that it is on."""
    answer, _ = engine.answer(engine.read_alone(row.q))
    given = any(p.state in ("answered", "computed", "denied", "absent") for p in answer.parts)
    sources = tuple(c.source_id for c in answer.citations)
    right = given and bool(row.gold) and any(_holds(answer, gold) for gold in row.gold)
    other = given and bool(sources) and sources[0] != source
    return Asked(document, row.q, bool(row.gold), given, right, other, sources, answer.answer)


def _holds(answer: Answer, gold: str) -> bool:
    for citation in answer.citations:
        said = told(citation.quote)
        if gold.startswith("#"):
            pieces = [citation.quote[a:b] for a, b in sentence_spans(citation.quote)]
            if gold in map(hashed, (citation.quote, *pieces)):
                return True
        elif told(gold) in said or (len(said) > _SHORTEST and said in told(gold)):
            return True
    return False


def sources_of(engine: Engine, questions: Mapping[str, list[TextQuestion]]) -> dict[str, str]:
    """The text of each document: the one that holds most of the sentences wanted of it."""
    held: dict[str, str] = {}
    for position in sorted(engine.snapshot.sentences.by_passage):
        passage = engine.snapshot.open_passage(position)
        held[passage.source_id] = f"{held.get(passage.source_id, '')}\n{told(passage.text)}"
    out = {}
    for name, rows in questions.items():
        wanted = [told(g) for row in rows for g in row.gold]
        out[name] = max(held, key=lambda source: sum(g in held[source] for g in wanted), default="")
    return out


def summary(done: list[Asked]) -> dict[str, Any]:
    """Counts over the questions that a text answers, and over those that it does not."""
    wanted, silent = [a for a in done if a.wanted], [a for a in done if not a.wanted]
    return {
        "answered by the text": len(wanted),
        "right": sum(a.right for a in wanted),
        "from another text": sum(a.other for a in wanted),
        "held for missing": sum(not a.answered for a in wanted),
        "not in the text": len(silent),
        "said": sum(not a.answered for a in silent),
        "given from another text": sum(a.other for a in silent),
    }


def _by_document(done: list[Asked]) -> Iterator[str]:
    for name in dict.fromkeys(a.document for a in done):
        figures = summary([a for a in done if a.document == name])
        yield f"{name[:40]:40} " + ", ".join(f"{k} {v}" for k, v in figures.items())


def main() -> None:
    """Index, ask, count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("root", type=Path)
    parser.add_argument("--out", type=Path, help="where to write every answer, as JSON")
    options = parser.parse_args()
    kept = yaml.safe_load(options.set.read_text("utf-8"))
    files = {options.root / name: registered for name, registered in kept["files"].items()}
    questions = {n: [TextQuestion.model_validate(row) for row in rows] for n, rows in kept["questions"].items()}
    settings = Settings()
    with holding(settings, load_encoder(settings), files) as engine:
        of = sources_of(engine, questions)
        done = [asked(engine, name, row, of[name]) for name, rows in questions.items() for row in rows]
    if options.out:
        options.out.write_text(json.dumps([asdict(a) for a in done], ensure_ascii=False, indent=1), encoding="utf-8")
    print("\n".join(_by_document(done)))
    print(json.dumps(summary(done)))


if __name__ == "__main__":
    main()
