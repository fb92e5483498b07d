"""Projects: owners kept apart, concurrent edits that lose nothing, history, real deletion."""

from __future__ import annotations

import datetime as dt
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.label.frameworks import Frameworks, Wanted, chosen, criterion_key, department_of
from assistant.label.projects.edits import EditConflictError
from assistant.label.projects.projects import Grid, GridCriterion, Status, rows
from assistant.label.projects.store import LabelStore
from ingest.corpus.criteria import Department
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings

NOW = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return LabelStore(tmp_path / "label.db", lambda: NOW)


@pytest.fixture(scope="session")
def frameworks() -> Frameworks:
    return Frameworks.of(Settings(_env_file=None).corpus_dir)  # type: ignore[call-arg]


def grid(*criteria: GridCriterion) -> Grid:
    return Grid(file_name="grille.xlsx", sha256="0" * 64, imported_at=NOW, criteria=criteria)


def refusal(code: ErrorCode) -> object:
    return pytest.raises(ClapvertError, check=lambda e: e.code is code)


def test_frameworks_are_never_mixed(frameworks: Frameworks) -> None:
    assert [f.id for f in frameworks.all()] == ["label-ecoprod", "afnor-spec-2308"]
    assert frameworks.criterion("label-ecoprod", "d3").code == "D3"
    with refusal(ErrorCode.CRITERION_NOT_FOUND):
        frameworks.criterion("afnor-spec-2308", "D3")
    with refusal(ErrorCode.FRAMEWORK_NOT_FOUND):
        frameworks.get("albert")


def test_criteria_are_filtered_by_poste_department_and_words(frameworks: Frameworks) -> None:
    label = frameworks.get("label-ecoprod")
    assert {c.poste for _, cs in chosen(label, Wanted(poste="I")) for c in cs} == {"I"}
    regie = [c for _, cs in chosen(label, Wanted(department=Department.REGIE)) for c in cs]
    assert regie
    assert all({Department.REGIE, Department.TOUS} & set(c.departments) for c in regie)
    assert [p.code for p, _ in chosen(label, Wanted(words="COSTUM"))]
    assert chosen(label, Wanted(words="zzz")) == []
    assert department_of("régie ") is Department.REGIE


def test_another_owner_sees_nothing(store: LabelStore) -> None:
    project = store.create("lea", "label-ecoprod", "Film d'essai")
    assert [p.id for p in store.projects("lea")] == [project.id]
    assert store.projects("marc") == []
    for call in (
        lambda: store.get(project.id, "marc"),
        lambda: store.edit(project.id, "marc", {"title": "x"}),
        lambda: store.put_state(project.id, "marc", "A1", {"status": "fait"}),
        lambda: store.delete(project.id, "marc"),
        lambda: store.history.of(project.id, "marc"),
        lambda: store.members.invitation(project.id, "marc"),
    ):
        with refusal(ErrorCode.PROJECT_NOT_FOUND):
            call()


def test_an_invitation_opens_the_project_until_it_is_renewed(store: LabelStore) -> None:
    project = store.create("lea", "label-ecoprod", "Film d'essai")
    token = store.members.invitation(project.id, "lea")
    assert store.members.invitation(project.id, "lea") == token
    assert store.members.join(token, "marc", "Régie").id == project.id
    store.put_state(project.id, "marc", "A1", {"status": "fait"})
    assert store.history.of(project.id, "lea")[0].by == "Régie"
    assert store.history.of(project.id, "lea")[-1].by == "Navigateur 1"
    store.members.invitation(project.id, "lea", renew=True)
    with refusal(ErrorCode.PROJECT_NOT_FOUND):
        store.members.join(token, "eve", "")


def test_a_stale_write_is_refused_with_the_current_value(store: LabelStore) -> None:
    project = store.create("lea", "label-ecoprod", "Film d'essai")
    first = store.put_state(project.id, "lea", "A1", {"status": "en_cours", "note": "note de Léa"}, revision=0)
    with pytest.raises(EditConflictError) as conflict:
        store.put_state(project.id, "lea", "A1", {"note": "autre note"}, revision=0)
    assert conflict.value.current["note"] == "note de Léa"
    assert conflict.value.current["revision"] == first.revision == 1
    second = store.put_state(project.id, "lea", "A1", {"note": "autre note"}, revision=1)
    assert (second.status, second.note, second.revision) == (Status.EN_COURS, "autre note", 2)
    changes = store.history.of(project.id, "lea", code="A1")
    assert [(c.before.get("note"), c.after["note"]) for c in changes] == [
        ("note de Léa", "autre note"), ("", "note de Léa"),
    ]  # fmt: skip


