"""Rules against the statements that they cite, and against their table of cases.

Guarantee: a corpus without problems has rules whose statements exist, hold today where the rule does, and hold every
figure and date of their conditions in their `values`, `bounds` or dates; none is firmer than its weakest statement; and
every case of the tables comes out as expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from ingest.corpus.deciding import Facts, decide, due_of
from ingest.corpus.expressions import UnreadableError, Value, context_of, facets_of, holds, literals, names_of
from ingest.corpus.fiches import FACETS, Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.problems import Known, Problem, error, warning
from ingest.corpus.rules import DATES, KNOWN, NAMES, QUANTITIES, Case, Outcome, Rule, load_case_files, load_rule_files
from ingest.language.lexical import analyse


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """How many rules there are, and how far cases try them."""

    total: int
    matters: int
    cases: int


def check_rules(statements: Iterable[Statement], known: Known, corpus_dir: Path) -> tuple[list[Problem], RuleCounts]:
    """Findings on the rules and their cases. `statements` are those that a rule may cite."""
    by_id = {s.id: s for s in statements}
    placed = [
        (f"{f.file.path.relative_to(corpus_dir)}:{f.file.line(n)} {rule.id}", rule)
        for f in load_rule_files(corpus_dir)
        for n, rule in enumerate(f.rules)
    ]
    cases = [
        (f"{f.file.path.relative_to(corpus_dir)}:{f.file.line(n)}", case)
        for f in load_case_files(corpus_dir)
        for n, case in enumerate(f.cases)
    ]
    found: list[Problem] = []
    ids = Counter(rule.id for _, rule in placed)
    for where, rule in placed:
        found += [error("rule_presumes", where, f"règle inconnue : {p}") for p in rule.presumes if p not in ids]
    for where, rule in placed:
        if ids[rule.id] > 1:
            found.append(error("rule_id", where, "identifiant de règle en double"))
        broken = _check_expressions(rule, where, known.glossary)
        found += broken
        found += _check_naming(rule, where, by_id)
        found += _check_statements(rule, where, by_id, known.today)
        if not broken:
            found += _check_figures(rule, where, by_id)
            found += _check_cases(rule, [row for row in cases if row[1].rule == rule.id], known.glossary, where)
    found += [error("case_rule", where, f"règle inconnue : {c.rule}") for where, c in cases if c.rule not in ids]
    return found, RuleCounts(len(placed), len({r.matter for _, r in placed}), len(cases))


def faults_of(rule: Rule, case: Case, glossary: Glossary) -> list[str]:
    """How a case comes out otherwise than expected; empty when it comes out right."""
    try:
        facts = Facts.of(case.given, case.on)
    except (ValueError, IndexError) as exc:
        return [str(exc)]
    decided = decide(rule, facts, glossary)
    outcome = decided.outcome if decided else None
    got = "nothing" if decided is None else "open" if outcome is None else outcome.verdict
    out = [] if got == case.expect else [f"attendu {case.expect}, obtenu {got}"]
    if case.asks is not None and (decided is None or decided.missing is None or decided.missing.field != case.asks):
        asked = decided.missing.field if decided and decided.missing else "rien"
        out.append(f"devait demander {case.asks}, demande {asked}")
    if case.shown is not None and all(case.shown not in o.statements for o in (decided.outcomes if decided else ())):
        out.append(f"devait montrer {case.shown}")
    if case.due is not None:
        due = due_of(outcome.due, facts) if outcome and outcome.due else None
        if due != case.due:
            out.append(f"échéance attendue {case.due}, obtenue {due}")
    return out


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one figure, date or delay moved by one unit, each with what was moved."""
    for v, version in enumerate(rule.versions):
        for o, outcome in enumerate(version.outcomes):
            for start, end, text in literals(outcome.when):
                for moved in _moved(text):
                    when = outcome.when[:start] + moved + outcome.when[end:]
                    yield (
                        f"{text} → {moved} ({outcome.when})",
                        _with(rule, v, o, outcome.model_copy(update={"when": when})),
                    )
            if outcome.due:
                for name in ("months", "days"):
                    if value := getattr(outcome.due, name):
                        due = outcome.due.model_copy(update={name: value + 1})
                        yield (
                            f"{name} {value} → {value + 1}",
                            _with(rule, v, o, outcome.model_copy(update={"due": due})),
                        )


