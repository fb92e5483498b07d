"""Answers made by hand, with every form that an answer may take: for the pages, the exports and the terminal."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.answer import Answer
from tests.samples import TODAY

MARKDOWN = (
    "**Non, a priori : votre effectif, 12 salariés, ne dépasse pas 500.** La règle vise les grandes. [1]\n\n"
    "1. Demander l'accord du parc. [2]\n2. Payer la redevance. [1][2]\n\n"
    "- Le 1er mars pour la fiction. [1]\n- Le 2 mars pour l'animation. [2]\n\n"
    "**Quand** : avec le devis. [2]"
)


def answer(**changes: Any) -> Answer:
    """An answer with a verdict in bold, steps, bullets, a label, next steps, and a case."""
    quotes = {1: "La règle vise les sociétés de plus de 500 salariés.", 2: "Le parc donne son accord."}
    data: dict[str, Any] = {
        "conversation_id": "c1",
        "message_id": "m1",
        "question": "Ma boîte de 12 salariés est-elle visée, et quand ?",
        "as_of": TODAY,
        "understood": {
            "question": "Ma boîte de 12 salariés est-elle visée, et quand ?", "as_of": TODAY, "as_of_reason": "today",
            "case": [
                {"field": "headcount", "value": 12, "said": "12 salariés"},
                {"field": "turnover", "value": [2e6, 3e6], "said": "2 à 3 M€"},
            ],
        },
        "outcome": "answered",
        "answer": MARKDOWN,
        "next": [
            {"text": "Écrire au parc.", "citations": [2], "due": date(2026, 12, 31)},
            {"text": "Garder la preuve.", "citations": [1]},
        ],
        "citations": [
            {"n": n, "passage_id": f"p{n}", "source_id": "notice.essai", "source_title": "Fiche d'essai", "locator": "Règles",
             "quote": quote, "rank": "notice", "based_on": {"source_id": "rga", "title": "RGA du CNC"}}
            for n, quote in quotes.items()
        ],
        "receipt": {"snapshot": "s", "corpus_version": "v", "passages": {"p1": "0" * 64, "p2": "1" * 64}},
        "disclaimer": "Information, pas un conseil juridique.",
    }  # fmt: skip
    return Answer.model_validate(data | changes)
