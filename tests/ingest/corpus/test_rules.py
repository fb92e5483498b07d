"""Rules as code: what decides, what is asked for, and that a table of cases notices any figure that moves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.corpus.check_rules import faults_of, mutants, survivors
from ingest.corpus.deciding import Facts, decide, due_of
from ingest.corpus.expressions import UnreadableError, context_of, facets_of, holds, literals, names_of
from ingest.corpus.glossary import FacetValue, Glossary
from ingest.corpus.rules import Case, Rule, load_case_files, load_rules

CORPUS = Path(__file__).parents[3] / "corpus"
DAY = date(2026, 11, 28)
GLOSSARY = Glossary(
    facets={
        "genre": {
            "serie": FacetValue(label="série", within=("fiction",)),
            "fiction": FacetValue(label="fiction", beside=("long-metrage",)),
            "long-metrage": FacetValue(label="long métrage"),
            "animation": FacetValue(label="animation"),
        },
        "acteur": {
            "cotee": FacetValue(label="cotée"),
            "non-cotee": FacetValue(label="non cotée", against=("cotee",)),
            "producteur": FacetValue(label="producteur"),
        },
    }
)
RULE = Rule.model_validate(
    {
        "id": "essai",
        "matter": "essai",
        "settles": "Faut-il faire ceci ?",
        "settles_en": "Must this be done?",
        "stage": "prep",
        "name": "Ceci",
        "name_en": "This",
        "regime": "fr",
        "bound": ["producteur"],
        "asks": ["faut-il ?", "dois-je ?", "must I?"],
        "inputs": [
            {"field": "headcount", "ask": "Combien de salariés ?", "ask_en": "How many employees?"},
            {"field": "genre", "value": "serie", "ask": "Est-ce une série ?", "ask_en": "Is it a series?"},
            {"field": "filing", "ask": "Quand déposez-vous ?", "ask_en": "When do you file?"},
        ],
        "versions": [
            {
                "in_force": {"from": "2026-01-01"},
                "outcomes": [
                    {"if": 'genre["serie"] && headcount > 500', "verdict": "yes", "shown": ["a"]},
                    {
                        "if": 'filing < "2026-07-01"',
                        "verdict": "no",
                        "shown": ["b"],
                        "due": {"after": "visa", "months": 8},
                    },
                    {"verdict": "no", "shown": ["c"]},
                ],
            }
        ],
    }
)


def decided(**given: object) -> tuple[str | None, str | None]:
    found = decide(RULE, Facts.of(given, DAY), GLOSSARY)
    assert found is not None
    return (
        found.outcome.shown[0] if found.outcome else None,
        found.missing.field if found.missing else None,
    )


def test_the_first_outcome_that_holds_decides() -> None:
    assert decided(headcount=501, genre="serie") == ("a", None)
    assert decided(headcount=500, genre="serie", filing="2026-06-30") == ("b", None)
    assert decided(headcount=500, filing="2026-07-01") == ("c", None)


def test_what_is_unknown_is_asked_for_only_when_it_can_change_the_outcome() -> None:
    assert decided(headcount=501) == (None, "genre")
    assert decided(genre="serie") == (None, "headcount")
    assert decided(headcount=501, genre="animation", filing="2026-07-02") == ("c", None)


def test_outcomes_that_remain_and_agree_decide_and_are_not_sure() -> None:
    found = decide(RULE, Facts.of({"headcount": 12}, DAY), GLOSSARY)
    assert found is not None
    assert found.outcome is not None
    assert (found.outcome.verdict, found.sure) == ("no", False)


def test_a_range_that_straddles_a_bound_decides_nothing() -> None:
    assert decided(headcount=[400, 600], genre="serie", filing="2026-08-01") == (None, "headcount")
    assert decided(headcount=[501, 600], genre="serie") == ("a", None)


def test_no_version_in_force_says_nothing() -> None:
    assert decide(RULE, Facts.of({"headcount": 501}, date(2025, 1, 1)), GLOSSARY) is None


def test_a_day_is_computed_from_the_case() -> None:
    due = RULE.versions[0].outcomes[1].due
    assert due is not None
    assert due_of(due, Facts.of({"visa": "2026-06-30"}, DAY)) == date(2027, 2, 28)
    assert due_of(due, Facts.of({}, DAY)) is None


def test_a_year_of_publication_is_of_the_financial_year_before() -> None:
    rule = RULE.model_copy(
        update={
            "versions": (
                RULE.versions[0].model_copy(
                    update={
                        "outcomes": (
                            RULE.versions[0].outcomes[0].model_copy(update={"when": "financial_year >= 2027"}),
                        )
                    }
                ),
            )
        }
    )
    found = decide(rule, Facts.of({"publication_year": 2028}, DAY), GLOSSARY)
    assert found is not None
    assert found.outcome is not None
    assert decide(rule, Facts.of({"publication_year": 2027}, DAY), GLOSSARY) is None


@pytest.mark.parametrize(
    ("said", "value", "known"),
    [
        (("serie",), "fiction", True),
        (("fiction",), "serie", None),
        (("fiction",), "long-metrage", None),
        (("animation",), "serie", False),
        ((), "serie", None),
    ],
)
def test_a_facet_is_known_by_inclusion_and_exclusion(said: tuple[str, ...], value: str, known: bool | None) -> None:
    assert GLOSSARY.known("genre", said, value) is known


def test_an_actor_is_excluded_only_by_its_contrary() -> None:
    assert GLOSSARY.known("acteur", ("producteur",), "cotee") is None
    assert GLOSSARY.known("acteur", ("non-cotee",), "cotee") is False
    assert GLOSSARY.known("acteur", ("cotee",), "non-cotee") is False


def test_expressions_are_read_and_refused() -> None:
    assert names_of('genre["serie"] && headcount > 500') == ("genre", "headcount")
    assert facets_of('genre["serie"]') == (("genre", "serie"),)
    assert [t for _, _, t in literals('filing < "2026-07-01" && headcount >= 500')] == ["2026-07-01", "500"]
    assert holds("months_after(visa, 1) <= day", context_of({"visa": "2026-01-31", "day": "2026-02-28"})) is True
    for wrong in ("headcount >", "headcount", '"a" > 3'):
        with pytest.raises(UnreadableError):
            holds(wrong, context_of({"headcount": 3.0}))


def case(expect: str, **given: object) -> Case:
    return Case.model_validate({"rule": "essai", "given": given, "expect": expect, "of": "essai", "on": DAY})


def test_cases_notice_what_moves() -> None:
    border = [
        case("yes", headcount=501, genre="serie"),
        case("no", headcount=500, genre="serie", filing="2026-08-01"),
    ]
    assert all(not faults_of(RULE, c, GLOSSARY) for c in border)
    assert all("500" not in said.split(" → ")[0] for said in survivors(RULE, border, GLOSSARY))
    assert len(list(mutants(RULE))) == 5
    assert faults_of(RULE, case("yes", headcount=500, genre="serie", filing="2026-08-01"), GLOSSARY)


def test_every_figure_of_every_rule_is_noticed_by_a_case() -> None:
    cases = [c for f in load_case_files(CORPUS) for c in f.cases]
    from ingest.corpus.glossary import load_glossary

    glossary = load_glossary(CORPUS)
    left = {r.id: said for r in load_rules(CORPUS) if (said := survivors(r, cases, glossary))}
    assert not left
