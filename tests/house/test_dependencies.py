"""A dependency that nothing imports goes: each of `pyproject.toml` is imported by our code, or says here what for."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    "common-expression-language": "cel",
    "markdown-it-py": "markdown_it",
    "python-docx": "docx",
    "pystemmer": "Stemmer",
    "python-dateutil": "dateutil",
    "pyyaml": "yaml",
}
"""Where the name to import is not the name to install."""
NOT_IMPORTED = {"python-multipart": "FastAPI reads forms with it"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>=~ ]", line)[0].lower() for line in project["dependencies"]}


def imported() -> set[str]:
    out: set[str] = set()
    for package in ("ingest", "assistant", "evals"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    out |= {a.name for a in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    out.add(node.module)
    return out


def test_every_dependency_is_imported() -> None:
    modules = imported()
    unused = {
        name
        for name in declared() - set(NOT_IMPORTED)
        if not any(
            m == (wanted := MODULES.get(name, name.replace("-", "_"))) or m.startswith(f"{wanted}.") for m in modules
        )
    }
    assert unused == set()


def test_what_is_said_not_to_be_imported_is_not() -> None:
    assert set(NOT_IMPORTED) <= declared()
    assert not {name.replace("-", "_") for name in NOT_IMPORTED} & imported()
