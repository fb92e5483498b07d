"""Benchmark of the whole: `python -m evals.benchmarks.serving`, a table against the budgets, then JSON.

In one run on one machine: retrieval with a question never asked before each time, at the size of the corpus and at
20,000 passages (made-up texts and vectors, see `synthetic`), beside the bare embedding of the same kind of question; a
server over each index, one client then sixteen; start to ready; memory; `clapvert --help`; an ingestion with nothing to
do. Works in folders of its own; starts its own servers and stops them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from assistant.service import Service
from evals.benchmarks import synthetic
from evals.benchmarks.server import clients, serving
from evals.benchmarks.timing import milliseconds, seconds
from evals.reference_set import load_reference
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.model.embedding import Encoder, load_encoder
from ingest.settings import Settings

CLIENTS = 16


@dataclass(frozen=True)
class Budget:
    """One line of the table: what was measured, and what it may not pass (`at_least`: not fall under)."""

    label: str
    value: float | None
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """None when there is no budget, or nothing measured."""
        if self.value is None or self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class NewQuestions:
    """Reference questions, each made new by a file number: no cache has seen it."""

    def __init__(self) -> None:
        self._texts = [q.question for q in load_reference().questions]
        self._numbers = count(1)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        n = next(self._numbers)
        return f"{self._texts[n % len(self._texts)]} (dossier {n})"

    def take(self, n: int) -> list[str]:
        """The next ones."""
        return [next(self) for _ in range(n)]


def retrieval(settings: Settings, encoder: Encoder, questions: NewQuestions, rounds: int) -> dict[str, Any]:
    """Search with its embedding, and the bare embedding of another new question, in turns."""
    engine = Service(settings, encoder, fixed(TODAY)).engine
    bare, search = [], []
    for i in range(rounds + 10):
        asked, other = (engine.understanding.read(q, TODAY) for q in questions.take(2))
        times = seconds(lambda q=other: encoder.encode_query(q.query)), seconds(lambda q=asked: engine.search.search(q))  # type: ignore[misc]
        if i >= 10:  # the first ones warm up
            bare.append(times[0])
            search.append(times[1])
    ratio = statistics.median(search) / statistics.median(bare)
    return {
        "passages": len(engine.snapshot), **milliseconds(search), "bare_embedding": milliseconds(bare),
        "ratio_p50": round(ratio, 2),
    }  # fmt: skip


def served(data_dir: Path, questions: NewQuestions, each: int) -> dict[str, Any]:
    """Start to ready, one client, sixteen clients, memory after."""
    with serving(data_dir) as server:
        clients(server.port, questions.take(5), 1)
        alone = clients(server.port, questions.take(4 * each), 1)
        together = clients(server.port, questions.take(CLIENTS * each), CLIENTS)
        return {
            "ready_s": round(server.ready_s, 2),
            "one_client": {**milliseconds(alone.times), "errors": alone.errors},
            "sixteen_clients": {
                **milliseconds(together.times), "errors": together.errors,
                "answers_per_s": round(len(together.times) / together.seconds, 1),
            },
            "rss_gb": _rounded(server.rss_gb()),
        }  # fmt: skip


def commands(data_dir: Path) -> dict[str, float]:
    """`--help`, and an ingestion with nothing to do; medians."""
    environment = os.environ | {"CLAPVERT_DATA_DIR": str(data_dir)}

    def run(*arguments: str) -> None:
        command = [sys.executable, "-m", "ingest", *arguments]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    run("ingest")
    return {
        "help_s": round(statistics.median(seconds(lambda: run("--help")) for _ in range(5)), 2),
        "ingest_unchanged_s": round(statistics.median(seconds(lambda: run("ingest")) for _ in range(3)), 2),
    }


def measure(settings: Settings, wanted: int, rounds: int, each: int) -> dict[str, Any]:
    """Everything the table shows, JSON-ready."""
    questions = NewQuestions()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (settings.model_copy(update={"data_dir": Path(folder) / n}) for n in ("corpus", "large"))
        for place in (small, large):
            place.data_dir.mkdir()
            if (known := settings.data_dir / "vectors.db").is_file():
                shutil.copy(known, place.data_dir)
        told: dict[str, Any] = {"commands": commands(small.data_dir), "served": served(small.data_dir, questions, each)}
        encoder = load_encoder(settings)
        load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
        told["machine"] = {
            "system": platform.platform(), "cpus": os.cpu_count(), "load": load,
            "model": encoder.info.name, "dtype": encoder.info.dtype,
        }  # fmt: skip
        told["retrieval"] = retrieval(small, encoder, questions, rounds)
        synthetic.build(large, encoder, wanted)
        told["retrieval_large"] = retrieval(large, encoder, questions, rounds)
        told["served_large"] = served(large.data_dir, questions, each)
    return told


def budgets(told: dict[str, Any]) -> list[Budget]:
    """The table."""
    small, large = told["retrieval"], told["retrieval_large"]
    has_bf16 = told["machine"]["dtype"] == "bfloat16"
    rows = [
        Budget(f"retrieval, {small['passages']} passages, p50", small["p50_ms"], "ms"),
        Budget(f"retrieval, {small['passages']} passages, p95", small["p95_ms"], "ms"),
        Budget(f"retrieval, {large['passages']} passages, p50", large["p50_ms"], "ms", 20 if has_bf16 else None),
        Budget(f"retrieval, {large['passages']} passages, p95", large["p95_ms"], "ms", 40 if has_bf16 else None),
        Budget("bare embedding of one question, p50", large["bare_embedding"]["p50_ms"], "ms"),
        Budget("retrieval / bare embedding", large["ratio_p50"], "×", None if has_bf16 else 1.2),
    ]
    for label, s in (("corpus", told["served"]), (f"{large['passages']} passages", told["served_large"])):
        alone, together = s["one_client"], s["sixteen_clients"]
        rows += [
            Budget(f"chat over HTTP, one client, {label}, p50", alone["p50_ms"], "ms", 45),
            Budget(f"chat over HTTP, one client, {label}, p95", alone["p95_ms"], "ms", 100),
            Budget(f"{CLIENTS} clients, {label}", together["answers_per_s"], "answers/s", 40, at_least=True),
            Budget(f"{CLIENTS} clients, {label}, p95", together["p95_ms"], "ms", 500),
            Budget(f"errors, {label}", alone["errors"] + together["errors"], "", 0),
            Budget(f"start to ready, {label}", s["ready_s"], "s", 7),
            Budget(f"memory, {label}", s["rss_gb"], "GB", 1.2),
        ]
    done = told["commands"]
    return [
        *rows,
        Budget("clapvert --help", done["help_s"], "s", 0.3),
        Budget("ingest, nothing changed", done["ingest_unchanged_s"], "s", 3),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def main(argv: list[str] | None = None) -> None:
    """Entry point of `python -m evals.benchmarks.serving`."""
    parser = argparse.ArgumentParser(description="Benchmark of retrieval, of the server and of the command line.")
    parser.add_argument("--passages", type=int, default=20_000, help="size of the larger index")
    parser.add_argument("--rounds", type=int, default=150, help="searches at each size")
    parser.add_argument("--each", type=int, default=25, help="questions of each of the sixteen clients")
    options = parser.parse_args(argv)
    told = measure(Settings(), options.passages, options.rounds, options.each)
    verdicts = {True: "ok", False: "OVER", None: ""}
    for b in budgets(told):
        value = "–" if b.value is None else f"{b.value:g}"
        limit = "" if b.limit is None else f"{'≥' if b.at_least else '≤'} {b.limit:g}"
        print(f"{b.label:48}{value:>9} {b.unit:10}{limit:>8}  {verdicts[b.met]}")
    print("texts and vectors beyond the corpus are made up; load average at the start of retrieval:", end=" ")
    print(told["machine"]["load"])
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
