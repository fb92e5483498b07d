"""What a report says of one question: its answer, what was checked of it, and at which stage it went wrong.

Guarantee: a question fails here exactly when `passed` is false in its score; each check that fails says what is missing
in the words of the reference set. Its shape is `QUESTION` of `evals.running.runs`.
"""

from __future__ import annotations

from typing import Any

from assistant.answer import Answer, Citation
from evals.reference_set import Expected
from evals.running.golds import Golds
from evals.running.runner import Record, Run
from evals.scoring.scores import Row, Scores
from evals.scoring.scoring import asserted, missing
from ingest.corpus.register import DOMAIN_LABELS, Domain

KIND_LABELS = {
    "fact": "fait", "date": "date", "amount": "montant", "scope": "champ d'application", "procedure": "démarche",
    "definition": "définition", "comparison": "comparaison", "reference": "référence", "follow-up": "suite",
    "false_premise": "fausse prémisse", "absent": "absent des textes", "out_of_scope": "hors champ",
    "not_in_force": "pas en vigueur", "injection": "injection",
}  # fmt: skip
OUTCOME_LABELS = {"answered": "réponse", "partial": "réponse partielle", "abstained": "abstention"}
REASON_LABELS = {
    "false_premise": "prémisse démentie", "unclear": "à préciser", "not_found": "pas trouvé",
    "out_of_scope": "hors champ", "not_in_force": "pas en vigueur",
}  # fmt: skip
STAGES = {
    "crash": ("Panne", "la question n'a pas pu être jugée"),
    "refused": ("Refus à tort", "une réponse existe, et la réponse est une abstention"),
    "wrong": ("Réponse à tort", "il n'y a pas de réponse, ou une prémisse fausse n'est pas démentie"),
    "search": ("Recherche", "aucun bon énoncé parmi les 30 premiers"),
    "choice": ("Choix", "un bon énoncé est trouvé, un autre est montré"),
    "sentence": ("Phrase", "la bonne source est citée, le fait attendu n'est pas dit"),
    "forbidden": ("Fait interdit", "ce qui serait faux est affirmé"),
    "outcome": ("Issue", "tous les faits y sont, sous une issue inattendue"),
}
"""Where a question went wrong: its name, and what it means. Each failed question is counted once, in this order."""


def domain_label(domain: str) -> str:
    """A domain in words."""
    return DOMAIN_LABELS[Domain(domain)] if domain in set(Domain) else "Hors champ" if domain == "none" else domain


def question_rows(run: Run, scores: Scores, golds: Golds, base: Run | None, flips: dict[str, bool]) -> list[Any]:
    """A row for each question, what needs reading first: lost, vital and failed, failed, won, the others."""
    before = {r.id: r for r in base.records} if base else {}
    said = {r.id: r.expected.question for r in run.records}
    rows = []
    for record in run.records:
        row = _row(record, scores.rows.get(record.id), scores.unscored.get(record.id, ""), golds)
        row["previous"] = _previous(record.id, said)
        row |= _change(record, before.get(record.id), flips)
        rows.append(row)
    return sorted(rows, key=_urgency)


def _row(record: Record, row: Row | None, why: str, golds: Golds) -> dict[str, Any]:
    e, answer = record.expected, record.answer
    gold = golds.statements(e)
    rank = record.rank_of(gold)
    timings = answer.receipt.timings_ms if answer else None
    return {
        "id": record.id, "question": e.question, "language": e.language, "domain": e.domain,
        "domain_label": domain_label(e.domain), "kind": e.kind, "kind_label": KIND_LABELS[e.kind], "topic": e.topic,
        "as_of": e.as_of.isoformat() if e.as_of else None, "difficulty": e.difficulty, "must_pass": e.must_pass,
        "verdict": "unscored" if row is None else "passed" if row.score.passed else "failed",
        "stage": _stage(row, rank if gold else 0),
        "checks": _checks(e, answer, row, rank, bool(gold)) if row and answer else _crashed(why),
        "outcome": answer.outcome if answer else None, "reason": answer.reason if answer else None,
        "answer": answer.answer if answer else "", "citations": [_cited(c) for c in answer.citations] if answer else [],
        "warnings": [w.text for w in answer.warnings] if answer else [],
        "expected": {
            "outcome": list(e.outcome), "reason": list(e.reason), "must_include": [list(v) for v in e.must_include],
            "must_not_include": list(e.must_not_include), "facts": list(e.facts),
        },
        "rank": rank,
        "ms": round(timings.understand + timings.retrieve + timings.compose + timings.verify, 1) if timings else None,
    }  # fmt: skip


