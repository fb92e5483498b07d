"""What applies to a case, over the rules of the corpus: one row a matter and a body of law, of what the case tells."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest

from assistant.planning.obligations import GROUPS, Obligation, about_of, obligations
from ingest.corpus.deciding import Facts, decide, tells
from ingest.corpus.fiches import Statement, load_fiches
from ingest.corpus.glossary import Glossary, load_glossary
from ingest.corpus.rules import Rule, load_case_files, load_rules
from ingest.settings import Settings

CORPUS = Settings(_env_file=None).corpus_dir  # type: ignore[call-arg]
DAY = date(2026, 11, 28)


@cache
def corpus() -> tuple[dict[str, Rule], Glossary, dict[str, Statement]]:
    statements = {s.id: s for f in load_fiches(CORPUS) for _, s in f.fiche.statements()}
    return {r.id: r for r in load_rules(CORPUS)}, load_glossary(CORPUS), statements


def told(given: dict[str, Any], day: date = DAY) -> list[Obligation]:
    rules, glossary, statements = corpus()
    return obligations(Facts.of(given, day), rules.values(), glossary, statements.get)


def group_of(rule: str, given: dict[str, Any]) -> str | None:
    return next((o.group for o in told(given) if o.rule.id == rule), None)


@pytest.mark.parametrize(
    ("rule", "given", "group"),
    [
        ("csrd-publier-fr", {"headcount": 12}, "does_not_apply"),
        ("csrd-publier-ue", {"headcount": 1200, "turnover": 5e8}, "applies"),
        ("csrd-publier-ue", {"headcount": 1200}, "missing"),
        ("csrd-publier-ue", {"genre": "fiction"}, None),
        ("tournage-chauffer-plus-de-19", {"lieu": "bureau"}, "applies"),  # « a-t-on le droit ? » Non: a ban
        ("climat-fossiles-interdites", {"situation": "energie-fossile"}, "applies"),
        ("climat-allegation-generique-fr", {"genre": "fiction"}, "depends"),
        ("feu-200-m", {"distance": 5}, "applies"),
        ("label-champ", {"genre": "fiction"}, "told"),
    ],
)
def test_a_verdict_is_told_by_what_it_means(rule: str, given: dict[str, Any], group: str | None) -> None:
    assert group_of(rule, given) == group


@pytest.mark.parametrize(
    ("rule", "about"),
    [
        ("csrd-publier-fr", "duty"),
        ("csrd-filiale-dispense-ue", "exemption"),
        ("label-dispense-bilans", "exemption"),
        ("climat-fossiles-interdites", "ban"),
        ("tournage-chauffer-plus-de-19", "right"),
        ("climat-fossiles-amende", "sanction"),
        ("label-champ", "fact"),
    ],
)
def test_what_a_rule_asks(rule: str, about: str) -> None:
    assert about_of(corpus()[0][rule]) == about


def test_every_case_of_every_rule_is_one_row_a_matter_and_a_law() -> None:
    """The cases of the tables, each against the rules of its matter: what the rule says is told, and no other."""
    rules, glossary, statements = corpus()
    beside: dict[str, list[Rule]] = {}
    for rule in rules.values():
        beside.setdefault(rule.matter, []).append(rule)
    seen: Counter[str] = Counter()
    for case in (c for f in load_case_files(CORPUS) for c in f.cases):
        facts, rule = Facts.of(case.given, case.on), rules[case.rule]
        rows = obligations(facts, beside[rule.matter], glossary, statements.get)
        places = [(o.rule.matter, o.rule.regime) for o in rows]
        assert len(places) == len(set(places))
        for row in rows:
            assert any(tells(facts, wanted, row.rule, glossary) for wanted in row.rule.inputs)
            assert row.decided == decide(row.rule, facts, glossary)
            assert (row.group == "missing") == (row.decided.outcome is None)
            assert set(row.shown) <= set(statements)
            seen[row.group] += 1
    assert set(seen) == set(GROUPS)


def test_one_park_speaks_for_its_matter() -> None:
    """Two rules of one matter under French law: the one that decides is told, once."""
    given = {"lieu": "cevennes", "situation": ["coeur-parc", "prises-de-vues"]}
    mine = [o for o in told(given) if o.rule.matter == "parc-national-autorisation"]
    assert len(mine) == 1


def test_what_is_due_comes_first_in_its_group() -> None:
    rows = [o for o in told({"genre": "fiction", "shoot": "2027-05-01", "aide": "selective"}) if o.group == "applies"]
    assert [o.due for o in rows[:3]] == [date(2027, 4, 30), date(2027, 4, 30), date(2027, 5, 16)]
    assert [o.due is None for o in rows] == sorted(o.due is None for o in rows)


def test_a_rule_that_is_not_yet_in_force_is_not_told() -> None:
    before = date(2018, 1, 1)
    given = {"headcount": 1200, "turnover": 5e8, "genre": "fiction", "surface": 1500, "lieu": "paris", "people": 300}
    rows = {o.rule.id for o in told(given, before)}
    assert rows
    assert all(corpus()[0][rule].on(before) is not None for rule in rows)
    assert {o.rule.id for o in told(given)} - rows
