"""The dates of a text, whatever they are of: how they are written, and the days that they cover."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.reading.date_head import LAW, kinds_of
from assistant.reading.dates import read_dates
from assistant.reading.days import days_said
from assistant.reading.mention_head import NONE
from ingest.corpus.rules import DateName, YearName

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("le 12 mai 2027", [("12 mai 2027", "2027-05-12", "2027-05-12")]),
        ("on dépose le 15/02/2027", [("15/02/2027", "2027-02-15", "2027-02-15")]),
        ("du 4 au 29 octobre 2027", [("4 au 29 octobre 2027", "2027-10-04", "2027-10-29")]),
        ("from May 5, 2027", [("May 5, 2027", "2027-05-05", "2027-05-05")]),
        ("en 03/2027 puis en avril 2028", [("03/2027", "2027-03-01", "2027-03-31"), ("avril 2028", "2028-04-01", "2028-04-30")]),
        ("entre 2023 et 2025", [("2023 et 2025", "2023-01-01", "2025-12-31")]),
        ("en 2023 et 2025", [("2023", "2023-01-01", "2023-12-31"), ("2025", "2025-01-01", "2025-12-31")]),
        ("le 3 mai", [("3 mai", "2027-05-03", "2027-05-03")]),
        ("l'an dernier", [("l'an dernier", "2025-01-01", "2025-12-31")]),
        ("2 024 000 euros, 2025 salariés, le 31/02/2024, la directive 2022/2464", []),
        ("on tourne en mai", []),
    ],
)  # fmt: skip
def test_a_date_covers_its_days(text: str, found: list[tuple[str, str, str]]) -> None:
    said = [(text[d.start : d.end], d.first.isoformat(), d.last.isoformat()) for d in days_said(text, TODAY)]
    assert said == found


def test_what_happens_on_each_date_is_told_by_the_words_around_it() -> None:
    text = "On tourne du 3 au 20 mai 2027, PAD livré le 14 janvier 2028 et diffusion en mars 2028"
    case = read_dates(text, TODAY).case
    assert set(case) == {DateName.SHOOT, DateName.DELIVERY, DateName.BROADCAST}
    assert (case[DateName.SHOOT].start, case[DateName.SHOOT].end) == (date(2027, 5, 3), date(2027, 5, 20))
    assert case[DateName.DELIVERY].day == date(2028, 1, 14)


def test_the_day_of_an_aid_is_no_day_of_the_law() -> None:
    found = read_dates(
        "Documentaire de 52 min, aide obtenue en octobre 2026 : le bilan définitif, c'est quand ?", TODAY
    )
    assert set(found.case) == {DateName.DECISION}
    assert found.as_of is None


def test_the_law_asked_about_wins_over_the_case() -> None:
    found = read_dates("tournage en mars 2025, quelle règle en 2024 ?", TODAY)
    assert found.as_of is not None
    assert found.as_of.day == date(2024, 12, 31)


def test_a_financial_year_is_a_year_of_the_case() -> None:
    found = read_dates("Que publier pour l'exercice 2027 ?", TODAY)
    assert found.case[YearName.FINANCIAL_YEAR].end.year == 2027


def test_each_date_is_of_one_kind() -> None:
    text = "Selon la loi du 10 février 2020, que fallait-il en 2023 ?"
    assert kinds_of(text, days_said(text, TODAY), TODAY) == [NONE, LAW]