def test_concurrent_edits_lose_nothing(store: LabelStore) -> None:
    project = store.create("lea", "label-ecoprod", "Film d'essai")

    def append(n: int) -> None:
        while True:
            state = store.get(project.id, "lea").state("A1")
            try:
                store.put_state(project.id, "lea", "A1", {"note": f"{state.note} {n}".strip()}, state.revision)
            except EditConflictError:
                continue
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(24)))
    assert sorted(map(int, store.get(project.id, "lea").state("A1").note.split())) == list(range(24))


def test_sans_objet_demands_a_reason(store: LabelStore) -> None:
    project = store.create("lea", "label-ecoprod", "Film d'essai")
    with refusal(ErrorCode.REASON_MISSING):
        store.put_state(project.id, "lea", "A1", {"status": "sans_objet", "not_applicable_reason": "  "})
    state = store.put_state(
        project.id, "lea", "A1", {"status": "sans_objet", "not_applicable_reason": "Tout en studio."}
    )
    assert state.status is Status.SANS_OBJET
    assert not state.open


def test_a_project_keeps_what_the_new_grid_does_not_hold(store: LabelStore, frameworks: Frameworks) -> None:
    label = frameworks.get("label-ecoprod")
    project = store.create("lea", "label-ecoprod", "Film d'essai")
    assert [r.key for r in rows(project, label)] == [criterion_key(c) for c in label.criteria]
    store.put_state(project.id, "lea", "A1", {"status": "fait"})
    store.put_state(project.id, "lea", "C1", {"status": "fait"})
    project = store.set_grid(
        project.id,
        "lea",
        grid(
            GridCriterion(
                key="A1", code="A1", title="Feuille de route", points=Decimal("2.5"), department="Régie / Déco"
            ),
            GridCriterion(key="Z9", code="Z9", title="Inconnu de Clapvert"),
        ),
    )
    board = {r.key: r for r in rows(project, label)}
    assert list(board) == ["A1", "Z9", "C1"]
    assert board["A1"].state.status is Status.FAIT
    assert board["A1"].departments == ("Régie", "Déco")
    assert board["A1"].grid is not None
    assert board["A1"].grid.points == Decimal("2.5")
    assert board["Z9"].known is None
    assert not board["C1"].in_grid
    assert board["C1"].state.status is Status.FAIT


def test_deletion_is_real(store: LabelStore, tmp_path: Path) -> None:
    project = store.create("lea", "label-ecoprod", "Titre-secret-du-film")
    store.put_state(project.id, "lea", "A1", {"note": "note-confidentielle"})
    store.add_evidence(project.id, "lea", "A1", "devis-confidentiel.pdf", "a" * 64, 12, "application/pdf")
    erased: list[str] = []
    store.unheld({"a" * 64}, erased.append)
    assert erased == []
    assert store.delete(project.id, "lea") == {"a" * 64}
    store.unheld({"a" * 64}, erased.append)
    assert erased == ["a" * 64]
    left = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for word in (b"Titre-secret-du-film", b"note-confidentielle", b"devis-confidentiel"):
        assert word not in left


def test_a_copy_keeps_people_and_notes_but_nothing_is_done(store: LabelStore) -> None:
    project = store.create("lea", "label-ecoprod", "Saison 1", scheme="performance")
    store.put_state(project.id, "lea", "A1", {"status": "fait", "person": "Léa"})
    store.put_state(project.id, "lea", "A2", {"status": "fait"})
    copy = store.duplicate(project.id, "lea", "Saison 2")
    assert (copy.title, copy.scheme, copy.framework) == ("Saison 2", "performance", "label-ecoprod")
    assert {k: (s.status, s.person) for k, s in copy.states.items()} == {"A1": (Status.A_FAIRE, "Léa")}


def test_a_later_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "label.db"
    LabelStore(path)
    with sqlite3.connect(path) as db:
        db.execute("update alembic_version set version_num = 'later'")
    with pytest.raises(ClapvertError, match="plus récente"):
        LabelStore(path)
