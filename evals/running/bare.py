"""Statements without the questions that they answer, as an official text stands: what is left to be found by."""

from __future__ import annotations

from ingest.passages.passages import Passage


def without_aliases(p: Passage) -> Passage:
    """The passage indexed without the questions that it answers."""
    if not p.statement:
        return p
    said = f" {' '.join(p.statement.asked_as)}"
    return without_more_aliases(p).model_copy(update={"index_text": p.index_text.removesuffix(said)})


def without_more_aliases(p: Passage) -> Passage:
    """The passage without the questions that are found by words only."""
    if not p.statement or not p.statement.also_asked:
        return p
    also = f" {' '.join(p.statement.also_asked)}"
    return p.model_copy(update={"lexical_text": p.lexical_text.removesuffix(also)})
