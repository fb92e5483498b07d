"""`python -m evals.benchmarks.first_call`: what a planning model waits for, and what it adds.

The real pipeline, warmed and read ahead as a server is, with two peers on loopback that answer at once: one whose plan
stands (the first texts of the request, in one round), one whose plan never does (a second round, then the local plan).
How long before the first passage is told, before the model is called, and how much of the answer is not the provider's
time; in turn with whole extractive answers to questions of the same kind, which is what the machine takes without a
model. The budgets are for the plan that stands; what the model itself takes is not ours to promise.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import threading
import time
from functools import partial
from typing import Any

from assistant.history.owner import LOCAL
from assistant.service import Ask, Service
from assistant.upkeep import read_ahead, warm
from evals.benchmarks.local_model import Peer, serving
from evals.benchmarks.timing import milliseconds, seconds
from evals.reference_set import load_reference
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.settings import Settings

BUDGETS = {"before the call": 60.0, "over the provider's own": 80.0, "first passage": 150.0}
"""Milliseconds, at the median."""


NAMES = (*BUDGETS, "extractive answer")


def _plan(about: str, show: list[str], then: list[str]) -> str:
    part = {
        "about": about, "verdict": "none", "rule": "", "contrary": False, "shape": "sentence", "show": show,
        "then": then, "spared": [], "contact": "", "search": "",
    }  # fmt: skip
    return json.dumps({"act": "ask", "facts": [], "misread": [], "parts": [part], "next": [], "ask": ""})


def stands(document: dict[str, Any], n: int) -> tuple[str, int]:  # noqa: ARG001 - the peer's shape
    """The first text for the whole message, and what goes with it."""
    first = document["evidence"][0]
    return _plan(document["message"][:500], [first["key"]], first.get("needs", [])), 1


def falls(document: dict[str, Any], n: int) -> tuple[str, int]:  # noqa: ARG001 - the peer's shape
    """A text that nobody gave."""
    return _plan(document["message"][:500], ["e00zzzz"], []), 1


def measure(bare: Service, reply: Peer, wanted: int) -> tuple[dict[str, list[float]], int]:
    """Seconds by name over so many questions that reach the peer, and how many of its plans stood."""
    called: list[float] = []
    rows: dict[str, list[float]] = {name: [] for name in NAMES}
    stood = 0
    with serving(reply, lambda: called.append(time.perf_counter())) as url:
        mine = Settings(llm="openai:peer", llm_base_url=url, llm_api_key="none")
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
            stood += answer.receipt.model.fallback is None
            rows["before the call"].append(called[0] - started)
            rows["over the provider's own"].append(ended - started - answer.receipt.model.ms / 1000)
            rows["first passage"].append((told or [ended])[0] - started)
            rows["extractive answer"].append(
                seconds(partial(bare.ask, Ask(f"{question} Dossier {len(rows['first passage'])}.")))
            )
            if len(rows["first passage"]) == wanted:
                break
    return rows, stood


def main() -> None:
    """Measure, print, then one line of JSON; exit 1 past a budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    wanted = parser.parse_args().questions
    if importlib.util.find_spec("langchain_openai") is None:
        sys.exit('Not installed: langchain-openai (pip install "clapvert[openai]").')
    bare = Service(Settings(), clock=fixed(TODAY))
    figures: dict[str, float] = {}
    for reply in (stands, falls):
        rows, stood = measure(bare, reply, wanted)
        if len(rows["first passage"]) < 2:
            sys.exit("Too few questions reached the model to tell a median and a 95th percentile.")
        kind = reply.__name__
        figures |= {f"{kind}: questions": len(rows["first passage"]), f"{kind}: plans that stood": stood}
        for name, taken in rows.items():
            found = milliseconds(taken)
            figures |= {f"{kind}: {name}, p50 (ms)": found["p50_ms"], f"{kind}: {name}, p95 (ms)": found["p95_ms"]}
    for label, value in figures.items():
        print(f"{label:44} {value}")
    print(json.dumps(figures))
    sys.exit(any(figures[f"stands: {name}, p50 (ms)"] > budget for name, budget in BUDGETS.items()))


if __name__ == "__main__":
    main()
