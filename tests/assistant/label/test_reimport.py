"""A grid that comes back: templates filled in, wrong cells marked, a new version that moves codes; departments renamed."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from assistant.history.owner import LOCAL
from assistant.label.frameworks import Frameworks
from assistant.label.grid.imports import Choice, planned, read, taken
from assistant.label.grid.templates import template_csv, template_xlsx
from assistant.label.projects.projects import Status, rows
from assistant.label.workbench import Workbench
from ingest.clock import fixed
from ingest.settings import Settings
from ingest.storage.storage import Storage
from tests.assistant.label.published import eight_sheets
from tests.assistant.label.test_api import project
from tests.assistant.label.workbooks import saved, sheet_of
from tests.samples import TODAY

HEADER = ["Code", "Intitulé", "Obligatoire", "Points"]
FIRST = [["A1", "Nommer une personne d'essai", "oui", 2], ["A2", "Mesurer les déchets d'essai", "non", 3],
         ["A3", "Louer des costumes d'essai", "non", 4], ["A4", "Trier les papiers d'essai", "non", 1]]  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(Storage(tmp_path), Frameworks.of(Settings().corpus_dir), fixed(TODAY))


def take(bench: Workbench, ident: str, data: bytes, choice: Choice | None = None) -> Any:
    chosen = choice or Choice(accepted=frozenset({"all"}))
    return taken(bench, ident, LOCAL, planned(bench, LOCAL, "g.xlsx", data, chosen), chosen)[0]


def test_a_new_version_keeps_statuses_and_evidence_with_their_criterion(bench: Workbench) -> None:
    made = bench.create(LOCAL, "label-ecoprod", "Essai")
    take(bench, made.id, sheet_of(HEADER, *FIRST))
    bench.put(made.id, LOCAL, "A1", {"status": "fait", "note": "de A1"})
    bench.put(made.id, LOCAL, "A2", {"status": "en_cours", "note": "de A2"})
    bench.attach(made.id, LOCAL, "A2", "pesée.pdf", b"%PDF-1.7")
    bench.put(made.id, LOCAL, "A4", {"note": "de A4"})
    # A1 and A2 trade their codes, A3 brings more, A4 is another matter under the same code, A5 is new.
    new = sheet_of(
        HEADER, ["A1", "Mesurer les déchets d'essai", "non", 3], ["A2", "Nommer une personne d'essai", "oui", 2],
        ["A3", "Louer des costumes d'essai", "non", 5], ["A4", "Chauffer moins le studio", "non", 1],
        ["A5", "Ajouter une ligne d'essai", "non", 1],
    )  # fmt: skip
    found = read(bench, made.id, LOCAL, planned(bench, LOCAL, "g.xlsx", new, Choice()), Choice())
    moves = found.changes
    assert moves is not None
    assert moves.same == {"A1": "A2", "A2": "A1", "A3": "A3"}
    assert sorted((o, n) for o, n, _ in moves.recoded) == [("A1", "A2"), ("A2", "A1")]
    assert [(r.key, r.before, r.after) for r in moves.reworded] == [
        ("A4", "Trier les papiers d'essai", "Chauffer moins le studio")
    ]
    assert (moves.added, [g[0] for g in moves.gone]) == (("A4", "A5"), ["A4"])
    assert moves.repointed == (("A3", Decimal(4), Decimal(5)),)
    assert [d.text for d in found.doubts] == [
        "« A4 » (Trier les papiers d'essai) n'est plus dans la grille : ce qui en est dit est gardé hors grille."
    ]
    after = take(bench, made.id, new)
    board = {r.key: r for r in rows(after, bench.framework(after))}
    assert (board["A2"].state.note, board["A2"].title) == ("de A1", "Nommer une personne d'essai")
    assert (board["A1"].state.note, [f.name for f in board["A1"].state.evidence]) == ("de A2", ["pesée.pdf"])
    assert board["A4"].state.revision == 0
    kept = board["A4 (ancienne)"]
    assert (kept.title, kept.state.note, kept.in_grid) == ("Trier les papiers d'essai", "de A4", False)
    assert [c.after.get("note") for c in bench.store.history.of(made.id, LOCAL, "A2")] == ["de A1"]


def test_a_reworded_criterion_is_the_same_when_a_person_says_so(bench: Workbench) -> None:
    made = bench.create(LOCAL, "label-ecoprod", "Essai")
    take(bench, made.id, sheet_of(HEADER, *FIRST))
    bench.put(made.id, LOCAL, "A4", {"note": "de A4"})
    new = sheet_of(HEADER, *FIRST[:3], ["A4", "Chauffer moins le studio", "non", 1])
    after = take(bench, made.id, new, Choice(same={"A4": True}))
    assert after.state("A4").note == "de A4"


def test_what_was_said_before_any_grid_does_not_slide_under_a_colliding_code(bench: Workbench) -> None:
    made = bench.create(LOCAL, "label-ecoprod", "Essai")
    bench.put(made.id, LOCAL, "A1", {"note": "de la feuille de route"})
    after = take(bench, made.id, sheet_of(HEADER, *FIRST))
    assert after.state("A1").revision == 0
    assert after.state("A1 (ancienne)").note == "de la feuille de route"
    assert after.outside == {"A1 (ancienne)": "feuille de route d'éco-production"}


def test_a_template_that_is_filled_in_is_imported_as_it_was_written(bench: Workbench) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(["Régie", "Image / Son"], dt.date(2026, 11, 26))))
    assert book.sheetnames == ["Mode d'emploi", "Régie", "Image Son"] or len(book.sheetnames) == 3
    for sheet in book.worksheets[1:]:
        for n in (1, 2):
            sheet.append([f"{sheet.title[:1]}{n}", f"Action d'essai {n}", None, "oui", 1.5, "N/A" if n == 1 else "oui"])
    made = bench.create(LOCAL, "label-ecoprod", "Essai")
    after = take(bench, made.id, saved(book), Choice(take_answers=True))
    assert after.grid is not None
    assert [(c.key, c.department, c.points) for c in after.grid.criteria][:2] == [
        ("R1", "Régie", Decimal("1.5")), ("R2", "Régie", Decimal("1.5")),
    ]  # fmt: skip
    assert len(after.grid.criteria) == 4
    assert b"Code;Intitul" in template_csv()
    head = template_csv().decode("utf-8-sig").strip()
    csv = f"{head}\nX1;Essai;;Régie;non;2;;;\n".encode()
    plan = planned(bench, LOCAL, "g.csv", csv, Choice())
    assert read(bench, made.id, LOCAL, plan, Choice()).account.criteria == 1


def test_departments_are_renamed_merged_and_moved(bench: Workbench) -> None:
    made = bench.create(LOCAL, "label-ecoprod", "Essai")
    take(bench, made.id, eight_sheets())
    bench.rename_department(made.id, LOCAL, "son", "Prise de son")
    bench.rename_department(made.id, LOCAL, "Lumière", "image")
    after = bench.move(made.id, LOCAL, ["RÉG-01"], ["Bureau de production", "Costumes - HMC"])
    board = rows(after, bench.framework(after))
    names = list(dict.fromkeys(d for r in board for d in r.departments))
    assert "Prise de son" in names
    assert "Lumière" not in names
    assert sum("Image" in r.departments for r in board) == 20
    assert board[0].departments == ("Bureau de production", "Costumes - HMC")
    after = bench.move(made.id, LOCAL, ["RÉG-01"], [])
    assert rows(after, bench.framework(after))[0].departments == ("Régie",)
    take(bench, made.id, eight_sheets())  # the same grid again keeps the names
    assert sum("Image" in r.departments for r in bench.board(made.id, LOCAL)[1]) == 20


ANSWERED = (
    ("Oui", Status.FAIT, ""), ("En cours", Status.EN_COURS, ""), ("Partiel", Status.EN_COURS, ""),
    ("Prévu", Status.A_FAIRE, "Prévu"), ("Non", Status.A_FAIRE, "Non"), ("À faire", Status.A_FAIRE, ""),
    ("abandonné", Status.NON_RETENU, ""), ("N/A", Status.A_CLARIFIER, "N/A"),
    ("voir Léa", Status.A_CLARIFIER, "voir Léa"), ("", Status.A_FAIRE, ""),
)  # fmt: skip


def test_answers_are_kept_apart_and_those_announced_are_those_that_land(lea: TestClient) -> None:
    """« En cours », « Prévu », « Non » are not the « À faire » of a criterion of which nobody said anything; what changes
    nothing, or stands where the production has spoken, is told as left aside."""
    rows = [[f"A{n}", f"Action d'essai numéro {n}", "non", 1, said] for n, (said, _, _) in enumerate(ANSWERED)]
    data = sheet_of([*HEADER, "Statut"], *rows)
    made = project(lea)
    at = f"/api/label/projects/{made['id']}"
    assert lea.post(f"{at}/grid", files={"file": ("g.xlsx", data)}).json()["imported"]
    assert lea.put(f"{at}/criteria/A0", json={"revision": 0, "note": "dit par Léa"}).status_code == 200
    planned_ = lea.post(f"{at}/grid", files={"file": ("g.xlsx", data)}, data={"plan": "1"}).json()["account"]
    assert (planned_["answers"], planned_["landing"], planned_["already_said"]) == (9, 7, 1)
    shown = lea.post(f"/label/projets/{made['id']}/grille", files={"file": ("g.xlsx", data)}).text
    assert "7</strong> réponses à reprendre" in shown
    assert "2 « À faire » (le classeur dit : Prévu, Non)" in shown.replace("\u00a0", " ")
    assert "1 réponse qui dit déjà ce qui est suivi, 1 réponse là où la production" in " ".join(shown.split())
    taken_ = lea.post(f"{at}/grid", files={"file": ("g.xlsx", data)}, data={"answers": "1"}).json()
    assert taken_["answers"] == 7
    states = {r["key"]: r["state"] for r in lea.get(at).json()["rows"]}
    assert [(states[f"A{n}"]["status"], states[f"A{n}"]["said"]) for n in range(1, len(ANSWERED))] == [
        (status.value, said) for _, status, said in ANSWERED[1:]
    ]
    assert (states["A0"]["status"], states["A0"]["note"]) == ("a_faire", "dit par Léa")


BAD = sheet_of(HEADER, *FIRST[:2], ["A2", "Autre action d'essai", "non", 9], ["A6", "Chauffer", "non", "beaucoup"])


def test_an_import_error_goes_back_to_the_account_with_the_cells_and_a_marked_copy(lea: TestClient) -> None:
    at = f"/label/projets/{project(lea)['id']}/grille"
    shown = lea.post(at, files={"file": ("grille.xlsx", BAD)})
    assert shown.status_code == 422  # after the redirect: the page itself
    for said in ("2 cellules à corriger", "D5", "A4", "ce n'est pas un nombre de points", "Intitulé du critère"):
        assert said in shown.text.replace("&#39;", "'"), said
    refused = lea.post(f"{at}/importer", data={"col-0-0": "code", "col-0-1": "title", "col-0-3": "points"})
    assert refused.status_code == 422
    copy = lea.post(f"{at}/copie-marquee", data={})
    assert copy.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(copy.content))
    assert book.sheetnames == ["À corriger", "Sheet"]
    assert [[c.value for c in r[:2]] for r in book["À corriger"].iter_rows(min_row=2)] == [
        ["Sheet", "D5"],
        ["Sheet", "A4"],
    ]
    marked = book["Sheet"]["D5"]
    assert (marked.value, marked.fill.fgColor.rgb[-6:]) == ("beaucoup", "FFC7CE")
    assert "nombre de points" in marked.comment.text
    grid = lea.post(f"/api/label/projects/{at.split('/')[3]}/grid", files={"file": ("grille.xlsx", BAD)})
    assert [c["cell"] for c in grid.json()["cells"]] == ["D5", "A4"]


def test_the_page_waits_until_every_difference_is_decided(lea: TestClient) -> None:
    made = project(lea)
    at = f"/label/projets/{made['id']}/grille"
    data = sheet_of(HEADER, *FIRST, ["Total", None, None, 11])
    shown = lea.post(at, files={"file": ("grille.xlsx", data)})
    assert shown.status_code == 200
    assert "1 écart à décider avant d" in shown.text
    assert lea.post(f"{at}/importer", data={"action": "importer"}).status_code == 422
    assert lea.get(f"/api/label/projects/{made['id']}").json()["has_grid"] is False
    api = lea.post(f"/api/label/projects/{made['id']}/grid", files={"file": ("grille.xlsx", data)})
    assert (api.status_code, api.json()["code"]) == (409, "grid_undecided")
    doubt = api.json()["doubts"][0]["id"]
    done = lea.post(f"{at}/importer", data={"action": "importer", "accepter": doubt})
    assert done.status_code == 200
    assert lea.get(f"/api/label/projects/{made['id']}").json()["has_grid"] is True


def test_a_printed_list_is_the_departments_with_what_is_everyones(lea: TestClient) -> None:
    made = project(lea)
    api, at = f"/api/label/projects/{made['id']}", f"/label/projets/{made['id']}/imprimer"
    data = sheet_of(
        ["Code", "Intitulé", "Service", "Points"], ["R1", "Trier les essais", "Régie", 1],
        ["R2", "Louer les essais", "régie", 2], ["S1", "Enregistrer les essais", "Son / Régie", 3],
        ["T1", "Former l'équipe d'essai", "Toutes équipes", 4], ["I1", "Filmer les essais", "Image", 5],
    )  # fmt: skip
    lea.post(f"{api}/grid", files={"file": ("g.xlsx", data)})
    rows_of = {r["key"]: r["departments"] for r in lea.get(api).json()["rows"]}
    assert rows_of == {
        "R1": ["Régie"], "R2": ["Régie"], "S1": ["Son", "Régie"], "T1": ["Toutes équipes"], "I1": ["Image"],
    }  # fmt: skip
    shown = lea.get(at, params={"departement": "Régie"}).text
    for title, there in (("Trier", True), ("Louer", True), ("Enregistrer", True), ("Former", True), ("Filmer", False)):
        assert (title in shown) is there, title
    assert lea.get(f"/label/projets/{made['id']}", params={"departement": "Régie"}).text.count('class="row ') == 4
