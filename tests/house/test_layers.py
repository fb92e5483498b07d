"""The rooms of the house stand in layers: no two of them import each other, straight or through others.

A room is a folder under a package, or a file that stands beside such folders (`assistant/engine.py`). An import for
types alone counts: who names a thing knows it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ingest", "assistant", "evals")


def modules(root: Path) -> dict[str, Path]:
    """Every module of the packages, by dotted name."""
    found = (p for package in PACKAGES for p in (root / package).rglob("*.py"))
    return {".".join(p.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): p for p in found}


def imported(source: str, known: Iterable[str]) -> set[str]:
    """The modules of ours that a source imports."""
    known, out = set(known), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            out |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            out |= {name if (name := f"{node.module}.{a.name}") in known else node.module for a in node.names}
    return out & known


def circle(root: Path, depth: int) -> list[str]:
    """A circle of rooms, `depth` folders deep at most; empty when there is none."""
    paths = modules(root)
    rooms = {m: ".".join(m.split(".")[:depth]) for m in paths}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        above = {rooms[m] for m in imported(path.read_text(encoding="utf-8"), paths)}
        graph.setdefault(rooms[name], set()).update(above - {rooms[name]})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        return list(exc.args[1])
    return []


@pytest.mark.parametrize("depth", [1, 2, 9], ids=["packages", "rooms", "files"])
def test_no_circle(depth: int) -> None:
    assert circle(ROOT, depth) == []


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    for name, line in {
        "a/one.py": "from ingest.b import two",
        "b/two.py": "import ingest.a.three",
        "a/three.py": "",
    }.items():
        path = tmp_path / "ingest" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line + "\n")
    assert set(circle(tmp_path, 2)) == {"ingest.a", "ingest.b"}
    assert circle(tmp_path, 9) == []
