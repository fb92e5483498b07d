"""Conversations: seen by their owner alone, kept for the retention period, gone for good after it."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.conversation import Conversations
from assistant.engine import Engine
from assistant.service import Ask, Service
from assistant.time import AsOf
from assistant.understand import Turn
from ingest.errors import ClapvertError, ErrorCode
from ingest.register import Domain
from tests.samples import TODAY

ALICE, BOB = "alice" * 5, "bob" * 8


@pytest.fixture
def conversations(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations.db", retention_days=30)


@pytest.fixture(scope="module")
def answered(engine: Engine) -> tuple[Answer, Turn]:
    return engine.ask("Quels bilans carbone remettre au CNC pour une fiction en 2024 ?")


def keep(conversations: Conversations, owner: str, answered: tuple[Answer, Turn], day: date = TODAY) -> str:
    """A conversation with one message."""
    answer, turn = answered
    conversation_id = conversations.start(owner, day)
    message = f"{conversation_id}-1"
    conversations.keep(answer.model_copy(update={"conversation_id": conversation_id, "message_id": message}), turn, day)
    return conversation_id


def refused(conversations: Conversations, conversation_id: str, owner: str) -> None:
    with pytest.raises(ClapvertError) as error:
        conversations.last_turn(conversation_id, owner)
    assert error.value.code is ErrorCode.CONVERSATION_NOT_FOUND


def test_the_last_turn_comes_back_whole(conversations: Conversations, answered: tuple[Answer, Turn]) -> None:
    assert conversations.last_turn(keep(conversations, ALICE, answered), ALICE) == answered[1]


def test_every_field_of_a_turn_survives(conversations: Conversations, answered: tuple[Answer, Turn]) -> None:
    turn = Turn(
        base="Quels bilans « carbone » ?",
        as_of=AsOf(date(2024, 1, 1), date(2024, 12, 31), "sticky", 2025),
        facets={"genre": ("fiction", "documentaire"), "aide": ()},
        topics=("double-bilan", "bilan-sanction"),
        domains=(Domain.CNC, Domain.CSRD),
        language="en",
    )
    assert conversations.last_turn(keep(conversations, ALICE, (answered[0], turn)), ALICE) == turn


def test_the_last_of_several(conversations: Conversations, answered: tuple[Answer, Turn]) -> None:
    conversation_id = keep(conversations, ALICE, answered)
    for n in range(2, 13):
        turn = Turn(base=f"question {n}", as_of=AsOf(TODAY, TODAY, "today"), facets={})
        update = {"conversation_id": conversation_id, "message_id": f"m{n}"}
        conversations.keep(answered[0].model_copy(update=update), turn, TODAY)
    last = conversations.last_turn(conversation_id, ALICE)
    assert last
    assert last.base == "question 12"


def test_an_empty_conversation_has_no_turn(conversations: Conversations) -> None:
    assert conversations.last_turn(conversations.start(ALICE, TODAY), ALICE) is None


def test_only_its_owner_sees_a_conversation(conversations: Conversations, answered: tuple[Answer, Turn]) -> None:
    conversation_id = keep(conversations, ALICE, answered)
    refused(conversations, conversation_id, BOB)
    refused(conversations, conversation_id, "")
    refused(conversations, conversation_id, ALICE[:-1])
    assert conversations.last_turn(conversation_id, ALICE)


@pytest.mark.parametrize("unknown", ["", "nope", "' or 1=1 --", "é", "%", "../../etc/passwd", "x" * 5000])
def test_an_unknown_id(conversations: Conversations, answered: tuple[Answer, Turn], unknown: str) -> None:
    keep(conversations, ALICE, answered)
    refused(conversations, unknown, ALICE)


def test_ids_cannot_be_guessed(conversations: Conversations) -> None:
    ids = {conversations.start(ALICE, TODAY) for _ in range(200)}
    assert len(ids) == 200
    assert min(map(len, ids)) >= 22


class TestRetention:
    def test_kept_for_its_days_and_gone_after(
        self, conversations: Conversations, answered: tuple[Answer, Turn]
    ) -> None:
        conversation_id = keep(conversations, ALICE, answered)
        conversations.forget_old(TODAY + timedelta(days=30))
        assert conversations.last_turn(conversation_id, ALICE)
        conversations.forget_old(TODAY + timedelta(days=31))
        refused(conversations, conversation_id, ALICE)

    def test_a_new_conversation_sweeps_the_old_ones(
        self, conversations: Conversations, answered: tuple[Answer, Turn]
    ) -> None:
        old = keep(conversations, ALICE, answered)
        new = conversations.start(BOB, TODAY + timedelta(days=31))
        refused(conversations, old, ALICE)
        assert conversations.last_turn(new, BOB) is None

    def test_no_row_is_left_behind(
        self, conversations: Conversations, answered: tuple[Answer, Turn], tmp_path: Path
    ) -> None:
        keep(conversations, ALICE, answered)
        conversations.forget_old(TODAY + timedelta(days=31))
        with sqlite3.connect(tmp_path / "conversations.db") as db:
            assert db.execute("select count(*) from message").fetchone() == (0,)
            assert db.execute("select count(*) from conversation").fetchone() == (0,)


def test_threads_do_not_lose_messages(conversations: Conversations, answered: tuple[Answer, Turn]) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: keep(conversations, ALICE, answered), range(40)))
    assert len(set(ids)) == 40
    assert all(conversations.last_turn(i, ALICE) == answered[1] for i in ids)


class TestThroughTheService:
    def test_a_conversation_goes_on(self, tiny: Service) -> None:
        first = tiny.ask(Ask("Quels bilans carbone remettre pour une aide du CNC ?"), ALICE)
        second = tiny.ask(Ask("Et quand ?", first.conversation_id), ALICE)
        assert second.conversation_id == first.conversation_id
        assert second.message_id != first.message_id
        assert second.understood.follow_up
        assert first.question in second.understood.question

    def test_not_for_somebody_else(self, tiny: Service) -> None:
        first = tiny.ask(Ask("Quels bilans carbone remettre ?"), ALICE)
        with pytest.raises(ClapvertError) as error:
            tiny.ask(Ask("Et quand ?", first.conversation_id), BOB)
        assert error.value.code is ErrorCode.CONVERSATION_NOT_FOUND

    def test_a_date_sticks_and_is_forgotten_when_asked(self, tiny: Service) -> None:
        def turn(text: str, **how: object) -> Answer:
            return tiny.ask(Ask(text, first.conversation_id, **how), ALICE)  # type: ignore[arg-type]

        first = tiny.ask(Ask("Quel est le seuil de la CSRD ?", as_of=date(2024, 6, 1)), ALICE)
        assert (first.as_of, first.understood.as_of_reason) == (date(2024, 6, 1), "asked")
        second = turn("Et la norme VSME est-elle obligatoire ?")
        assert (second.as_of, second.understood.as_of_reason) == (date(2024, 6, 1), "sticky")
        third = turn("Quel était le seuil de la CSRD en 2025 ?")
        assert (third.as_of, third.understood.as_of_reason) == (date(2025, 12, 31), "asked")
        fourth = turn("Quel est le seuil de la CSRD ?", forget_date=True)
        assert (fourth.as_of, fourth.understood.as_of_reason) == (TODAY, "today")
