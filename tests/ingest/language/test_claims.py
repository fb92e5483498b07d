"""What two sentences claim, compared: figures, dates and references exactly, negation and modality not flipped."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.language.claims import MONTHS_EN, MONTHS_FR, Figure, flipped, read_claim, unsupported


def figures(text: str, language: str = "fr") -> list[str]:
    return sorted(str(f) for f in read_claim(text, language).figures)  # type: ignore[arg-type]


def dates(text: str, language: str = "fr") -> list[str]:
    return sorted(str(d) for d in read_claim(text, language).dates)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("une amende de 28 000 €", ["28000 €"]),
        ("une amende de 28\u202f000\u00a0€", ["28000 €"]),
        ("une amende de 28\u2009000 euros", ["28000 €"]),
        ("1,5 million d'euros", ["1500000 €"]),
        ("450 millions d’euros", ["450000000 €"]),
        ("3 milliards d'euros", ["3000000000 €"]),
        ("30 M€ de bilan", ["30000000 €"]),
        ("un budget de 40 k€", ["40000 €"]),
        ("EUR 500", ["500 €"]),
        ("2026 € exactement", ["2026 €"]),
        ("un score de 65 %", ["65 %"]),
        ("12,5\u00a0% des points", ["12.5 %"]),
        ("65 pour cent", ["65 %"]),
        ("de 10 à 20 %", ["10", "20 %"]),
        ("plus de 1 000 salariés", ["1000"]),
        ("1 000 000 d'euros", ["1000000 €"]),
        ("limiter à 1,5 °C ou 1,5°C", ["1.5"]),
        ("30 m de câble", ["30"]),
        ("deux bilans", ["2"]),
        ("une quinzaine de jours", ["15"]),
        ("vingt-cinq personnes", ["25"]),
        ("vingt personnes", ["20"]),
        ("trente et un jours", ["31"]),
        ("soixante-dix plateaux", ["70"]),
        ("quatre-vingts jours", ["80"]),
        ("quatre-vingt-dix-sept jours", ["97"]),
        ("dix-sept jours", ["17"]),
        ("deux et un autre", ["2"]),
        ("un bilan et un film neuf", []),
        ("le 5e alinéa et la 3ème étape", []),
        ("1° le devis ; 2° le coût", []),
    ],
)
def test_french_figures_are_read_with_their_unit_and_scale(text: str, expected: list[str]) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EUR 28,000", ["28000 €"]),
        ("€28,000", ["28000 €"]),
        ("€30m", ["30000000 €"]),
        ("€1.5 million", ["1500000 €"]),
        ("EUR 450 million", ["450000000 €"]),
        ("3 billion euros", ["3000000000 €"]),
        ("12.5%", ["12.5 %"]),
        ("65 per cent", ["65 %"]),
        ("1,000 employees", ["1000"]),
        ("twenty-five days", ["25"]),
        ("fifteen days", ["15"]),
        ("one of the reports", []),
    ],
)
def test_english_figures_are_read_with_their_unit_and_scale(text: str, expected: list[str]) -> None:
    assert figures(text, "en") == expected


@pytest.mark.parametrize(
    ("french", "english", "expected"),
    [
        ("le 1er janvier 2024", "1 January 2024", ["2024-01-01"]),
        ("le 31 décembre 2025", "December 31, 2025", ["2025-12-31"]),
        ("le 15 août 2026", "15th August 2026", ["2026-08-15"]),
        ("en mars 2025", "in March 2025", ["2025-03-??"]),
        ("en 2024", "in 2024", ["2024-??-??"]),
        ("chaque 30 avril", "every 30 April", ["??-04-30"]),
        ("de 2024 à 2026", "from 2024 to 2026", ["2024-??-??", "2026-??-??"]),
        ("exercices 2024-2026", "2024-2026", ["2024-??-??", "2026-??-??"]),
        ("le 2 décembre 2026", "2 December 2026", ["2026-12-02"]),
        ("en fevrier 2023", "in February 2023", ["2023-02-??"]),
    ],
)
def test_a_date_is_the_same_date_in_french_and_in_english(french: str, english: str, expected: list[str]) -> None:
    assert dates(french) == dates(english, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-01", ["2025-03-01"]),
        ("2025-03", ["2025-03-??"]),
        ("--04-30", ["??-04-30"]),
        ("le 31/12/2025", ["2025-12-31"]),
        ("le 1.5.2025", ["2025-05-01"]),
        ("2030, date visée", ["2030-??-??"]),
        ("250 salariés", []),
        ("2026 € et 2030 salariés", []),
    ],
)
def test_dates_are_read_however_they_are_written(text: str, expected: list[str]) -> None:
    assert dates(text) == expected


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("la loi n° 2021-1104 du 22 août", "2021-1104"),
        ("la loi 2021-1104", "2021-1104"),
        ("la directive 2022/2464", "2022/2464"),
        ("le règlement (UE) 2023/2772/UE", "2023/2772"),
        ("la norme ISO 20121", "ISO 20121"),
        ("l'AFNOR SPEC 2308", "SPEC 2308"),
        ("l'article L. 229-67", "L229-67"),
        ("la publication E1-6", "E1-6"),
    ],
)
def test_names_that_hold_digits_are_references_and_not_figures(text: str, reference: str) -> None:
    claim = read_claim(text)
    assert reference in claim.references
    assert not claim.figures
    assert not {d.year for d in claim.dates if d.year}


def test_carbon_dioxide_and_drone_scenarios_are_neither_figures_nor_references() -> None:
    claim = read_claim("Le scénario S3 et les tonnes de CO2e, CO₂ et CO2.")
    assert not claim.figures
    assert not claim.references


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("Le producteur ne remet pas de bilan.", True),
        ("Le producteur n’est pas tenu de remettre un bilan.", True),
        ("Aucun bilan n'est demandé.", True),
        ("Nul n'est tenu de filmer.", True),
        ("Rien n'impose un bilan.", True),
        ("Le bilan n'est plus demandé.", True),
        ("Ni le bilan ni le plan ne sont demandés.", True),
        ("Le bilan est remis, pas le plan.", True),
        ("Il ne remet qu'un bilan.", False),
        ("Une personne remet le bilan.", False),
        ("Le plus grand producteur remet un bilan.", False),
    ],
)
def test_french_negation(text: str, negated: bool) -> None:
    assert read_claim(text).negated is negated


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("The producer does not file a report.", True),
        ("It isn't mandatory.", True),
        ("No report is required.", True),
        ("The producer cannot claim.", True),
        ("An SME could publish nothing.", True),
        ("The bonus is all or nothing.", False),
        ("No later than 3 months.", False),
        ("Law No. 2021-1104 applies.", False),
    ],
)
def test_english_negation(text: str, negated: bool) -> None:
    assert read_claim(text, "en").negated is negated


@pytest.mark.parametrize(
    ("text", "language", "modality"),
    [
        ("Le producteur doit remettre un bilan.", "fr", {"oblige"}),
        ("Le producteur est tenu de remettre un bilan.", "fr", {"oblige"}),
        ("Il faut un bilan.", "fr", {"oblige"}),
        ("Le producteur peut filmer.", "fr", {"permet"}),
        ("Le label est facultatif.", "fr", {"permet"}),
        ("Un projet peut-être aidé.", "fr", set()),
        ("Il est interdit de fumer.", "fr", {"interdit"}),
        ("L'autorisation est demandée à la mairie.", "fr", set()),
        ("The producer must file.", "en", {"oblige"}),
        ("The producer may film.", "en", {"permet"}),
        ("It is prohibited.", "en", {"interdit"}),
        ("It starts in May 2025, on 1 May.", "en", set()),
    ],
)
def test_modality(text: str, language: str, modality: set[str]) -> None:
    assert read_claim(text, language).modality == modality  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "support", "missing"),
    [
        ("Il remet 2 bilans.", "Il remet deux bilans.", []),
        ("Il remet 3 bilans.", "Il remet deux bilans.", ["chiffre 3"]),
        ("Il y a 20 personnes.", "Il y a vingt-cinq personnes.", ["chiffre 20"]),
        ("65 % des points", "65 points", ["chiffre 65 %"]),
        ("65 % des points", "65 € de frais", ["chiffre 65 %"]),
        ("28 000 €", "28 000 salariés", ["chiffre 28000 €"]),
        ("28 000 €", "28 001 €", ["chiffre 28000 €"]),
        ("en 2024", "le 1er mars 2024", []),
        ("le 1er mars 2024", "en 2024", ["date 2024-03-01"]),
        ("le 1er mars 2024", "le 1er mars 2025", ["date 2024-03-01"]),
        ("l'article 122-18", "l'article 122-19", ["référence 122-18"]),
        ("la loi n° 2021-1104", "la loi n° 2021-1105", ["référence 2021-1104"]),
        ("2 fois", "les deux à la fois", []),
        ("le 5 est demandé", "le 5e alinéa", []),
    ],
)
def test_what_the_support_does_not_hold_is_named(claim: str, support: str, missing: list[str]) -> None:
    assert unsupported(read_claim(claim), read_claim(support)) == missing


@pytest.mark.parametrize(
    ("claim", "support", "turns"),
    [
        ("Le bilan n'est pas obligatoire.", "Le bilan est obligatoire.", ["négation ajoutée"]),
        ("Le bilan est obligatoire.", "Le bilan n'est pas obligatoire.", ["négation perdue : oblige"]),
        ("Le producteur peut filmer.", "Le producteur ne peut pas filmer.", ["négation perdue : permet"]),
        ("Un producteur est tenu de filmer.", "Aucun producteur n'est tenu de filmer.", ["négation perdue : oblige"]),
        ("Le label est imposé.", "Rien n'impose le label.", ["négation perdue : oblige"]),
        ("Le producteur doit filmer.", "Le producteur peut filmer.", ["modalité permet → oblige"]),
        ("Le producteur peut filmer.", "Le producteur doit filmer.", ["modalité oblige → permet"]),
        ("Filmer est interdit.", "Filmer est autorisé.", ["modalité permet → interdit"]),
        ("Filmer est autorisé.", "Filmer est interdit.", ["modalité interdit → permet"]),
        ("Il ne remet pas d'image.", "Il remet une image et des informations.", ["négation ajoutée"]),
        ("Il ne remet pas de bilan.", "Il est dispensé, sans bilan à remettre.", []),
        ("La prime est facultative.", "La prime est facultative : nul n'est tenu de la demander.", []),
        ("La radio le dit sans mot-dièse exigé.", "La radio le dit ; le mot-dièse n'y est pas exigé.", []),
        ("Le producteur remet un bilan.", "Le producteur remet un bilan.", []),
    ],
)
def test_negation_and_modality_may_not_turn_round(claim: str, support: str, turns: list[str]) -> None:
    assert flipped(read_claim(claim), read_claim(support)) == turns


@pytest.mark.parametrize(
    ("english", "french", "turns"),
    [
        ("The report is not mandatory.", "Le bilan n'est pas obligatoire.", []),
        ("No report is required.", "Aucun bilan n'est exigé.", []),
        ("The report is mandatory.", "Le bilan n'est pas obligatoire.", ["négation perdue : oblige"]),
        ("The producer must not film.", "Le producteur doit filmer.", ["négation ajoutée"]),
        ("The producer may film.", "Le producteur doit filmer.", ["modalité oblige → permet"]),
    ],
)
def test_a_translation_may_not_turn_its_text_round(english: str, french: str, turns: list[str]) -> None:
    assert flipped(read_claim(english, "en"), read_claim(french)) == turns


@given(st.integers(1, 999_999_999), st.sampled_from(["\u00a0", "\u202f", " "]), st.sampled_from(["", "€", "%"]))
def test_any_integer_reads_the_same_in_french_and_in_english(n: int, space: str, unit: str) -> None:
    french = f"Le seuil est de {n:,}".replace(",", space) + (f"{space}{unit}" if unit else "") + " exactement."
    english = f"The threshold is {n:,}{unit} exactly." if unit != "€" else f"The threshold is EUR {n:,} exactly."
    expected = {Figure(Decimal(n).normalize(), unit)}  # type: ignore[arg-type]
    assert read_claim(french).figures == read_claim(english, "en").figures == expected


@given(st.decimals(min_value="0.01", max_value="99999.99", places=2))
def test_any_amount_reads_the_same_in_french_and_in_english(amount: Decimal) -> None:
    french = f"{amount:,}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"
    english = f"€{amount:,}"
    assert read_claim(french).figures == read_claim(english, "en").figures == {Figure(amount.normalize(), "€")}


@given(st.integers(0, 40_000))
def test_any_day_reads_the_same_in_french_and_in_english(offset: int) -> None:
    day = date(1990, 1, 1) + timedelta(days=offset)
    number = "1er" if day.day == 1 else str(day.day)
    french = read_claim(f"À partir du {number} {MONTHS_FR[day.month - 1]} {day.year}, la règle change.")
    english = read_claim(f"From {day.day} {MONTHS_EN[day.month - 1].capitalize()} {day.year}, the rule changes.", "en")
    assert [str(d) for d in french.dates] == [day.isoformat()]
    assert french.dates == english.dates
    assert not french.figures
    assert not english.figures


@given(st.text(max_size=200), st.sampled_from(["fr", "en"]))
def test_any_text_supports_itself(text: str, language: str) -> None:
    claim = read_claim(text, language)  # type: ignore[arg-type]
    assert unsupported(claim, claim) == []
    assert flipped(claim, claim) == []


@pytest.mark.parametrize(
    "unit", ["n'", "ne ", "ne a ", "aucun ", "1 ", "1 000 ", "n° 1 ", "ISO ", "€ ", "12/", "2024-"]
)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    started = time.thread_time()
    read_claim((unit * 50_000)[:50_000])
    assert time.thread_time() - started < 2
