"""`python -m evals.benchmarks.inventing`: what gets past verification when the language model invents.

Reference questions are asked with a real, tiny model behind the pipeline (`local_model`). Counted: sentences written,
removed, shown; and, among those shown, how many an independent check finds unsupported: it shares no code with the
verifier, is cruder, and errs on the side of suspicion. Every sentence is kept in the report, for reading; `--replay`
judges the sentences of a report again, without the model: a minute, after a change to the verifier.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.rewording.rewriter import JudgedSentence
from assistant.service import Ask, Service
from evals.benchmarks.local_model import Replay, gemma, missing, serving
from evals.reference_set import load_reference
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.settings import Settings

_FREE = (
    "doit", "doivent", "devra", "remet", "remettre", "fournit", "fournir", "transmet", "transmettre", "dépose",
    "déposer", "exige", "exigé", "obligatoire", "impose", "demande", "entreprise", "société", "film", "œuvre",
    "submits", "submit", "files", "file", "provides", "require", "requires", "required",
    "deux", "trois", "quatre", "cinq", "three", "four", "five",
)  # fmt: skip
"""Words that a rewording may bring: the same rule said otherwise."""
_NEGATIONS = re.compile(r"\b(?:ne|pas|aucune?|jamais|ni|sans|not|no|never|cannot|without|nor|neither)\b|\bn['’]")


@dataclass
class Asked:
    """One question, and what the model wrote for it."""

    question: str
    engine: str
    answer: str
    judged: list[dict[str, Any]] = field(default_factory=list)
    fallback: str | None = None
    ms: float = 0.0


def suspicious(sentence: str, wording: str) -> list[str]:
    """What a plain comparison of letters finds in a sentence and not in the wording it cites."""
    starts = {w.rstrip("sx")[:5] for w in _words(wording)}
    out = [w for w in _words(sentence) if len(w) > 3 and w.rstrip("sx")[:5] not in starts and w not in _FREE_PLAIN]
    out += [d for d in _digits(sentence) if d not in _digits(wording)]
    if len(_NEGATIONS.findall(sentence.lower())) != len(_NEGATIONS.findall(wording.lower())):
        out.append("négations")
    return out


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFD", text.lower().replace("œ", "oe").replace("’", "'"))
    return "".join(c for c in text if unicodedata.category(c) != "Mn")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", _plain(text))


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)?", re.sub(r"(?<=\d)\s(?=\d{3})", "", text))


_FREE_PLAIN = frozenset(_plain(w) for w in _FREE)


def measure(service: Service, questions: Iterable[str], wanted: int) -> list[Asked]:
    """Ask until the model has been called for so many questions."""
    done: list[Asked] = []
    for question in questions:
        heard: list[JudgedSentence] = []
        composer = service.engine.llm
        assert composer is not None
        composer.watch = heard.append
        answer = service.ask(Ask(question))
        use = answer.receipt.model
        if use is None or not use.calls:
            continue
        judged = [asdict(j) | {"suspicious": suspicious(j.text, j.wording) if j.released else []} for j in heard]
        done.append(Asked(question, answer.engine, answer.answer, judged, use.fallback, use.ms))
        print(f"\r{len(done)}/{wanted}", end="", file=sys.stderr, flush=True)
        if len(done) == wanted:
            break
    return done


def _questions() -> list[str]:
    """Answerable questions, of every domain in turn."""
    by_domain: dict[str, list[str]] = {}
    for q in load_reference().questions:
        if "answered" in q.outcome:
            by_domain.setdefault(q.domain, []).append(q.question)
    return [q for i in range(max(map(len, by_domain.values()))) for d in by_domain.values() for q in d[i : i + 1]]


def summary(done: list[Asked]) -> dict[str, Any]:
    """The figures of the table."""
    judged = [j for a in done for j in a.judged]
    released = [j for j in judged if not j["faults"]]
    reasons = Counter(re.sub(r"\s*[:«].*", "", j["faults"][0]) for j in judged if j["faults"])
    return {
        "questions": len(done),
        "answers with the model's words": sum(a.engine.startswith("llm:") for a in done),
        "answers left extractive": sum(a.engine == "extractive" for a in done),
        "calls failed": sum(a.fallback not in (None, "unsupported") for a in done),
        "sentences written": len(judged),
        "sentences removed": len(judged) - len(released),
        "sentences shown": len(released),
        "shown, not word for word": sum(_words(j["text"]) != _words(j["wording"]) for j in released),
        "shown, suspicious": sum(bool(j["suspicious"]) for j in released),
        "seconds a question (median)": round(statistics.median(a.ms for a in done) / 1000, 1) if done else None,
        "reasons": dict(reasons.most_common()),
    }


def main() -> None:
    """Run, print the table, then one line of JSON; exit 1 when a sentence shown is suspicious."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--out", type=Path, help="where to write every sentence, as JSON")
    parser.add_argument("--replay", type=Path, help="judge the sentences of this report again, without the model")
    options = parser.parse_args()
    started = time.perf_counter()
    with ExitStack() as stack:
        if options.replay:
            before = json.loads(options.replay.read_text(encoding="utf-8"))
            written = Replay((j["wording"], j["text"]) for a in before for j in a["judged"])
            url, questions = stack.enter_context(serving(written)), [a["question"] for a in before]
        elif absent := missing():
            sys.exit(f"Not installed: {', '.join(absent)} (see evals/benchmarks/local_model.py).")
        else:
            url, questions = stack.enter_context(gemma()), _questions()
        mine = Settings(
            llm="openai:gemma-3-270m", llm_base_url=url, llm_api_key="none", llm_timeout=900, llm_silence=600,
            llm_attempts=1,
        )  # fmt: skip
        done = measure(Service(mine, clock=fixed(TODAY)), questions, options.questions)
    if options.out:
        options.out.write_text(json.dumps([asdict(a) for a in done], ensure_ascii=False, indent=1), encoding="utf-8")
    figures = summary(done) | {"minutes": round((time.perf_counter() - started) / 60, 1)}
    for label, value in figures.items():
        print(f"{label:32} {value}")
    print(json.dumps(figures, ensure_ascii=False))
    sys.exit(1 if figures["shown, suspicious"] else 0)


if __name__ == "__main__":
    main()
