"""The reader of invariants finds what it is there for: each way of breaking an answer is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.service import Service
from tests.assistant.conftest import AskIt, opener
from tests.assistant.support import faults

LABEL = "Quel score faut-il pour le Label Ecoprod ?"
CSRD = "Quel est le seuil de la CSRD ?"
NOT_IN_FORCE = "En 2010, quel était le seuil de la CSRD ?"
NEAR = "Quel score faut-il pour le Label Ecoprod chez Brouzoufilms ?"
TWO = "Quel score faut-il pour le Label Ecoprod ? Quelle est la capitale du Pérou ?"
VAGUE = "?"
Change = Callable[[dict[str, Any]], object]


def swap(field: str, old: str, new: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        assert old in data[field]
        data[field] = data[field].replace(old, new, 1)

    return change


def put(field: str, value: Any) -> Change:
    return lambda data: data.update({field: value})


def at(path: str, value: Any) -> Change:
    """Set `citations.0.quote` and the like."""

    def change(data: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            data = data[int(step)] if step.isdigit() else data[step]
        assert data[last] != value
        data[last] = value

    return change


def extra(data: dict[str, Any]) -> None:
    data["citations"].append(data["citations"][0] | {"n": len(data["citations"]) + 1})


@pytest.mark.parametrize(
    ("question", "change"),
    [
        (LABEL, put("reason", "not_found")),
        (LABEL, put("outcome", "partial")),
        (LABEL, put("outcome", "abstained")),
        (LABEL, at("citations.0.quote", "Le Label Ecoprod demande 65 points.")),
        (LABEL, at("citations.0.quote", " ")),
        (LABEL, at("citations.0.passage_id", "0" * 20)),
        (LABEL, at("citations.0.locator", "art. 1")),
        (LABEL, at("citations.0.rank", "officiel")),
        (LABEL, at("citations.0.based_on", None)),
        (CSRD, at("citations.0.valid_from", "2020-01-01")),
        (LABEL, at("citations.0.n", 3)),
        (LABEL, extra),
        (LABEL, swap("answer", "[1]", "[9]")),
        (LABEL, swap("answer", " [1]", "")),
        (LABEL, swap("answer", "65 %", "56 %")),
        (LABEL, swap("answer", "65 %", "65 €")),
        (LABEL, swap("answer", "demande", "ne demande pas")),
        (LABEL, swap("answer", "[2]", "[2] Il faut aussi un casque.")),
        (LABEL, swap("answer", "[2]", "[2]\n\nUn dossier coûte 28 000 €.")),
        (LABEL, swap("answer", "Le Label", "**Depuis 2019** : Le Label")),
        (LABEL, swap("answer", "Le Label", "**Quel label et autre chose** : Le Label")),
        (LABEL, put("next", [{"text": "Il faut payer 300 €.", "citations": [1]}])),
        (LABEL, put("next", [{"text": "Il faut un dossier.", "citations": []}])),
        (LABEL, at("parts.0.sentences", [1])),
        (LABEL, at("parts.0.state", "missing")),
        (LABEL, at("parts.0.verdict", "depends")),
        (LABEL, put("depends_on", {"field": "taille", "ask": "Combien êtes-vous ?"})),
        (LABEL, put("answer", "Le Label Ecoprod demande un score.")),
        (LABEL, put("answer", "")),
        (CSRD, swap("answer", "19 mars 2026", "19 mai 2026")),
        (CSRD, swap("answer", "1 000", "1 500")),
        (CSRD, swap("answer", "la CSRD vise", "selon l'article 19 bis, la CSRD vise")),
        (CSRD, put("as_of", "2024-01-01")),
        (CSRD, at("warnings.0.citations", [])),
        (CSRD, at("warnings.0.citations", [1])),
        (CSRD, at("warnings.0.text", "Jusqu'en 2019, la CSRD visait 10 salariés.")),
        (CSRD, at("warnings.0.kind", "upcoming")),
        (CSRD, at("receipt.snapshot", "autre")),
        (CSRD, lambda d: d["receipt"]["passages"].popitem()),
        (CSRD, lambda d: d["receipt"]["passages"].update({d["citations"][0]["passage_id"]: "0" * 64})),
        (CSRD, put("near", [{"passage_id": "x", "source_title": "", "locator": "", "quote": "x"}])),
        (CSRD, put("disclaimer", "")),
        (NOT_IN_FORCE, put("reason", "false_premise")),
        (NOT_IN_FORCE, put("reason", "not_found")),
        (NOT_IN_FORCE, put("answer", "À cette date, le seuil était de 250 salariés.")),
        (NOT_IN_FORCE, put("warnings", [])),
        (NOT_IN_FORCE, put("follow_ups", ["Quand ?"])),
        (NEAR, at("near.0.quote", "autre chose")),
        (NEAR, at("near.0.passage_id", "0" * 20)),
        (TWO, swap("answer", "capitale du Pérou", "capitale du Chili")),
        (TWO, swap("answer", "je n'ai pas trouvé", "j'ai trouvé")),
        (VAGUE, put("outcome", "answered")),
        (VAGUE, swap("answer", "De quoi", "De qui")),
        (TWO, put("outcome", "answered")),
    ],
)
def test_a_broken_answer_is_found_out(tiny: Service, ask: AskIt, question: str, change: Change) -> None:
    answer = ask(question)
    data = answer.model_dump(mode="json")
    change(data)
    assert faults(Answer.model_validate(data), opener(tiny), tiny.snapshot.manifest.name)


@pytest.mark.parametrize("question", [LABEL, CSRD, NOT_IN_FORCE, NEAR, TWO, VAGUE])
def test_a_sound_one_is_not(tiny: Service, ask: AskIt, question: str) -> None:
    answer = ask(question)
    same = Answer.model_validate(answer.model_dump(mode="json"))
    assert faults(same, opener(tiny), tiny.snapshot.manifest.name) == []
