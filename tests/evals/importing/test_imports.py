"""Candidate questions from elsewhere, and a set of another domain without touching code."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.history.feedback import Feedback
from evals.importing.files import from_feedback, read_candidates
from evals.importing.imports import Candidate, import_questions, write_reference
from evals.reference_set import ReferenceSet, load_reference
from ingest.errors import ClapvertError
from tests.evals.conftest import Invoke
from tests.evals.running.test_runner import REFERENCE, question
from tests.evals.samples import answer

EMPTY = ReferenceSet(questions=(), dialogues=())


def read(tmp_path: Path, name: str, text: str) -> list[Candidate]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_candidates(tmp_path / name)


def refused(tmp_path: Path, name: str, text: str) -> str:
    with pytest.raises(ClapvertError) as caught:
        import_questions(read(tmp_path, name, text), EMPTY, "cnc")
    return caught.value.message


def test_a_csv_becomes_a_reference_file(tmp_path: Path) -> None:
    rows = read(
        tmp_path, "q.csv",
        'question;id;kind;as_of;must_include;facts;must_pass;difficulty\n'
        '"Combien vaut la prime ?";cnc-900;amount;2026-01-05;28 000|28.000;CNC-1;oui;2\n'
        '"Qui la verse ; et quand ?";;;;"CNC;avant le tournage";;;\n',
    )  # fmt: skip
    found = import_questions(rows, REFERENCE, "cnc")
    out = tmp_path / "set" / "candidats.yaml"
    write_reference(found, out, "q.csv")
    first, second = load_reference(out.parent).questions
    assert (first.id, first.kind, first.as_of, first.must_pass, first.difficulty) == (
        "cnc-900", "amount", date(2026, 1, 5), True, 2,
    )  # fmt: skip
    assert first.must_include == (("28 000", "28.000"),)
    assert second.question == "Qui la verse ; et quand ?"
    assert second.id.startswith("imp-")
    assert second.must_include == (("CNC",), ("avant le tournage",))
    assert (second.domain, second.topic, second.outcome) == ("cnc", "a-classer", ("answered",))


def test_json_lines_carry_the_fields_as_they_are(tmp_path: Path) -> None:
    row = {"question": "Is it banned?", "language": "en", "domain": "climat", "must_include": [["yes", "banned"]]}
    (found,) = import_questions(read(tmp_path, "q.jsonl", json.dumps(row) + "\n\n"), EMPTY).questions
    assert (found.language, found.domain, found.must_include) == ("en", "climat", (("yes", "banned"),))


def test_promptfoo_assertions_become_expected_facts(tmp_path: Path) -> None:
    text = yaml.safe_dump(
        {
            "prompts": ["{{question}}"],
            "tests": [
                {
                    "description": "La prime",
                    "vars": {"question": "Combien vaut la prime ?", "ton": "bref"},
                    "assert": [
                        {"type": "icontains", "value": "28 000"},
                        {"type": "contains-any", "value": ["film", "œuvre"]},
                        {"type": "not-contains", "value": "10 000"},
                        {"type": "llm-rubric", "value": "poli"},
                    ],
                },
                {"vars": {"q": ["Et en 2025 ?", "Et en 2026 ?"]}},
            ],
        },
        allow_unicode=True,
    )
    first, *others = import_questions(read(tmp_path, "p.yaml", text), EMPTY, "cnc").questions
    assert first.must_include == (("28 000",), ("film", "œuvre"))
    assert first.must_not_include == ("10 000",)
    assert first.note == "La prime. Attente promptfoo non reprise : llm-rubric."
    assert [q.question for q in others] == ["Et en 2025 ?", "Et en 2026 ?"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("q.csv", "question,genre\na,b\n", "q.csv, ligne 1, champ genre : cette colonne n'existe pas."),
        ("q.csv", "id\nx\n", "q.csv, ligne 1, champ question : cette colonne manque."),
        ("q.csv", "question,id\nQuoi ?,a,b\n", "q.csv, ligne 2, champ (ligne) : elle n'a pas autant de cases"),
        ("q.csv", 'question,id\n"Quoi ?\n', "champ (ligne) : CSV invalide"),
        ("q.csv", "question,kind\nQuoi ?,montant\n", "q.csv, ligne 2, champ kind : « montant » n'est pas l'une"),
        ("q.csv", "question,as_of\nQuoi ?,hier\n", "ligne 2, champ as_of : « hier » : une date AAAA-MM-JJ"),
        ("q.csv", "question,slips\nQuoi ?,un peu\n", "ligne 2, champ slips : « un peu » : oui ou non"),
        ("q.csv", "question,id\nQuoi ?,A B\n", "ligne 2, champ id : « A B » : minuscules"),
        ("q.csv", "question,id\n,x\n", "q.csv, ligne 2, champ question : il manque"),
        ("q.jsonl", '{"question": "a"}\n{', "q.jsonl, ligne 2, champ (ligne) : ce n'est pas du JSON"),
        ("q.jsonl", "[1]", "ligne 1, champ (ligne) : un objet"),
        ("q.jsonl", '{"question": "a", "reponse": "b"}', "ligne 1, champ reponse : ce champ n'existe pas"),
        ("q.jsonl", '{"question": 3}', "ligne 1, champ question : un texte est attendu"),
        ("p.yaml", "prompts: []\n", "champ tests : une liste de tests"),
        ("p.yaml", "tests:\n  - file://a.csv\n", "ligne 2, champ tests.0.vars"),
        ("p.yaml", "tests:\n  - vars: {a: x, b: y}\n", "laquelle est la question ?"),
        ("p.yaml", "tests: [\n", "YAML invalide"),
        ("q.txt", "a", "on ne sait pas importer"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_field(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert said in refused(tmp_path, name, text)


def test_questions_asked_already_are_found() -> None:
    known = REFERENCE.questions[0]
    given = [
        Candidate({"question": f"  {known.question.upper()} "}, "a.csv", 2),
        Candidate({"question": known.question.replace("remettre", "rendre")}, "a.csv", 3),
        Candidate({"question": "Combien de temps gardez-vous les rushes ?"}, "a.csv", 4),
        Candidate({"question": "combien de temps gardez vous les rushes"}, "a.csv", 5),
    ]
    found = import_questions(given, REFERENCE, "cnc")
    assert len(found.questions) == 2
    assert set(found.known.values()) == {known.id, found.questions[1].id}
    assert found.near == {found.questions[0].id: known.id}
    assert found.questions[0].note == f"proche de {known.id}."
    again = import_questions(given, REFERENCE, "cnc")
    assert [q.id for q in again.questions] == [q.id for q in found.questions]


def test_an_id_that_is_taken_is_refused() -> None:
    with pytest.raises(ClapvertError, match="« cnc-1 » est déjà pris"):
        import_questions([Candidate({"question": "Autre ?", "id": "cnc-1"}, "a.csv", 2)], REFERENCE)


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    found = import_questions([Candidate({"question": "Quoi ?"}, "a.csv", 2)], EMPTY)
    out = tmp_path / "c.yaml"
    out.write_text("à moi", encoding="utf-8")
    with pytest.raises(ClapvertError, match="existe déjà"):
        write_reference(found, out, "a.csv")
    assert out.read_text("utf-8") == "à moi"


def test_feedback_becomes_candidates() -> None:
    given = answer("Le forfait est de 28 000 €. [1]", question="Combien ?")
    common: dict[str, Any] = {"question": "Combien ?", "as_of": given.as_of, "answer": given, "reason": None,
                              "at": date(2026, 11, 25)}  # fmt: skip
    rows = [
        Feedback(message_id="a", outcome="answered", rating="up", comment=None, **common),
        Feedback(message_id="b", outcome="answered", rating="down", comment="faux", **common | {"question": "Quand ?"}),
    ]
    up, down = import_questions(from_feedback(rows), EMPTY).questions
    assert (up.question, up.outcome, up.as_of) == ("Combien ?", ("answered",), None)
    assert down.note.startswith("Retour négatif du 2026-11-25. Commentaire : faux. Rendu : answered, Le forfait")


def test_import_from_the_command_line(invoke: Invoke, use_settings: Any, service: Any, tmp_path: Path) -> None:
    from assistant.history.feedback import FeedbackStore
    from assistant.service import Ask

    told = service.ask(Ask("Quels bilans carbone remettre au CNC pour un film ?"))
    FeedbackStore(service.conversations, service.clock).add(told.message_id, "local", "down", "incomplet")
    (tmp_path / "q.csv").write_text("question\nQuelle est la capitale du Pérou ?\nQui paie ?\n", encoding="utf-8")
    out = tmp_path / "c.yaml"
    done = invoke("import", str(tmp_path / "q.csv"), "--feedback", "--out", str(out), "--domain", "cnc")
    assert "déjà posée (none-1) : Quelle est la capitale du Pérou ?" in done.stdout
    assert "2 candidate(s)" in done.stdout
    assert [q.question for q in load_reference(tmp_path).questions] == [
        "Qui paie ?", "Quels bilans carbone remettre au CNC pour un film ?",
    ]  # fmt: skip
    with pytest.raises(ClapvertError, match="Rien à importer"):
        invoke("import")


def test_a_domain_set_is_added_without_touching_code(invoke: Invoke, use_settings: Any, tmp_path: Path) -> None:
    """A folder of questions of a domain that no code knows: asked, scored, kept, reported under its own name."""
    folder = tmp_path / "restauration"
    rows = [
        question("cantine-1", "Quels bilans carbone remettre au CNC pour une fiction ?", domain="cantine", topic="cantine"),
        question("cantine-2", "Combien de repas sans viande ?", domain="cantine", topic="repas", outcome="abstained",
                 kind="absent", must_include=[], facts=[]),
    ]  # fmt: skip
    found = import_questions([Candidate(q.model_dump(mode="json"), "x", 0) for q in rows], EMPTY)
    write_reference(found, folder / "cantine.yaml", "essai")
    told = json.loads(invoke("run", "--reference", str(folder), "--json").stdout)
    assert (told["questions"], told["left_out"]) == (2, {})
    assert told["metrics"]["passed"]["n"] == 2
    report = json.loads(Path(told["run"]).with_suffix(".json").read_text("utf-8"))
    assert report["run"]["reference"] == "restauration"
    assert [v["label"] for v in report["slices"][0]["values"]] == ["cantine"]
    only = json.loads(invoke("run", "--reference", str(folder), "--domain", "cantine", "--json", "--no-keep").stdout)
    assert (only["questions"], only["run"]) == (2, None)
    with pytest.raises(ClapvertError, match="Aucune question") as caught:
        invoke("run", "--reference", str(folder), "--domain", "cnc")
    assert caught.value.hint == "Domaines du jeu : cantine."
