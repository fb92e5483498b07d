"""Dates of questions: what is named, what it means, and what only looks like a date."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.reading.dates import AsOf, english_date, read_as_of, read_dates
from ingest.corpus.rules import DateName
from ingest.language.claims import french_date
from tests.samples import TODAY


def days(question: str) -> tuple[str, str] | None:
    found = read_as_of(question, TODAY)
    return (found.start.isoformat(), found.end.isoformat()) if found else None


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        # A year is all its days; it is judged on its last one, or on today while it runs.
        ("En 2024, quel était le seuil de la CSRD ?", "2024-01-01", "2024-12-31"),
        ("Quel était le seuil de la CSRD en 2025 ?", "2025-01-01", "2025-12-31"),
        ("Quels bilans en 2026 ?", "2026-01-01", "2026-11-25"),
        ("En 2027, que faudra-t-il remettre ?", "2027-01-01", "2027-12-31"),
        ("Quel seuil en l'an 2024 ?", "2024-01-01", "2024-12-31"),
        ("Que fallait-il courant 2024 ?", "2024-01-01", "2024-12-31"),
        ("Que fallait-il fin 2024 ?", "2024-10-01", "2024-12-31"),
        ("Que fallait-il début 2025 ?", "2025-01-01", "2025-03-31"),
        ("Pendant l'année 2024, qui devait un bilan ?", "2024-01-01", "2024-12-31"),
        ("Durant 2023, qui devait un bilan ?", "2023-01-01", "2023-12-31"),
        ("Dès 2027, que faudra-t-il ?", "2027-01-01", "2027-12-31"),
        ("À partir de 2027, que faudra-t-il ?", "2027-01-01", "2027-12-31"),
        ("What was the threshold in 2024?", "2024-01-01", "2024-12-31"),
        ("During 2023, who needed a report?", "2023-01-01", "2023-12-31"),
        ("Who has needed a report since 2025?", TODAY.isoformat(), TODAY.isoformat()),
        # A day, however it is written.
        ("Quelle règle le 1er mars 2025 ?", "2025-03-01", "2025-03-01"),
        ("Quelle règle au 31 décembre 2024 ?", "2024-12-31", "2024-12-31"),
        ("Quelle règle à la date du 15 juin 2024 ?", "2024-06-15", "2024-06-15"),
        ("Quelle règle depuis le 1er mars 2025 ?", TODAY.isoformat(), TODAY.isoformat()),
        ("Et à compter du 1er janvier 2027 ?", "2027-01-01", "2027-01-01"),
        ("Et à partir du 1er janvier 2027 ?", "2027-01-01", "2027-01-01"),
        ("Et dès le 1er janvier 2027 ?", "2027-01-01", "2027-01-01"),
        ("Quelle règle le 15/06/2024 ?", "2024-06-15", "2024-06-15"),
        ("2024-06-15 : quels bilans ?", "2024-06-15", "2024-06-15"),
        ("Quelle règle le 25 novembre 2026 ?", "2026-11-25", "2026-11-25"),
        ("Which rule applied on 1 March 2025?", "2025-03-01", "2025-03-01"),
        ("Which rule applied as of 15 June 2024?", "2024-06-15", "2024-06-15"),
        ("Which rule applied on March 1, 2025?", "2025-03-01", "2025-03-01"),
        ("Which rule applied on March 1st 2025?", "2025-03-01", "2025-03-01"),
        # A month is all its days.
        ("Quelle règle en mars 2025 ?", "2025-03-01", "2025-03-31"),
        ("Quelle règle en février 2024 ?", "2024-02-01", "2024-02-29"),
        ("Quelle règle en AOÛT 2025 ?", "2025-08-01", "2025-08-31"),
        ("Which rule in March 2025?", "2025-03-01", "2025-03-31"),
        # « Avant X » is the day before X.
        ("Avant 2025, l'animation devait-elle un bilan ?", "2024-12-31", "2024-12-31"),
        ("Et avant le 1er mars 2025 ?", "2025-02-28", "2025-02-28"),
        ("Et avant mars 2024 ?", "2024-02-29", "2024-02-29"),
        ("What was the rule before 2025?", "2024-12-31", "2024-12-31"),
        ("What was the rule before 1 March 2025?", "2025-02-28", "2025-02-28"),
        ("What was the rule before March 1, 2025?", "2025-02-28", "2025-02-28"),
        ("What was the rule prior to 2024?", "2023-12-31", "2023-12-31"),
        # Periods.
        ("Entre 2023 et 2025, quels bilans ?", "2023-01-01", "2025-12-31"),
        ("De 2023 à 2026, quels bilans ?", "2023-01-01", "2026-11-25"),
        ("Which reports between 2023 and 2025?", "2023-01-01", "2025-12-31"),
        # Relative to today.
        ("L'an dernier, quel était le seuil ?", "2025-01-01", "2025-12-31"),
        ("Quel était le seuil l’année dernière ?", "2025-01-01", "2025-12-31"),
        ("Que faudra-t-il l'année prochaine ?", "2027-01-01", "2027-12-31"),
        ("What was the threshold last year?", "2025-01-01", "2025-12-31"),
        # The date of the question is another one than that of a text it names.
        ("En 2024, la loi de 2021 s'appliquait-elle ?", "2024-01-01", "2024-12-31"),
        ("Selon la loi de 2021, que devait-on en 2024 ?", "2024-01-01", "2024-12-31"),
        ("La directive s'appliquait-elle en 2024 ?", "2024-01-01", "2024-12-31"),
        ("Quel score demandait le label en 2025 ?", "2025-01-01", "2025-12-31"),
        ("Que disait la loi en 2023 ?", "2023-01-01", "2023-12-31"),
    ],
)
def test_a_question_names_its_days(question: str, start: str, end: str) -> None:
    assert days(question) == (start, end)
    found = read_as_of(question, TODAY)
    assert found
    assert found.reason == "asked"
    assert found.day == found.end


@pytest.mark.parametrize(
    "question",
    [
        "Quels bilans carbone remettre ?",
        "Que dit la loi de 2021 ?",
        "Que dit la loi Climat et résilience du 22 août 2021 ?",
        "Que prévoit le décret du 5 janvier 2024 ?",
        "Que dit la directive de 2022 ?",
        "Que dit la directive du 14 décembre 2022 ?",
        "Que change l'ordonnance du 6 décembre 2023 ?",
        "Selon l'arrêté de 2024, qui paie ?",
        "Que dit la recommandation de 2023 ?",
        "Que contient le guide de 2022 ?",
        "Que contient le guide paru en 2022 ?",
        "Que dit la directive adoptée en décembre 2025 ?",
        "What does the directive adopted in 2022 say?",
        "Quelle est la version de 2024 du référentiel ?",
        "Et le label 2026 ?",
        "What does the law of 22 August 2021 say?",
        "What does the directive of 2022 say?",
        "What does the 2022 directive say?",
        "What does the directive of December 14, 2022 say?",
        "Que dit la directive 2022/2464 ?",
        "Que dit le règlement (UE) 2023/2772 ?",
        "Que dit la loi n° 2021-1104 ?",
        "Quel est l'article 122-18 ?",
        "Un film de 1995 doit-il un bilan ?",
        "Nous sommes plus de 2025 salariés",
        "Un budget de 2 024 000 euros",
        "Le référentiel 2026 du label ?",
    ],
)
def test_names_and_figures_are_not_dates(question: str) -> None:
    assert read_as_of(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("J'ai tourné mon film en 2024, quels bilans ?", DateName.SHOOT),
        ("on tourne en juillet sur une plage, faut déposer la demande quand ?", DateName.SHOOT),
        ("Bilan définitif rendu en janvier, je suis en règle ?", DateName.FILING),
        ("rendu en janvier ?", DateName.FILING),
        ("on a loupé le dépôt du 31 mai, c'est rattrapable ?", DateName.FILING),
        ("dossier déposé en février 2024, on doit quoi ?", DateName.FILING),
        ("film livré en mars, quel bilan ?", DateName.DELIVERY),
        ("le spot est diffusé en mars 2027, faut-il une mention ?", DateName.BROADCAST),
        ("We filed the application in March 2025, which reports?", DateName.FILING),
    ],
)
def test_a_day_of_the_case_is_not_that_of_the_law(question: str, name: DateName) -> None:
    """What was, or will be, filed, shot, delivered or shown on a day is judged by the law of today, unless another day
    is asked about; so it is no « date demandée » that the conversation keeps."""
    found = read_dates(question, TODAY)
    assert name in found.case
    assert found.as_of is None


@pytest.mark.parametrize(
    "question",
    ["le 31/02/2024", "le 32 mars 2024", "le 45/13/2024", "2024-02-30", "le 31 juin 2025", "le 29 février 2025"],
)
def test_a_day_that_never_was_is_no_date(question: str) -> None:
    assert read_as_of(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "exercise"),
    [
        ("Que publier pour l'exercice 2027 ?", 2027),
        ("Que publier pour les exercices ouverts en 2027 ?", 2027),
        ("Que publier pour l'exercice comptable 2026 ?", 2026),
        ("Que publier dans le rapport sur 2026 ?", 2026),
        ("Que faut-il pour 2027 ?", 2027),
        ("Que faut-il pour mes comptes 2026 ?", 2026),
        ("What must we publish for financial year 2027?", 2027),
        ("What must we publish for FY 2026?", 2026),
    ],
)
def test_an_accounting_year_is_judged_by_the_law_of_today(question: str, exercise: int) -> None:
    found = read_as_of(question, TODAY)
    assert found
    assert found.exercise == exercise
    assert (found.start, found.end) == (TODAY, TODAY)


def test_an_accounting_year_and_a_date_are_both_read() -> None:
    found = read_as_of("En 2025, que fallait-il publier pour l'exercice 2024 ?", TODAY)
    assert found
    assert (found.exercise, found.start, found.end) == (2024, date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize("unit", ["salariés", "euros"])
def test_a_quantity_after_pour_is_no_year(unit: str) -> None:
    assert read_as_of(f"Que faut-il pour 2027 {unit} ?", TODAY) is None


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2025, 1, 1), date(2026, 12, 31)])
def test_the_clock_is_the_one_given(today: date) -> None:
    assert read_as_of(f"en {today.year}", today) == AsOf(date(today.year, 1, 1), today, "asked")
    assert read_as_of("l'an dernier", today) == AsOf(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31), "asked")


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2026, 3, 1), "1er mars 2026", "1 March 2026"),
        (date(2024, 8, 31), "31 août 2024", "31 August 2024"),
        (date(2026, 12, 2), "2 décembre 2026", "2 December 2026"),
    ],
)
def test_dates_are_said_in_both_languages_and_read_back(day: date, french: str, english: str) -> None:
    assert (french_date(day), english_date(day)) == (french, english)
    assert read_as_of(f"le {french}", TODAY) == AsOf(day, day, "asked")
    assert read_as_of(f"on {english}", TODAY) == AsOf(day, day, "asked")


@pytest.mark.parametrize(
    "text",
    [
        "480 M€ de chiffre d'affaires l'an dernier, non cotés",
        "il a dépensé 95 000 € l'an dernier",
        "On a fait 40 M€ de CA en 2025, on publie ?",
    ],
)
def test_the_year_of_a_figure_is_not_the_date_of_the_law(text: str) -> None:
    assert read_as_of(text, date(2026, 11, 27)) is None


def test_a_year_asked_of_the_law_stays() -> None:
    found = read_as_of("L'an dernier, quel était le seuil ?", date(2026, 11, 27))
    assert found is not None
    assert found.day == date(2025, 12, 31)
