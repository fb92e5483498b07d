"""`python -m evals.benchmarks.first_call`: what a planning model waits for, and what it adds.

The real pipeline, warmed and read ahead as a server is, with a peer on loopback that answers at once: how long before
the first passage is told, before the model is called, and how much of the answer is not the provider's time; in turn
with whole extractive answers to questions of the same kind, which is what the machine takes without a model. The
budgets are DESIGN's (§7); what the model itself takes is not ours to promise.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import threading
import time
from functools import partial

from assistant.history.owner import LOCAL
from assistant.service import Ask, Service
from assistant.upkeep import read_ahead, warm
from evals.benchmarks.local_model import serving
from evals.benchmarks.timing import milliseconds, seconds
from evals.reference_set import load_reference
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.settings import Settings

BUDGETS = {"before the call": 60.0, "over the provider's own": 80.0, "first passage": 150.0}
"""Milliseconds, at the median."""


class Echo:
    """Writes the message again, at once."""

    def line(self, prompt: str, n: int) -> tuple[str, int]:  # noqa: ARG002 - the protocol's
        """The first line of the prompt."""
        return prompt.splitlines()[0], 1


def main() -> None:
    """Measure, print, then one line of JSON; exit 1 past a budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    wanted = parser.parse_args().questions
    if importlib.util.find_spec("langchain_openai") is None:
        sys.exit('Not installed: langchain-openai (pip install "clapvert[openai]").')
    called: list[float] = []
    rows: dict[str, list[float]] = {name: [] for name in (*BUDGETS, "extractive answer")}
    with serving(Echo(), lambda: called.append(time.perf_counter())) as url:
        bare = Service(Settings(), clock=fixed(TODAY))
        mine = Settings(llm="openai:echo", llm_base_url=url, llm_api_key="none")
        service = Service(mine, bare.encoder, fixed(TODAY))
        for each in (bare, service):
            warm(each)
            read_ahead(each, threading.Event())
            each.ask(Ask("Quels bilans carbone pour une aide du CNC ?"))
        for question in (q.question for q in load_reference().questions if "answered" in q.outcome):
            called.clear()
            told: list[float] = []
            started = time.perf_counter()
            answer = service.ask(Ask(question), LOCAL, lambda *_, told=told: told.append(time.perf_counter()))
            ended = time.perf_counter()
            if not called or answer.receipt.model is None:
                continue
            rows["before the call"].append(called[0] - started)
            rows["over the provider's own"].append(ended - started - answer.receipt.model.ms / 1000)
            rows["first passage"].append((told or [ended])[0] - started)
            rows["extractive answer"].append(
                seconds(partial(bare.ask, Ask(f"{question} Dossier {len(rows['first passage'])}.")))
            )
            if len(rows["first passage"]) == wanted:
                break
    if len(rows["first passage"]) < 2:
        sys.exit("Too few questions reached the model to tell a median and a 95th percentile.")
    figures: dict[str, float] = {"questions": len(rows["first passage"])}
    for name, taken in rows.items():
        found = milliseconds(taken)
        figures |= {f"{name}, p50 (ms)": found["p50_ms"], f"{name}, p95 (ms)": found["p95_ms"]}
    for label, value in figures.items():
        print(f"{label:36} {value}")
    print(json.dumps(figures))
    sys.exit(any(figures[f"{name}, p50 (ms)"] > budget for name, budget in BUDGETS.items()))


if __name__ == "__main__":
    main()
