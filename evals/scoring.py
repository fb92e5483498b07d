"""Scores of one answer against what is expected of it: deterministic, explainable, never NaN.

What cannot be judged (no gold, no fact to find) is None, counted apart as unscored, and left out of the means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answer import Answer
from assistant.time import AsOf
from assistant.verify import Cited, Sentence, Verifier
from evals.reference_set import Expected
from ingest.lexical import fold
from ingest.passages import Passage

FIRST_WORDS = 170
_MARK = re.compile(r"\s*\[(\d+)\]")
_SPACED = re.compile(r"(?<=\d)[\s  ,.](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Score:
    """One answer, scored. Booleans are rates once averaged; None is unscored."""

    id: str
    kind: str
    domain: str
    topic: str
    language: str
    dated: bool
    difficulty: int
    must_pass: bool
    outcome: str
    outcome_ok: bool
    reason_ok: bool
    coverage: float | None
    forbidden: bool
    refused: bool | None
    wrongly_answered: bool | None
    passed: bool
    quotes_ok: bool
    citation_recall: float | None
    citation_precision: float | None
    pinpoint: bool | None
    off_topic: float | None
    words: int
    milliseconds: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, latency left out (it is no part of what two runs must agree on)."""
        row = asdict(self)
        row.pop("milliseconds")
        return row


def normalised(text: str) -> str:
    """Folded, with the thousands separators of numbers gone and every space single."""
    return re.sub(r"\s+", " ", _SPACED.sub("", fold(text)))


def contains(text: str, variants: Iterable[str]) -> bool:
    """True when one of the variants stands in the text; a variant that starts or ends with a digit stands whole."""
    flat = normalised(text)
    for variant in variants:
        needle = re.escape(normalised(variant).strip())
        left = r"(?<!\d)(?<!\d[.,])" if variant[:1].isdigit() else ""
        right = r"(?!\d)(?![.,]\d)" if variant[-1:].isdigit() else ""
        if re.search(left + needle + right, flat):
            return True
    return False


def score(
    ident: str,
    expected: Expected,
    answer: Answer,
    passages: Mapping[str, Passage],
    gold: frozenset[str],
    gold_topics: frozenset[str],
) -> Score:
    """Score one answer. `passages` holds every passage it cites; `gold` are statement ids."""
    text = _MARK.sub("", answer.answer)
    head = " ".join(text.split()[:FIRST_WORDS])
    found = [contains(head, variants) for variants in expected.must_include]
    abstained = answer.outcome == "abstained"
    may_abstain = "abstained" in expected.outcome
    coverage = sum(found) / len(found) if found and not may_abstain else None
    forbidden = any(contains(text, (item,)) for item in expected.must_not_include) and not abstained
    cited = [passages[c.passage_id] for c in answer.citations if c.passage_id in passages]
    main = _main_citations(answer)
    statements = [p.statement for p in cited if p.statement and p.id in main]
    outcome_ok = answer.outcome in expected.outcome
    reason_ok = answer.reason in expected.reason or (None in expected.reason and answer.reason == "false_premise")
    knows = any(s.role.value in ("absence", "dement") or s.id in gold for s in statements)
    wrongly = None
    if may_abstain:
        wrongly = not abstained and (not outcome_ok or forbidden or not knows)
    passed = outcome_ok and not forbidden and (coverage is None or coverage == 1.0) and not wrongly
    recall, precision = _citations(answer, passages)
    return Score(
        id=ident,
        kind=expected.kind,
        domain=expected.domain,
        topic=expected.topic,
        language=expected.language,
        dated=expected.dated,
        difficulty=expected.difficulty,
        must_pass=expected.must_pass,
        outcome=answer.outcome,
        outcome_ok=outcome_ok,
        reason_ok=reason_ok,
        coverage=coverage,
        forbidden=forbidden,
        refused=None if may_abstain else abstained,
        wrongly_answered=wrongly,
        passed=passed,
        quotes_ok=all(c.quote in passages[c.passage_id].text for c in answer.citations if c.passage_id in passages)
        and all(c.passage_id in passages for c in answer.citations),
        citation_recall=recall,
        citation_precision=precision,
        pinpoint=(any(s.id in gold for s in statements) if gold and not abstained else None),
        off_topic=(
            sum(s.topic not in gold_topics for s in statements) / len(statements)
            if gold_topics and statements
            else None
        ),
        words=len(text.split()),
        milliseconds=sum(answer.receipt.timings_ms.model_dump().values()),
    )


def _main_citations(answer: Answer) -> set[str]:
    """Passages cited by the prose (warnings are beside it)."""
    shown = {int(n) for n in _MARK.findall(answer.answer)}
    return {c.passage_id for c in answer.citations if c.n in shown}


def sentences_of(answer: Answer, passages: Mapping[str, Passage]) -> list[Sentence]:
    """The sentences of an answer with what they cite, read back from its text."""
    by_number = {c.n: c for c in answer.citations}
    out = []
    for part in re.findall(r"[^\[\]]+(?:\s*\[\d+\])+", answer.answer):
        numbers = [int(n) for n in _MARK.findall(part)]
        text = re.sub(r"^\s*\*\*[^*]+\*\*\s*:\s*", "", _MARK.sub("", part)).strip()
        cited = tuple(
            Cited(passages[by_number[n].passage_id], by_number[n].quote)
            for n in numbers
            if n in by_number and by_number[n].passage_id in passages
        )
        out.append(Sentence(text, cited, language=answer.understood.language))
    return out


def _citations(answer: Answer, passages: Mapping[str, Passage]) -> tuple[float | None, float | None]:
    """Share of sentences that cite, and share of citing sentences that their passages support."""
    if answer.outcome == "abstained":
        return None, None
    sentences = sentences_of(answer, passages)
    if not sentences:
        return 0.0, None
    day = answer.understood.as_of
    supported = [not Verifier().faults(s, AsOf(day, day, "asked")) for s in sentences]
    return sum(bool(s.cited) for s in sentences) / len(sentences), sum(supported) / len(supported)