def _checks(e: Expected, answer: Answer, row: Row, rank: int | None, has_gold: bool) -> list[dict[str, Any]]:
    """What was checked; `counts` says whether it decides of the verdict."""
    s = row.score
    told = "" if s.outcome_ok else f"{_outcome(answer)} rendue, {_wanted(e)} attendue"
    out = [_check("outcome", "Issue attendue", s.outcome_ok, told)]
    if s.coverage is not None:
        absent = missing(e, answer)
        told = "manque : " + " ; ".join(_variants(v) for v in absent) if absent else ""
        out.append(_check("coverage", "Faits attendus", not absent, told))
    if e.must_not_include:
        wrong = asserted(e, answer)
        out.append(_check("forbidden", "Rien d'interdit", not wrong, f"dit : {_variants(wrong)}" if wrong else ""))
    if s.wrongly_answered is not None:
        told = "répond là où rien n'est établi, ou sans démentir" if s.wrongly_answered else ""
        out.append(_check("wrongly_answered", "Pas de réponse à tort", not s.wrongly_answered, told))
    if s.refused is not None:
        told = "abstention, alors qu'une réponse existe" if s.refused else ""
        out.append(_check("refused", "Pas de refus à tort", not s.refused, told))
    out.append(_check("quotes", "Citations mot pour mot", s.quotes_ok, "", counts=False))
    if s.pinpoint is not None:
        told = "" if s.pinpoint else "aucun énoncé cité ne porte le fait"
        out.append(_check("pinpoint", "Bonne source citée", s.pinpoint, told, counts=False))
    if has_gold:
        told = f"premier bon énoncé au rang {rank}" if rank else "aucun bon énoncé parmi les candidats"
        out.append(_check("rank", "Bon énoncé dans les 5 premiers", rank is not None and rank <= 5, told, counts=False))
    return out


def _check(code: str, label: str, ok: bool | None, detail: str, counts: bool = True) -> dict[str, Any]:
    return {"code": code, "label": label, "ok": ok, "detail": detail, "counts": counts}


def _crashed(why: str) -> list[dict[str, Any]]:
    return [_check("judged", "Jugée", None, why or "pas de réponse")]


def _stage(row: Row | None, rank: int | None) -> str | None:
    """The key of `STAGES`; None for what passed. `rank` is 0 when no statement is known to be the good one."""
    if row is None:
        return "crash"
    s = row.score
    if s.passed:
        return None
    if s.refused or s.wrongly_answered:
        return "refused" if s.refused else "wrong"
    if s.forbidden:
        return "forbidden"
    if s.coverage is None or s.coverage == 1.0:
        return "outcome"
    if rank is None or rank > 30:
        return "search"
    return "choice" if s.pinpoint is False else "sentence"


def _outcome(answer: Answer) -> str:
    said = OUTCOME_LABELS[answer.outcome]
    return f"{said} ({REASON_LABELS[answer.reason]})" if answer.reason else said


def _wanted(e: Expected) -> str:
    said = " ou ".join(OUTCOME_LABELS[o] for o in e.outcome)
    reasons = [REASON_LABELS[r] for r in e.reason if r]
    return f"{said} ({' ou '.join(reasons)})" if reasons else said


def _variants(variants: tuple[str, ...] | list[str]) -> str:
    return " ou ".join(f"« {v.strip()} »" for v in variants[:3])


def _cited(c: Citation) -> dict[str, Any]:
    based = f"{c.based_on.title}, {c.based_on.locator}" if c.based_on and c.based_on.locator else None
    based = based or (c.based_on.title if c.based_on else None)
    url = c.url or (c.based_on.url if c.based_on else None)
    return {
        "n": c.n, "source_title": c.source_title, "locator": c.locator, "quote": c.quote, "url": url,
        "rank": c.rank.value, "based_on": based, "passage_id": c.passage_id,
    }  # fmt: skip


def _previous(ident: str, said: dict[str, str]) -> list[str]:
    """The turns before a turn of a dialogue."""
    head, _, turn = ident.partition(".")
    return [said[f"{head}.{n}"] for n in range(1, int(turn)) if f"{head}.{n}" in said] if turn.isdigit() else []


def _change(record: Record, before: Record | None, flips: dict[str, bool]) -> dict[str, Any]:
    old = before.answer if before and before.expected.asks_as(record.expected) else None
    if old is None or record.answer is None:
        return {"change": None, "base_answer": None}
    if record.id in flips:
        return {"change": "won" if flips[record.id] else "lost", "base_answer": f"[{_outcome(old)}] {old.answer}"}
    same = (old.answer, old.outcome) == (record.answer.answer, record.answer.outcome)
    return {"change": None if same else "reworded", "base_answer": None if same else f"[{_outcome(old)}] {old.answer}"}


def _urgency(row: dict[str, Any]) -> tuple[Any, ...]:
    change = {"lost": 0, "won": 2, "reworded": 3}.get(row["change"], 4)
    failed = 0 if row["verdict"] != "passed" else 1
    return (change != 0, failed, not row["must_pass"] or failed, change, row["domain"], row["id"])
