"""What a model may do with the sentences of an added text: they are its evidence, and answer alone what names the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer import Answer
from assistant.planning.model.evidence import Gathering
from assistant.planning.weighing import Head, PassagesConfig
from assistant.service import Ask, Service
from ingest.passages.versions import TextVersion
from tests.assistant.conftest import DOUBLE, opener
from tests.assistant.support import faults
from tests.conftest import ingest_with
from tests.peers import Document, Peer, keys, part, plan, say, scripted, written_by

Asking = Callable[..., tuple[Answer, Peer]]

HELD = "Canal Azur retient combien si le bilan définitif manque ?"
BILANS = "Quels bilans remettre ?"


@pytest.fixture
def asking(charted: Service) -> Iterator[Asking]:
    """`asking(question, reply, …)` → the answer to a question, one reply a round, and the peer; invariants checked."""
    with ExitStack() as stack:

        def ask(question: str, *replies: str | Callable[[Document], str]) -> tuple[Answer, Peer]:
            peer = stack.enter_context(scripted([say(r) for r in replies]))
            service = written_by(peer.base_url, charted.settings)
            service._config = replace(
                DOUBLE, passages=PassagesConfig(whole=0, says=Head({}, 1.0), wins=Head({}, 9.0))
            )  # a sentence a piece
            answer = service.ask(Ask(question))
            assert faults(answer, opener(service), service.snapshot.manifest.name) == []
            return answer, peer

        yield ask


def test_the_sentences_of_a_text_are_evidence_with_their_place(asking: Asking) -> None:
    def chosen(document: Document) -> str:
        return plan(part("Canal Azur retient combien", *keys(document, "retient 5 % du dernier versement")))

    answer, peer = asking(HELD, chosen)
    document = peer.document()
    said = next(e for e in document["evidence"] if "retient 5 %" in e["text"])
    assert said["role"] == "texte"
    assert said["of"].startswith("Charte de Canal Azur 2026")
    assert document["texts_named"] == ["Charte de Canal Azur 2026"]
    assert (answer.outcome, answer.engine) == ("answered", "llm:openai:scripted")
    assert "retient 5 % du dernier versement" in answer.citations[0].quote


def test_only_the_text_that_is_named_may_answer(asking: Asking) -> None:
    def ours(document: Document) -> str:
        other = next(e["key"] for e in document["evidence"] if e["role"] != "texte")
        return plan(part("Canal Azur retient combien", other))

    answer, _ = asking(HELD, ours, ours)
    assert answer.receipt.model is not None
    assert "text" in answer.receipt.model.refused
    assert all(c.source_title == "Charte de Canal Azur 2026" for c in answer.citations)


def test_a_text_that_is_named_and_does_not_say_is_told(asking: Asking) -> None:
    answer, _ = asking("Canal Azur rembourse-t-elle les repas ?", plan(part("Canal Azur rembourse-t-elle les repas")))
    assert (answer.outcome, answer.reason) == ("abstained", "not_found")
    assert "Charte de Canal Azur 2026" in answer.answer
    assert answer.citations == ()
    assert {n.source_title for n in answer.near} == {"Charte de Canal Azur 2026"}


def test_sentences_of_one_article_are_one_quote_in_its_order(asking: Asking) -> None:
    def both(document: Document) -> str:
        last, first = keys(document, "calculateur reconnu", "un bilan prévisionnel")
        return plan(part("Quels bilans remettre à Canal Azur", last, then=[first]))

    answer, _ = asking("Quels bilans remettre à Canal Azur ?", both)
    assert answer.answer.index("bilan prévisionnel") < answer.answer.index("calculateur reconnu")


def test_two_parts_may_quote_two_sentences_of_one_article(asking: Asking) -> None:
    def apart(document: Document) -> str:
        first, second = keys(document, "un bilan prévisionnel", "calculateur reconnu")
        return plan(part("Quels bilans remettre à Canal Azur", first), part("avec quel calculateur", second))

    answer, _ = asking("Quels bilans remettre à Canal Azur, et avec quel calculateur ?", apart)
    assert [len(p.sentences) for p in answer.parts] == [1, 1]
    assert answer.outcome == "answered"


def test_nothing_is_concluded_from_a_quote(asking: Asking) -> None:
    def yes(document: Document) -> str:
        return plan(part("Canal Azur retient", *keys(document, "retient 5 %"), verdict="yes"))

    answer, _ = asking("Canal Azur retient 5 % sans bilan définitif ?", yes)
    assert answer.parts[0].verdict is None
    assert not answer.answer.startswith("**Oui")


def test_a_text_that_no_part_names_leaves_ours_their_place(charted: Service) -> None:
    engine = charted.engine
    gathering = Gathering(engine.local)
    named, free = engine.read_alone(HELD), engine.read_alone(BILANS)
    for message, most in ((named, 8), (free, 24)):
        pieces = gathering.pieces(gathering.of(message), message, [])
        assert sum(p.statement is not None for p in pieces) <= most
        assert any(p.statement is None for p in pieces)


def test_a_wording_that_has_ended_is_quoted_with_its_last_day(asking: Asking, charted: Service) -> None:
    def chosen(document: Document) -> str:
        assert all(e["in_force"].endswith("2025-12-31") for e in document["evidence"] if e["role"] == "texte")
        return plan(part("Canal Azur retient combien", *keys(document, "retient 5 %")))

    (text,) = charted.library.texts.all()
    ended = TextVersion(valid_from=date(2024, 1, 1), valid_until=date(2025, 12, 31))
    shelf = charted.library.texts
    shelf.add(shelf.path(text), text.id, None, text.own_source, ended, "fr", shelf.read(text))
    ingest_with(charted.settings)
    answer, _ = asking(HELD, chosen)
    assert answer.outcome == "answered"
    assert "en vigueur jusqu'au 31 décembre 2025 : « " in answer.answer
    assert answer.citations[0].valid_until == date(2025, 12, 31)
