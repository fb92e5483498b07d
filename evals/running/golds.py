"""Gold: which statements, topics and articles rest on the facts that a question names.

Guarantee: read once from an index, then carried by the run file, so that a run can be scored without the index. When
two runs are compared, both are scored against the union of their golds: a statement that the candidate lost is still
gold. A criterion is the fact that it is made from: its passage is gold for `CRIT-F6` or `CRIT-AFNOR-6.4`, and the list
of a group for `CRIT-F` and for the codes whose wording is unknown (`CRIT-D2`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.reference_set import Expected
from ingest.corpus.register import Domain
from ingest.index.columns import domain_bit
from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage


@dataclass(frozen=True)
class Golds:
    """Statements by fact; the topic of each statement; the articles of each statement."""

    by_fact: dict[str, frozenset[str]] = field(default_factory=dict)
    topic: dict[str, str] = field(default_factory=dict)
    articles: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Golds:
        """The golds of an index."""
        by_fact: dict[str, set[str]] = {}
        topic: dict[str, str] = {}
        articles: dict[str, tuple[str, ...]] = {}
        for position, statement_id in enumerate(snapshot.columns.statements):
            if statement_id is None:
                continue
            p = snapshot.open_passage(position)
            assert p.statement is not None
            topic[statement_id] = p.statement.topic
            articles[statement_id] = p.keys or (p.statement.source.id,)
            for fact in (*p.statement.fact, *_criterion_facts(p)):
                for domain in p.domains:
                    by_fact.setdefault(fact_key(fact, domain.value), set()).add(statement_id)
        return cls({f: frozenset(s) for f, s in by_fact.items()}, topic, articles)

    def __or__(self, other: Golds) -> Golds:
        """Gold of either; what only one of them says of a statement holds, and the other's word wins."""
        facts = self.by_fact.keys() | other.by_fact.keys()
        empty: frozenset[str] = frozenset()
        return Golds(
            {f: self.by_fact.get(f, empty) | other.by_fact.get(f, empty) for f in facts},
            self.topic | other.topic,
            self.articles | other.articles,
        )

    def statements(self, expected: Expected) -> frozenset[str]:
        """Gold statements of a question."""
        return frozenset(s for f in expected.facts for s in self.by_fact.get(fact_key(f, expected.domain), ()))

    def topics(self, expected: Expected) -> frozenset[str]:
        """Gold topics of a question."""
        return frozenset(self.topic[s] for s in self.statements(expected))

    def articles_of(self, statements: Iterable[str]) -> list[str]:
        """Articles of statements, in their order, once each."""
        return list(dict.fromkeys(a for s in statements for a in self.articles.get(s, ())))

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, in a stable order."""
        return {
            "by_fact": {f: sorted(s) for f, s in sorted(self.by_fact.items())},
            "topic": dict(sorted(self.topic.items())),
            "articles": {s: list(a) for s, a in sorted(self.articles.items())},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Golds:
        """What `as_dict` wrote."""
        return cls(
            {f: frozenset(s) for f, s in data["by_fact"].items()},
            dict(data["topic"]),
            {s: tuple(a) for s, a in data["articles"].items()},
        )


_CODED_AS = {"label-ecoprod": "CRIT-", "afnor-spec-2308": "CRIT-AFNOR-"}
"""How the fact base numbers the criteria of each framework."""


def _criterion_facts(p: Passage) -> list[str]:
    """Facts of a criterion's passage, or of the list of a group, by the keys that it is opened by."""
    keys = [key.split(":") for key in p.keys] if p.kind == "criterion" else []
    return [f"{_CODED_AS[framework]}{code}" for framework, _, code in keys if framework in _CODED_AS]


def fact_key(fact: str, domain: str) -> str:
    """The key of a fact: those numbered by section (« 9.8 ») are numbered within their domain's fact base."""
    return fact if fact[:1].isalpha() else f"{domain}:{fact}"


def domains_asked(snapshot: Snapshot) -> frozenset[str]:
    """Domains that an index is asked about: those that a statement of it belongs to, and `none`, what is no domain."""
    columns = snapshot.columns
    held = {d for d in Domain if bool(((columns.domains & domain_bit(d)) > 0)[columns.is_statement].any())}
    return frozenset(d.value for d in held) | {"none"}
