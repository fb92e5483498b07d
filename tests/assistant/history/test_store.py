"""Conversations: seen by their owner alone, one turn at a time, kept for the retention period, gone for good after it."""

from __future__ import annotations

import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.dialogue.memory import Memory, Subject
from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.history.store import Conversations
from assistant.history.words import TITLE_LENGTH, title
from assistant.reading.dates import AsOf
from assistant.service import Ask, Service
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode
from tests.assistant.support import BILANS, Days, bytes_of
from tests.samples import TODAY

ALICE, BOB = "alice" * 5, "bob" * 8


class Talk:
    """Turns on a store, with the tiny engine."""

    def __init__(self, conversations: Conversations, engine: Engine) -> None:
        self.conversations, self.engine = conversations, engine

    def __call__(self, text: str, conversation_id: str | None = None, owner: str = ALICE) -> Answer:
        with self.conversations.turn(conversation_id, owner) as ident:
            answer, memory = self.engine.turn(Asked(text), self.conversations.memory(ident), ident)
            self.conversations.keep(answer, memory)
        return answer


@pytest.fixture
def talk(conversations: Conversations, engine: Engine) -> Talk:
    return Talk(conversations, engine)


def refused(conversations: Conversations, conversation_id: str, owner: str) -> None:
    for use in (conversations.messages, conversations.delete):
        with pytest.raises(ClapvertError) as error:
            use(conversation_id, owner)
        assert error.value.code is ErrorCode.CONVERSATION_NOT_FOUND
    with pytest.raises(ClapvertError), conversations.turn(conversation_id, owner):
        pass


