"""The plain sentences of statements, and démarches in brief (`corpus/clair.yaml`), say what is said at length.

Guarantee: every figure, date, reference and negation of a plain sentence stands in its statement; every figure and
reserve of the statement stands in it; it is short, and its statement exists. The same of what a line in brief says of
its steps, which it may say fewer figures of; each step stands in one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ingest.corpus.check_statements import words
from ingest.corpus.demarches import Demarche
from ingest.corpus.fiches import Statement
from ingest.corpus.hedges import drift
from ingest.corpus.plain import load_plain_words
from ingest.corpus.problems import Problem, error
from ingest.language.claims import flipped, read_claim, unsupported

_WORDS = 45
"""Of a plain sentence, at most."""


def check_briefs(demarches: Iterable[Demarche], corpus_dir: Path) -> list[Problem]:
    """Démarches in brief, compared with their steps."""
    by_id, out = {d.id: d for d in demarches}, []
    for ident, lines in load_plain_words(corpus_dir).demarches.items():
        where, demarche = f"clair.yaml {ident}", by_id.get(ident)
        if demarche is None:
            out.append(error("brief_demarche", where, "démarche inconnue"))
            continue
        if sorted(n for line in lines for n in line.etapes) != list(range(1, len(demarche.steps) + 1)):
            out.append(error("brief_steps", where, "chaque étape est dans une ligne, et une seule"))
            continue
        for line in lines:
            told = " ".join(w for n in line.etapes for w in demarche.steps[n - 1].wordings("fr"))
            mine, theirs = read_claim(line.dit), read_claim(told)
            more = (*unsupported(mine, theirs), *flipped(mine, theirs))
            out += [error("brief_claim", where, f"la ligne dit plus que ses étapes : {m}") for m in more]
    return out


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
        out += [
            error("plain_hedge", where, f"la phrase n'a pas la réserve de text : {d}")
            for d in drift(statement.text, said)
        ]
        if (n := words(said)) > _WORDS:
            out.append(error("plain_long", where, f"{n} mots, {_WORDS} au plus"))
    return out
