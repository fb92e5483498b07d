"""What of the corpus a run never reached: never retrieved, never cited, without a question; what is asked and refused.

Guarantee: read from the run file and the reference set, without index or model. What people asked is counted by domain
and reason; the words of their questions are given only when asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer
from assistant.dialogue.turns import Asked
from evals.reference_set import ReferenceSet
from evals.reports.questions import domain_label
from evals.running.catalogue import Catalogue, article_of
from evals.running.runner import Run, statements_of
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.lexical import fold

if TYPE_CHECKING:
    from assistant.engine import Engine

OFTEN = 2
"""Times from which a refused question counts as asked often."""
DEEP = 5
"""A statement that its own words do not find among so many is hidden by others."""


@dataclass(frozen=True)
class Coverage:
    """Ids of statements and keys of articles that a run did not reach, in the order of the index."""

    catalogue: Catalogue
    today: date
    questions: int
    never_retrieved: list[str]
    never_cited: list[str]
    no_question: list[str]
    articles_never_retrieved: list[str]
    articles_never_cited: list[str]
    articles_no_question: list[str]

    def topics_without_question(self) -> dict[str, list[str]]:
        """Topics none of whose statements a question of the set asks for, with their statements."""
        left = set(self.no_question)
        topics: dict[str, list[str]] = {}
        for ident, held in self.catalogue.statements.items():
            topics.setdefault(held.topic, []).append(ident)
        return {t: ids for t, ids in topics.items() if left.issuperset(ids)}

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; the shape of a report's section « coverage »."""
        held = self.catalogue.statements
        domains = Counter(h.domain for h in held.values())
        lists = {n: getattr(self, n) for n in ("never_retrieved", "never_cited", "no_question")}
        counts = {n: Counter(held[i].domain for i in ids) for n, ids in lists.items()}
        topics = self.topics_without_question()
        return {
            "note": f"Sur {self.questions} questions et {len(held)} énoncés de l'index : retrouvé, parmi les candidats "
            "d'une question ; cité, dans une réponse ; sans question, aucune question du jeu entier n'attend le fait. "
            "Ce qui n'est pas en vigueur n'est retrouvé que par une question datée.",
            "statements": len(held),
            "by_domain": [
                {"domain": d, "label": domain_label(d), "statements": n, **{name: counts[name][d] for name in lists}}
                for d, n in sorted(domains.items())
            ],
            **{name: [self.told(i) for i in ids] for name, ids in lists.items()},
            "topics_without_question": [
                self.told(ids[0]) | {"id": t, "statements": len(ids)} for t, ids in topics.items()
            ],
            "articles": {
                "total": len(self.catalogue.articles),
                "never_retrieved": self._articles(self.articles_never_retrieved),
                "never_cited": self._articles(self.articles_never_cited),
                "no_question": self._articles(self.articles_no_question),
            },
            "refused": None,
        }  # fmt: skip

    def told(self, ident: str) -> dict[str, Any]:
        """A statement, and whether it is in force on the day of the run."""
        h = self.catalogue.statements[ident]
        told = {"id": ident, "domain": h.domain, "topic": h.topic, "source": h.source, "text": h.text}
        return told | {"in_force": h.nearest_day(self.today) == self.today}

    def _articles(self, keys: Iterable[str]) -> list[dict[str, str]]:
        return [{"id": k, "text": self.catalogue.articles[k]} for k in keys]


def coverage(run: Run, reference: ReferenceSet) -> Coverage:
    """The coverage of a run; `BAD_REQUEST` when the run does not say what its index held."""
    catalogue = run.catalogue
    if catalogue is None:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "Ce run ne dit pas ce que son index portait : il date d'avant la carte de couverture.",
            "Refaites-le : `clapvert eval run`.",
        )
    cited = [run.passages[c.passage_id] for a in _answers(run) for c in a.citations if c.passage_id in run.passages]
    statements_cited = {p.statement.id for p in cited if p.statement}
    articles_cited = {key for p in cited if (key := article_of(p))}
    retrieved = {s for r in run.records for s in r.ranked} | statements_cited
    found = {k for r in run.records for k in r.articles} | articles_cited
    asked = {s for e in reference.asked().values() for s in run.golds.statements(e)}
    asked |= {s for r in run.records for s in run.golds.statements(r.expected)}
    articles_asked = set(run.golds.articles_of(asked))
    return Coverage(
        catalogue, date.fromisoformat(run.about["today"]), len(run.records),
        *([s for s in catalogue.statements if s not in reached] for reached in (retrieved, statements_cited, asked)),
        *([k for k in catalogue.articles if k not in reached] for reached in (found, articles_cited, articles_asked)),
    )  # fmt: skip


def _answers(run: Run) -> list[Answer]:
    return [r.answer for r in run.records if r.answer]


def refused(answers: Sequence[Answer], judged_down: int = 0, show: bool = False) -> dict[str, Any]:
    """What people asked and were refused: counts by reason and domain, and how many are the same question again.

    `show` adds the words of those asked `OFTEN` times or more.
    """
    said_no = [a for a in answers if a.outcome == "abstained"]
    counts = Counter(
        (a.reason or "not_found", a.understood.domains[0] if a.understood.domains else "") for a in said_no
    )
    times = Counter(" ".join(fold(a.question).split()) for a in said_no)
    again = {q: n for q, n in times.items() if n >= OFTEN}
    rows = [
        {"reason": reason, "domain": str(domain), "label": domain_label(domain) if domain else "non précisé", "n": n}
        for (reason, domain), n in counts.most_common()
    ]
    out: dict[str, Any] = {
        "answers": len(answers), "refused": len(said_no), "often": len(again), "judged_down": judged_down, "rows": rows,
        "note": f"{len(said_no)} abstention(s) sur {len(answers)} réponse(s) gardée(s) par ce poste ; {len(again)} "
        f"question(s) posée(s) {OFTEN} fois ou plus ; {judged_down} réponse(s) jugée(s) mauvaise(s).",
    }  # fmt: skip
    if show:
        first = {" ".join(fold(a.question).split()): a for a in reversed(said_no)}
        out["questions"] = [
            {"n": n, "question": first[q].question, "reason": first[q].reason}
            for q, n in sorted(again.items(), key=lambda item: (-item[1], item[0]))
        ]
    return out


def hidden(engine: Engine, found: Coverage) -> list[dict[str, Any]]:
    """The statements never retrieved that their own words do not find among the first `DEEP` either, on a day when
    they are in force, with what hides them: a search each."""
    out = []
    for ident in found.never_retrieved:
        held = found.catalogue.statements[ident]
        asked = engine.read(Asked(held.text, as_of=held.nearest_day(found.today)), None)
        ranked = statements_of(engine.search.search(asked.question).hits)
        if ident not in ranked[:DEEP]:
            rank = ranked.index(ident) + 1 if ident in ranked else None
            out.append({**found.told(ident), "rank": rank, "hidden_by": ranked[:1]})
    return out
