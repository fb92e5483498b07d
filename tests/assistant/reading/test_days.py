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
        ("mai 68, le format 16/9, 24/7, trois mars, t3chnique", []),
        ("FY2026", [("FY2026", "2026-01-01", "2026-12-31")]),
        ("envoyé le 2/11/26", [("2/11/26", "2026-11-02", "2026-11-02")]),
    ],
)  # fmt: skip
def test_a_date_covers_its_days(text: str, found: list[tuple[str, str, str]]) -> None:
    said = [(text[d.start : d.end], d.first.isoformat(), d.last.isoformat()) for d in days_said(text, TODAY)]
    assert said == found


@pytest.mark.parametrize(
    ("text", "said", "first", "last"),
    [
        ("on tourne en mai", "mai", "2027-05-01", "2027-05-31"),
        ("on a tourné en mai", "mai", "2026-05-01", "2026-05-31"),
        ("livraison mars dernier", "mars dernier", "2026-03-01", "2026-03-31"),
        ("we were shooting in June", "June", "2026-06-01", "2026-06-30"),
        ("tournage début novembre", "novembre", "2026-11-01", "2026-11-30"),
        ("on a déposé hier", "hier", "2026-11-27", "2026-11-27"),
        ("visa obtenu il y a deux mois", "il y a deux mois", "2026-09-01", "2026-09-30"),
        ("on livre dans quinze jours", "dans quinze jours", "2026-12-13", "2026-12-13"),
        ("filed 3 weeks ago", "3 weeks ago", "2026-11-07", "2026-11-07"),
        ("on tourne samedi", "samedi", "2026-12-05", "2026-12-05"),
        ("we wrapped last Friday", "last Friday", "2026-11-27", "2026-11-27"),
        ("fini la semaine dernière", "semaine dernière", "2026-11-16", "2026-11-22"),
        ("dépôt le mois prochain", "mois prochain", "2026-12-01", "2026-12-31"),
        ("tournage l'été dernier", "été dernier", "2026-06-01", "2026-08-31"),
        ("this winter", "winter", "2026-12-01", "2027-02-28"),
        ("livraison T3 2027", "T3 2027", "2027-07-01", "2027-09-30"),
        ("avant le 14/3", "14/3", "2027-03-14", "2027-03-14"),
        ("on a livré le 14/9", "14/9", "2026-09-14", "2026-09-14"),
        ("diffusion à Noël", "Noël", "2026-12-25", "2026-12-25"),
        ("tournage le lundi de Pâques 2027", "lundi de Pâques 2027", "2027-03-29", "2027-03-29"),
        ("livraison semaine 7", "semaine 7", "2027-02-15", "2027-02-21"),
        ("tournage second semestre 2027", "second semestre 2027", "2027-07-01", "2027-12-31"),
        ("on tourne lundi en quinze", "lundi en quinze", "2026-12-14", "2026-12-14"),
        ("on tourne vendredi 18", "vendredi 18", "2026-12-18", "2026-12-18"),
        ("lundi 7 juin 2027", "7 juin 2027", "2027-06-07", "2027-06-07"),
        ("le quinze juin deux mille vingt-sept", "quinze juin deux mille vingt-sept", "2027-06-15", "2027-06-15"),
        ("diffusion sept. 27", "sept. 27", "2027-09-01", "2027-09-30"),
        ("l'exercice 2026-27", "2026-27", "2026-01-01", "2027-12-31"),
        ("delivery in the first week of February", "first week of February", "2027-02-01", "2027-02-07"),
    ],
)
def test_a_date_without_its_year_is_counted_from_today(text: str, said: str, first: str, last: str) -> None:
    (day,) = days_said(text, TODAY)
    assert (text[day.start : day.end], day.first.isoformat(), day.last.isoformat()) == (said, first, last)


def test_a_day_is_said_from_another_one() -> None:
    text = "captation le 31 décembre 2026, en ligne dès le lendemain"
    assert [d.first for d in days_said(text, TODAY)] == [date(2026, 12, 31), date(2027, 1, 1)]


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
