"""The figures of the asker: read in both languages and in any unit; a threshold, a bound, an article or a date is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.case import merged, read_case
from assistant.reading.turn import continued
from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language

HEAD, CA, TOTAL, BUDGET, PUB = (
    CaseField.HEADCOUNT, CaseField.TURNOVER, CaseField.BALANCE_SHEET, CaseField.BUDGET, CaseField.AD_SPEND,
)  # fmt: skip


def values(text: str, language: Language = "fr") -> dict[CaseField, tuple[float, float]]:
    return {f: (q.low, q.high) for f, q in read_case(text, language).items()}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Ma boîte de prod de 12 salariés doit-elle publier ?", HEAD, 12),
        ("On est 12 salariés.", HEAD, 12),
        ("Nous sommes douze salariés.", HEAD, 12),
        ("J'ai 1 200 salariés et je publie quoi ?", HEAD, 1200),
        ("J'ai 1.200 salariés et je publie quoi ?", HEAD, 1200),
        ("société de 30 ETP, concernée ?", HEAD, 30),
        ("une société de 30 personnes, concernée ?", HEAD, 30),
        ("On a plus de 500 salariés.", HEAD, 500),
        ("Notre chiffre d'affaires est de 380 M€.", CA, 380e6),
        ("On fait 380 millions d'euros de CA.", CA, 380e6),
        ("notre ca : 800 k€", CA, 800e3),
        ("CA de 2,5 M€", CA, 2.5e6),
        ("un total de bilan de 20 millions d'euros", TOTAL, 20e6),
        ("Mon film a un budget de 3 M€.", BUDGET, 3e6),
        ("budget 450 000 euros", BUDGET, 450e3),
        ("un devis de 900k€", BUDGET, 900e3),
        ("On investit 150 000 € en publicité.", PUB, 150e3),
        ("Notre groupe électrogène de 60 kVA tourne", CaseField.POWER, 60),
        ("On consomme 3 GWh par an.", CaseField.CONSUMPTION, 3e6),
        ("un bâtiment de 1 500 m²", CaseField.SURFACE, 1500),
        ("On tourne 3 jours en forêt.", CaseField.DURATION, 3),
        ("Notre voiture émet 95 g/km.", CaseField.EMISSIONS, 95),
        ("On tourne à 20 personnes.", CaseField.PEOPLE, 20),
        ("un drone de 900 kg", CaseField.WEIGHT, 900),
    ],
)
def test_french(text: str, field: CaseField, value: float) -> None:
    assert values(text)[field] == (value, value)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Does my company of 12 employees have to publish?", HEAD, 12),
        ("We employ twelve staff.", HEAD, 12),
        ("We have 1,200 employees.", HEAD, 1200),
        ("Our turnover is €380 million.", CA, 380e6),
        ("We make 380 million euros in revenue.", CA, 380e6),
        ("Our balance sheet is 20 million euros.", TOTAL, 20e6),
        ("a crew of 20 people for 3 days", CaseField.PEOPLE, 20),
    ],
)
def test_english(text: str, field: CaseField, value: float) -> None:
    assert values(text, "en")[field] == (value, value)


@pytest.mark.parametrize(
    ("text", "field", "low", "high"),
    [
        ("On est 10 à 15 salariés.", HEAD, 10, 15),
        ("On est entre 10 et 15 salariés.", HEAD, 10, 15),
        ("Notre CA : 5-8 M€", CA, 5e6, 8e6),
        ("On tourne 2 ou 3 jours.", CaseField.DURATION, 2, 3),
    ],
)
def test_ranges(text: str, field: CaseField, low: float, high: float) -> None:
    assert values(text)[field] == (low, high)


@pytest.mark.parametrize(
    "text",
    [
        "Le seuil de la CSRD, c'est 250 salariés ?",
        "Les entreprises de plus de 500 salariés publient quoi ?",
        "À partir de 50 salariés, que faut-il ?",
        "Faut-il moins de 250 salariés ?",
        "Que dit l'article 122-18 du RGA ?",
        "Que dit l'art. 19 bis ?",
        "Depuis le 1er mars 2025, que faut-il ?",
        "Le 12 mars, on rend quoi ?",
        "En 2026, que publier ?",
        "J'ai 3 ans d'ancienneté et 2 questions.",
        "Un score de 65 % suffit-il ?",
        "L'amende est-elle de 75 000 € ?",
        "Rendez-vous à 14 h ?",
        "",
    ],
)
def test_what_is_not_said_of_the_asker(text: str) -> None:
    assert values(text) == {}


def test_several_figures_and_their_words() -> None:
    found = read_case("On est 1 800 salariés et 600 M€ de CA, bilan de 300 M€.")
    assert {f: q.low for f, q in found.items()} == {HEAD: 1800, CA: 600e6, TOTAL: 300e6}
    assert found[HEAD].said == "1 800 salariés"
    assert found[CA].said == "600 M€"
    assert all(q.origin == "message" for q in found.values())


def test_the_last_of_a_kind_wins() -> None:
    assert values("On est 12 salariés. Pardon, on est 18 salariés.")[HEAD] == (18, 18)


def test_a_turn_corrects_the_case_of_the_conversation() -> None:
    before = read_case("On est 12 salariés et 2 M€ de CA.")
    case = merged(before, read_case("Pardon, on est 1 800 salariés."))
    assert {f: (q.low, q.origin) for f, q in case.items()} == {HEAD: (1800, "message"), CA: (2e6, "earlier")}
    assert merged({}, {}) == {}


@given(st.integers(2, 99_999))
def test_any_headcount(n: int) -> None:
    for written in (str(n), f"{n:,}".replace(",", " "), f"{n:,}".replace(",", "\u202f")):
        found = read_case(f"Ma société de {written} salariés est-elle concernée ?")
        assert found[HEAD].value == n
        assert found[HEAD].said == f"{written} salariés"


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for q in read_case(text).values():
        assert q.low <= q.high
        assert q.said in text


def test_an_amount_left_unnamed_goes_on_with_the_last_amount() -> None:
    before = read_case("On fait 480 M€ de CA avec 1 350 salariés.")
    assert {f: q.low for f, q in continued("non pardon, 1 800 salariés mais 410 M€", before).items()} == {
        HEAD: 1800,
        CA: 410e6,
    }
    assert continued("410 M€", {}) == {}


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("Our holding has 1,350 employees and €620m net turnover.", "en", {HEAD: 1350, CA: 620e6}),
        ("entre 40 et 50 salariés selon les mois", "fr", {HEAD: (40, 50)}),
        ("une comédie à 6 M€, équipe de 75", "fr", {BUDGET: 6e6, CaseField.PEOPLE: 75}),
        ("effectif 1150, CA 430 M€", "fr", {HEAD: 1150, CA: 430e6}),
        ("our media budget is 120 thousand euros net", "en", {PUB: 120e3}),
        ("pourquoi la loi dit 10 000 salariés pour la vigilance", "fr", {}),
    ],
)
def test_what_counts_and_what_does_not(text: str, language: Language, wanted: dict[CaseField, object]) -> None:
    found = {f: low if low == high else (low, high) for f, (low, high) in values(text, language).items()}
    assert found == wanted


@pytest.mark.parametrize(
    ("before", "turn", "field", "value"),
    [
        ("Notre plateau fait 900 m².", "ah non 1 900", CaseField.SURFACE, (1900, 1900)),
        ("Notre studio consomme 2,7 GWh par an.", "non pardon 2,8", CaseField.CONSUMPTION, (2.8e6, 2.8e6)),
        ("Mon court a un budget de 400k.", "40, pas 400", BUDGET, (40e3, 40e3)),
        ("Nous sommes 300 salariés.", "300 c'est le groupe, nous on est 45", HEAD, (45, 45)),
        ("Notre plateau consomme 350 kWh par an.", "pardon MWh pas kWh", CaseField.CONSUMPTION, (350e3, 350e3)),
    ],
)
def test_a_figure_said_over_again_has_the_unit_of_the_one_it_replaces(
    before: str, turn: str, field: CaseField, value: tuple[float, float]
) -> None:
    found = continued(turn, read_case(before), corrects=True)
    assert {f: (q.low, q.high) for f, q in found.items()} == {field: value}


def test_what_a_turn_counts_is_of_no_case() -> None:
    assert continued("et pour 3 épisodes", read_case("Nous sommes 12 salariés.")) == {}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("On tourne une demi-journée.", 0.5, 0.5),
        ("On tourne une vingtaine de jours.", 20, 20),
        ("We plan a 9-day shoot.", 9, 9),
        ("On tourne entre trente et trente-cinq jours.", 30, 35),
    ],
)
def test_numbers_in_words_and_halves(text: str, low: float, high: float) -> None:
    assert values(text)[CaseField.DURATION] == (low, high)
