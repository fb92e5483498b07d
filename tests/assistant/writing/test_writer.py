"""What a model writes is shown once it is proved twice; what is not is written again, replaced, or dropped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from assistant.answer import Answer
from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.history.receipt import ReceiptChecker
from assistant.llm.models import ModelFailure
from assistant.llm.usage import Usage
from assistant.reading.dates import say_date
from assistant.service import Ask, Service
from assistant.writing.asking import Terms
from assistant.writing.evidence import Pool
from assistant.writing.prompt import CHECK, MEND, WRITE
from assistant.writing.turn import Turn
from assistant.writing.writer import Writer
from ingest.clock import fixed
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE, opener
from tests.assistant.support import BILANS, faults
from tests.peers import Document, found, keys, line, mended, part, written
from tests.samples import TODAY

T = TypeVar("T")
Seat = Callable[[Document], str]


@dataclass
class Scripted:
    """A model in its three seats, without a provider. `seen`: the documents, by seat."""

    write: Seat
    check: Seat = found
    mend: Seat = lambda document: mended(*({"text": "", "cites": []} for _ in document["refused"]))
    name: str = "scripted:model"
    seen: dict[str, list[Document]] = field(default_factory=dict)

    def ask(
        self, usage: Usage, system: str, user: str, schema: Mapping[str, Any], parse: Callable[[str], T],
        seconds: float | None = None, written: Callable[[str], None] | None = None,
    ) -> T:  # fmt: skip
        seat = {WRITE: "write", CHECK: "check", MEND: "mend"}[system]
        document = json.loads(user)
        self.seen.setdefault(seat, []).append(document)
        usage.calls += 1
        text = getattr(self, seat)(document)
        if written is not None:
            for cut in range(1, len(text)):
                written(text[:cut])
        return parse(text)


@pytest.fixture
def seated(tiny: Service) -> Callable[[Scripted], Service]:
    def seat(model: Scripted, reader: Scripted | None = None) -> Service:
        service = Service(tiny.settings, HashingEncoder(), fixed(TODAY), DOUBLE)
        engine: Engine = service.engine
        engine.writer = Writer(engine.local, engine.composer, model, reader or model, engine.contacts, Terms())
        return service

    return seat


def about(document: Document) -> str:
    return document["message"].split("?")[0][:60].rsplit(" ", 1)[0]


def saying(text: str, *holding: str, **changes: Any) -> Seat:
    """One line that cites the evidence that holds these words."""
    return lambda d: written(part(about(d), line(text, *keys(d, *holding)), **changes))


DEVIS = "Le bilan prévisionnel se remet avec le devis de production."


def test_a_line_is_shown_with_what_proves_it(seated: Any) -> None:
    service = seated(Scripted(saying(DEVIS, "devis")))
    answer = service.ask(Ask(BILANS))
    assert (answer.engine, answer.written, answer.outcome) == ("llm:scripted:model", (1,), "answered")
    assert DEVIS in answer.answer
    assert answer.disclaimer.startswith("Rédigé par scripted:model, prouvé par un texte cité.")
    assert faults(answer, opener(service), service.snapshot.manifest.name) == []
    assert ReceiptChecker(service.store, service.snapshot, TODAY).check(answer).holds


@pytest.mark.parametrize(
    "text",
    [
        "Le bilan prévisionnel se remet avec le devis de production, sous 45 jours.",
        "Le bilan prévisionnel se remet avec le devis de production depuis le 3 mai 2019.",
        "D'après l'article 999-9, le bilan prévisionnel se remet avec le devis de production.",
        "Le bilan prévisionnel se remet à la DREAL avec le devis de production.",
        "**Le bilan prévisionnel** se remet avec le devis [1].",
    ],
    ids=["figure", "date", "article", "body", "markup"],
)
def test_what_is_invented_is_never_shown_even_to_a_reader_who_says_yes(seated: Any, text: str) -> None:
    model = Scripted(saying(text, "devis"))
    answer = seated(model).ask(Ask(BILANS))
    assert text.strip("*") not in answer.answer
    assert answer.receipt.model is not None
    assert answer.receipt.model.refused == ("gate",)
    assert model.seen["mend"][0]["refused"][0]["why"]


def test_a_line_that_fails_is_written_again_once(seated: Any) -> None:
    def check(document: Document) -> str:
        bad = any("main propre" in row["text"] for row in document["lines"])
        return found(document, "adds", "en main propre") if bad else found(document)

    def mend(document: Document) -> str:
        return mended(line(DEVIS, *document["refused"][0]["cites"]))

    answer = seated(
        Scripted(saying("Le bilan prévisionnel se remet avec le devis, en main propre.", "devis"), check, mend)
    ).ask(Ask(BILANS))
    assert DEVIS in answer.answer
    assert "main propre" not in answer.answer
    use = answer.receipt.model
    assert use is not None
    assert (use.mended, use.replaced, use.dropped, use.refused) == (1, 0, 0, ("adds",))


def test_else_the_statement_that_it_cites_stands_in(seated: Any) -> None:
    model = Scripted(saying("Le bilan prévisionnel se remet quand vous voulez.", "devis", verdict="yes"))
    model.check = lambda d: found(d, "turns", "le moment")
    service = seated(model)
    answer = service.ask(Ask(BILANS))
    use = answer.receipt.model
    assert use is not None
    assert (use.replaced, use.lines, answer.written, answer.parts[0].verdict) == (1, 0, (), None)
    assert "quand vous voulez" not in answer.answer
    assert faults(answer, opener(service), service.snapshot.manifest.name) == []


def test_what_was_proved_stands_when_the_mending_fails(seated: Any) -> None:
    def mend(document: Document) -> str:
        raise ModelFailure("timeout")

    def check(document: Document) -> str:
        rows = [{"n": r["n"], "says": "holds" if r["text"] == DEVIS else "adds", "what": ""} for r in document["lines"]]
        return json.dumps({"lines": rows})

    def write(document: Document) -> str:
        rows = (line(DEVIS, *keys(document, "devis")), line("Et en main propre.", *keys(document, "devis")))
        return written(part(about(document), *rows))

    answer = seated(Scripted(write, check, mend)).ask(Ask(BILANS))
    use = answer.receipt.model
    assert use is not None
    assert DEVIS in answer.answer
    assert "main propre" not in answer.answer
    assert (use.fallback, use.lines, use.dropped) == (None, 1, 1)


def test_a_line_that_rests_on_nothing_of_ours_is_dropped(seated: Any) -> None:
    seat = lambda d: written(part(about(d), line("La règle dit tout.", "e99"), line(DEVIS, *keys(d, "devis"))))  # noqa: E731
    answer = seated(Scripted(seat)).ask(Ask(BILANS))
    use = answer.receipt.model
    assert use is not None
    assert "La règle dit tout" not in answer.answer
    assert use.dropped == 1


def test_figures_of_the_message_may_be_said_and_sums_are_done_again(seated: Any) -> None:
    asked = "Quels bilans carbone pour nos 2 films, 300 t et 150 t ?"
    right = "Vous cumulez 300 t + 150 t = 450 t ; le bilan prévisionnel se remet avec le devis."
    wrong = "Vous cumulez 300 t + 150 t = 460 t ; le bilan prévisionnel se remet avec le devis."
    assert right in seated(Scripted(saying(right, "devis"))).ask(Ask(asked)).answer
    assert wrong not in seated(Scripted(saying(wrong, "devis"))).ask(Ask(asked)).answer


def test_a_part_that_the_texts_do_not_answer_is_missing_and_says_whom_to_ask(seated: Any) -> None:
    def write(document: Document) -> str:
        first, second = "Quels bilans carbone pour une aide du CNC", "combien coûte le timbre"
        whom = document["contacts"][0]["key"]
        return written(part(first, line(DEVIS, *keys(document, "devis"))), part(second, contact=whom))

    answer: Answer = seated(Scripted(write)).ask(
        Ask("Quels bilans carbone pour une aide du CNC, et combien coûte le timbre ?")
    )
    assert (answer.outcome, answer.reason) == ("partial", "not_found")
    assert [p.state for p in answer.parts] == ["answered", "missing"]
    assert answer.contacts


def test_a_search_is_made_once_and_the_answer_written_again(seated: Any) -> None:
    def write(document: Document) -> str:
        if "searched" in document:
            return written(part(about(document), line(DEVIS, *keys(document, "devis"))))
        return written(part(about(document)), search=["devis de production"])

    model = Scripted(write)
    answer = seated(model).ask(Ask("Quand remettre le bilan prévisionnel ?"))
    assert DEVIS in answer.answer
    assert len(model.seen["write"]) == 2
    assert answer.receipt.model is not None
    assert (answer.receipt.model.rounds, answer.receipt.model.searched) == (2, 1)


def test_acts_are_written_from_the_answer_on_screen_and_proved(seated: Any) -> None:
    def write(document: Document) -> str:
        if document["message"].startswith("source"):
            return written(act="source")
        if "mail" not in document["message"]:
            return saying(DEVIS, "devis")(document)
        assert document["before"]["answer"][0]["text"] == DEVIS
        rows = (line("Bonjour,"), line(DEVIS, *document["before"]["answer"][0]["cites"]), line("Bien à vous,"))
        return written(part("", *rows, shape="letter"), act="draft")

    service = seated(Scripted(write))
    first = service.ask(Ask(BILANS))
    answer = service.ask(Ask("Fais-en un mail pour le directeur de production", conversation_id=first.conversation_id))
    assert answer.answer.split("\n\n") == ["Bonjour,", f"{DEVIS} [1]", "Bien à vous,"]
    assert answer.understood.act == "draft"
    assert ReceiptChecker(service.store, service.snapshot, TODAY).check(answer).holds
    again = service.ask(Ask("source ?", conversation_id=first.conversation_id))
    assert again.engine == "extractive"


def test_who_reads_a_restatement_again_sees_what_it_restates(seated: Any) -> None:
    """A translation loses no reserve that the answer on screen never said; its subject stood in a heading."""
    asked = f"{BILANS.rstrip(' ?')} ? Et quand remettre le définitif ?"
    coût = "Le bilan définitif se remet avec le coût définitif de production."

    def write(document: Document) -> str:
        if "before" in document:
            rows = document["before"]["answer"]
            assert [row.get("of", "")[-9:] for row in rows] == [p.about[-9:] for p in first.parts] + ["next"]
            return written(part("", *(line(r["text"], *r["cites"]) for r in rows[:2])), act="translate")
        of_the_first = part(words[0], line(DEVIS, *keys(document, "devis")))
        of_the_other = part(words[1], line(coût, *keys(document, "coût")))
        return written(of_the_first, of_the_other, next=[line(coût, *keys(document, "coût"))])

    words = [BILANS.rstrip(" ?"), "quand remettre le définitif"]
    model = Scripted(write)
    service = seated(model)
    first = service.ask(Ask(asked))
    assert len(first.parts) == 2
    service.ask(Ask("traduis ta réponse en anglais", conversation_id=first.conversation_id))
    assert "restates" not in model.seen["check"][0]
    assert model.seen["check"][-1]["restates"][:2] == [DEVIS, coût]


def test_an_act_that_the_model_finds_is_done_without_it(seated: Any) -> None:
    answer = seated(Scripted(lambda d: written(act="thanks"))).ask(Ask("Vous m'avez bien aidé, super"))
    assert (answer.engine, answer.written) == ("extractive", ())


def test_lines_are_told_as_they_are_proved(seated: Any) -> None:
    second = "Le bilan définitif se remet avec le coût définitif de production."

    def write(document: Document) -> str:
        return written(
            part(about(document), line(DEVIS, *keys(document, "devis")), line(second, *keys(document, "coût")))
        )

    class Told:
        drafts: list[str] = []

        def __call__(self, passages: Any, understood: Any) -> None:
            assert not self.drafts

        def draft(self, markdown: str, passages: Any) -> None:
            self.drafts.append(markdown)

    service = seated(Scripted(write))
    answer = service.ask(Ask(BILANS), on_evidence=Told())
    assert DEVIS in Told.drafts[0]
    assert second not in Told.drafts[0]
    assert Told.drafts[-1] == answer.answer


def test_the_second_reader_may_be_another_model(seated: Any) -> None:
    reader = Scripted(lambda d: "", name="scripted:reader")
    writer = Scripted(saying(DEVIS, "devis"))
    answer = seated(writer, reader).ask(Ask(BILANS))
    assert answer.receipt.model is not None
    assert (answer.receipt.model.reader, list(writer.seen), list(reader.seen)) == (
        "scripted:reader",
        ["write"],
        ["check"],
    )


def test_the_words_of_the_case_come_in_one_order_in_every_process(tiny: Service) -> None:
    """A set of days is not in the same order from one process to the next: what a receipt keeps would not be the same."""
    text = "Tournage le 3 mars 2027, fini le 12 juin 2027, aide demandée le 4 janvier 2027."
    message = tiny.engine.read(Asked(text), None)
    given = Turn(message, Pool(), None).given(message)
    days = [w for w in given if re.fullmatch(r"\d+(?:er)? [a-zûé]+ \d{4}", w)]
    read = (d for c in message.dates.values() for d in (c.start, c.end))
    expected = dict.fromkeys(say_date(d, "fr") for d in (message.question.today, message.question.as_of.day, *read))
    assert days == list(expected)
    assert len(days) > 3