class TestMemory:
    def test_every_field_survives(self) -> None:
        memory = Memory(
            base="Quels bilans « carbone » ?",
            as_of=AsOf(date(2024, 1, 1), date(2024, 12, 31), "sticky", 2025),
            facets={"genre": ("fiction", "documentaire"), "aide": ()},
            topics=("double-bilan", "bilan-sanction"),
            domains=(Domain.CNC, Domain.CSRD),
            language="en",
            sources=("notice.x",),
            profile={"genre": "fiction"},
            heads=("a", "b"),
            earlier=(Subject("Avant ?", {"lieu": ("studio",)}, ("t",), ("s",)),),
        )
        assert Memory.of(memory.plain()) == memory

    def test_it_survives_a_restart(self, talk: Talk, tmp_path: Path, days: Days, engine: Engine) -> None:
        first = talk(BILANS)
        kept = talk.conversations.memory(first.conversation_id)
        assert kept is not None
        again = Conversations(tmp_path / "conversations.db", 30, days)
        assert again.memory(first.conversation_id) == kept
        second = Talk(again, engine)("Et quand ?", first.conversation_id)
        assert second.understood.follow_up
        assert BILANS in second.understood.question

    def test_one_row_a_conversation_and_plain_data(self, talk: Talk, tmp_path: Path) -> None:
        ident = talk(BILANS).conversation_id
        for _ in range(3):
            talk("Et quand ?", ident)
        with sqlite3.connect(tmp_path / "conversations.db") as db:
            ((of, memory),) = db.execute("select conversation, memory from memory").fetchall()
        assert of == ident
        assert "assistant." not in memory
        assert len(memory) < 8000

    def test_a_turn_that_fails_leaves_the_memory_before_it(self, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
        first = talk(BILANS)
        kept = talk.conversations.memory(first.conversation_id)
        with monkeypatch.context() as patch:
            patch.setattr(talk.engine.search, "search", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                talk("Combien vaut la prime ?", first.conversation_id)
        assert talk.conversations.memory(first.conversation_id) == kept
        assert len(talk.conversations.messages(first.conversation_id, ALICE)[1]) == 1
        assert talk("Et quand ?", first.conversation_id).understood.follow_up

    def test_an_answer_and_its_memory_are_kept_together_or_not_at_all(
        self, talk: Talk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = talk(BILANS)
        kept = talk.conversations.memory(first.conversation_id)
        monkeypatch.setattr(talk.conversations.tally, "count", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            talk("Et quand ?", first.conversation_id)
        assert talk.conversations.memory(first.conversation_id) == kept
        assert len(talk.conversations.messages(first.conversation_id, ALICE)[1]) == 1

    def test_a_first_turn_that_fails_never_was(
        self, talk: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(talk.engine.search, "search", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            talk("Et le zanzibarique ?")
        assert talk.conversations.history(ALICE) == []
        assert b"zanzibarique" not in bytes_of(tmp_path)

    def test_nothing_is_traced(self, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever the environment says, no tracer is attached to a turn."""
        from langsmith import utils

        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        seen: list[object] = []
        real = talk.engine.search.search

        def watched(question: object) -> object:
            seen.append(utils.tracing_is_enabled())
            return real(question)  # type: ignore[arg-type]

        monkeypatch.setattr(talk.engine.search, "search", watched)
        talk(BILANS)
        assert seen == [False]


class TestOwners:
    def test_only_its_owner_sees_a_conversation(self, talk: Talk, conversations: Conversations) -> None:
        ident = talk(BILANS).conversation_id
        for other in (BOB, "", ALICE[:-1], "é"):
            refused(conversations, ident, other)
            assert conversations.history(other) == []
        assert [a.question for a in conversations.messages(ident, ALICE)[1]] == [BILANS]

    @pytest.mark.parametrize("unknown", ["", "nope", "' or 1=1 --", "é", "%", "../../etc/passwd", "x" * 5000])
    def test_an_unknown_id(self, talk: Talk, conversations: Conversations, unknown: str) -> None:
        talk(BILANS)
        refused(conversations, unknown, ALICE)

    def test_ids_cannot_be_guessed(self, conversations: Conversations) -> None:
        ids = set()
        for _ in range(200):
            with conversations.turn(None, ALICE) as ident:
                ids.add(ident)
        assert len(ids) == 200
        assert min(map(len, ids)) >= 22


class TestHistory:
    def test_the_last_spoken_in_first_by_pages(self, talk: Talk, conversations: Conversations) -> None:
        ids = [talk(f"{BILANS} {n}").conversation_id for n in range(5)]
        talk("Et quand ?", ids[1])
        expected = [ids[1], ids[4], ids[3], ids[2], ids[0]]
        assert [s.conversation_id for s in conversations.history(ALICE)] == expected
        seen: list[str] = []
        while page := conversations.history(ALICE, 2, seen[-1] if seen else None):
            seen += [s.conversation_id for s in page]
        assert seen == expected
        first = conversations.history(ALICE, 1)[0]
        assert (first.messages, first.title) == (2, f"{BILANS} 1")
        assert (first.started, first.kept_until) == (TODAY, TODAY + timedelta(days=30))

    def test_titles_are_one_line_cut_at_a_word(self) -> None:
        assert title(" Quel\n score ? ") == "Quel score ?"
        long = title("mot, " * 60)
        assert len(long) <= TITLE_LENGTH + 1
        assert long.endswith("mot…")
        assert len(title("x" * 300)) <= TITLE_LENGTH + 1


class TestDeletion:
    def test_no_byte_is_left(self, talk: Talk, conversations: Conversations, tmp_path: Path) -> None:
        words = ("zanzibarique", "brontosaure", "ornithorynque")
        kept = talk("Et le caracal, faut-il un bilan carbone du CNC ?").conversation_id
        ident = talk("Quels bilans carbone pour un zanzibarique aidé par le CNC ?").conversation_id
        for word in words[1:]:
            talk(f"Et pour un {word} ?", ident)
        assert all(word.encode() in bytes_of(tmp_path) for word in words)
        conversations.delete(ident, ALICE)
        left = bytes_of(tmp_path)
        assert [w for w in (*words, ident) if w.encode() in left] == []
        assert b"caracal" in left
        refused(conversations, ident, ALICE)
        assert [s.conversation_id for s in conversations.history(ALICE)] == [kept]

    def test_all_of_an_owner_and_nobody_else_s(self, talk: Talk, conversations: Conversations) -> None:
        talk(BILANS)
        talk(BILANS)
        theirs = talk(BILANS, owner=BOB).conversation_id
        assert conversations.delete_all(ALICE) == 2
        assert conversations.history(ALICE) == []
        assert [s.conversation_id for s in conversations.history(BOB)] == [theirs]

    def test_it_waits_for_the_turn_in_flight(self, talk: Talk, conversations: Conversations, tmp_path: Path) -> None:
        """Deleted during a turn: the turn ends, then all of it goes, the turn included."""
        ident = talk(BILANS).conversation_id
        inside, go_on = threading.Event(), threading.Event()

        def turn() -> None:
            with conversations.turn(ident, ALICE) as held:
                inside.set()
                assert go_on.wait(5)
                conversations.keep(*talk.engine.turn(Asked("Et un zanzibarique ?"), conversations.memory(held), held))

        with ThreadPoolExecutor(2) as pool:
            running = pool.submit(turn)
            assert inside.wait(5)
            deleting = pool.submit(conversations.delete, ident, ALICE)
            assert not deleting.done()
            go_on.set()
            running.result(10)
            deleting.result(10)
        assert b"zanzibarique" not in bytes_of(tmp_path)

    def test_what_somebody_read_meanwhile_goes_at_the_next_look(
        self, talk: Talk, conversations: Conversations, tmp_path: Path
    ) -> None:
        ident = talk("Quels bilans carbone pour un zanzibarique aidé par le CNC ?").conversation_id
        where = conversations.database.where
        if not isinstance(where, Path):
            pytest.skip("of SQLite; PostgreSQL's vacuum sees to its pages")
        with closing(sqlite3.connect(where, isolation_level=None)) as backup:
            backup.execute("begin")
            backup.execute("select id from conversation").fetchall()
            conversations.delete(ident, ALICE)
        conversations.forget_old()
        assert b"zanzibarique" not in bytes_of(tmp_path)

    def test_what_an_older_layout_kept_is_erased(self, tmp_path: Path, days: Days) -> None:
        path = tmp_path / "conversations.db"
        with sqlite3.connect(path) as db:
            db.execute("create table conversation (id text, owner text, started text)")
            db.execute(
                "create table message (id text, conversation text, n integer, answer text, turn text, said text)"
            )
            db.execute("insert into message values ('m', 'c', 0, 'zanzibarique', '', '')")
        db.close()
        Conversations(path, 30, days)
        assert b"zanzibarique" not in bytes_of(tmp_path)


class TestRetention:
    def test_kept_for_its_days_and_gone_after(
        self, talk: Talk, conversations: Conversations, days: Days, tmp_path: Path
    ) -> None:
        ident = talk("Quels bilans pour un zanzibarique du CNC ?").conversation_id
        days.today = TODAY + timedelta(days=30)
        assert conversations.forget_old() == 0
        assert conversations.messages(ident, ALICE)
        days.today = TODAY + timedelta(days=31)
        refused(conversations, ident, ALICE)  # not swept yet, and yet not seen any more
        assert conversations.history(ALICE) == []
        assert conversations.forget_old() == 1
        assert b"zanzibarique" not in bytes_of(tmp_path)

    def test_enforced_at_start(self, talk: Talk, days: Days, tmp_path: Path) -> None:
        talk("Quels bilans pour un zanzibarique du CNC ?")
        days.today = TODAY + timedelta(days=31)
        Conversations(tmp_path / "conversations.db", 30, days)
        assert b"zanzibarique" not in bytes_of(tmp_path)

    def test_the_days_count_from_the_first_question(self, talk: Talk, days: Days, conversations: Conversations) -> None:
        ident = talk(BILANS).conversation_id
        days.today = TODAY + timedelta(days=29)
        talk("Et quand ?", ident)
        days.today = TODAY + timedelta(days=31)
        refused(conversations, ident, ALICE)

    def test_zero_days_keeps_nothing_on_disk(self, talk: Talk, engine: Engine, days: Days, tmp_path: Path) -> None:
        talk("Quels bilans pour un zanzibarique du CNC ?")
        none = Conversations(tmp_path / "conversations.db", 0, days)
        assert list(tmp_path.iterdir()) == []
        today = Talk(none, engine)
        ident = today(BILANS).conversation_id
        assert today("Et quand ?", ident).understood.follow_up
        assert list(tmp_path.iterdir()) == []
        days.today = TODAY + timedelta(days=1)
        refused(none, ident, ALICE)


class TestConcurrency:
    def test_no_message_is_lost_and_turns_wait_for_one_another(self, talk: Talk, conversations: Conversations) -> None:
        ident = talk(BILANS).conversation_id
        inside = 0
        most = 0
        real = talk.engine.answer

        def watched(*args: object, **how: object) -> object:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            try:
                return real(*args, **how)  # type: ignore[arg-type]
            finally:
                inside -= 1

        with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(8) as pool:
            patch.setattr(talk.engine, "answer", watched)
            list(pool.map(lambda n: talk(f"Et pour {n} films ?", ident), range(24)))
        answers = conversations.messages(ident, ALICE)[1]
        assert sorted(a.question for a in answers[1:]) == sorted(f"Et pour {n} films ?" for n in range(24))
        assert len({a.message_id for a in answers}) == 25
        assert most == 1

    def test_two_clients_do_not_mix(self, talk: Talk, conversations: Conversations) -> None:
        """Each follow-up is read after its own client's question, and after nobody else's."""
        subjects = {ALICE: BILANS, BOB: "Quel score faut-il pour le Label Ecoprod ?"}

        def client(owner: str) -> list[Answer]:
            first = talk(subjects[owner], owner=owner)
            return [first, *(talk("Et quand ?", first.conversation_id, owner) for _ in range(12))]

        with ThreadPoolExecutor(4) as pool:
            both = dict(zip(subjects, pool.map(client, subjects), strict=True))
        for owner, answers in both.items():
            assert all(subjects[owner] in a.understood.question for a in answers[1:])
            assert [a.message_id for a in conversations.messages(answers[0].conversation_id, owner)[1]] == [
                a.message_id for a in answers
            ]

    def test_two_processes_share_the_file(self, talk: Talk, days: Days, tmp_path: Path, engine: Engine) -> None:
        ident = talk(BILANS).conversation_id
        other = Talk(Conversations(tmp_path / "conversations.db", 30, days), engine)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda t: [t("Et quand ?", ident) for _ in range(10)], (talk, other)))
        assert len(talk.conversations.messages(ident, ALICE)[1]) == 21


def test_the_file_is_its_user_s_alone(conversations: Conversations, tmp_path: Path) -> None:
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


class TestThroughTheService:
    def test_a_conversation_goes_on(self, mine: Service) -> None:
        first = mine.ask(Ask(BILANS), ALICE)
        second = mine.ask(Ask("Et quand ?", first.conversation_id), ALICE)
        assert second.conversation_id == first.conversation_id
        assert second.message_id != first.message_id
        assert second.understood.follow_up
        assert first.question in second.understood.question

    def test_not_for_somebody_else(self, mine: Service) -> None:
        first = mine.ask(Ask("Quels bilans carbone remettre ?"), ALICE)
        with pytest.raises(ClapvertError) as error:
            mine.ask(Ask("Et quand ?", first.conversation_id), BOB)
        assert error.value.code is ErrorCode.CONVERSATION_NOT_FOUND

    def test_a_date_sticks_and_is_forgotten_when_asked(self, mine: Service) -> None:
        def turn(text: str, **how: object) -> Answer:
            return mine.ask(Ask(text, first.conversation_id, **how), ALICE)  # type: ignore[arg-type]

        first = mine.ask(Ask("Quel est le seuil de la CSRD ?", as_of=date(2024, 6, 1)), ALICE)
        assert (first.as_of, first.understood.as_of_reason) == (date(2024, 6, 1), "asked")
        second = turn("Et la norme VSME est-elle obligatoire ?")
        assert (second.as_of, second.understood.as_of_reason) == (date(2024, 6, 1), "sticky")
        third = turn("Quel était le seuil de la CSRD en 2025 ?")
        assert (third.as_of, third.understood.as_of_reason) == (date(2025, 12, 31), "asked")
        fourth = turn("Quel est le seuil de la CSRD ?", forget_date=True)
        assert (fourth.as_of, fourth.understood.as_of_reason) == (TODAY, "today")
