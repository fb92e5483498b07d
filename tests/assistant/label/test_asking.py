"""Questions about one's own project: which are, which are not, and how the answer keeps the two kinds of truth apart."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from assistant.history.sharing import Shares
from assistant.label.frameworks import Frameworks
from assistant.label.grid.imports import Choice, planned, taken
from assistant.label.projects.projects import Row, rows
from assistant.label.projects.store import LabelStore
from assistant.label.questions.asking import read_next, read_project_question
from assistant.label.score.tally import items
from assistant.label.score.whatif import least_effort
from assistant.service import Ask, Service
from ingest.settings import Settings
from tests.assistant.label.published import eight_sheets

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


@pytest.fixture
def film(desk: Service) -> str:
    """A project with an eight-sheet grid: 40 points of 124 done, two people, two days."""
    bench = desk.workbench
    project = bench.create("lea", "label-ecoprod", "Les Embruns", "performance")
    choice = Choice(take_answers=True)
    taken(bench, project.id, "lea", planned(bench, "lea", "g.xlsx", eight_sheets(), choice), choice)
    bench.put(project.id, "lea", "DECO-02", {"person": "Paul Mercier", "due": "2026-12-15"})
    bench.put(project.id, "lea", "SON-03", {"person": "Léa", "due": "2026-11-01"})
    return project.id


@pytest.mark.parametrize(
    ("question", "about", "said"),
    [
        ("Quel est mon score ?", "score", "score sur la grille importée : 32,25 % (40 points). Seuil de 65 %"),
        ("Combien de points avons-nous pour le label ?", "score", "il manque 40,6 points"),
        ("Quelle est notre prochaine échéance ?", "due", "prochaine échéance le 15/12/2026, DECO-02 «"),
        ("Qu'est-ce qui est en retard dans mon dossier ?", "due", "1 en retard"),
        ("Quel est le moindre effort pour atteindre 65 % ?", "effort", "65 % de 124 points, c'est 80,6 points"),
        ("Comment atteindre 70 % avec le moins d'effort ?", "effort", "70 % de 124 points, c'est 86,8 points"),
        ("Que reste-t-il à faire pour Paul ?", "left", "Paul Mercier : 0 fait sur 1 ; 1 critère reste à faire"),
        ("Qu'est-ce qu'il nous manque pour la déco ?", "left", "Décors & accessoires : 2 faits sur 10"),
        ("Qu'est-ce qu'il me manque pour la régie ?", "left", "Régie : 2 faits sur 10 ; 8 critères restent à faire"),
    ],
)
def test_the_project_is_asked_its_score_its_days_its_people(
    desk: Service, film: str, question: str, about: str, said: str
) -> None:
    answer = desk.ask(Ask(question), "lea")
    state = answer.project
    assert state is not None, question
    assert state.said.startswith("D'après votre dossier « Les Embruns »")
    assert said in state.said.replace("\u00a0", " "), state.said
    assert state.open
    assert all(o.url == f"/label/projets/{film}/criteres/{quote(o.key, safe='')}" for o in state.open)
    if about == "due":
        assert [o.key for o in state.open] == ["SON-03", "DECO-02"]
        assert state.url.endswith("/calendrier")
    if about == "effort":
        bench = desk.workbench
        project = bench.store.get(film, "lea")
        target = 70 if "70" in question else 65
        plan = least_effort(items(project, bench.framework(project)), target)
        assert [o.key for o in state.open] == [s.key for s in plan.steps][:12]


@pytest.mark.parametrize("question", [
    "Quel score faut-il pour obtenir le label ?", "Quelles sont les échéances de la prime RSE+ ?",
    "Quel est le seuil du Label Ecoprod ?", "Que reste-t-il à publier en droit européen ?",
    "Quelle est la date limite de dépôt du bilan carbone ?", "Peut-on atteindre la neutralité au plus vite ?",
])  # fmt: skip
def test_scores_and_days_of_the_rules_go_the_ordinary_way(desk: Service, film: str, question: str) -> None:
    assert film
    assert desk.ask(Ask(question), "lea").project is None


def test_without_a_grid_the_score_says_why(desk: Service) -> None:
    desk.workbench.create("lea", "label-ecoprod", "Les Embruns")
    state = desk.ask(Ask("Quel est mon score ?"), "lea").project
    assert state is not None
    assert "n'invente aucun point" in state.said


def test_two_projects_are_told_apart_by_name(desk: Service, film: str) -> None:
    other = desk.workbench.create("lea", "label-ecoprod", "Marée basse")
    answer = desk.ask(Ask("Quel est mon score ?"), "lea")
    assert (answer.outcome, answer.project, len(answer.follow_ups)) == ("partial", None, 2)
    named = {t: desk.ask(Ask(f"Quel est mon score pour {t} ?"), "lea").project for t in ("Les Embruns", "Marée basse")}
    assert {t: s.project_id for t, s in named.items() if s} == {"Les Embruns": film, "Marée basse": other.id}
