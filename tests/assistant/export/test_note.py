"""The note of an answer says what the answer says, and its calendar holds the dated deadlines, no others."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import docx
import icalendar
import pypdf
import pytest

from assistant.answer import Answer
from assistant.export import Format, write
from assistant.export.deadlines import calendar_bytes, deadlines
from assistant.export.note import Beside, conversation_note, note, receipt_name
from assistant.export.taking import Taken, taken, taken_as, taken_name
from assistant.history.receipt import read_answers
from assistant.service import Service
from assistant.wording.prose import plain, sentences
from ingest.errors import ClapvertError
from ingest.passages.passages import Passage
from tests.assistant.answers import answer as by_hand
from tests.assistant.conftest import AskIt
from tests.assistant.support import BILANS, statement_passage
from tests.samples import TODAY


def words(data: bytes) -> str:
    """The text of a DOCX, with ordinary spaces."""
    found = docx.Document(io.BytesIO(data))
    cells = [c.text for t in found.tables for r in t.rows for c in r.cells]
    foot = [p.text for p in found.sections[0].footer.paragraphs]
    return "\n".join([*(p.text for p in found.paragraphs), *cells, *foot]).replace("\u00a0", " ")


def pdf_words(data: bytes) -> str:
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages)
    return re.sub(r"\s+", " ", text)


def test_a_note_holds_the_whole_answer(ask: AskIt) -> None:
    answer = ask(BILANS)
    for text in (
        words(write(note(answer, Beside(TODAY)), Format.DOCX)),
        pdf_words(write(note(answer, Beside(TODAY)), Format.PDF)),
    ):
        assert answer.question in text
        for sentence, numbers in sentences(answer.answer):
            assert plain(sentence) in text
            assert numbers
        for c in answer.citations:
            assert c.quote in text
            assert f"[{c.n}] Notice Clapvert" in text
            assert c.based_on
            assert c.based_on.title in text
            assert answer.receipt.passages[c.passage_id] in re.sub(r"\s", "", text)
        assert answer.disclaimer in text
        assert f"clapvert verify {receipt_name(answer)}" in text
        assert answer.receipt.snapshot in text
        assert "25 novembre 2026" in text


def test_an_abstention_says_what_was_sought_and_whom_to_ask(ask: AskIt) -> None:
    answer = ask("Quel score faut-il pour le Label Ecoprod chez Brouzoufilms ?")
    assert answer.outcome == "abstained"
    assert answer.near
    assert answer.contacts
    text = words(write(note(answer, Beside(TODAY)), Format.DOCX))
    assert "Ce qui n'a pas été trouvé" in text
    assert "Recherche faite dans" in text
    for near in answer.near:
        assert near.quote in text
    for contact in answer.contacts:
        assert contact.name in text


def test_an_official_text_is_told_from_a_notice(with_official: Service) -> None:
    from assistant.service import Ask

    answer = with_official.ask(Ask("Que dit l'article 122-18 du RGA ?"))
    ranks = {c.n: c.rank.value for c in answer.citations}
    assert "officiel" in ranks.values()
    text = words(write(note(answer, Beside(TODAY)), Format.DOCX))
    for n, rank in ranks.items():
        assert f"[{n}] {'Texte officiel' if rank == 'officiel' else 'Notice Clapvert'} :" in text
    assert f"Texte officiel : {answer.citations[0].source_title}, art. 122-18" in text


def test_an_undated_passage_says_the_day_of_its_copy(ask: AskIt) -> None:
    answer = ask(BILANS)
    c = answer.citations[0].model_copy(update={"valid_from": None, "valid_until": None})
    undated = answer.model_copy(update={"citations": (c,)})
    assert "Dates d'application non établies." in words(write(note(undated, Beside(TODAY)), Format.DOCX))
    known = Beside(TODAY, copies={c.passage_id: dt.date(2026, 3, 1)})
    assert "Lu dans une copie du 1er mars 2026 ; dates" in words(write(note(undated, known), Format.DOCX))


def test_a_conversation_is_one_document(ask: AskIt) -> None:
    answers = [ask(BILANS), ask("What is the price of the label?")]
    found = docx.Document(io.BytesIO(write(conversation_note(answers, "Essai", Beside(TODAY)), Format.DOCX)))
    tops = [p.text.replace("\u00a0", " ") for p in found.paragraphs if p.style and p.style.name == "Heading 1"]
    assert tops == [f"{n}. {a.question}" for n, a in enumerate(answers, 1)]


def test_the_receipt_of_a_note_can_be_verified(ask: AskIt, tiny: Service) -> None:
    answer = ask(BILANS)
    data = taken(answer, Taken.JSON, tiny.store.latest, TODAY)
    assert read_answers(data.decode()) == [answer]
    assert taken_name(answer, Taken.JSON) == receipt_name(answer)
    assert taken_name(answer, Taken.PDF).startswith("clapvert-note-2026-11-25-quels-bilans-carbone")


def test_a_note_keeps_the_paragraphs_the_lists_and_the_bold() -> None:
    made = by_hand()
    found = docx.Document(io.BytesIO(write(note(made, Beside(TODAY)), Format.DOCX)))
    told = [(p.style.name, p.text.replace("\u00a0", " ")) for p in found.paragraphs if p.style]
    assert ("List Number", "Demander l'accord du parc. [2]") in told
    assert ("List Bullet", "Le 1er mars pour la fiction. [1]") in told
    assert ("Lead", "Quand : avec le devis. [2]") in told
    bold = [r.text.replace("\u00a0", " ") for p in found.paragraphs for r in p.runs if r.bold]
    assert "Non, a priori : votre effectif, 12 salariés, ne dépasse pas 500." in bold
    assert not any("**" in text for _, text in told)
    markdown = write(note(made, Beside(TODAY)), Format.MD).decode()
    assert "1. Demander l'accord du parc." in markdown
    assert "- Le 1er mars pour la fiction." in markdown
    assert "**Quand** : avec le devis." in markdown


def test_a_note_says_what_to_do_and_the_figures_that_it_holds_for() -> None:
    text = words(write(note(by_hand(), Beside(TODAY)), Format.DOCX))
    assert "À faire" in text
    assert "Écrire au parc. [2] (échéance : 31 décembre 2026)" in text
    assert "Garder la preuve. [1]" in text
    assert "12 salariés, 2 à 3 M€" in text
    pdf = pdf_words(write(note(by_hand(), Beside(TODAY)), Format.PDF))
    assert "Écrire au parc." in pdf
    assert "À faire" not in words(write(note(by_hand(next=[]), Beside(TODAY)), Format.DOCX))


def dated(answer: Answer, *values: dict[str, Any], **changes: Any) -> tuple[Answer, Passage]:
    """The answer with one citation, of a deadline statement with these dates."""
    passage = statement_passage(**{"role": "echeance", "values": list(values), **changes})
    c = answer.citations[0].model_copy(update={"n": 1, "passage_id": passage.id, "quote": passage.text})
    return answer.model_copy(update={"answer": f"{passage.text} [1]", "citations": (c,)}), passage


def test_a_calendar_holds_days_to_come_and_no_guess(ask: AskIt) -> None:
    day = {"kind": "date", "value": "2027-03-19"}
    past, month, year = ({"kind": "date", "value": v} for v in ("2026-01-01", "2028-08", "2030"))
    yearly = {"kind": "date", "value": "--06-10", "unit": "annuel"}
    amount = {"kind": "montant", "value": 2027, "unit": "€"}
    answer, passage = dated(ask(BILANS), day, past, month, year, yearly, amount)
    found = deadlines(answer, {passage.id: passage}.get)
    assert [d.day for d in found] == [dt.date(2027, 3, 19), dt.date(2027, 6, 10)]
    data = calendar_bytes(answer, found, TODAY)
    assert data == calendar_bytes(answer, found, TODAY)
    events = list(icalendar.Calendar.from_ical(data).walk("VEVENT"))
    assert [e["DTSTART"].dt for e in events] == [d.day for d in found]
    assert all(e["DTEND"].dt - e["DTSTART"].dt == dt.timedelta(days=1) for e in events)
    assert all(passage.text in str(e["DESCRIPTION"]) for e in events)
    assert "Notice Clapvert" in str(events[0]["DESCRIPTION"])
    assert len({str(e["UID"]) for e in events}) == 2


def test_no_event_without_a_cited_deadline_in_force(ask: AskIt) -> None:
    day = {"kind": "date", "value": "2027-03-19"}
    for changes in ({"role": "regle"}, {"in_force": {"from": "2020-01-01", "until": "2021-01-01"}}):
        answer, passage = dated(ask(BILANS), day, **changes)
        assert deadlines(answer, {passage.id: passage}.get) == []
    answer, passage = dated(ask(BILANS), day)
    step = [{"text": passage.text, "citations": [1]}]
    assert deadlines(
        Answer.model_validate(answer.model_dump() | {"answer": "Rien.", "next": step}), {passage.id: passage}.get
    )
    beside = answer.model_copy(update={"answer": "Rien.", "next": ()})  # cited by a warning alone
    assert deadlines(beside, {passage.id: passage}.get) == []
    with pytest.raises(ClapvertError, match="aucune échéance"):
        taken(beside, Taken.ICS, {passage.id: passage}.get, TODAY)


def test_the_extension_says_the_format(tmp_path: Any) -> None:
    assert taken_as(tmp_path / "Note.PDF") is Taken.PDF
    with pytest.raises(ClapvertError, match="format inconnu"):
        taken_as(tmp_path / "note.odt")
