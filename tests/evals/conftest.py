"""`invoke("run", "--json")`: `clapvert eval …` on the tiny corpus and a tiny reference set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import evals.reference_set
import evals.running.runner
from assistant.service import Service
from evals.commands import group as cli
from evals.running.configuration import with_config
from tests.conftest import Build
from tests.evals.running.test_runner import REFERENCE
from tests.samples import DOUBLE_BILAN, edited_yaml

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(
    service: Service, corpus_dir: Path, build: Build, use_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Invoke:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"][0]["fact"] = ["CNC-1"]
    build()
    read = evals.reference_set.load_reference
    monkeypatch.setattr(
        evals.reference_set, "load_reference", lambda folder=None: read(folder) if folder else REFERENCE
    )
    monkeypatch.setattr(
        evals.running.runner, "eval_engine", lambda _, c=None: with_config(service.engine, c) if c else service.engine
    )

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli.evaluate, list(arguments), catch_exceptions=False)

    return run
