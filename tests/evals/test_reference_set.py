"""The reference set: well-formed, balanced."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals.reference_set import HARD_CLASSES, ReferenceSet, load_reference
from evals.scoring.scoring import contains
from ingest.corpus.cards import load_cards
from ingest.corpus.check_statements import plain
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings
from tests.samples import write_yaml

QUESTION = {
    "id": "cnc-1", "question": "Combien ?", "domain": "cnc", "topic": "prime", "kind": "amount", "outcome": "answered",
    "must_include": ["28 000", ["deux", "two"]],
}  # fmt: skip
TURN = {"question": "Et après ?", "kind": "fact", "outcome": ["answered", "partial"], "must_include": ["x"]}


@pytest.fixture(scope="module")
def reference() -> ReferenceSet:
    return load_reference()


def loaded(folder: Path, *rows: object) -> ReferenceSet:
    write_yaml(folder / "a.yaml", {"questions": list(rows)})
    return load_reference(folder)


def test_one_value_stands_for_a_list_of_one(tmp_path: Path) -> None:
    found = loaded(tmp_path, QUESTION).questions[0]
    assert found.outcome == ("answered",)
    assert found.reason == (None,)
    assert found.must_include == (("28 000",), ("deux", "two"))


def test_a_broken_question_names_file_line_and_field(tmp_path: Path) -> None:
    with pytest.raises(ClapvertError) as caught:
        loaded(tmp_path, QUESTION, QUESTION | {"id": "cnc-2", "outcome": "sure"})
    assert caught.value.code is ErrorCode.CORPUS_INVALID
    assert "a.yaml, ligne" in caught.value.message
    assert "questions.1.outcome" in caught.value.message


@pytest.mark.parametrize("ident", ["cnc.1", "CNC-1", "cnc 1", ""])
def test_an_id_is_plain_so_that_turns_can_be_numbered(tmp_path: Path, ident: str) -> None:
    with pytest.raises(ClapvertError, match="id"):
        loaded(tmp_path, QUESTION | {"id": ident})


def test_ids_are_unique(tmp_path: Path) -> None:
    with pytest.raises(ClapvertError, match="double : cnc-1"):
        loaded(tmp_path, QUESTION, QUESTION)


def test_the_turns_of_a_dialogue_share_its_topic(tmp_path: Path) -> None:
    dialogue = {"id": "dlg-1", "domain": "cnc", "topic": "prime", "dialogue": [TURN | {"topic": "autre"}, TURN]}
    asked = loaded(tmp_path, QUESTION, dialogue).asked()
    assert list(asked) == ["cnc-1", "dlg-1.1", "dlg-1.2"]
    assert {asked[i].topic for i in ("dlg-1.1", "dlg-1.2")} == {"prime"}
    assert asked["dlg-1.2"].domain == "cnc"


def test_a_dialogue_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    mixed = {"id": "dlg-1", "domain": "cnc", "dialogue": [TURN, TURN | {"domain": "label"}]}
    found = loaded(tmp_path, QUESTION, mixed)
    assert not found.within({"cnc"}).dialogues
    assert found.within({"cnc", "label"}).dialogues
    assert not found.within({"label"}).questions


def test_dated_questions_name_a_year_or_were_given_a_day(tmp_path: Path) -> None:
    rows = [
        QUESTION | {"id": "a"}, QUESTION | {"id": "b", "question": "Et en 2024 ?"},
        QUESTION | {"id": "c", "as_of": "2023-01-01"},
    ]  # fmt: skip
    assert [q.dated for q in loaded(tmp_path, *rows).questions] == [False, True, True]


def test_the_set_is_what_it_claims_to_be(reference: ReferenceSet) -> None:
    singles, everything = reference.questions, list(reference.asked().values())
    kinds = Counter(q.kind for q in singles)
    assert len(singles) >= 400
    assert len(reference.dialogues) >= 40
    assert sum(kinds[k] for k in HARD_CLASSES) >= 150
    assert all(kinds[k] >= 20 for k in HARD_CLASSES)
    assert sum(q.language == "en" for q in singles) >= 0.15 * len(singles)
    assert sum(q.dated for q in singles) >= 0.15 * len(singles)
    assert sum(q.slips for q in everything) >= 40
    assert sum(q.must_pass for q in everything) >= 50


def test_no_question_wants_what_it_forbids(reference: ReferenceSet) -> None:
    for ident, q in reference.asked().items():
        for variants in q.must_include:
            for variant in variants:
                assert not contains(variant, q.must_not_include), f"{ident}: « {variant} » is both wanted and forbidden"


def test_every_question_can_be_judged(reference: ReferenceSet) -> None:
    for ident, q in reference.asked().items():
        judged = q.must_include or q.must_not_include or q.facts or "abstained" in q.outcome
        assert judged, f"{ident} expects nothing"


def test_no_card_asks_a_question_of_the_set(reference: ReferenceSet) -> None:
    asked = {plain(q.question): ident for ident, q in reference.asked().items()}
    found = [(c.id, asked[plain(a)]) for c in load_cards(Settings().corpus_dir) for a in c.asks if plain(a) in asked]
    assert found == []
