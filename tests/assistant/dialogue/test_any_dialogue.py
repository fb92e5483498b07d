"""Any dialogue holds: turns of the reference set in any order, acts, corrections, dates, languages, picked days.

What is asked is asked through `Engine.ask` and `Service.ask` alone. Every answer keeps the invariants that
`tests.assistant.support.faults` reads, and no turn raises. Thirty dialogues each time, a thousand at night
(`tests.drawn`); the corpus is the real one, the model its hashing double.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.dialogue.memory import Memory
from assistant.service import Ask, Service
from evals.reference_set import load_reference
from tests.assistant.conftest import opener
from tests.assistant.support import faults
from tests.drawn import by_day


@dataclass(frozen=True)
class Turn:
    """What is typed, and what is picked beside the box."""

    text: str
    as_of: date | None = None
    forget_date: bool = False
    language: Any = None

    @property
    def asked(self) -> dict[str, Any]:
        return {"as_of": self.as_of, "forget_date": self.forget_date, "language": self.language}


REFERENCE = load_reference()
QUESTIONS = [q.question for q in REFERENCE.questions]
TURNS = [t.question for d in REFERENCE.dialogues for t in d.dialogue]
ACTS = [
    "source ?", "t'as la source ?", "résume", "résume en une phrase", "en tableau", "merci", "merci !", "ok", "d'accord",
    "bonjour", "et en anglais ?", "in English please", "en français stp", "tu es sûr ?", "are you sure?", "vraiment ?",
    "je n'ai pas compris", "explique plus simplement", "pourquoi ?", "et alors ?", "continue", "?", "…", "stop", "recommence",
    "fais-moi un mail", "donne-moi une checklist", "qui es-tu ?", "oui", "non", "les deux", "le premier", "c'est faux",
]  # fmt: skip
CORRECTIONS = [
    "pardon, 1 800 salariés", "non pardon je parlais de notre série d'animation", "je voulais dire un documentaire",
    "en fait c'est une pub", "non, à Marseille", "Et cette même pub à la dune du Pilat ?", "et pour un court métrage ?",
    "sorry, I meant a feature film", "plutôt en 2024", "et si on est cotés ?", "non, sans aide du CNC", "et en Corse ?",
    "même question pour la télé", "je me suis trompé, on est 40", "what about an animated series?", "et l'inverse ?",
]  # fmt: skip
DATES = [
    "et en 2023 ?", "et avant le 1er mars 2025 ?", "et l'an dernier ?", "et aujourd'hui ?", "and in 2027?", "pour l'exercice 2026 ?",
    "depuis quand ?", "jusqu'à quand ?", "et au 31 février ?", "en 1998", "et demain ?",
]  # fmt: skip
RETURNS = [
    "pour revenir au label, qui décide ?",
    "revenons au film",
    "back to the film: is there a ceiling?",
    "autre sujet : les déchets",
]
SAID = st.one_of(
    st.sampled_from(QUESTIONS),
    st.sampled_from(TURNS),
    st.sampled_from(ACTS),
    st.sampled_from(CORRECTIONS),
    st.sampled_from(DATES),
    st.sampled_from(RETURNS),
    st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(CORRECTIONS + DATES + ACTS)).map(" ".join),
    st.tuples(st.sampled_from(ACTS + CORRECTIONS), st.sampled_from(TURNS)).map(" ".join),
)
PICKED = st.one_of(
    st.none(),
    st.none(),
    st.dates(date(2022, 1, 1), date(2028, 12, 31)),
    st.sampled_from([date(2025, 2, 28), date(2025, 3, 1)]),
)
DIALOGUES = st.lists(
    st.builds(Turn, SAID, PICKED, st.booleans(), st.sampled_from([None, None, None, "fr", "en"])),
    min_size=2,
    max_size=7,
)

Check = Callable[[Answer], list[str]]


@pytest.fixture(scope="module")
def service(lexical: Service) -> Service:
    return lexical


@pytest.fixture(scope="module")
def check(service: Service) -> Check:
    open_passage, snapshot = opener(service), service.snapshot.manifest.name
    return lambda answer: faults(answer, open_passage, snapshot)


def hold(service: Service, check: Check, turns: list[Turn]) -> None:
    previous: Memory | None = None
    for turn in turns:
        answer, previous = service.engine.ask(turn.text, **turn.asked, previous=previous)
        assert check(answer) == [], turn


@given(DIALOGUES)
@by_day(30)
def test_any_dialogue_holds(service: Service, check: Check, turns: list[Turn]) -> None:
    hold(service, check, turns)


@given(DIALOGUES)
@by_day(8)
def test_so_does_one_that_is_kept(service: Service, check: Check, turns: list[Turn]) -> None:
    """The same through the service, whose memory goes to the disk and back."""
    conversation = None
    for turn in turns:
        answer = service.ask(Ask(turn.text, conversation_id=conversation, **turn.asked))
        conversation = answer.conversation_id
        assert check(answer) == [], turn


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("Un contrat climat, concrètement, c'est quoi ?", "Et cette même pub à la dune du Pilat ?"),
        ("Who actually imposes the fine for not declaring?", "Et cette même pub à la dune du Pilat ?"),
        ("Dans un bilan de prod quel poste pèse le plus ? la régie me jure que c'est la bouffe", "non pardon je parlais de notre série d'animation"),
    ],
)  # fmt: skip
def test_a_follow_up_that_names_another_case_than_the_first_question(
    service: Service, check: Check, first: str, then: str
) -> None:
    """The case named by the follow-up is no longer part of the scene that the first part is read in."""
    hold(service, check, [Turn(first), Turn(then)])


def test_a_part_left_without_an_answer_is_one_of_this_message(service: Service, check: Check) -> None:
    """« Pardon, 1 800 salariés » was told that « autre sujet : les déchets », of the message before, had no answer."""
    before = "Qui pousse les contrats climat auprès des chaînes et des annonceurs, l'ARPP ou un autre organisme ?"
    said = ["Un contrat climat, concrètement, c'est quoi ?", before]
    day = date(2022, 1, 1)
    again = [Turn("pardon, 1 800 salariés")] * 2
    hold(service, check, [*map(Turn, said), Turn("autre sujet : les déchets", day), *again])
