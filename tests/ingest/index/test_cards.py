"""The cards of a snapshot: saved and read back, near what they are asked, and those of the corpus it was built from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.corpus.cards import Card
from ingest.index.cards import CardIndex, digest, questions_of
from ingest.index.pipeline import Library
from ingest.index.snapshot import snapshot_name
from ingest.model.embedding import HashingEncoder
from tests.conftest import Build
from tests.samples import write_yaml


def card(cid: str, *asks: str, **changes: Any) -> dict[str, Any]:
    return {"id": cid, "subject": f"sujet {cid}", "topics": [f"t-{cid}"], "kinds": ["list"], "asks": list(asks),
            "head": ["double-bilan-2025"], **changes}  # fmt: skip


ROWS = [
    card("bilans", "Quels bilans carbone remettre ?", "bilan co2 obligatoire", then=["double-bilan-moments"]),
    card("label", "Quel score pour le label ?", head=["label-seuil-65"], topics=["label-seuil", "t-bilans"]),
]
CARDS = [Card.model_validate(row) for row in ROWS]


@pytest.fixture
def index(encoder: HashingEncoder) -> CardIndex:
    return CardIndex.of(CARDS, encoder.encode_passages(questions_of(CARDS)))


def test_each_question_is_of_its_card(index: CardIndex) -> None:
    assert questions_of(CARDS) == ["sujet bilans", *ROWS[0]["asks"], "sujet label", *ROWS[1]["asks"]]
    assert index.owners.tolist() == [0, 0, 0, 1, 1]
    assert index.vectors.shape[0] == 5


def test_the_nearest_question_of_each_card(index: CardIndex, encoder: HashingEncoder) -> None:
    near = index.similarities(encoder.encode_query("Quel score pour le label ?"))
    assert near.shape == (2,)
    assert near[1] > near[0]
    assert near[1] == pytest.approx(1, abs=0.05)


def test_the_words_of_each_card(index: CardIndex) -> None:
    scores = index.lexical("score du label")
    assert scores.shape == (2,)
    assert scores[1] > scores[0]


def test_where_to_find_a_card(index: CardIndex) -> None:
    assert index.by_statement == {"double-bilan-2025": [0], "double-bilan-moments": [0], "label-seuil-65": [1]}
    assert index.by_topic == {"t-bilans": [0, 1], "label-seuil": [1]}


def test_what_is_saved_is_read_back(index: CardIndex, tmp_path: Path, encoder: HashingEncoder) -> None:
    index.save(tmp_path)
    again = CardIndex.load(tmp_path)
    assert again.cards == index.cards
    assert np.array_equal(again.vectors, index.vectors)
    assert np.array_equal(again.owners, index.owners)
    asked = encoder.encode_query("bilan carbone")
    assert np.array_equal(again.similarities(asked), index.similarities(asked))
    assert again.lexical("label").tolist() == pytest.approx(index.lexical("label").tolist())


def test_no_card(tmp_path: Path, encoder: HashingEncoder) -> None:
    CardIndex.empty().save(tmp_path)
    again = CardIndex.load(tmp_path)
    assert again.cards == ()
    assert again.similarities(encoder.encode_query("bilan")).shape == (0,)
    assert again.lexical("bilan").shape == (0,)
    assert again.by_topic == {}


def test_the_digest_is_of_what_the_cards_say() -> None:
    assert digest(CARDS) == digest([Card.model_validate(row) for row in ROWS])
    assert digest(CARDS) != digest(CARDS[::-1])
    assert digest(CARDS) != digest([CARDS[0].model_copy(update={"asks": ("autre",)}), CARDS[1]])
    assert digest([]) != digest(CARDS)


def test_the_name_of_a_snapshot_changes_with_its_cards() -> None:
    assert snapshot_name([], [], CARDS, [], "m") != snapshot_name([], [], CARDS[:1], [], "m")
    assert snapshot_name([], [], CARDS, [], "m") == snapshot_name([], [], list(CARDS), [], "m")


def test_a_snapshot_keeps_its_cards_whatever_the_corpus_says_since(library: Library, build: Build) -> None:
    path = write_yaml(library.settings.corpus_dir / "cartes" / "cnc" / "a.yaml", ROWS)
    first, _ = build()
    before = library.snapshots.open(library.store)
    assert [c.id for c in before.cards.cards] == ["bilans", "label"]
    assert first.counts["cards"] == 2
    assert build() == (first, False), "nothing changed: nothing is built"
    write_yaml(path, [*ROWS, card("autre", "Autre chose ?")])
    assert [c.id for c in library.snapshots.open(library.store).cards.cards] == ["bilans", "label"]
    second, is_new = build()
    assert (is_new, second.counts["cards"]) == (True, 3)
    assert second.name.partition("-")[0] != first.name.partition("-")[0]
    assert [c.id for c in library.snapshots.open(library.store).cards.cards] == ["bilans", "label", "autre"]
    assert [c.id for c in before.cards.cards] == ["bilans", "label"]
