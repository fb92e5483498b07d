"""What a change of a text touches: statements that rest on the changed articles, the rules and questions that rest on
them.

Guarantee: read from the corpus and the reference set alone, without index or model. A statement is touched when its
locator names a changed article; one that cites the text without an article is told apart, since nothing says which
part it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.reference_set import ReferenceSet
from evals.running.golds import fact_key
from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import Register, Source
from ingest.corpus.rules import load_rules
from ingest.language.locators import locator_keys, parse_references
from ingest.texts.diff import Diff


@dataclass(frozen=True, slots=True)
class Touched:
    """A statement of a fiche."""

    id: str
    fiche: str
    keys: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Impact:
    """Keys of the changed articles, and what rests on them. `whole` are statements that cite the text as a whole."""

    keys: tuple[str, ...]
    statements: tuple[Touched, ...]
    whole: tuple[Touched, ...]
    questions: tuple[str, ...]
    rules: tuple[str, ...] = ()
    """Rules that a touched statement speaks for."""

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        rows = {
            name: [{"id": t.id, "fiche": t.fiche, "keys": list(t.keys), "text": t.text} for t in found]
            for name, found in (("statements", self.statements), ("whole", self.whole))
        }
        return {"keys": list(self.keys), **rows, "questions": list(self.questions), "rules": list(self.rules)}


def changed_keys(diff: Diff, source: Source, register: Register) -> tuple[str, ...]:
    """Keys of the articles that a diff touches, each under the text that it belongs to."""
    numbers = dict.fromkeys(n for change in diff.changes for n in change.numbers)
    hosted = register.hosted_by(source.id)

    def owner(number: str) -> Source:
        return next((h for h in hosted if h.within and re.search(h.within.numbers, number)), source)

    return tuple(f"{owner(n).work_id}:{n}" for n in numbers)


def impact(
    keys: Iterable[str], source: Source, corpus_dir: Path, register: Register, reference: ReferenceSet
) -> Impact:
    """Statements and questions that rest on the articles of these keys."""
    wanted = frozenset(keys)
    works = {source.work_id} | {h.work_id for h in register.hosted_by(source.id)}
    statements: list[Touched] = []
    whole: list[Touched] = []
    facts: set[str] = set()
    for file in load_fiches(corpus_dir):
        for _, statement in file.fiche.statements():
            rests_on = register.get(statement.source.id).work_id
            named = tuple(locator_keys(statement.source.locator, rests_on, register.names))
            row = Touched(statement.id, file.fiche.id, tuple(k for k in named if k in wanted), statement.text)
            if row.keys:
                statements.append(row)
                facts.update(fact_key(f, file.fiche.domain.value) for f in statement.fact)
            elif not named and rests_on in works:
                whole.append(row)
    questions = []
    for ident, asked in reference.asked().items():
        mentioned = {r.key() for r in parse_references(asked.question, register.names)}
        if wanted & mentioned or facts.intersection(fact_key(f, asked.domain) for f in asked.facts):
            questions.append(ident)
    touched = {t.id for t in statements}
    rules = [
        r.id
        for r in load_rules(corpus_dir)
        if touched.intersection(i for v in r.versions for o in v.outcomes for i in (*o.shown, *o.needs, *o.next))
    ]
    return Impact(tuple(sorted(wanted)), tuple(statements), tuple(whole), tuple(questions), tuple(rules))