def survivors(rule: Rule, cases: Sequence[Case], glossary: Glossary) -> list[str]:
    """The mutations of a rule that no case notices; cases at what moves are tried first."""
    mine = [c for c in cases if c.rule == rule.id]
    return [
        said
        for said, mutant in mutants(rule)
        if not any(faults_of(mutant, c, glossary) for c in sorted(mine, key=partial(_far, said.split(" ")[0])))
    ]


def _far(moved: str, case: Case) -> float:
    """How far the facts of a case are from what moves: a figure, a day, or the name of a delay."""
    if not moved[:1].isdigit():
        return float(case.due is None)
    said = [v for value in (*case.given.values(), case.on) for v in (value if isinstance(value, list) else [value])]
    if "-" in moved:
        day = date.fromisoformat(moved)
        days = [abs((v - day).days) for v in said if isinstance(v, date)]
        return min(days, default=10**6)
    return min((abs(float(v) - float(moved)) for v in said if isinstance(v, int | float)), default=1e12)


def _moved(text: str) -> tuple[str, ...]:
    if "-" in text:
        day = date.fromisoformat(text)
        return tuple((day + timedelta(days=n)).isoformat() for n in (-1, 1))
    if "." in text:
        unit = 10.0 ** -len(text.split(".")[1])
        return tuple(f"{float(text) + n * unit:g}" for n in (-1, 1))
    return tuple(str(int(text) + n) for n in (-1, 1))


def _with(rule: Rule, v: int, o: int, outcome: Outcome) -> Rule:
    version = rule.versions[v]
    outcomes = (*version.outcomes[:o], outcome, *version.outcomes[o + 1 :])
    changed = version.model_copy(update={"outcomes": outcomes})
    return rule.model_copy(update={"versions": (*rule.versions[:v], changed, *rule.versions[v + 1 :])})


def _check_expressions(rule: Rule, where: str, glossary: Glossary) -> list[Problem]:
    out = []
    conditions = [*(o.when for o in rule.outcomes), rule.concerns, *([rule.sought] if rule.sought else [])]
    for when in conditions:
        out += [
            error("rule_name", where, f"fait inconnu : {n} ({when})")
            for n in names_of(when)
            if n not in NAMES | {KNOWN}
        ]
        out += [
            error("rule_facet", where, f"valeur de facette inconnue : {f} = {v}")
            for f, v in facets_of(when)
            if v not in glossary.facets.get(f, {})
        ]
        try:
            holds(when, context_of(_anything(when)))
        except UnreadableError as exc:
            out.append(error("rule_condition", where, str(exc)))
    actors = glossary.facets.get("acteur", {})
    out += [error("rule_bound", where, f"acteur inconnu : {a}") for a in rule.bound if a not in actors]
    named = {n for o in rule.outcomes for n in names_of(o.when)}
    asked = {i.field for i in rule.inputs}
    out += [error("rule_input", where, f"entrée qu'aucune condition ne lit : {f}") for f in sorted(asked - named)]
    out += [
        error("rule_input", where, f"condition sur un fait que rien ne demande : {n}")
        for n in sorted((named & NAMES) - asked - {"day"})
    ]
    return out


def _check_naming(rule: Rule, where: str, by_id: Mapping[str, Statement]) -> list[Problem]:
    """A rule says when it is done and what it is about, and names no document that its statements do not."""
    out = []
    if rule.stage is None or not rule.name or not rule.name_en:
        out.append(
            error("rule_stage", where, "une règle dit à quel moment (stage) et de quoi il s'agit (name, name_en)")
        )
    said = [set(analyse(by_id[s].text)) for s in rule.statements if s in by_id]
    out += [
        error("rule_document", where, f"document qu'aucun énoncé cité ne nomme : {paper.fr}")
        for paper in (*rule.documents, *(p for o in rule.outcomes for p in o.documents or ()))
        if not any(set(analyse(paper.fr)) <= words for words in said)
    ]
    return out


