"""Wordings that a statement forbids, or allows under conditions only, used in a text as if they were free.

Guarantee: the wordings are those that the reviewed statement lists (`forbids`); a sentence that denies them, or that
states a ban, a duty or a condition of its own, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking.fidelity import modal_forces
from assistant.proofing.remarks import Remark, cited
from assistant.proofing.sentences import Sentence
from ingest.language.claims import read_claim
from ingest.language.lexical import fold
from ingest.passages.passages import Passage

_CONDITION = re.compile(
    r"\b(?:si|sauf|sans|à condition|lorsqu\w*|quand|interdi\w+|proscri\w+|évit\w+|renonc\w+)\b", re.IGNORECASE
)


class Claims:
    """The wordings that the statements in force forbid."""

    def __init__(self, held: Sequence[Passage]) -> None:
        forbidding = [(p, p.statement.forbids) for p in held if p.statement and p.statement.forbids]
        self._wordings = [
            (re.compile(rf"(?<!\w){re.escape(fold(w))}(?!\w)"), p) for p, words in forbidding for w in words
        ]

    def remarks(self, sentence: Sentence, facets: frozenset[str]) -> Iterator[Remark]:
        """At most one remark; of the statements that forbid a wording, the one that names most of what the sentence is
        of (`facets`: the values that its words name)."""
        folded = fold(sentence.text)
        found = [p for wording, p in self._wordings if wording.search(folded)]
        if not found or read_claim(sentence.text, "fr").negated or _CONDITION.search(sentence.text):
            return
        if {"interdit", "dispensé"} & modal_forces(sentence.text, "fr"):
            return
        best = max(found, key=lambda p: len(facets & _named(p)))
        yield Remark(
            kind="claim", strength="likely", start=sentence.start, end=sentence.end, words=sentence.text,
            look_at="Cette formule est interdite ou soumise à conditions : lire le texte cité avant de l'employer.",
            cited=cited(best),
        )  # fmt: skip


def _named(passage: Passage) -> frozenset[str]:
    s = passage.statement
    return frozenset(v for values in s.facets.values() for v in values) if s else frozenset()
