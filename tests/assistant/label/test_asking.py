"""Questions about one's own project: which are, which are not, and how the answer keeps the two kinds of truth apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.history.sharing import Shares
from assistant.label.frameworks import Frameworks
from assistant.label.projects.projects import Row, rows
from assistant.label.projects.store import LabelStore
from assistant.label.questions.asking import read_next, read_project_question
from assistant.service import Ask, Service
from ingest.settings import Settings

MANQUE = "Qu'est-ce qu'il me manque pour la régie ?"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    label = Frameworks.of(Settings(_env_file=None).corpus_dir).get("label-ecoprod")  # type: ignore[call-arg]
    store = LabelStore(tmp_path_factory.mktemp("label") / "label.db")
    return rows(store.create("lea", label.id, "Les Embruns"), label)


@pytest.mark.parametrize(
    ("question", "scope"),
    [
        (MANQUE, "Régie"),
        ("Il nous manque quoi en déco ?", "Décoration"),
        ("qu'est ce qui me reste à faire pour les costumes", "Costumes"),
        ("Que me reste-t-il à faire pour avoir le label ?", ""),
        ("Où en est mon dossier ?", ""),
        ("Où en suis-je côté cantine ?", "Cantine"),
        ("Qu'est-ce qu'il nous manque pour atteindre 65 % ?", ""),
        ("Qu'est-ce qu'il me manque pour le poste I ?", "I · Régie"),
        ("Qu'est-ce qu'il me manque pour la régie dans « Les Embruns » ?", "Régie"),
        ("Que me manque-t-il pour les Embruns ?", ""),
        ("What am I missing for catering?", "Cantine"),
    ],
)
def test_what_is_left_is_asked_of_the_project(board: list[Row], question: str, scope: str) -> None:
    read = read_project_question(question, ["Les Embruns"], board)
    assert read is not None
    assert read.scope == scope


@pytest.mark.parametrize(
    "question",
    [
        "Qu'est-ce qu'il me manque pour une aide du CNC ?",
        "Que me manque-t-il pour tourner avec un drone en ville ?",
        "Quels critères du Label Ecoprod concernent la régie ?",
        "Que manque-t-il au bilan carbone du CNC ?",
        "Combien vaut la prime RSE+ ?",
        "Il manque des gens sur le plateau.",
        "Qu'est-ce qu'il me reste comme délai pour déposer ma demande de prime RSE+ ?",
    ],
)
def test_questions_about_the_rules_go_the_ordinary_way(board: list[Row], question: str) -> None:
    assert read_project_question(question, ["Les Embruns"], board) is None


def test_a_follow_up_names_another_part(board: list[Row]) -> None:
    read = read_next("Et pour la déco ?", board)
    assert read is not None
    assert read.scope == "Décoration"
    assert read_next("Et pour une publicité ?", board) is None


def test_the_answer_keeps_the_project_and_the_criteria_apart(desk: Service) -> None:
    bench = desk.workbench
    project = bench.create("lea", "label-ecoprod", "Les Embruns")
    regie = [r for r in bench.board(project.id, "lea")[1] if r.acts("Régie")]
    bench.put(project.id, "lea", regie[0].key, {"status": "fait"})
    bench.put(project.id, "lea", regie[1].key, {"person": "Léa", "due": "2026-11-01"})
    answer = desk.ask(Ask(MANQUE), "lea")
    state = answer.project
    assert (answer.engine, answer.outcome) == ("project", "answered")
    assert state is not None
    assert state.said.startswith("D'après votre dossier « Les Embruns », Régie : 1 fait sur")
    assert (state.open[0].key, state.open[0].late, state.open[0].person) == (regie[1].key, True, "Léa")
    assert regie[0].key not in {o.key for o in state.open}
    assert "Embruns" not in answer.answer
    again = desk.ask(Ask("Et pour la déco ?", conversation_id=answer.conversation_id), "lea")
    assert again.project is not None
    assert again.project.scope == "Décoration"


def test_another_owner_is_never_told(desk: Service) -> None:
    desk.workbench.create("lea", "label-ecoprod", "Les Embruns")
    assert desk.ask(Ask(MANQUE), "marc").project is None
    assert desk.ask(Ask("Où en est le dossier Les Embruns ?"), "marc").project is None


def test_with_several_projects_it_asks_which(desk: Service) -> None:
    for title in ("Les Embruns", "Marée basse"):
        desk.workbench.create("lea", "label-ecoprod", title)
    answer = desk.ask(Ask(MANQUE), "lea")
    assert (answer.outcome, answer.reason, answer.project) == ("partial", "unclear", None)
    chosen = desk.ask(Ask(answer.follow_ups[0], conversation_id=answer.conversation_id), "lea")
    assert chosen.project is not None
    assert chosen.project.title in answer.follow_ups[0]


def test_the_files_of_the_workbench_are_its_users_alone(tmp_path: Path) -> None:
    LabelStore(tmp_path / "label.db")
    assert {p.stat().st_mode & 0o077 for p in tmp_path.glob("label.db*")} == {0}


def test_a_shared_answer_shows_nothing_of_the_project(desk: Service) -> None:
    desk.workbench.create("lea", "label-ecoprod", "Les Embruns")
    answer = desk.ask(Ask(MANQUE), "lea")
    assert answer.project is not None
    shares = Shares(desk.conversations)
    shared = shares.open(shares.make(answer.message_id, "lea"))
    assert shared.project is None
    assert "Embruns" not in shared.model_dump_json()