def _anything(expression: str) -> dict[str, Value]:
    """A value of the right sort for every fact that an expression names: what is wrong of form shows on it."""
    facts: dict[str, Value] = dict.fromkeys(QUANTITIES, 0.0)
    facts.update(dict.fromkeys(DATES, "2026-01-01"))
    facts[KNOWN] = dict.fromkeys(sorted(NAMES), True)
    for facet in FACETS:
        facts[facet] = {v: True for f, v in facets_of(expression) if f == facet}
    return facts


def _check_statements(rule: Rule, where: str, by_id: Mapping[str, Statement], today: date) -> list[Problem]:
    out = [error("rule_statement", where, f"énoncé inconnu : {s}") for s in rule.statements if s not in by_id]
    for version in rule.versions:
        for outcome in version.outcomes:
            shown = [by_id[s] for s in outcome.shown if s in by_id]
            if version.in_force.contains(today):
                out += [
                    error("rule_out_of_force", where, f"{s.id} n'est pas en vigueur")
                    for s in shown
                    if not s.in_force.contains(today)
                ]
            if outcome.strength == "firm" and any(s.confidence != "haute" for s in shown):
                out.append(error("rule_strength", where, f"plus ferme que {', '.join(outcome.shown)}"))
    return out


def _check_figures(rule: Rule, where: str, by_id: Mapping[str, Statement]) -> list[Problem]:
    """Every figure and date of a condition or a delay stands in a statement that the rule cites."""
    cited = [by_id[s] for s in rule.statements if s in by_id]
    figures, days = set(), set()
    for s in cited:
        figures |= {b.value * _scale(b.unit) for b in s.bounds}
        for value in s.values:
            if value.kind == "date":
                days.add(str(value.value))
                if (year := str(value.value)[:4]).isdigit():  # « --09-30 » is a day of every year
                    figures.add(float(year))
            elif isinstance(value.value, int | float):
                figures |= {float(value.value), value.value * _scale(value.unit or "")}
        for interval in (s.in_force, s.applies_to):
            for edge in (interval.from_, interval.until) if interval else ():
                if edge:
                    days |= {edge.isoformat(), (edge + timedelta(days=1)).isoformat()}
                    figures |= {float(edge.year), float((edge + timedelta(days=1)).year)}
    out = []
    for outcome in rule.outcomes:
        delays = [abs(n) for n in (outcome.due.months, outcome.due.days) if n] if outcome.due else []
        written = [text for _, _, text in literals(outcome.when)] + [str(n) for n in delays]
        for text in written:
            stands = text in days if "-" in text else _stands(float(text), figures)
            if not stands:
                out.append(error("rule_figure", where, f"{text} ne figure dans aucun énoncé cité ({outcome.when})"))
    return out


def _stands(figure: float, figures: set[float]) -> bool:
    """A figure, or a delay in months that a statement gives in years."""
    return figure in figures or (figure % 12 == 0 and figure / 12 in figures)


_SCALES = {"M€": 1e6, "k€": 1e3, "Md€": 1e9, "GWh": 1e6, "MWh": 1e3, "millions": 1e6, "t": 1e3, "km": 1e3}


def _scale(unit: str) -> float:
    return _SCALES.get(unit, 1.0)


def _check_cases(rule: Rule, cases: Sequence[tuple[str, Case]], glossary: Glossary, where: str) -> list[Problem]:
    out = [
        error("case", at, f"{rule.id} {case.given} : {fault}")
        for at, case in cases
        for fault in faults_of(rule, case, glossary)
    ]
    if not cases:
        out.append(warning("rule_untried", where, "aucun cas n'essaie cette règle"))
    return out
