"""Grids as people make them: what is read is what a person reads, counted once, and what is left out is said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.label.grid.account import UndecidedError
from assistant.label.grid.importing import Plan, plan_import, read_grid
from assistant.label.grid.imports import OwnerMemory, mapping_from_json
from assistant.label.grid.mapping import ColumnMapping, letter
from assistant.label.projects.projects import Grid, Project, Status
from assistant.label.projects.store import LabelStore
from assistant.label.score.points import BadPointsError, french, percent, points, said
from assistant.label.score.score import score
from ingest.corpus.criteria import Framework, load_frameworks
from ingest.documents.cells import Cell
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings
from tests.assistant.label.workbooks import MANDATORY, here, import_grid, sheet_of, test_grid
from tests.drawn import by_day

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
HEADER = ["Code", "Intitulé du critère", "Obligatoire", "Points"]


def planned(data: bytes, name: str = "grille.xlsx", **more: Any) -> Plan:
    return plan_import(data, name, reader=here, **more)


def read(data: bytes, name: str = "grille.xlsx", **more: Any) -> Grid:
    return import_grid(planned(data, name, **more), AT, accepted=frozenset({"all"}))


@pytest.fixture(scope="module")
def label() -> Framework:
    return next(f.framework for f in load_frameworks(Settings().corpus_dir) if f.framework.thresholds)


def project(grid: Grid, statuses: dict[str, dict[str, Any]]) -> Project:
    states = {k: {"code": k, **v} for k, v in statuses.items()}
    return Project.model_validate(
        {"id": "p", "framework": "label-ecoprod", "title": "Essai", "created_at": AT, "updated_at": AT, "grid": grid,
         "states": states}
    )  # fmt: skip


# Counted by hand. Every poste brings 25 points (1 + 2 + 3 + 4 + 1,5 + 2,5 + 0,75 + 1,25 + 5 + 4), eight postes 200.
# Done: the postes A to D whole, 4 × 25 = 100; of E, the criteria 1, 2, 3, 4 and 9: 1 + 2 + 3 + 4 + 5 = 15;
# of F, 1, 5, 6 and 7: 1 + 1,5 + 2,5 + 0,75 = 5,75; of G, 1 and 10: 1 + 4 = 5; of H, 1 and 8: 1 + 1,25 = 2,25.
# 100 + 15 + 5,75 + 5 + 2,25 = 128. Without « sans objet »: 128 / 200 = 64 %.
# « Sans objet »: G9 (5 points) and H10 (4 points): 9. Out of the total: 128 / 191 = 67,01570… %, shown 67,01.
# 65 % of 200 is 130: 2 are missing. 70 % of 200 is 140: 12 are missing; 70 % of 191 is 133,7: 5,7 are missing.
HAND_DONE = (
    [f"{p}{n}" for p in "ABCD" for n in range(1, 11)]
    + ["E1", "E2", "E3", "E4", "E9", "F1", "F5", "F6", "F7", "G1", "G10", "H1", "H8"]
)  # fmt: skip
HAND_ABSENT = ["G9", "H10"]


def test_a_grid_of_eighty_rows_is_scored_as_by_hand(label: Framework) -> None:
    plan = plan_import(test_grid(), "grille-essai.xlsx")  # through the child process
    grid = import_grid(plan, AT)
    assert (plan.table.sheet, len(grid.criteria)) == ("Grille d'essai", 80)
    assert sum((c.points for c in grid.criteria if c.points is not None), Decimal(0)) == 200
    assert {c.key for c in grid.criteria if c.mandatory} == MANDATORY
    assert all(c.mandatory is not None for c in grid.criteria)
    assert grid.criteria[13].model_dump(include={"key", "poste", "department", "points", "evidence", "row"}) == {
        "key": "B4", "poste": "B. Essai décor", "department": "Décoration", "points": Decimal("4.0"),
        "evidence": "Pièce d'essai B4", "row": 21,
    }  # fmt: skip
    assert grid.remarks == ()  # every subtotal and the total agree with what was read
    states: dict[str, dict[str, Any]] = {k: {"status": Status.FAIT} for k in HAND_DONE}
    states |= {k: {"status": Status.SANS_OBJET, "not_applicable_reason": "essai"} for k in HAND_ABSENT}
    found = score(project(grid, states), label)
    assert (found.obtained, found.possible, found.not_applicable) == (128, 200, 9)
    assert (found.low, found.high) == (Fraction(64, 100), Fraction(128, 191))
    assert found.headline == "de 64,00\u00a0% à 67,01\u00a0%"
    performance, engagement = found.verdicts
    assert (performance.reached, performance.missing, performance.missing_if_excluded) == ("depend", 2, 0)
    assert (engagement.reached, engagement.missing, engagement.missing_if_excluded) == ("non", 12, Decimal("5.7"))
    assert found.mandatory.all_met is True
    assert found.mandatory.met == ("A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1")
    by_poste = {p.name: (p.obtained, p.possible, p.done, p.criteria) for p in found.by_poste}
    assert by_poste["A. Essai bureau"] == (25, 25, 10, 10)
    assert by_poste["E. Essai transport"] == (15, 25, 5, 10)
    assert by_poste["F. Essai costumes"] == (Decimal("5.75"), 25, 4, 10)
    by_department = {p.name: (p.obtained, p.percent) for p in found.by_department}
    assert by_department["Régie"] == (Decimal("2.25"), 9)
    assert len(found.by_department) == 8


def test_the_plan_says_why_each_column_is_what_it_is() -> None:
    plan = planned(test_grid())
    assert plan.mapping == ColumnMapping(
        code=1, title=2, poste=0, department=3, mandatory=4, points=(5,), answer=6, evidence=7
    )
    assert {c.letter: c.confidence for c in plan.columns}["F"] == "haute"
    points_column = next(c for c in plan.columns if c.role == "points")
    assert points_column.reasons == (
        "son nom « Barème / Points max » dit « points possibles »",
        "nombres (100 % des cellules)",
    )
    assert [(s.name, s.chosen, s.why) for s in plan.sheets] == [
        ("Mode d'emploi", False, "aucun en-tête de grille : mode d'emploi ou récapitulatif"),
        ("Grille d'essai", True, ""),
    ]
    assert (plan.table.header.first, plan.table.header.last) == (4, 5)
    assert plan.preview[0][1:3] == ("A1", "Critère d'essai A1 sur un sujet inventé numéro 1")


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_any_encoding_and_separator_gives_the_same_grid(sign: str, encoding: str) -> None:
    lines = [
        ["Grille d'essai", "", "", "", ""], ["", "", "", "", ""],
        ["N°", "Intitulé", "Thème", "Oblig.", "Barème (pts)"],
        ["A1", "Réduire l'essai dès la préparation", "Énergie", "x", '"1 234,5"'],
        ["A2", "Éteindre l'essai entre deux prises", "", "", '"12 pts"'],
        ["Total", "", "", "", '"1 246,5"'],
    ]  # fmt: skip
    text = "\r\n".join(sign.join(line) for line in lines)
    grid = read(text.encode(encoding), "grille.csv")
    assert [(c.key, c.points, c.mandatory, c.poste) for c in grid.criteria] == [
        ("A1", Decimal("1234.5"), True, "Énergie"), ("A2", Decimal("12"), False, "Énergie"),
    ]  # fmt: skip
    assert grid.criteria[0].title == "Réduire l'essai dès la préparation"
    assert grid.remarks == (
        "Poste ou département vide, repris de la ligne au-dessus (1 lignes, 5).",
        "2 critères seulement : vérifiez le séparateur du fichier CSV.",
    )


def test_levels_in_rows_or_in_columns_count_once_at_their_highest(label: Framework) -> None:
    in_rows = sheet_of(
        ["Code", "Critère", "Niveau", "Points"], ["A1", "Essai à niveaux", "Niveau 1", 2], ["A1", "Essai à niveaux", "Niveau 2", 5],
        ["A2", "Essai simple", None, 3],
    )  # fmt: skip
    in_columns = sheet_of(
        ["Code", "Critère", "Points", None], [None, None, "Niveau 1", "Niveau 2"], ["A1", "Essai à niveaux", 2, 5], ["A2", "Essai simple", 3, None],
        change=lambda s: [s.merge_cells(a) for a in ("C1:D1", "A1:A2", "B1:B2")],
    )  # fmt: skip
    without_codes = sheet_of(
        ["Critère", "Niveau", "Points"], ["A1 Essai à niveaux", "Niveau 1", 2], ["A1 Essai à niveaux", "Niveau 2", 5], ["A2 Essai simple", None, 3],
    )  # fmt: skip
    uncoded = read(
        sheet_of(["Critère", "Niveau", "Points"], ["Essai", "N1", 2], ["Essai", "N2", 5], ["Autre essai", "N1", 1])
    )
    assert [(c.key, c.points, len(c.levels)) for c in uncoded.criteria] == [("essai", 5, 2), ("autre-essai", 1, 0)]
    for data in (in_rows, in_columns, without_codes):
        grid = read(data)
        assert [(c.key, c.points) for c in grid.criteria] == [("A1", 5), ("A2", 3)]
        assert [(v.name, v.points) for v in grid.criteria[0].levels] == [("Niveau 1", 2), ("Niveau 2", 5)]
        assert any("niveaux ne s'ajoutent pas" in r for r in grid.remarks)
        half = score(project(grid, {"A1": {"status": Status.FAIT, "level": "Niveau 1"}}), label)
        whole = score(project(grid, {"A1": {"status": Status.FAIT}}), label)
        assert (half.obtained, whole.obtained, half.possible) == (2, 5, 8)


def test_points_of_a_merged_cell_are_counted_once() -> None:
    data = sheet_of(
        ["Code", "Critère", "Preuve", "Points"], ["A1", "Essai", "pièce une", 4], [None, None, "pièce deux", None], ["A2", "Essai deux", "pièce", 1],
        change=lambda s: [s.merge_cells(a) for a in ("A2:A3", "B2:B3", "D2:D3")],
    )  # fmt: skip
    grid = read(data)
    assert [(c.key, c.points, c.evidence) for c in grid.criteria] == [
        ("A1", 4, "pièce une ; pièce deux"),
        ("A2", 1, "pièce"),
    ]


def test_what_is_hidden_or_left_out_is_said() -> None:
    def change(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True
        other = sheet.parent.create_sheet("Réserve")
        other.sheet_state = "hidden"
        other.append(["secret"])

    data = sheet_of(HEADER, ["A1", "Essai un", "oui", 2], ["A2", "Essai deux", "?", 3], [None, "à compléter plus tard"], HEADER,
                    ["A3", "Essai trois", None, None], ["Total", None, None, 6], change=change)  # fmt: skip
    grid = read(data)
    assert [(c.key, c.mandatory) for c in grid.criteria][:2] == [("A1", True), ("A2", None)]
    assert grid.remarks == (
        "Lignes masquées dans le classeur, comptées ici : 3.",
        "Colonnes masquées dans le classeur, lues ici : Points.",
        "Lues comme titres de section, pas comme critères : lignes 4 « à compléter plus tard ».",
        "En-tête répété, sauté : lignes 5.",
        "Feuilles masquées non lues : « Réserve ».",
        "Lignes de la colonne des intitulés lues comme titres de section : 4 « à compléter plus tard ».",
        "« Obligatoire » : réponse non comprise, laissée inconnue (C3).",
        "Sans points dans le classeur, donc hors du score : A3.",
        "« Sheet », ligne 7, « Total » : le classeur annonce 6 points, les lignes lues en donnent 5.",
    )
    _, account = read_grid(planned(data), AT)
    assert [d.text for d in account.doubts] == list(grid.remarks[-4:])
    with pytest.raises(UndecidedError) as caught:
        import_grid(planned(data), AT, accepted=frozenset(d.id for d in account.doubts[:3]))
    assert caught.value.doubts == account.doubts[3:]


def test_formulas_give_their_stored_values_and_the_workbook_can_be_chosen_by_sheet() -> None:
    data = sheet_of(HEADER, ["A1", "Essai un", "oui", 2], ["A2", "Essai deux", "non", "=1+2"])
    with pytest.raises(ClapvertError) as caught:
        read(data)
    assert caught.value.code is ErrorCode.GRID_BAD_POINTS
    assert "D3 (formule dont le résultat n'est pas enregistré dans le fichier)" in caught.value.message
    with pytest.raises(ClapvertError) as caught:
        planned(test_grid(), sheets=["Absente"])
    assert "Grille d'essai" in (caught.value.hint or "")


def test_a_colour_is_proposed_for_what_is_mandatory_never_assumed() -> None:
    from openpyxl.styles import PatternFill

    def change(sheet: Any) -> None:
        sheet["A2"].fill = PatternFill("solid", fgColor="FF9DC3E6")

    data = sheet_of(
        ["Code", "Critère", "Points"], *([f"A{n}", f"Essai numéro {n}", n] for n in range(1, 5)), change=change
    )
    plan = planned(data)
    assert [(f.fill, f.rows, f.examples) for f in plan.fills] == [("9DC3E6", 1, ("A1",))]
    assert {c.mandatory for c in import_grid(plan, AT).criteria} == {None}
    told = import_grid(plan, AT, plan.mapping.model_copy(update={"mandatory_fill": "9DC3E6"}))
    assert [c.mandatory for c in told.criteria] == [True, False, False, False]


def test_a_corrected_mapping_is_remembered_for_the_same_header(tmp_path: Path) -> None:
    rows = [
        ["Réf", "Libellé", "Valeur A", "Valeur B"],
        *([f"A{n}", f"Essai numéro {n}", n, 10 * n] for n in range(1, 5)),
    ]
    memory = OwnerMemory(LabelStore(tmp_path / "label.db"), "moi")
    plan = planned(sheet_of(*rows), memory=memory)
    assert (plan.remembered, plan.mapping.points) == (False, (2,))
    chosen = ColumnMapping.from_letters({"code": "A", "title": "b", "points": "D"})
    assert sum(c.points or 0 for c in import_grid(plan, AT, chosen, memory).criteria) == 100
    again = planned(sheet_of(["Grille remplie"], [], *rows, ["A9", "Essai neuf", 1, 1]), memory=memory)
    assert (again.remembered, again.mapping) == (True, chosen)
    assert chosen.as_letters() == {"code": "A", "title": "B", "points": "D"}
    assert mapping_from_json('{"code": "A", "title": "B", "points": "D"}') == chosen
    assert mapping_from_json('{"code": 0, "title": 1, "points": [3]}') == chosen
    other = planned(sheet_of(["Réf", "Libellé", "Points"], ["A1", "Essai", 1]), memory=memory)
    assert not other.remembered


TITLES = ["Nommer la personne de l'essai", "Écrire une clause d'essai", "Compter l'essai", "Relire l'essai"]


def test_codes_in_titles_sections_and_totals_without_a_name() -> None:
    data = sheet_of(
        ["Critères", "Barème"], ["POSTE D'ESSAI"], *([f"A{n}. {t}", n] for n, t in enumerate(TITLES, 1)), [None, 10], ["AUTRE POSTE"],
        ["B1 - Ranger l'essai", "2,5"], [None, "2,5"],
    )  # fmt: skip
    grid = read(data)
    assert [(c.key, c.title, c.points) for c in grid.criteria][:2] == [("A1", TITLES[0], 1), ("A2", TITLES[1], 2)]
    assert grid.criteria[4].key == "B1"
    assert [c.poste for c in grid.criteria] == ["POSTE D'ESSAI"] * 4 + ["AUTRE POSTE"]
    assert [r for r in grid.remarks if "somme" in r or "section" in r] == [
        "Ligne 7 sans nom : 10 points, somme des lignes, lue comme un total.",
        "Ligne 10 sans nom : 2,5 points, somme des lignes, lue comme un total.",
        "Lues comme titres de section, pas comme critères : lignes 2 « POSTE D'ESSAI », 8 « AUTRE POSTE ».",
    ]


def test_a_row_without_a_code_keeps_its_key_when_rows_are_added_above_it() -> None:
    rows = [[t, n] for n, t in enumerate(TITLES, 1)]
    before = read(sheet_of(["Critère", "Points"], *rows))
    after = read(sheet_of(["Critère", "Points"], ["Ajouter une ligne d'essai", 9], *rows))
    assert before.criteria[0].key == "nommer-la-personne-de-l-essai"
    assert {c.key: c.points for c in before.criteria}.items() <= {c.key: c.points for c in after.criteria}.items()
    twins = read(sheet_of(["Critère", "Points"], ["Autre", 1], ["Autre", 1]))
    assert [(c.key, c.points) for c in twins.criteria] == [("autre", 1), ("autre-2", 1)]


def test_a_second_column_of_points_is_proposed_as_those_obtained() -> None:
    header = ["Réf.", "Action", "Nb de points", "Points", "Commentaires"]
    data = sheet_of(
        header,
        ["A1", TITLES[0], 2, 2, "vu"],
        ["A2", TITLES[1], 3, 1, ""],
        ["A3", TITLES[2], 4, 0, ""],
        ["A4", TITLES[3], 4, None, ""],
    )
    plan = planned(data)
    assert plan.mapping.as_letters() == {"code": "A", "title": "B", "points": "C", "obtained": "D", "comment": "E"}
    assert plan.columns[3].reasons == ("des points, jamais plus que ceux de la colonne C : ceux obtenus ?",)
    assert [c.answer for c in import_grid(plan, AT).criteria] == [Status.FAIT, Status.EN_COURS, Status.A_FAIRE, None]
    with pytest.raises(ClapvertError) as caught:
        read(sheet_of(["Réf.", "Action", "Points max", "Points obtenus"], ["A1", TITLES[0], 2, 3]))
    assert "D2 (« 3 », plus de points obtenus que possibles)" in caught.value.message


LINES = st.lists(
    st.tuples(st.integers(0, 4000), st.booleans(), st.sampled_from(["", "x", "oui", "non"])), min_size=1, max_size=12
).filter(lambda rows: any(points for points, _, _ in rows))


@by_day(60)
@given(LINES, st.sampled_from([";", ",", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
def test_any_grid_written_as_csv_or_xlsx_adds_up(rows: list[tuple[int, bool, str]], sign: str, encoding: str) -> None:
    """Points in quarters, written in several ways; the sums are those of the integers that they were drawn as."""

    def written(n: int, quarters: int, unit: bool) -> str:
        text = said(Decimal(quarters) / 4)
        return f"{text.replace(chr(0x202F), ' ')}{' pts' if unit else ''}" if n % 2 else str(Decimal(quarters) / 4)

    table = [["N°", "Intitulé", "Obligatoire", "Barème"]]
    table += [
        [f"A{n}", f"Critère d'essai numéro {n} à écrire", m, written(n, q, u)] for n, (q, u, m) in enumerate(rows, 1)
    ]
    text = "\r\n".join(sign.join(f'"{c}"' if sign in c else c for c in line) for line in table)
    typed = [table[0]] + [
        [a, b, c or None, q / 4 if u else d] for (a, b, c, d), (q, u, _) in zip(table[1:], rows, strict=True)
    ]
    grids = [read(text.encode(encoding), "g.csv"), read(sheet_of(*typed))]
    for grid in grids:
        assert sum(int((c.points or 0) * 4) for c in grid.criteria) == sum(q for q, _, _ in rows)
        assert [c.key for c in grid.criteria] == [f"A{n}" for n in range(1, len(rows) + 1)]
    assert [c.points for c in grids[0].criteria] == [c.points for c in grids[1].criteria]
    assert [c.mandatory for c in grids[0].criteria] == [c.mandatory for c in grids[1].criteria]


@pytest.mark.parametrize(
    "letters",
    [
        {"code": "A", "title": "A"},
        {"code": "1"},
        {"couleur": "A"},
        {"code": "A,B"},
        {"code": "ABCD"},
        {"points": "A,A"},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(letters: dict[str, str]) -> None:
    with pytest.raises(ClapvertError) as caught:
        ColumnMapping.from_letters(letters)
    assert caught.value.code is ErrorCode.BAD_REQUEST


@given(st.integers(0, 18_277))
def test_columns_have_the_letters_of_spreadsheets(column: int) -> None:
    from openpyxl.utils import get_column_letter

    assert letter(column) == get_column_letter(column + 1)
    assert ColumnMapping.from_letters({"code": letter(column)}).code == column


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", "12"), ("12 pts", "12"), ("1,5 point", "1.5"), ("1 234,5", "1234.5"), ("1\u202f234,5\u00a0points", "1234.5"),
     ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("0,75", "0.75"), ("2.5", "2.5"), ("65 %", "65"), ("+3", "3"), ("0.125", "0.125")],
)  # fmt: skip
def test_points_are_read_as_a_french_reader_would(text: str, value: str) -> None:
    assert french(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["-3", "− 2", "à définir", "1.234", "1 23,5", "2 à 4", "1e5", "NaN", "½", "٣", "12 pts sur 20", "100000"]
)
def test_points_that_are_no_number_are_refused(text: str) -> None:
    with pytest.raises(BadPointsError):
        points(Cell(text))


@given(st.decimals(0, 99_999, places=3, allow_nan=False))
def test_any_figure_said_in_french_is_read_back(value: Decimal) -> None:
    assert french(said(value)) == value


def test_without_a_grid_there_is_no_score_and_the_reason_is_given(label: Framework) -> None:
    bare = project(read(test_grid()), {}).model_copy(update={"grid": None})
    with pytest.raises(ClapvertError) as caught:
        score(bare, label)
    assert caught.value.code is ErrorCode.GRID_MISSING
    assert "n'est pas public" in caught.value.message
    spec = next(f.framework for f in load_frameworks(Settings().corpus_dir) if not f.framework.thresholds)
    with pytest.raises(ClapvertError) as caught:
        score(bare, spec)
    assert "n'a pas de score" in caught.value.message
    assert percent(Decimal("65")) == "65,00\u00a0%"
