"""One gesture: an answer says which reviewed question it answers, offers others, and answers the one that is chosen."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Answer
from assistant.app import create_app
from assistant.commands.chat import Chat
from assistant.commands.showing import show
from assistant.dialogue.turns import Asked
from assistant.planning.readings import OFFERED, OFFERED_EACH
from assistant.service import Ask, Service
from ingest.errors import ClapvertError, ErrorCode
from tests.assistant.planning.conftest import message
from tests.assistant.support import faults, problem

BILANS = "Quels bilans carbone remettre au CNC pour une aide à la production ?"
DEVOIR = "Ma société doit-elle publier un rapport annuel de durabilité ?"
TWO = f"{BILANS} Quel score faut-il pour le Label Ecoprod ?"


def asked(service: Service, text: str, choose: str = "") -> Answer:
    answer, _ = service.engine.answer(message(service, text, choose=choose))
    assert faults(answer, lambda p: service.passage(p)[0]) == []
    return answer


def test_an_answer_opens_under_the_question_that_it_answers(carded: Service) -> None:
    assert [p.answers_to for p in asked(carded, "quels bilans pour l'aide à la prod du cnc ?").parts] == [BILANS]
    (by_statement,) = asked(carded, "Quel score faut-il pour le Label Ecoprod ?").parts
    assert by_statement.card is None
    assert by_statement.answers_to


def test_the_others_answer_something_else_and_are_three_at_most(carded: Service) -> None:
    alone, both = asked(carded, BILANS), asked(carded, TWO)
    assert 0 < len(alone.alternatives) <= OFFERED
    assert len({a.question for a in alone.alternatives} | {BILANS}) == len(alone.alternatives) + 1
    assert {a.id.split(".")[0] for a in both.alternatives} <= {"0", "1"}
    assert len(both.alternatives) <= 2 * OFFERED_EACH
    shown = {c.quote for c in alone.citations}
    for other in alone.alternatives:  # of the same subject or not, none opens with what is on screen
        assert asked(carded, BILANS, other.id).citations[0].quote not in shown


def test_the_one_that_is_chosen_is_answered_and_the_other_parts_stay(carded: Service) -> None:
    before = asked(carded, TWO)
    for other in before.alternatives:
        part = int(other.id[0])
        after = asked(carded, TWO, other.id)
        assert after.parts[part].answers_to == other.question
        assert after.parts[1 - part].answers_to == before.parts[1 - part].answers_to
        assert after.alternatives  # one may have chosen wrong


def test_a_card_that_is_chosen_gives_its_verdict(carded: Service) -> None:
    answer = asked(carded, "et pour un court ?", "0.card.carte-court")
    assert (answer.parts[0].card, answer.parts[0].verdict) == ("carte-court", "yes")


def test_a_choice_in_a_conversation_asks_the_same_message_again(carded: Service) -> None:
    first = carded.ask(Ask(BILANS))
    other = first.alternatives[0]
    again = carded.ask(Ask(BILANS, first.conversation_id, choose=other.id))
    assert (again.question, again.parts[0].answers_to) == (BILANS, other.question)


@pytest.mark.parametrize("choice", ["", "0", "0.card.", "x.card.carte-court", "0.rule.carte-court", "0.card.nulle",
                                    "7.card.carte-court", "0.statement.nul", "0.card.carte-avant"])  # fmt: skip
def test_a_choice_that_is_none_or_out_of_force_is_refused(carded: Service, choice: str) -> None:
    body = {"question": BILANS, "choose": choice}
    response = TestClient(create_app(carded)).post("/api/chat", json=body)
    if not choice:
        assert response.status_code == 200
        return
    assert "Reposez la question" in problem(response, 422, "choice_unknown")["detail"]


def test_a_chat_takes_the_number_of_a_reading(carded: Service) -> None:
    class Here:
        def ask(self, question: str, as_of: object, domains: object, conversation: str | None = None,
                forget_date: bool = False, choose: str = "") -> Answer:  # fmt: skip
            return carded.ask(Ask(question, conversation, choose=choose))

        def forget(self, conversation: str) -> None: ...

    chat = Chat(Here(), None, show)
    first = chat.says(BILANS)
    assert "Pas votre question ?" in first
    wanted = carded.ask(Ask(BILANS)).alternatives[0].question
    assert f"(répond à : {wanted})" in chat.says("1")
    assert chat.says("9999").startswith("\n» 9999")


def test_a_model_is_not_asked_for_what_was_chosen(carded: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    class Never:
        def write(self, *_: object) -> None:
            raise AssertionError

    monkeypatch.setattr(carded.engine, "writer", Never())
    answer, _ = carded.engine.answer(carded.engine.read(Asked(BILANS, choose="0.card.carte-court"), None))
    assert answer.engine == "extractive"


def test_unknown_has_a_code_and_says_what_to_do(carded: Service) -> None:
    with pytest.raises(ClapvertError) as caught:
        asked(carded, BILANS, "0.card.nulle")
    assert caught.value.code is ErrorCode.CHOICE_UNKNOWN
