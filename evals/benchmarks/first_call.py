"""`python -m evals.benchmarks.first_call`: how long a question waits before its language model is called.

The real pipeline, with a peer on loopback that notes when it is called and gives each passage back word for word; in
turn with it, whole extractive answers to questions of the same kind: what the machine takes without a model. The budget
is 60 ms (DESIGN §7); what the model itself takes is not ours to promise.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from functools import partial

from assistant.service import Ask, Service
from evals.benchmarks.local_model import serving
from evals.benchmarks.timing import milliseconds, seconds
from evals.reference_set import load_reference
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.settings import Settings

BUDGET = 60.0


class Echo:
    """Writes the message again, at once."""

    def line(self, prompt: str, n: int) -> tuple[str, int]:  # noqa: ARG002 - the protocol's
        """The first line of the prompt."""
        return prompt.splitlines()[0], 1


def main() -> None:
    """Measure, print, then one line of JSON; exit 1 past the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    wanted = parser.parse_args().questions
    if importlib.util.find_spec("langchain_openai") is None:
        sys.exit('Not installed: langchain-openai (pip install "clapvert[openai]").')
    called: list[float] = []
    waits: list[float] = []
    plain: list[float] = []
    with serving(Echo(), lambda: called.append(time.perf_counter())) as url:
        bare = Service(Settings(), clock=fixed(TODAY))
        mine = Settings(llm="openai:echo", llm_base_url=url, llm_api_key="none")
        service = Service(mine, bare.encoder, fixed(TODAY))
        for each in (bare, service):
            each.ask(Ask("Quels bilans carbone pour une aide du CNC ?"))
        for question in (q.question for q in load_reference().questions if "answered" in q.outcome):
            called.clear()
            started = time.perf_counter()
            service.ask(Ask(question))
            if not called:
                continue
            waits.append(called[0] - started)
            plain.append(seconds(partial(bare.ask, Ask(f"{question} Dossier {len(waits)}."))))
            if len(waits) == wanted:
                break
    if len(waits) < 2:
        sys.exit(f"Too few questions reached the model to tell a median and a 95th percentile: {len(waits)}.")
    before, extractive = milliseconds(waits), milliseconds(plain)
    figures = {
        "questions": len(waits),
        "before the call, p50 (ms)": before["p50_ms"],
        "before the call, p95 (ms)": before["p95_ms"],
        "extractive answer, p50 (ms)": extractive["p50_ms"],
        "extractive answer, p95 (ms)": extractive["p95_ms"],
    }
    for label, value in figures.items():
        print(f"{label:28} {value}")
    print(json.dumps(figures))
    sys.exit(figures["before the call, p50 (ms)"] > BUDGET)


if __name__ == "__main__":
    main()
