"""What a question names by its code or its number, against a passage: a criterion, an article, the label.

Guarantee: a code counts for what the question says it is of (« ESRS E1 » is no criterion of the label, « F3 » may be a
channel); nothing is guessed from a code alone.
"""

from __future__ import annotations

from assistant.planning.features import WORDS
from assistant.reading.question import Question
from ingest.corpus.criteria import framework_source_id
from ingest.language.lexical import analyse, fold
from ingest.language.locators import bare_codes
from ingest.passages.passages import Passage


def codes_compared(question: Question) -> bool:
    """True when a question names a criterion and an ESRS disclosure together: it asks what tells them apart."""
    return {"criterion", "disclosure"} <= {r.kind for r in question.references}


def asked_by_number(passage: Passage, question: Question) -> bool:
    """True for what a question names by its number to know what it says: an article's text, a criterion."""
    if passage.kind == "criterion":
        return not beside_the_criterion(passage, question)
    return passage.statement is None and question.asks_article


def beside_the_criterion(passage: Passage, question: Question) -> bool:
    """True for a criterion when the question is about its points: nobody published them."""
    return passage.kind == "criterion" and WORDS.has(fold(question.raw), "points")


def of_another_framework(passage: Passage, question: Question) -> bool:
    """True for a criterion when the question names another framework, or points of another kind (« ESRS E1 »)."""
    if passage.kind != "criterion":
        return False
    if code_of_something_else(passage, question):
        return True
    if question.frameworks:
        return passage.source_id not in {framework_source_id(f) for f in question.frameworks}
    if not question.references and bare_codes(question.raw):  # « D3 ? » alone is only a hint
        return len(analyse(question.raw)) <= 1
    return any(r.kind == "disclosure" or (r.kind == "criterion" and r.source) for r in question.references)


def code_of_something_else(passage: Passage, question: Question) -> bool:
    """True for a criterion whose code the question says of something else (« un unitaire F3 » is for a channel)."""
    said = question.words & {key.rsplit(":", 1)[-1].lower() for key in passage.keys}
    return bool(said) and not said & question.codes
