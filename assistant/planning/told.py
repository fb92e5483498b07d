"""Whether statements that are shown tell what a part of a question asks.

Guarantee: a part counts as told by its own words, by what it counts, by the list or the kind of answer that it asks
for; never by the subject alone that it shares with the other parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.planning.features import counted_noun
from assistant.planning.ranking import Scored, Selector, covered
from assistant.reading.kinds import RISK, question_types
from assistant.reading.question import Question
from ingest.corpus.fiches import Role
from ingest.language.lexical import analyse, fold

_STAFF = frozenset(analyse("salariés personnes employés effectif employees people staff workers"))
"""Ways of counting the same people."""
_TOLD = 0.6
"""Share of the terms of a part of a question, by weight, that must be held for it to be answered."""
_LISTED = re.compile(r"(?:et |c'est |and )*(?:(?:les|la|le)quel(?:le)?s?|which ones?)\b")


def told(selector: Selector, part: str, question: Question, used: Sequence[Scored]) -> bool:
    """True when the statements used already hold most of what a part asks about."""
    if _LISTED.match(fold(part)) and not any(enumerates(u) for u in used):
        return False
    noun = counted_noun(part)
    if noun and any(counts(u, noun) for u in used):
        return True
    held = frozenset(t for u in used for t in selector.terms_of(u.hit.position)[0])
    terms = selector.subject_terms(part)
    if not terms:  # « et quand ? », « et si on n'en a pas ? »: the kind of answer is all it asks
        types, risk = set(question_types(part)), bool(RISK.search(fold(part)))
        if any(u.statement and (types & set(u.statement.answers) or punishes(u, risk)) for u in used):
            return True
    return covered(terms, held, question) >= _TOLD


def counts(s: Scored, noun: str) -> bool:
    """True when a statement gives a number of what is counted: the first noun of its unit (« 12 critères de niveau 1 »
    count criteria, not levels)."""
    nouns = _STAFF if noun in _STAFF else {noun}
    return s.statement is not None and any(nouns & set(analyse(v.unit or "")[:1]) for v in s.statement.values)


def enumerates(s: Scored) -> bool:
    """True when a statement gives a list, which « lesquels ? » asks for."""
    return ":" in s.passage.text or s.passage.text.count(",") > 1


def punishes(s: Scored, risk: bool) -> bool:
    """True when what is risked is asked, and a statement tells it."""
    return risk and s.statement is not None and s.statement.role is Role.SANCTION
