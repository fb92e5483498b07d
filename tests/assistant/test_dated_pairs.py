"""The same question on two days, over the real corpus: each answer right, and different.

What an answer says is read apart from its warnings: hindsight (« abrogé depuis », « à venir ») may only stand there.
"""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answer import Answer
from assistant.service import Service
from evals.scoring.scoring import contains
from tests.assistant.conftest import opener
from tests.assistant.support import faults

CSRD = "Quel est le seuil de la CSRD ?"
CAR = "Peut-on faire de la pub pour une voiture très émettrice ?"
NEUTRAL = "Peut-on dire neutre en carbone dans une publicité ?"
LABEL = "Label autodéclaré maison, permis ?"
BEGES = "Quelle est l'amende si on ne fait pas son BEGES ?"

# question, day, what the answer says, what it must not say
DATED = [
    (CSRD, "2023-06-30", ["40 M€", "20 M€", "250 salariés"], ["450 M€", "1 000 salariés"]),
    (CSRD, "2024-06-30", ["50 M€", "25 M€", "250 salariés"], ["450 M€", "1 000 salariés"]),
    (CSRD, "2025-12-31", ["50 M€", "25 M€", "250 salariés", "puis 2027"], ["450 M€", "1 000 salariés"]),
    (CSRD, "2026-11-25", ["450 M€", "1 000 salariés", "18 mars 2026"], ["40 M€"]),
    ("Quel est le seuil de la CSRD pour l'exercice 2027 ?", "2026-11-25", ["450 M€", "1 000 salariés", "250 salariés"], []),
    (CAR, "2026-06-01", ["31 décembre 2027", "permise"], ["20 000 €"]),
    (CAR, "2028-06-01", ["1er janvier 2028", "est interdite"], ["reste permise"]),
    (NEUTRAL, "2022-06-01", ["attendait son décret"], ["dossier"]),
    (NEUTRAL, "2026-11-25", ["est interdit depuis le 1er janvier 2023", "dossier"], ["aucune interdiction"]),
    (LABEL, "2026-09-26", ["n'était pas encore applicable", "tromperie"], ["ne permet plus"]),
    (LABEL, "2026-09-27", ["ne permet plus", "transposition"], ["n'était pas encore applicable"]),
    (BEGES, "2015-06-01", ["aucune amende"], ["1 500 €", "10 000 €", "50 000 €"]),
    (BEGES, "2018-06-01", ["1 500 €"], ["10 000 €", "50 000 €", "aucune amende"]),
    (BEGES, "2021-06-01", ["10 000 €", "20 000 €"], ["1 500 €", "50 000 €"]),
    (BEGES, "2026-11-25", ["50 000 €", "100 000 €"], ["1 500 €", "10 000 €"]),
]  # fmt: skip
COMING = [  # question, day, what stands in the warnings alone
    (CSRD, "2025-12-31", "upcoming", "450 M€"),
    (CSRD, "2026-11-25", "changed", "25 M€ de bilan"),
    (CAR, "2026-06-01", "upcoming", "1er janvier 2028"),
    (NEUTRAL, "2026-11-25", "changed", "31 décembre 2022"),
    (LABEL, "2026-09-27", "changed", "26 septembre 2026"),
    (BEGES, "2026-11-25", "changed", "10 000 €"),
]


def asked(real: Service, question: str, day: str) -> Answer:
    answer, _ = real.engine.ask(question, as_of=date.fromisoformat(day))
    return answer


@pytest.mark.parametrize(("question", "day", "says", "never"), DATED)
def test_each_day_has_its_law(real: Service, question: str, day: str, says: list[str], never: list[str]) -> None:
    answer = asked(real, question, day)
    assert answer.outcome == "answered" or answer.parts[0].verdict == "depends", answer.answer
    assert [s for s in says if not contains(answer.answer, [s])] == [], answer.answer
    assert [s for s in never if contains(answer.answer, [s])] == [], answer.answer
    assert faults(answer, opener(real), real.snapshot.manifest.name) == []


def test_a_threshold_says_its_first_year(real: Service) -> None:
    assert contains(asked(real, CSRD, "2024-06-30").answer, ["exercice 2025"])


@pytest.mark.parametrize(("question", "day", "kind", "words"), COMING)
def test_what_changed_or_is_coming_stands_beside_the_answer(
    real: Service, question: str, day: str, kind: str, words: str
) -> None:
    told = [w.text for w in asked(real, question, day).warnings if w.kind == kind]
    assert any(contains(text, [words]) for text in told), told


@pytest.mark.parametrize("question", [CSRD, CAR, NEUTRAL, LABEL, BEGES])
def test_no_two_days_of_a_pair_have_the_same_answer(real: Service, question: str) -> None:
    answers = [asked(real, q, day).answer for q, day, _, _ in DATED if q == question]
    assert len(answers) >= 2
    assert len(set(answers)) == len(answers)
