"""Démarches: what is well-formed loads; what a step says that its statements do not hold is found by its code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.corpus.check import check_corpus
from ingest.corpus.demarches import load_demarches, load_vocabulary
from ingest.corpus.fiches import load_fiches
from ingest.errors import ClapvertError
from tests.samples import TODAY, demarche, tiny_steps_vocabulary, write_yaml

PATH = "demarches/rendre-les-bilans.yaml"


@pytest.fixture
def guided(corpus_dir: Path) -> Path:
    write_yaml(corpus_dir / PATH, demarche())
    write_yaml(corpus_dir / "etapes.yaml", tiny_steps_vocabulary())
    return corpus_dir


def found(folder: Path, **changes: Any) -> set[str]:
    write_yaml(folder / PATH, demarche(**changes))
    return {p.code for p in check_corpus(folder, TODAY).problems if p.code.startswith("demarche")}


def step(n: int = 0, **changes: Any) -> dict[str, Any]:
    steps = demarche()["steps"]
    return {"steps": [*steps[:n], steps[n] | changes, *steps[n + 1 :]]}


def test_a_sound_one_has_no_fault(guided: Path) -> None:
    report = check_corpus(guided, TODAY)
    assert [p for p in report.problems if p.code.startswith("demarche")] == []
    assert (report.demarches.total, report.demarches.steps, report.demarches.reviewed) == (1, 2, 0)


def test_it_opens_whole_or_cut_and_is_found_by_cards_of_kind_how(guided: Path) -> None:
    (d,) = load_demarches(guided)
    title, steps = d.opened("rendre-le-definitif")
    assert (title.fr, [s.stage for s in steps]) == ("Rendre le bilan définitif", ["after"])
    assert len(d.opened(d.id)[1]) == 2
    whole, cut = d.cards({s.id: s for f in load_fiches(guided) for _, s in f.fiche.statements()})
    assert [k.value for k in whole.kinds] == ["how", "list"]
    assert (whole.shape, whole.head, whole.then) == ("steps", ("double-bilan-2025",), ("bilan-sanction",))
    assert (cut.id, cut.head) == ("rendre-le-definitif", ("bilan-sanction",))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "autre"}, "demarche_path"),
        ({"about": ["nulle-part"]}, "demarche_statement"),
        ({"about": ["double-bilan-2023"]}, "demarche_out_of_force"),
        ({"supposes": {"genre": ["opera"]}}, "demarche_supposes"),
        ({"depends_on": {"field": "humeur", "ask": "De quelle humeur ?"}}, "demarche_depends"),
        ({"aside": {"vsme-obligatoire": "rien ne le demande"}}, "demarche_aside"),
        (step(stage="jamais"), "demarche_stage"),
        (step(who="personne"), "demarche_who"),
        (step(to={"fr": "au CNC", "en": "to the CNC"}), "demarche_to"),
        (step(by={"after": "filing", "months": 2}), "demarche_by"),
        (step(do={"fr": "Remettez trois bilans.", "en": "Hand in two reports."}), "demarche_said"),
        (step(do={"fr": "Remettez deux bilans.", "en": "Hand in three reports."}), "demarche_said"),
        (step(do={"fr": "Remettez " + "bien " * 70 + ".", "en": "Hand in."}), "demarche_long"),
    ],
)
def test_a_fault_is_found_by_its_code(guided: Path, changes: dict[str, Any], code: str) -> None:
    assert code in found(guided, **changes)


def test_a_question_is_one_démarches_alone(guided: Path) -> None:
    twice = demarche()["asks"]
    assert "demarche_ask" in found(guided, asks=[*twice[:-1], twice[0].upper()])
    write_yaml(guided / "demarches" / "autre.yaml", demarche(id="autre", cuts=[]))
    assert "demarche_ask" in found(guided)


@pytest.mark.parametrize(
    "changes",
    [
        {"asks": ["une seule"]},
        {"steps": demarche()["steps"][:1]},
        {"couleur": "verte"},
        step(1, rests_on=["double-bilan-2025"]),
    ],
)
def test_what_is_not_well_formed_is_named(guided: Path, changes: dict[str, Any]) -> None:
    write_yaml(guided / PATH, demarche(**changes))
    with pytest.raises(ClapvertError, match=r"rendre-les-bilans\.yaml"):
        load_demarches(guided)


def test_no_démarche_is_no_fault(tmp_path: Path) -> None:
    assert load_demarches(tmp_path) == []
    assert load_vocabulary(tmp_path).who == {}
