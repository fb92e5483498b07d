"""Twelve workbooks unlike one another: each gives the figures counted by hand, or is refused by name and cell; none is
partly imported without a word."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.history.owner import LOCAL
from assistant.label.frameworks import Frameworks
from assistant.label.grid.account import UndecidedError
from assistant.label.grid.imports import Choice, planned, read, taken
from assistant.label.grid.problems import GridProblemError
from assistant.label.projects.projects import Status, rows
from assistant.label.score.score import score
from assistant.label.workbench import Workbench
from ingest.clock import fixed
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings
from ingest.storage.storage import Storage
from tests.assistant.label.published import DEPARTMENTS, PUBLISHED, eight_sheets
from tests.assistant.label.workbooks import sheet_of
from tests.samples import TODAY


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(Storage(tmp_path), Frameworks.of(Settings().corpus_dir), fixed(TODAY))


def account_of(bench: Workbench, data: bytes, name: str = "g.xlsx") -> Any:
    project = bench.create(LOCAL, "label-ecoprod", "Essai")
    return read(bench, project.id, LOCAL, planned(bench, LOCAL, name, data, Choice()), Choice())


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_workbook_gives_its_figures_or_its_reason(name: str, bench: Workbench) -> None:
    file_name, data, expected = PUBLISHED[name]
    project = bench.create(LOCAL, "label-ecoprod", "Essai")
    choice = Choice(take_answers=True)
    if expected.refused:
        with pytest.raises(ClapvertError) as caught:
            taken(bench, project.id, LOCAL, planned(bench, LOCAL, file_name, data, choice), choice)
        assert caught.value.code is expected.refused
        assert expected.said in caught.value.message
        assert caught.value.hint
        if expected.cells:
            assert isinstance(caught.value, GridProblemError)
            assert tuple(c.at for c in caught.value.cells) == expected.cells
            assert all(at in caught.value.message for at in expected.cells)
        assert bench.store.get(project.id, LOCAL).grid is None
        return
    plan = planned(bench, LOCAL, file_name, data, choice)
    found = read(bench, project.id, LOCAL, plan, choice)
    told = found.account
    assert (told.criteria, told.points, told.mandatory) == (
        expected.criteria, Decimal(expected.points), expected.mandatory,
    )  # fmt: skip
    assert len(told.doubts) == expected.doubts, told.doubts
    assert told.to_clarify == expected.to_clarify
    if told.doubts:
        with pytest.raises(UndecidedError):
            taken(bench, project.id, LOCAL, plan, choice)
        assert bench.store.get(project.id, LOCAL).grid is None
        choice = Choice(take_answers=True, accepted=frozenset(d.id for d in told.doubts))
    after, _ = taken(bench, project.id, LOCAL, plan, choice)
    assert after.grid is not None
    assert after.grid.points == Decimal(expected.points)
    board = rows(after, bench.framework(after))
    if expected.departments:
        assert tuple(dict.fromkeys(d for r in board for d in r.departments)) == expected.departments
    assert sum(r.state.status is Status.A_CLARIFIER for r in board) == expected.to_clarify
    assert score(after, bench.framework(after)).headline.replace("\u00a0", " ") == expected.score


def test_every_row_of_every_sheet_is_accounted_for(bench: Workbench) -> None:
    told = account_of(bench, eight_sheets()).account
    assert [s.name for s in told.read] == list(DEPARTMENTS)
    assert {(s.criteria, s.points, s.mandatory) for s in told.read} == {(10, Decimal("15.5"), 1)}
    assert {s.name: s.why for s in told.sheets if not s.taken} == dict.fromkeys(
        ("Mode d'emploi", "Récapitulatif"), "aucun en-tête de grille : mode d'emploi ou récapitulatif"
    )
    assert {a.why for a in told.aside} == {"au-dessus de l'en-tête", "total du classeur"}
    assert len(told.aside) == 16
    assert len(told.sums) == 8 + 3 + 9  # a total a sheet, three figures of the instructions, nine lines of the summary
    assert all(s.agrees for s in told.sums)


def test_what_does_not_agree_blocks_until_it_is_decided(bench: Workbench) -> None:
    def change(book: Any) -> None:
        book["Son"]["E14"] = "16"  # the total of the sheet
        book["Mode d'emploi"]["A2"] = "La grille compte 81 critères, pour un total de 124 points, dont 9 obligatoires."
        book["Récapitulatif"]["B9"] = 125
        book["Image"]["D5"] = "peut-être"
        book.create_sheet("Annexe").append(["Code", "Intitulé"])
        book["Annexe"].append(["X1", "Critère d'essai sans points"])

    found = account_of(bench, eight_sheets(change))
    assert [d.text for d in found.account.doubts] == [
        "Feuille « Annexe » non lue (2 lignes) : pas de colonne de points.",
        "« Obligatoire » : réponse non comprise sur « Image », laissée inconnue (D5).",
        "« Son », ligne 14, « Total » : le classeur annonce 16 points, les lignes lues en donnent 15,5.",
        "« Mode d'emploi », ligne 2, « La grille compte 81 critères, pour un total de 124 points,… » : "
        "le classeur annonce 81 critères, 80 sont lus.",
        "« Mode d'emploi », ligne 2, « La grille compte 81 critères, pour un total de 124 points,… » : "
        "le classeur annonce 9 critères obligatoires, 8 sont lus.",
        "« Récapitulatif », ligne 9, « Total » : le classeur annonce 125 points, les lignes lues en donnent 124.",
    ]


def test_comments_and_answers_not_understood_are_kept_in_their_words(bench: Workbench) -> None:
    _, data, _ = PUBLISHED["protected"]
    rows_read = account_of(bench, data).grid.criteria
    assert rows_read[0].comment == "animation · À joindre avant l'audit"
    assert [(c.answer, c.said) for c in rows_read] == [
        (Status.A_CLARIFIER, "N/A"), (Status.A_CLARIFIER, "voir devis"), (Status.A_FAIRE, "Non"), (Status.FAIT, None),
    ]  # fmt: skip


def test_colours_mark_what_is_mandatory_once_a_person_says_so(bench: Workbench) -> None:
    _, data, _ = PUBLISHED["protected"]
    plan = planned(bench, LOCAL, "g.xlsx", data, Choice())
    assert [(f.fill, f.rows, f.examples) for f in plan.fills] == [("FFC000", 1, ("P2",))]
    project = bench.create(LOCAL, "label-ecoprod", "Essai")
    choice = Choice(mapping=plan.mapping.model_copy(update={"mandatory_fill": "FFC000"}))
    found = read(bench, project.id, LOCAL, planned(bench, LOCAL, "g.xlsx", data, choice), choice)
    assert [c.key for c in found.grid.criteria if c.mandatory] == ["P2"]
    assert found.account.mandatory == 1


def test_sheets_that_number_from_one_keep_their_numbers(bench: Workbench) -> None:
    def change(book: Any) -> None:
        for name in DEPARTMENTS:
            for row in range(4, 14):
                book[name].cell(row, 1).value = row - 3

    told = account_of(bench, eight_sheets(change))
    assert (told.account.criteria, told.account.points, told.account.doubts) == (80, Decimal(124), ())
    assert [c.code for c in told.grid.criteria[:2]] == ["1", "2"]
    assert len({c.key for c in told.grid.criteria}) == 80


def test_a_criterion_written_alike_on_two_sheets_is_counted_once_and_said(bench: Workbench) -> None:
    def change(book: Any) -> None:
        for name in ("Son", "Image"):
            for column, value in enumerate(("TR-01", "Action transversale d'essai", None, None, 2), 1):
                book[name].cell(13, column).value = value

    told = account_of(bench, eight_sheets(change)).account
    assert told.criteria == 79
    assert "« TR-01 » est écrit à l'identique sur « Image » et « Son » : compté une fois." in [
        d.text for d in told.doubts
    ]


H = ["Code", "Intitulé", "Points"]


@pytest.mark.parametrize(
    ("rows_written", "criteria", "doubt"),
    [
        (
            [["RÉGIE", None, 3], ["R1", "Action un", 1], ["R2", "Action deux", 2], ["IMAGE", None, 7], ["I1", "Action trois", 7]],
            3, "Lignes sans code, somme d'autres lignes, non comptées : 2 « RÉGIE », 5 « IMAGE ».",
        ),
        (
            [["R1", "Action un", 1], ["R2", "Action deux", 2], [None, "Points possibles", 3]],
            2, "Lignes sans code, somme d'autres lignes, non comptées : 4 « Points possibles ».",
        ),
        (
            [["R1", "Action un", 1], ["R2", "Action deux", 2], [None, "Action sans code", 5]],
            3, "Lignes sans code, comptées comme critères : 4 « Action sans code ».",
        ),
        (
            [["R1", "Action un", 1], [None, "Action oubliée", None], ["R2", "Action deux", 2]],
            2, "Lignes de la colonne des intitulés lues comme titres de section : 3 « Action oubliée ».",
        ),
        ([["R1", "Action un", 1], ["R1", "Action un", 1]], 1, "« R1 » est écrit deux fois (lignes 2 et 3) : compté une fois."),
    ],
)  # fmt: skip
def test_rows_that_could_be_criteria_or_not_are_doubts(
    bench: Workbench, rows_written: list[list[Any]], criteria: int, doubt: str
) -> None:
    told = account_of(bench, sheet_of(H, *rows_written)).account
    assert (told.criteria, [d.text for d in told.doubts]) == (criteria, [doubt])


def test_sheets_of_other_headers_are_read_each_with_its_own(bench: Workbench) -> None:
    def change(book: Any) -> None:
        for column, name in ((1, "Code"), (2, "Intitulé"), (5, "Barème")):
            book["Son"].cell(3, column).value = name
        tail = book.create_sheet("Suite")
        tail.append(["SUITE-1", "Action d'essai sans en-tête", 4])

    told = account_of(bench, eight_sheets(change)).account
    assert (told.criteria, told.points) == (80, Decimal(124))
    assert [d.text for d in told.doubts] == [
        "Feuille « Suite » non lue (1 ligne) : 1 ligne porte un code, mais aucune ligne ne nomme les colonnes."
    ]


def test_cells_of_several_sheets_are_all_named(bench: Workbench) -> None:
    def change(book: Any) -> None:
        book["Son"]["E5"] = "beaucoup"
        book["Image"]["E6"] = -2
        book["Image"]["A7"] = "IMG-01"

    with pytest.raises(GridProblemError) as caught:
        account_of(bench, eight_sheets(change))
    assert [(c.sheet, c.at) for c in caught.value.cells] == [("Image", "E6"), ("Son", "E5"), ("Image", "A7")]
    assert caught.value.code is ErrorCode.GRID_BAD_POINTS
    assert "« Son » E5 (« beaucoup », ce n'est pas un nombre de points)" in caught.value.message
