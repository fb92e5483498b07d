"""Scores of one answer against what is expected of it: deterministic, explainable, never NaN.

What cannot be judged (no gold, no fact to find) is None, counted apart as unscored, and left out of the means. Layout
claims nothing: a label at the head of a paragraph (it repeats the asker), the marker of a list, our fixed sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from assistant.answer import Answer
from assistant.checking.openings import reasons_of, split_opening
from assistant.checking.sums import sums_of
from assistant.checking.verifier import Cited, Sentence, Verifier, language_of
from assistant.reading.dates import AsOf
from assistant.wording.phrases import DEPENDS_ON, PART_MISSING, TOLD
from evals.reference_set import HARD_CLASSES, Expected
from ingest.language.claims import merged, read_claim, unsupported
from ingest.language.lexical import fold
from ingest.passages.passages import Passage

FIRST_WORDS = 170
"""A fact found further down an answer has not been given."""
_MARK = re.compile(r"\s*\[(\d+)\]")
_MARKS = re.compile(r"((?:\s*\[\d+\])+)")
_LABEL = re.compile(r"^\*\*[^*\n]+\*\*\s?:\s*", re.MULTILINE)
"""« **Sanction** : » at the head of a paragraph; the colon of a verdict (« **Oui :** ») stands within."""
_ITEM = re.compile(r"^(?:\d+\.|-)\s+", re.MULTILINE)
_FIXED = re.compile("|".join(re.escape(t) for said in (PART_MISSING, TOLD, DEPENDS_ON) for t in said.values()))
_QUOTES = ": «"
"""An official text is quoted as it is, in French, whatever the language of the answer."""
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[\s,.]\d{3})+(?![\d])(?![.,]\d)")
_PERCENT = re.compile(r"\s*(?:%|\bpour ?cent\b|\bper ?cent\b)")


@dataclass(frozen=True, slots=True)
class Score:
    """One answer, scored. Booleans are rates once averaged; None is unscored or does not apply."""

    id: str
    kind: str
    domain: str
    topic: str
    language: str
    dated: bool
    slips: bool
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
    quote_support: float | None
    pinpoint: bool | None
    off_topic: float | None
    words: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


@lru_cache(maxsize=65536)
def normalised(text: str) -> str:
    """Folded; numbers without their thousands separators, `%` against its figure, « 1er » as 1, every space single.

    A separator stands before groups of exactly three digits: « 28 000 € », « 28,000 » and « 28000 » are one figure,
    while « en 2024 450 » stays two and « 0,125 » keeps its comma.
    """
    flat = _THOUSANDS.sub(lambda m: re.sub(r"\D", "", m.group(0)), fold(text))
    flat = re.sub(r"\b1(?:er|st)\b", "1", _PERCENT.sub("%", flat))
    return re.sub(r"\s+", " ", flat)


def contains(text: str, variants: Iterable[str]) -> bool:
    """True when one of the variants stands in the text.

    Words match from their beginning (« interdi » finds « interdite », « an » does not find « bilan »), and to their end
    when the variant ends with a space. A figure is never found inside a longer one: no « 50 M€ » in « 450 M€ ».
    """
    flat = normalised(text)
    return any(_needle(variant).search(flat) for variant in variants)


@lru_cache(maxsize=16384)
def _needle(variant: str) -> re.Pattern[str]:
    needle = normalised(variant).strip()
    left = r"(?<!\d)(?<!\d[.,])" if needle[:1].isdigit() else r"(?<![a-z0-9])" if needle[:1].isalpha() else ""
    right = r"(?!\d)(?![.,]\d)" if needle[-1:].isdigit() else r"(?![a-z0-9])" if variant.endswith(" ") else ""
    return re.compile(left + re.escape(needle) + right)


def told(answer: Answer) -> str:
    """What an answer says, without its markers nor its layout: the words of the question that a label repeats are no
    fact that was given."""
    return prose(_MARK.sub("", answer.answer))


def prose(markdown: str) -> str:
    """The prose of an answer, without labels, list markers, bold and fixed sentences."""
    return _FIXED.sub("", _ITEM.sub("", _LABEL.sub("", markdown)).replace("**", ""))


def missing(expected: Expected, answer: Answer) -> list[tuple[str, ...]]:
    """The facts wanted, each with its variants, that the first words of an answer do not give."""
    head = " ".join(told(answer).split()[:FIRST_WORDS])
    return [variants for variants in expected.must_include if not contains(head, variants)]


def asserted(expected: Expected, answer: Answer) -> list[str]:
    """What an answer says and should not; an abstention asserts nothing."""
    if answer.outcome == "abstained":
        return []
    text = told(answer)
    return [item for item in expected.must_not_include if contains(text, (item,))]


def score(
    ident: str,
    expected: Expected,
    answer: Answer,
    passages: Mapping[str, Passage],
    gold: frozenset[str],
    gold_topics: frozenset[str],
) -> Score:
    """Score one answer. `passages` holds every passage it cites; `gold` are statement ids."""
    wanted, absent = len(expected.must_include), len(missing(expected, answer))
    abstained = answer.outcome == "abstained"
    may_abstain = "abstained" in expected.outcome
    coverage = (wanted - absent) / wanted if wanted and not may_abstain else None
    forbidden = bool(asserted(expected, answer))
    cited = [passages[c.passage_id] for c in answer.citations if c.passage_id in passages]
    main = _main_citations(answer)
    statements = [p.statement for p in cited if p.statement and p.id in main]
    outcome_ok = answer.outcome in expected.outcome
    wrongly = None
    if may_abstain:
        knows = any(s.role.value in ("absence", "dement") or s.id in gold for s in statements)
        wrongly = not abstained and (not outcome_ok or forbidden or not knows)
    elif expected.kind in HARD_CLASSES:
        wrongly = not abstained and (forbidden or coverage == 0)
    recall, precision, support = _citations(answer, passages)
    return Score(
        id=ident,
        kind=expected.kind,
        domain=expected.domain,
        topic=expected.topic,
        language=expected.language,
        dated=expected.dated,
        slips=expected.slips,
        difficulty=expected.difficulty,
        must_pass=expected.must_pass,
        outcome=answer.outcome,
        outcome_ok=outcome_ok,
        reason_ok=answer.reason in expected.reason or (None in expected.reason and answer.reason == "false_premise"),
        coverage=coverage,
        forbidden=forbidden,
        refused=None if may_abstain else abstained,
        wrongly_answered=wrongly,
        passed=outcome_ok and not forbidden and (coverage is None or coverage == 1.0) and not wrongly,
        quotes_ok=all(c.passage_id in passages and c.quote in passages[c.passage_id].text for c in answer.citations),
        citation_recall=recall,
        citation_precision=precision,
        quote_support=support,
        pinpoint=(any(s.id in gold for s in statements) if gold and not abstained else None),
        off_topic=(
            sum(s.topic not in gold_topics for s in statements) / len(statements)
            if gold_topics and statements
            else None
        ),
        words=len(told(answer).split()),
    )


def _main_citations(answer: Answer) -> set[str]:
    """Passages cited by the prose (warnings are beside it)."""
    shown = {int(n) for n in _MARK.findall(answer.answer)}
    return {c.passage_id for c in answer.citations if c.n in shown}


def sentences_of(answer: Answer, passages: Mapping[str, Passage]) -> list[Sentence]:
    """The sentences of an answer with what they cite, read back from its text; a sentence ends at its markers, or with
    its line. Each may say the figures of the asker's own case."""
    by_number = {c.n: c for c in answer.citations}
    given = tuple(item.said for item in answer.understood.case)
    because = reasons_of([part.because for part in answer.parts])
    out = []
    for line in prose(answer.answer).split("\n"):
        pieces = [*_MARKS.split(line), ""]
        for text, marks in zip(pieces[::2], pieces[1::2], strict=True):
            cited = tuple(
                Cited(passages[by_number[n].passage_id], by_number[n].quote)
                for n in map(int, _MARK.findall(marks))
                if n in by_number and by_number[n].passage_id in passages
            )
            if re.search(r"\w", text):
                language = "fr" if _QUOTES in text else answer.understood.language
                opening, _ = split_opening(text.strip(), because)
                sums = sums_of(because, (answer.question, *(c.passage.text for c in cited)), answer.understood.language)
                told = (*given, *sums)
                out.append(Sentence(text.strip(), cited, language=language, given=told, opening=opening))
    return out


def _citations(answer: Answer, passages: Mapping[str, Passage]) -> tuple[float | None, float | None, float | None]:
    """Shares of the sentences: that cite; that what they cite supports; whose figures stand in the words quoted."""
    if answer.outcome == "abstained":
        return None, None, None
    sentences = sentences_of(answer, passages)
    if not sentences:
        return 0.0, None, None
    day = answer.understood.as_of
    when = AsOf(day, day, "asked")
    verifier = Verifier()
    n = len(sentences)
    cited = sum(bool(s.cited) for s in sentences)
    supported = sum(not verifier.faults(s, when) for s in sentences)
    return cited / n, supported / n, sum(_quoted(s) for s in sentences) / n


def _quoted(sentence: Sentence) -> bool:
    """True when the figures, dates and references of a sentence stand in what it quotes, or in the asker's own case."""
    quotes = [read_claim(c.quote, language_of(c.passage)) for c in sentence.cited]
    case = [read_claim(words, sentence.language) for words in sentence.given]
    return bool(quotes) and not unsupported(read_claim(sentence.text, sentence.language), merged([*quotes, *case]))
