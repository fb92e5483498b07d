"""The plain sentences of statements (`corpus/clair.yaml`) say what the statements say.

Guarantee: every figure, date, reference and negation of a plain sentence stands in its statement; every figure and
reserve of the statement stands in it; it is short, and its statement exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ingest.corpus.check_statements import words
from ingest.corpus.fiches import Statement
from ingest.corpus.hedges import drift
from ingest.corpus.plain import load_plain_words
from ingest.corpus.problems import Problem, error
from ingest.language.claims import flipped, read_claim, unsupported

_WORDS = 45
"""Of a plain sentence, at most."""


def check_plain(statements: Iterable[Statement], corpus_dir: Path) -> list[Problem]:
    """The plain sentences, compared with their statements."""
    by_id, out = {s.id: s for s in statements}, []
    for sid, said in load_plain_words(corpus_dir).phrases.items():
        where = f"clair.yaml {sid}"
        statement = by_id.get(sid)
        if statement is None:
            out.append(error("plain_statement", where, "énoncé inconnu"))
            continue
        mine, theirs = read_claim(said), read_claim(statement.text)
        more = (*unsupported(mine, theirs), *flipped(mine, theirs))
        out += [error("plain_claim", where, f"la phrase dit plus que text : {m}") for m in more]
        figures = replace(theirs, references=frozenset(), dates=frozenset())
        out += [error("plain_claim", where, f"la phrase perd : {m}") for m in unsupported(figures, mine)]
        out += [error("plain_hedge", where, f"la phrase n'a pas la réserve de text : {d}") for d in drift(statement.text, said)]
        if (n := words(said)) > _WORDS:
            out.append(error("plain_long", where, f"{n} mots, {_WORDS} au plus"))
    return out
