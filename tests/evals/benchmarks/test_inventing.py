"""The benchmark of the inventing model: its independent check, its count, and the model itself where it is installed."""

from __future__ import annotations

import json
from functools import partial

import pytest

from assistant.service import Service
from evals.benchmarks.inventing import measure, summary, suspicious
from evals.benchmarks.local_model import Replay, answer, gemma, missing, serving
from tests.assistant.support import BILANS
from tests.peers import written_by

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


def patient(url: str, service: Service) -> Service:
    """It waits for a model on a slow machine."""
    return written_by(url, service.settings, llm_timeout=300, llm_silence=300)


def test_a_plan_of_the_tiny_model_is_counted(tiny: Service) -> None:
    with serving(partial(answer, Replay([BILANS, "rien", "oui"] * 4))) as url:
        done = measure(patient(url, tiny), [BILANS], 1)
    figures = summary(done)
    assert (figures["questions"], figures["parts planned"], figures["unsupported"]) == (1, 1, 0)
    assert json.dumps(figures)


@pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")
def test_what_the_real_model_invents_is_not_shown(tiny: Service) -> None:
    with gemma() as url:
        (asked,) = measure(patient(url, tiny), [BILANS], 1)
    assert asked.suspicious == []
