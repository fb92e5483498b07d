"""Builders for tests of the evals: expectations, answers, scored rows and runs, without a pipeline.

expected(must_include=[["28 000"]])                one expectation, with changes
passage("Le forfait est de 28 000 €.", …)          a statement's passage
answer("Le forfait est de 28 000 €. [1]", [p])     an answer that cites passages, whole
row("q1", passed=False, topic="t1")                one scored question
run({"q1": (expected(), answer(…))})               a run of given answers
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.answer import Answer, Citation, Receipt, Understood
from evals.reference_set import Expected
from evals.running.golds import Golds
from evals.running.runner import Record, Run
from evals.scoring.scores import Row
from evals.scoring.scoring import Score
from ingest.corpus.register import Domain, Rank, Regime
from ingest.passages.passages import Passage
from tests.samples import TODAY, statement_model


def expected(question: str = "Combien touche-t-on ?", **changes: Any) -> Expected:
    data: dict[str, Any] = {
        "kind": "amount", "outcome": "answered", "must_include": [["28 000"]], "facts": ["CNC-1"], "domain": "cnc",
        "topic": "forfait",
    }  # fmt: skip
    return Expected.model_validate(data | {"question": question} | changes)


def passage(text: str, ident: str = "forfait", **changes: Any) -> Passage:
    statement = statement_model(id=ident, topic=changes.pop("topic", "forfait"), text=text, lead=None, **changes)
    return Passage(
        id=f"p-{ident}", kind="statement", source_id="notice.essai", source_title="Essai", locator="Règles", text=text,
        index_text=text, rank=Rank.NOTICE, regime=Regime.CNC, domains=(Domain.CNC,), position=0, statement=statement,
    )  # fmt: skip


def answer(text: str, passages: Sequence[Passage] = (), quotes: Sequence[str] = (), **changes: Any) -> Answer:
    day = changes.pop("as_of", TODAY)
    citations = tuple(
        Citation(
            n=n, passage_id=p.id, source_id=p.source_id, source_title=p.source_title, locator=p.locator,
            quote=quotes[n - 1] if quotes else p.text, rank=p.rank,
        )
        for n, p in enumerate(passages, 1)
    )  # fmt: skip
    given: dict[str, Any] = {
        "conversation_id": "eval", "message_id": "m", "question": "?", "as_of": day, "outcome": "answered",
        "answer": text, "citations": citations,
        "understood": Understood(question="?", as_of=day, as_of_reason="today"),
        "receipt": Receipt(snapshot="s", corpus_version="c", passages={}),
    }  # fmt: skip
    return Answer(**(given | changes))


def row(ident: str, is_turn: bool = False, retrieval: Mapping[str, float] | None = None, **changes: Any) -> Row:
    given: dict[str, Any] = {
        "id": ident, "kind": "fact", "domain": "cnc", "topic": ident, "language": "fr", "dated": False, "slips": False,
        "difficulty": 1, "must_pass": False, "outcome": "answered", "outcome_ok": True, "reason_ok": True,
        "coverage": 1.0, "forbidden": False, "refused": False, "wrongly_answered": None, "passed": True,
        "quotes_ok": True, "citation_recall": 1.0, "citation_precision": 1.0, "quote_support": 1.0, "pinpoint": True,
        "off_topic": 0.0, "words": 20,
    }  # fmt: skip
    return Row(Score(**(given | changes)), retrieval or {}, is_turn)


def run(
    answers: Mapping[str, tuple[Expected, Answer | None]],
    passages: Sequence[Passage] = (),
    golds: Golds | None = None,
    ranked: Sequence[str] = (),
) -> Run:
    records = [Record(i, e, a, list(ranked), None if a else "RuntimeError: essai") for i, (e, a) in answers.items()]
    return Run(records, golds or golds_of(passages), {p.id: p for p in passages}, 1.0, {"machine": "essai"})


def golds_of(passages: Sequence[Passage], fact: str = "CNC-1") -> Golds:
    """Every passage's statement rests on one fact."""
    ids = [p.statement.id for p in passages if p.statement]
    topics = {p.statement.id: p.statement.topic for p in passages if p.statement}
    return Golds({fact: frozenset(ids)}, topics, {i: (f"rga:{n}",) for n, i in enumerate(ids)})


FORFAIT = passage("La prime RSE+ est un forfait de 28 000 € par film.")
DAY = date(2026, 11, 25)
