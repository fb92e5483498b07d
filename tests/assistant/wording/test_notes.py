"""What stands beside an answer: versions before and after, reviews past due, near passages, contacts, follow-ups."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.engine import Engine
from assistant.reading.dates import AsOf
from assistant.reading.kinds import detect_language
from assistant.reading.question import Question, Understanding
from assistant.wording import notes
from ingest.corpus.register import Contact, Domain
from ingest.passages.passages import Passage
from tests.assistant.support import on, statement_passage, text_passage, understood, year
from tests.samples import TODAY


def statement(engine: Engine, statement_id: str) -> Passage:
    """A statement of the tiny corpus, shown in an answer."""
    return engine.snapshot.open_passage(engine.snapshot.columns.statements.index(statement_id))


@pytest.fixture
def question(understanding: Understanding) -> Question:
    return understood(understanding, "Quels bilans carbone remettre ?")


class TestVersions:
    def told(self, engine: Engine, question: Question, statement_id: str, as_of: AsOf) -> dict[str, str]:
        from dataclasses import replace

        rows = notes.time_notes(engine.search, replace(question, as_of=as_of), [statement(engine, statement_id)])
        return {n.kind: n.sentence.cited[0].passage.statement.id for n in rows if n.sentence.cited[0].passage.statement}

    def test_what_changed(self, engine: Engine, question: Question) -> None:
        assert self.told(engine, question, "csrd-seuil-2026", on(TODAY)) == {"changed": "csrd-seuil-2024"}

    def test_what_is_to_come(self, engine: Engine, question: Question) -> None:
        told = self.told(engine, question, "csrd-seuil-2024", on(date(2024, 6, 1)))
        assert told == {"upcoming": "csrd-seuil-2026"}

    def test_a_year_with_both_versions_hides_neither(self, engine: Engine, question: Question) -> None:
        """Both overlap 2026: neither is before nor after."""
        assert self.told(engine, question, "csrd-seuil-2026", year(2026)) == {}

    def test_nothing_to_say_of_a_rule_that_never_changed(self, engine: Engine, question: Question) -> None:
        assert self.told(engine, question, "label-seuil-65", on(TODAY)) == {}

    def test_the_note_is_the_statement_word_for_word(self, engine: Engine, understanding: Understanding) -> None:
        for text in ("Quel est le seuil ?", "What is the threshold?"):
            question = understood(understanding, text)
            (note,) = notes.time_notes(engine.search, question, [statement(engine, "csrd-seuil-2026")])
            passage = note.sentence.cited[0].passage
            assert passage.statement
            assert note.sentence.text == (passage.statement.en if question.language == "en" else passage.text)
            assert note.sentence.cited[0].quote == passage.text

    def test_no_answer_or_an_official_one_has_no_versions(self, engine: Engine, question: Question) -> None:
        assert notes.time_notes(engine.search, question, []) == []
        assert notes.time_notes(engine.search, question, [text_passage("Un bilan.")]) == []


class TestStale:
    @pytest.mark.parametrize(
        ("reviews", "due"),
        [
            (["2027-05-24"], None),
            (["2026-11-25"], None),
            (["2026-11-24"], date(2026, 11, 24)),
            (["2026-06-01", "2025-01-01", "2027-01-01"], date(2025, 1, 1)),
            ([], None),
        ],
    )
    def test_the_earliest_review_past_due(self, reviews: list[str], due: date | None) -> None:
        rows = [statement_passage(i, review_by=r) for i, r in enumerate(reviews)]
        assert notes.stale_days(rows, TODAY) == due

    def test_an_official_text_has_no_review(self) -> None:
        assert notes.stale_days([text_passage("Un bilan.")], TODAY) is None

    def test_it_is_said_in_the_language_of_the_question(self, understanding: Understanding) -> None:
        french, english = (understood(understanding, t) for t in ("Quels bilans ?", "Which reports are due?"))
        assert "1er mars 2026" in notes.stale_text(date(2026, 3, 1), french)
        assert "1 March 2026" in notes.stale_text(date(2026, 3, 1), english)


class TestUndated:
    COPY: dict[str, Any] = {"attested_at": date(2026, 3, 1)}

    def test_a_copy_younger_than_the_day_says_so(self, understanding: Understanding) -> None:
        question = understood(understanding, "Quels bilans ?", as_of=on(date(2024, 6, 1)))
        text = notes.undated_text(text_passage("Un bilan.", **self.COPY), question)
        assert text
        assert "1er mars 2026" in text
        assert "1er juin 2024" in text

    def test_a_copy_of_the_day_or_older_is_plain(self, question: Question) -> None:
        assert notes.undated_text(text_passage("Un bilan.", **self.COPY), question) is None

    def test_dated_text_is_plain(self, understanding: Understanding) -> None:
        question = understood(understanding, "Quels bilans ?", as_of=on(date(2024, 6, 1)))
        dated = text_passage("Un bilan.", valid_from=date(2023, 1, 1), **self.COPY)
        assert notes.undated_text(dated, question) is None
        assert notes.undated_text(text_passage("Un bilan."), question) is None


class TestNear:
    def test_three_passages_quoted_word_for_word(self, engine: Engine, question: Question) -> None:
        passages = [hit.passage for hit in engine.search.search(question).hits]
        near = notes.near(passages)
        assert [n.passage_id for n in near] == [p.id for p in passages[:3]]
        for n, p in zip(near, passages, strict=False):
            assert n.quote
            assert n.quote in p.text
            assert (n.source_title, n.locator) == (p.source_title, p.locator)

    def test_nothing_near(self) -> None:
        assert notes.near([]) == ()


class TestContacts:
    CONTACTS = {
        c.id: c
        for c in (
            Contact(id="cnc", name="CNC", about="aides", domains=(Domain.CNC,)),
            Contact(id="ecoprod", name="Ecoprod", about="label", domains=(Domain.LABEL, Domain.CNC)),
            Contact(id="autre", name="Autre", about="divers"),
        )
    }

    @pytest.mark.parametrize(
        ("wanted", "domains", "names"),
        [
            (["ecoprod"], [Domain.CNC], ["Ecoprod"]),
            (["ecoprod", "cnc", "ecoprod"], [], ["Ecoprod", "CNC"]),
            ([], [Domain.CNC], ["CNC"]),
            ([], [Domain.LABEL, Domain.CNC], ["Ecoprod", "CNC"]),
            (["inconnu"], [Domain.CNC], ["CNC"]),
            ([], [Domain.CSRD], []),
            ([], [], []),
        ],
    )
    def test_those_that_the_statement_names_else_those_of_the_field(
        self, wanted: list[str], domains: list[Domain], names: list[str]
    ) -> None:
        assert [c.name for c in notes.cards(self.CONTACTS, wanted, domains)] == names

    def test_they_are_few(self) -> None:
        assert len(notes.cards(self.CONTACTS, list(self.CONTACTS), [], limit=2)) == 2

    def test_the_field_is_that_of_the_nearest_passages(self, engine: Engine, understanding: Understanding) -> None:
        found = engine.search.search(understood(understanding, "Quel score pour le Label Ecoprod ?"))
        assert notes.nearest_domains([hit.passage for hit in found.hits])[0] is Domain.LABEL


class TestFollowUps:
    def test_what_the_neighbours_answer(self, engine: Engine, question: Question) -> None:
        found = notes.follow_ups(engine.search, question, [statement(engine, "double-bilan-2025")])
        asked = {
            q
            for p in range(len(engine.snapshot))
            if (s := engine.snapshot.open_passage(p).statement) and s.id != "double-bilan-2025"
            for q in s.asked_as
        }
        assert 0 < len(found) <= 3
        assert set(found) <= asked
        assert len(set(found)) == len(found)

    @pytest.mark.parametrize(("text", "language"), [("Quels bilans ?", "fr"), ("Which reports are due?", "en")])
    def test_they_speak_the_language_of_the_question(
        self, engine: Engine, understanding: Understanding, text: str, language: str
    ) -> None:
        found = notes.follow_ups(
            engine.search, understood(understanding, text), [statement(engine, "double-bilan-2025")]
        )
        assert found
        assert {detect_language(q) for q in found} == {language}

    def test_they_lead_to_what_is_in_force(self, engine: Engine, question: Question) -> None:
        found = notes.follow_ups(engine.search, question, [statement(engine, "allegations-directive")])
        assert "Quand déclarer les dépenses de publicité ?" not in found  # from 2027 on

    def test_nothing_used_nothing_asked(self, engine: Engine, question: Question) -> None:
        assert notes.follow_ups(engine.search, question, []) == ()
        assert notes.follow_ups(engine.search, question, [text_passage("Un bilan.")]) == ()
