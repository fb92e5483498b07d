"""The passage store and the vector cache: append-only, and what was once stored opens for ever."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ingest.corpus.fiches import Fiche
from ingest.corpus.register import load_register
from ingest.index.pipeline import read_passages
from ingest.index.store import PassageStore, VectorCache
from ingest.passages.passages import Passage, fiche_passages
from tests.samples import fiche, statement


@pytest.fixture
def store(tmp_path: Path) -> PassageStore:
    return PassageStore(tmp_path / "deep" / "passages.db")


@pytest.fixture
def passage(corpus_dir: Path) -> Passage:
    essai = Fiche.model_validate(fiche("essai", "cnc", statement(in_force={"from": "2025-03-01", "until": None})))
    return fiche_passages(essai, load_register(corpus_dir))[0]


def test_a_passage_comes_back_word_for_word(store: PassageStore, passage: Passage) -> None:
    (rev,) = store.add([passage])
    assert store.get([rev]) == [passage]
    assert store.latest(passage.id) == passage


def test_every_passage_of_the_tiny_corpus_comes_back(store: PassageStore, library: object) -> None:
    passages = read_passages(library, load_register(library.settings.corpus_dir))  # type: ignore[arg-type,attr-defined]
    assert store.get(store.add(passages)) == passages


def test_adding_again_adds_nothing(store: PassageStore, passage: Passage) -> None:
    assert store.add([passage]) == store.add([passage]) == store.add([passage, passage])[:1]
    with sqlite3.connect(store.database.where) as db:
        assert db.execute("select count(*) from passage").fetchone() == (1,)


def test_a_changed_surrounding_is_a_new_revision_and_the_old_one_still_opens(
    store: PassageStore, passage: Passage
) -> None:
    (first,) = store.add([passage])
    changed = passage.model_copy(update={"source_title": "Nouveau titre"})
    (second,) = store.add([changed])
    assert second != first
    assert store.get([first, second]) == [passage, changed]
    assert store.latest(passage.id) == changed


def test_passages_come_in_the_order_asked(store: PassageStore, passage: Passage) -> None:
    revs = store.add([passage.model_copy(update={"id": str(i)}) for i in range(5)])
    assert [p.id for p in store.get(revs[::-1])] == ["4", "3", "2", "1", "0"]
    assert store.get([]) == []


def test_what_never_was_is_none(store: PassageStore) -> None:
    assert store.latest("0" * 20) is None


def test_a_second_opening_reads_what_the_first_wrote(store: PassageStore, passage: Passage) -> None:
    revs = store.add([passage])
    assert PassageStore(store.database.where).get(revs) == [passage]


def test_a_failed_addition_leaves_nothing_behind(store: PassageStore, passage: Passage) -> None:
    def half() -> object:
        yield passage
        raise RuntimeError("coupure")

    with pytest.raises(RuntimeError):
        store.add(half())  # type: ignore[arg-type]
    assert store.latest(passage.id) is None


def test_threads_read_and_write_together(store: PassageStore, passage: Passage) -> None:
    def work(n: int) -> Passage:
        mine = passage.model_copy(update={"id": f"p{n % 7}"})
        return store.get(store.add([mine]))[0]

    with ThreadPoolExecutor(8) as pool:
        assert [p.id for p in pool.map(work, range(56))] == [f"p{n % 7}" for n in range(56)]


def test_a_vector_is_remembered_by_text_and_model(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.db")
    vector = np.arange(4, dtype=np.float32)
    key = cache.key("modele", "texte")
    cache.put([(key, vector)])
    assert np.array_equal(cache.get([key])[key], vector)
    assert cache.get([cache.key("autre", "texte"), cache.key("modele", "autre"), cache.key("modelet", "exte")]) == {}


def test_a_vector_once_known_is_never_changed(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.db")
    cache.put([(b"k", np.ones(2, np.float32))])
    cache.put([(b"k", np.zeros(2, np.float32))])
    assert cache.get([b"k"])[b"k"].tolist() == [1.0, 1.0]


def test_many_vectors_are_found_at_once(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.db")
    keys = [cache.key("m", str(i)) for i in range(1201)]
    cache.put((k, np.full(2, i, np.float32)) for i, k in enumerate(keys))
    found = cache.get(keys)
    assert [found[k][0] for k in keys] == list(range(1201))
