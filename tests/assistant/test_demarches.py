"""A démarche from the message to the page: its steps in order, each with when, by whom and what it rests on; what the
case excludes is left out; a day of the case gives the day due; the same words over HTTP, in the terminal, on its page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from assistant.answer import Answer
from assistant.app import create_app
from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.commands.demarches import demarche as demarche_command
from assistant.history.receipt import ReceiptChecker
from assistant.reading.dates import AsOf
from assistant.service import Service
from assistant.wording.steps import body_of_step, moment_of_step
from ingest.clock import fixed
from ingest.corpus.demarches import load_demarches, load_vocabulary
from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import load_register
from ingest.model.embedding import HashingEncoder
from ingest.passages.passages import fiche_passages
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE, opener
from tests.assistant.support import faults, problem
from tests.conftest import ingest_with
from tests.samples import TODAY, demarche, tiny_steps_vocabulary, write_yaml

ROOT = Path(__file__).resolve().parents[2]
WHOLE = "Comment rendre les bilans carbone, étape par étape ?"


@pytest.fixture
def guided(settings: Settings, corpus_dir: Path) -> Service:
    write_yaml(corpus_dir / "demarches" / "rendre-les-bilans.yaml", demarche())
    write_yaml(corpus_dir / "etapes.yaml", tiny_steps_vocabulary())
    ingest_with(settings, encoder=HashingEncoder())
    return Service(settings, HashingEncoder(), fixed(TODAY), DOUBLE)


def ask(service: Service, question: str, **how: Any) -> Answer:
    answer, _ = service.engine.ask(question, **how)
    assert faults(answer, opener(service)) == []
    return answer


def test_the_steps_are_listed_in_order_each_with_what_it_rests_on(guided: Service) -> None:
    answer = ask(guided, WHOLE)
    (part,) = answer.parts
    assert (part.card, part.title, part.state) == ("rendre-les-bilans", "Rendre les bilans carbone", "answered")
    assert (answer.shape, answer.outcome) == ("steps", "answered")
    assert answer.answer == (
        "**Rendre les bilans carbone.**\n\n"
        "1. **Au dépôt (production).** Remettez les bilans carbone. [1]\n"
        "2. **Après (production).** Gardez-en la preuve. Pièce : la preuve. Sinon : l'aide est refusée. [2]"
    )


def test_in_english(guided: Service) -> None:
    answer = ask(guided, "How do we hand in the carbon reports?")
    assert answer.answer.startswith(
        "**Handing in the carbon reports.**\n\n1. **On filing (production company).** Hand in"
    )


def test_a_narrower_question_gets_its_steps_alone(guided: Service) -> None:
    answer = ask(guided, "comment on garde la preuve du bilan ?")
    assert answer.parts[0].card == "rendre-le-definitif"
    assert "Remettez" not in answer.answer


def test_another_kind_of_question_is_left_to_the_rest(guided: Service) -> None:
    assert all(part.title is None for part in ask(guided, "Que risque le producteur qui ne remet pas le bilan ?").parts)


def test_what_the_steps_tell_of_a_message_is_not_asked_again(guided: Service) -> None:
    answer = ask(guided, "On s'organise comment pour les bilans carbone, qui fait quoi et dans quel ordre ?")
    assert [part.card for part in answer.parts] == ["rendre-les-bilans"]


def test_a_day_of_the_case_gives_the_day_due(guided: Service, corpus_dir: Path) -> None:
    steps = demarche()["steps"]
    due = {"deadline": {"fr": "bien avant", "en": "well before"}, "by": {"after": "filing", "months": -2}}
    changed = demarche(steps=[steps[0], steps[1] | due], cuts=[])
    write_yaml(corpus_dir / "demarches" / "rendre-les-bilans.yaml", changed)
    ingest_with(guided.settings, encoder=HashingEncoder())
    service = Service(guided.settings, HashingEncoder(), fixed(TODAY), DOUBLE)
    answer = ask(service, f"Dépôt le 15 mars 2027. {WHOLE}")
    assert "**Au dépôt, 15 mars 2027 (production).**" in answer.answer
    assert "**Bien avant, au plus tard le 15 janvier 2027 (production).**" in answer.answer
    assert answer.parts[0].because == "au plus tard le 15 janvier 2027"
    assert ReceiptChecker(service.store, service.snapshot, TODAY).check(answer).holds


def test_what_the_case_excludes_is_left_out(guided: Service, corpus_dir: Path) -> None:
    steps = demarche()["steps"]
    kept = [steps[0], steps[1] | {"supposes": {"genre": ["animation"]}}]
    write_yaml(corpus_dir / "demarches" / "rendre-les-bilans.yaml", demarche(steps=kept, cuts=[]))
    ingest_with(guided.settings, encoder=HashingEncoder())
    assert "2. " in ask(guided, WHOLE).answer
    told = ask(guided, f"C'est un documentaire. {WHOLE}")
    assert "1. " in told.answer
    assert "2. " not in told.answer


def test_a_receipt_holds_and_a_changed_step_does_not(guided: Service) -> None:
    answer = ask(guided, WHOLE)
    checker = ReceiptChecker(guided.store, guided.snapshot, TODAY)
    assert checker.check(answer).holds
    changed = answer.model_copy(update={"answer": answer.answer.replace("les bilans carbone. [1]", "3 bilans. [1]")})
    assert not checker.check(changed).holds


def test_over_http_and_on_pages(guided: Service) -> None:
    client = TestClient(create_app(guided))
    listed = client.get("/api/demarches").json()["demarches"]
    assert [(d["id"], d["steps"]) for d in listed] == [("rendre-les-bilans", 2)]
    one = client.get("/api/demarches/rendre-le-definitif").json()
    assert one["steps"][0]["who"]["fr"] == "production"
    assert list(one["steps"][1]["rests_on"]) == ["bilan-sanction"]
    problem(client.get("/api/demarches/nulle-part"), 404, "demarche_not_found")
    assert "Rendre les bilans carbone" in client.get("/demarches").text
    page = client.get("/demarches/rendre-les-bilans").text
    assert page.index("Remettez les bilans carbone.") < page.index("Gardez-en la preuve.")
    assert "Handing in the carbon reports" in client.get("/demarches/rendre-les-bilans?lang=en").text
    assert client.get("/demarches/nulle-part").status_code == 404


def test_in_the_terminal(guided: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAPVERT_CORPUS_DIR", str(guided.settings.corpus_dir))
    monkeypatch.setenv("CLAPVERT_DATA_DIR", str(guided.settings.data_dir))
    shown = CliRunner().invoke(demarche_command, ["show", "rendre-les-bilans"])
    assert "1. Au dépôt (production). Remettez les bilans carbone." in shown.output
    listed = CliRunner().invoke(demarche_command, ["list", "--json"])
    assert [d["id"] for d in json.loads(listed.output)] == ["rendre-les-bilans"]
    assert CliRunner().invoke(demarche_command, ["show", "nulle-part"]).exit_code != 0


def test_every_step_of_the_corpus_passes_the_gate() -> None:
    """In both languages, on the day of the corpus, as an answer shows it."""
    corpus = ROOT / "corpus"
    register, words, gate = load_register(corpus), load_vocabulary(corpus), Verifier()
    passages = {
        p.statement.id: p for f in load_fiches(corpus) for p in fiche_passages(f.fiche, register) if p.statement
    }
    today, wrong = AsOf(TODAY, TODAY, "today"), []
    for d in load_demarches(corpus):
        for n, step in enumerate(d.steps, 1):
            cited = tuple(Cited(passages[sid], passages[sid].text) for sid in step.rests_on)
            for language in ("fr", "en"):
                moment = moment_of_step(step, words.stages[step.stage], words.who[step.who], language)
                said = Sentence(f"{moment} {body_of_step(step, language)}", cited, language=language, reviewed=True)
                wrong += [f"{d.id} {n} {language} : {fault}" for fault in gate.faults(said, today)]
        title = Sentence(f"{d.title.fr}.", (), claims=False)
        wrong += [f"{d.id} : {fault}" for fault in gate.faults(title, today)]
    assert wrong == []


def test_a_reviewed_step_is_still_held_to_its_figures() -> None:
    corpus = ROOT / "corpus"
    passages = [p for f in load_fiches(corpus)[:1] for p in fiche_passages(f.fiche, load_register(corpus))]
    said = Sentence("Payez 98 765 €.", (Cited(passages[0], passages[0].text),), reviewed=True)
    assert Verifier().faults(said, AsOf(TODAY, TODAY, "today"))
    assert Verifier().faults(replace(said, cited=()), AsOf(TODAY, TODAY, "today"))
