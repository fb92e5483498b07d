"""What a project leaves to be decided: the facts that would settle rules, each asked once, the weightiest first.

Guarantee: a question is a rule's own; it is asked once however many rules turn on it. A place with a name of its own
that the project does not name is not asked about: who shoots there says so. Nothing is asked for a sanction alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.planning.obligations import Obligation
from assistant.project.order import STAGES
from assistant.project.probing import Probing
from ingest.corpus.deciding import Facts
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import FACETS
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DATES, Input, Rule, Stage

_WEIGHTS = {"duty": 0, "ban": 0, "exemption": 1, "right": 1, "fact": 2, "sanction": 3}


@dataclass(frozen=True)
class Question:
    """One fact to give. `kind`: how it is answered; `values`: the choices of a facet; `rules`: those that it would
    settle, the weightiest first; `refused`: what « non » puts aside, every value asked about (a fact of the case), or
    the rules where a figure or a day is asked."""

    field: str
    value: str | None
    ask: str
    ask_en: str
    kind: str
    values: tuple[str, ...]
    rules: tuple[Rule, ...]
    weight: int
    refused: tuple[str, ...]

    @property
    def id(self) -> str:
        """Its name in a form."""
        return f"{self.field}.{self.value}" if self.value else self.field


def questions(
    open_: Iterable[Obligation], facts: Facts, glossary: Glossary, own: frozenset[str] = frozenset(),
    probing: Iterable[Probing] = (),
) -> tuple[Question, ...]:  # fmt: skip
    """The questions of what is open; `own`: who is bound that the production is itself, asked before others;
    `probing`: those of the form, each asked but where a rule asks it already."""
    asked: dict[tuple[str, str | None], list[Obligation]] = {}
    inputs: dict[tuple[str, str | None], Input] = {}
    for o in open_:
        wanted = o.decided.missing
        if wanted is None or o.about == "sanction" or _named_elsewhere(wanted, facts, glossary):
            continue
        bound = o.group == "applies"  # one more fact would make it firm: who cannot say the contrary is not asked
        if bound and wanted.field in FACETS and len(_values(wanted, [o.rule], glossary)) == 1:
            continue
        key = (wanted.field, wanted.value)
        asked.setdefault(key, []).append(o)
        inputs.setdefault(key, wanted)
    out = []
    for key, found in asked.items():
        found.sort(key=lambda o: (_WEIGHTS[o.about], STAGES.index(o.rule.stage) if o.rule.stage else len(STAGES)))
        wanted = inputs[key]
        values = _values(wanted, [o.rule for o in found], glossary)
        out.append(
            Question(
                wanted.field,
                wanted.value,
                wanted.ask,
                wanted.ask_en,
                _kind(wanted),
                values,
                tuple(o.rule for o in found),
                _WEIGHTS[found[0].about] + (not any(own & set(o.rule.bound) for o in found)),
                tuple(f"{wanted.field}.{v}" for v in values) or tuple(o.rule.id for o in found),
            )
        )
    known = {(q.field, q.value) for q in out}
    for p in probing:
        if (p.probe.field, p.probe.value) not in known:
            ask, ask_en, value = p.probe.ask, p.probe.ask_en, p.probe.value
            out.append(
                Question(
                    p.probe.field, value, ask, ask_en, "choice", (value,), p.rules, _WEIGHTS["duty"], (p.probe.id,)
                )
            )
    return tuple(sorted(out, key=_rank))


def _rank(question: Question) -> tuple[bool, int, int, int]:
    """What the work comes to before what follows it and before the company's own figures; then what decides duties."""
    stage = question.rules[0].stage or STAGES[-1]
    later = stage in (Stage.AFTER, Stage.COMPANY)
    return later, question.weight, -len(question.rules), STAGES.index(stage)


def _named_elsewhere(wanted: Input, facts: Facts, glossary: Glossary) -> bool:
    """Whether the place in question has a name of its own that the project, which names places, does not say."""
    if wanted.field != "lieu" or not wanted.value:
        return False
    return glossary.local(wanted.value) and bool(facts.facets.get("lieu"))


def _kind(wanted: Input) -> str:
    if wanted.field in FACETS:
        return "choice"
    return "day" if wanted.field in DATES else "figure"


def _values(wanted: Input, rules: list[Rule], glossary: Glossary) -> tuple[str, ...]:
    """The values that answer: the one in question, then those against it; else those that the rules look at."""
    if wanted.field not in FACETS:
        return ()
    known = glossary.facets.get(wanted.field, {})
    if wanted.value:
        against = [v for v, e in known.items() if wanted.value in e.against]
        against += [v for v in known[wanted.value].against if v not in against]
        return (wanted.value, *against)
    named = [v for r in rules for o in r.outcomes for f, v in facets_of(o.when) if f == wanted.field]
    return tuple(dict.fromkeys(named))
