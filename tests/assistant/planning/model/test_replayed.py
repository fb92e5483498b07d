"""The gate, on replies kept: what a capable reader planned still stands, whatever the corpus has become since."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assistant.service import Ask, Service
from evals.running.cassette import Pack, planned_by
from ingest.clock import fixed
from tests.samples import TODAY

KEPT = Path(__file__).resolve().parents[4] / "evals" / "cassettes"


@pytest.mark.parametrize("name", sorted(p.stem for p in KEPT.glob("*.jsonl")))
def test_what_a_capable_reader_planned_still_stands(real: Service, name: str) -> None:
    pack = Pack.load(KEPT / f"{name}.jsonl")
    service = Service(real.settings, real.encoder, fixed(TODAY))
    planned_by(service.engine, pack)
    asked = yaml.safe_load((KEPT / f"{name}.yaml").read_text(encoding="utf-8"))
    answers = [service.ask(Ask(q["question"])) for q in asked["questions"][:8]]
    uses = [a.receipt.model for a in answers if a.receipt.model]
    planned, fell = sum(u.parts for u in uses), sum(u.fell_back for u in uses)
    assert planned >= len(answers)
    assert fell <= planned // 5
    assert all(a.citations for a in answers if a.outcome != "abstained")
