"""The benchmark of the inventing model: its independent check, its replay, and the model itself where it is installed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.service import Ask, Service
from evals.benchmarks.inventing import measure, summary, suspicious
from evals.benchmarks.local_model import Replay, gemma, missing, serving
from ingest.clock import fixed
from ingest.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.samples import TODAY

BILANS = "Quels bilans carbone remettre pour une aide du CNC ?"
TEXT = "Le producteur ne remet que 2 bilans au CNC, dans les quatorze jours."


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        (TEXT, []),
        (TEXT.replace("remet", "fournit"), []),
        (TEXT.replace("2", "3"), ["3"]),
        (TEXT.replace("quatorze", "10"), ["10"]),
        (TEXT.replace("ne remet que", "remet"), ["négations"]),
        (TEXT.replace("CNC", "ministère"), ["ministere"]),
    ],
)
def test_the_independent_check_is_suspicious(sentence: str, found: list[str]) -> None:
    assert suspicious(sentence, TEXT) == found


def over(service: Service, url: str) -> Service:
    pytest.importorskip("langchain_openai", reason="needs langchain-openai")
    values: dict[str, Any] = {
        **service.settings.model_dump(), "llm": "openai:x", "llm_base_url": url, "llm_api_key": "k", "llm_timeout": 300,
        "llm_silence": 300,
    }  # fmt: skip
    return Service(Settings(_env_file=None, **values), HashingEncoder(), fixed(TODAY), DOUBLE)


@pytest.fixture
def told(shared_service: Service) -> Service:
    return Service(shared_service.settings, HashingEncoder(), fixed(TODAY), DOUBLE)


def test_a_report_is_judged_again_without_the_model(told: Service) -> None:
    text = told.ask(Ask(BILANS)).citations[0].quote
    with serving(Replay([(text, text)])) as url:
        done = measure(over(told, url), [BILANS, BILANS + " Vite."], 2)
    figures = summary(done)
    assert (figures["questions"], figures["sentences written"], figures["sentences shown"]) == (2, 1, 1)
    assert json.dumps(figures)


@pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")
def test_what_the_real_model_invents_is_not_shown(told: Service) -> None:
    with gemma() as url:
        (asked,) = measure(over(told, url), [BILANS], 1)
    assert asked.judged
    assert asked.fallback in (None, "unsupported")
    assert [j for j in asked.judged if not j["faults"] and j["suspicious"]] == []
