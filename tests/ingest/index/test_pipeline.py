"""Ingestion: what did not change costs nothing, what serves is never touched, what was cited always opens."""

from __future__ import annotations

import dataclasses
import gc
import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.api.shared_system_client import SharedSystemClient
from numpy.typing import NDArray

from assistant.service import Ask, Service
from ingest.clock import fixed
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.pipeline import Library, corpus_digest, ingest
from ingest.index.snapshot import Snapshot
from ingest.model.embedding import HashingEncoder
from ingest.passages.versions import TextVersion
from ingest.settings import Settings
from tests.conftest import Build
from tests.samples import DOUBLE_BILAN, LABEL, OFFICIAL_TEXT, SEUILS, TODAY, edited_yaml, write_yaml


class CountingEncoder(HashingEncoder):
    """The double, which remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Any = None) -> NDArray[np.float32]:
        self.texts += texts
        return super().encode_passages(texts, progress)


def refuse_to_load() -> HashingEncoder:
    raise AssertionError("the encoder was loaded")


def change_one_statement(settings: Settings, text: str = "Le label demande un score de 65 % au moins.") -> None:
    with edited_yaml(settings.corpus_dir / LABEL) as data:
        data["sections"][0]["statements"][0]["text"] = text


def snapshots(settings: Settings) -> list[str]:
    return sorted(p.name for p in (settings.data_dir / "snapshots").iterdir())


def open_snapshot(library: Library) -> Snapshot:
    return library.snapshots.open(library.store, HashingEncoder.info)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_first_ingestion_builds_a_snapshot_that_says_what_it_holds(settings: Settings, build: Build) -> None:
    manifest, new = build()
    assert new
    assert {
        "passages": 15,
        "statements": 15,
        "sources": 8,
        "rules": 1,
        "embedded": 20,
    }.items() <= manifest.counts.items()
    assert manifest.built_on == TODAY.isoformat()
    assert manifest.model == HashingEncoder.info.fingerprint
    assert manifest.corpus_version == corpus_digest(settings.corpus_dir)[:12]
    library = Library(settings)
    assert library.snapshots.current_name() == manifest.name
    assert library.snapshots.current_manifest() == manifest
    assert snapshots(settings) == [manifest.name]


def test_every_passage_is_found_by_its_own_vector_and_opens(library: Library) -> None:
    snapshot = open_snapshot(library)
    assert len(snapshot) == 15
    for position in range(len(snapshot)):
        passage = snapshot.open_passage(position)
        assert snapshot.position(passage.id) == position
        found, similarities = snapshot.nearest(HashingEncoder().encode_query(passage.index_text), 1)
        assert found == [position]
        assert similarities[0] == pytest.approx(1, abs=1e-3)


def test_statements_are_found_by_topic_and_by_article(library: Library) -> None:
    snapshot = open_snapshot(library)
    assert [p.statement.id for p in snapshot.passages(snapshot.by_topic["csrd-seuil"]) if p.statement] == [
        "csrd-seuil-2024",
        "csrd-seuil-2026",
    ]
    assert {p.statement.id for p in snapshot.passages(snapshot.by_key["rga:122-18"]) if p.statement} >= {
        "double-bilan-2025",
        "double-bilan-2023",
    }


def test_columns_hold_the_dates_and_the_domains(library: Library) -> None:
    snapshot = open_snapshot(library)
    columns = snapshot.columns
    i = columns.statements.index("csrd-seuil-2024")
    assert date.fromordinal(int(columns.valid_from[i])) == date(2024, 1, 1)
    assert date.fromordinal(int(columns.valid_until[i])) == date(2026, 3, 18)
    assert columns.is_statement.all()
    assert len(set(columns.domains.tolist())) == 4


def test_nothing_changed_means_nothing_embedded_or_written_and_no_encoder(settings: Settings, build: Build) -> None:
    first, _ = build()
    before = contents(settings.data_dir / "snapshots")
    again, new = ingest(Library(settings), HashingEncoder.info, refuse_to_load, clock=fixed(date(2027, 1, 1)))
    assert not new
    assert again == first
    assert contents(settings.data_dir / "snapshots") == before


def test_one_statement_changed_costs_one_vector(settings: Settings, library: Library, build: Build) -> None:
    change_one_statement(settings)
    encoder = CountingEncoder()
    manifest, new = build(encoder=encoder)
    assert new
    assert manifest.counts["embedded"] == 1
    (text,) = encoder.texts
    assert "65 % au moins" in text


def test_a_change_that_the_index_does_not_hold_costs_no_vector(settings: Settings, library: Library) -> None:
    with edited_yaml(settings.corpus_dir / LABEL) as data:
        data["sections"][0]["statements"][0]["confidence"] = "moyenne"
    manifest, new = ingest(library, HashingEncoder.info, refuse_to_load, clock=fixed(TODAY))
    assert new
    assert manifest.counts["embedded"] == 0
    (passage,) = [p for p in _opened(library) if p.statement and p.statement.id == "label-seuil-65"]
    assert passage.statement is not None
    assert passage.statement.confidence == "moyenne"


def _opened(library: Library) -> list[Any]:
    snapshot = open_snapshot(library)
    return snapshot.passages(list(range(len(snapshot))))


def test_a_forced_rebuild_keeps_the_serving_snapshot_and_embeds_nothing(settings: Settings, build: Build) -> None:
    first, _ = build()
    served = settings.data_dir / "snapshots" / first.name
    before = contents(served)
    reader = open_snapshot(Library(settings))
    second, new = ingest(Library(settings), HashingEncoder.info, refuse_to_load, force=True, clock=fixed(TODAY))
    assert new
    assert second.name != first.name
    assert contents(served) == before
    assert reader.nearest(HashingEncoder().encode_query("bilan carbone"), 3)[0]
    assert reader.open_passage(0)


def test_rebuilding_again_and_again_in_one_process_keeps_two(settings: Settings, build: Build) -> None:
    names = [build()[0].name]
    for i in range(6):
        names.append(build(force=True)[0].name)
        assert snapshots(settings) == sorted(names[-2:]), i
        assert Library(settings).snapshots.current_name() == names[-1]
        assert len(open_snapshot(Library(settings)).nearest(HashingEncoder().encode_query("bilan"), 3)[0]) == 3


def test_going_back_to_an_earlier_corpus_builds_it_again_under_a_new_name(settings: Settings, build: Build) -> None:
    original = (settings.corpus_dir / LABEL).read_text(encoding="utf-8")
    first, _ = build()
    for score in (66, 67):
        change_one_statement(settings, f"Le label demande un score de {score} % au moins.")
        build()
    assert first.name not in snapshots(settings)
    write_yaml(settings.corpus_dir / LABEL, original)
    again, new = build()
    assert new
    assert again.name == f"{first.name}-4"
    assert again.counts["embedded"] == 0
    assert open_snapshot(Library(settings)).nearest(HashingEncoder().encode_query("score du label"), 1)[0]


def test_a_snapshot_that_is_still_read_and_the_same_content_built_again_both_answer(
    settings: Settings, build: Build
) -> None:
    """Threads make Chroma open its files again: of a swept folder they would be gone, or those of another build."""

    def nearest(snapshot: Snapshot) -> list[str]:
        positions, _ = snapshot.nearest(HashingEncoder().encode_query("score du label"), 5)
        return [p.text for p in snapshot.passages(positions)]

    first, _ = build()
    old = open_snapshot(Library(settings))
    expected = nearest(old)
    names = [build(force=True)[0].name for _ in range(3)]
    assert snapshots(settings) == sorted([first.name, *names[-2:]])
    fresh = open_snapshot(Library(settings))
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(nearest, [old, fresh] * 50))
    del old
    gc.collect()
    last = build(force=True)[0].name
    assert snapshots(settings) == sorted([names[-1], last])


def test_two_snapshots_are_kept_the_serving_one_and_the_one_before(settings: Settings, build: Build) -> None:
    names = [build()[0].name]
    for score in (66, 67, 68):
        change_one_statement(settings, f"Le label demande un score de {score} % au moins.")
        names.append(build()[0].name)
    assert len(set(names)) == 4
    assert snapshots(settings) == sorted(names[-2:])


def test_what_a_killed_build_left_does_not_push_out_the_serving_snapshot(settings: Settings, build: Build) -> None:
    first, _ = build()
    folder = settings.data_dir / "snapshots"
    shutil.copytree(folder / first.name, folder / "orphelin")
    shutil.copytree(folder / first.name, folder / ".orphelin.building")
    change_one_statement(settings)
    second, _ = build()
    assert snapshots(settings) == sorted([first.name, second.name])


def test_an_old_passage_still_opens_after_its_statement_changed(
    settings: Settings, service: Service, build: Build
) -> None:
    cited = service.ask(Ask("Quel score faut-il pour le Label Ecoprod ?")).citations[0]
    assert service.passage(cited.passage_id)[1] == "current"
    change_one_statement(settings)
    build()
    passage, status = service.passage(cited.passage_id)
    assert status == "superseded"
    assert cited.quote in passage.text
    for _ in range(3):
        build(force=True)
    assert service.passage(cited.passage_id) == (passage, "superseded")


def test_a_passage_whose_statement_left_is_removed_and_opens(
    settings: Settings, service: Service, build: Build
) -> None:
    position = service.snapshot.columns.statements.index("label-seuil-70")
    old = service.snapshot.open_passage(position)
    with edited_yaml(settings.corpus_dir / LABEL) as data:
        del data["sections"][0]["statements"][1]
    build()
    assert service.passage(old.id) == (old, "removed")
    with pytest.raises(ClapvertError) as refused:
        service.passage("0" * 20)
    assert refused.value.code is ErrorCode.PASSAGE_NOT_FOUND


def test_a_new_snapshot_is_taken_up_at_the_next_question(settings: Settings, service: Service, build: Build) -> None:
    before = service.ask(Ask("Quel score faut-il pour le Label Ecoprod ?"))
    change_one_statement(settings)
    manifest, _ = build()
    after = service.ask(Ask("Quel score faut-il pour le Label Ecoprod ?"))
    assert (before.receipt.snapshot, after.receipt.snapshot) != (before.receipt.snapshot,) * 2
    assert after.receipt.snapshot == manifest.name


def test_a_reader_that_began_on_the_old_snapshot_ends_on_it(settings: Settings, library: Library, build: Build) -> None:
    reader = open_snapshot(library)
    texts = [p.text for p in reader.passages(list(range(len(reader))))]
    change_one_statement(settings)
    build()
    assert [p.text for p in reader.passages(list(range(len(reader))))] == texts
    assert reader.nearest(HashingEncoder().encode_query("score du label"), 1)[0]


def test_a_snapshot_closes_when_its_last_reader_lets_go(library: Library) -> None:
    snapshot = open_snapshot(library)
    snapshot.nearest(HashingEncoder().encode_query("bilan"), 1)
    path = str(snapshot.folder / "chroma")
    assert path in SharedSystemClient._identifier_to_system
    del snapshot
    gc.collect()
    assert path not in SharedSystemClient._identifier_to_system


def test_another_model_is_refused_until_the_index_is_rebuilt(library: Library, build: Build) -> None:
    class Other(HashingEncoder):
        info = dataclasses.replace(HashingEncoder.info, fingerprint="hashing-2")

    with pytest.raises(ClapvertError, match="clapvert ingest") as refused:
        library.snapshots.open(library.store, Other.info)
    assert refused.value.code is ErrorCode.MODEL_MISMATCH
    manifest, new = build(encoder=Other())
    assert new
    assert manifest.counts["embedded"] == 20
    assert len(library.snapshots.open(library.store, Other.info)) == 15
    with pytest.raises(ClapvertError):
        library.snapshots.open(library.store, HashingEncoder.info)


def test_no_index_says_which_command_builds_one(settings: Settings) -> None:
    with pytest.raises(ClapvertError, match="clapvert ingest") as refused:
        open_snapshot(Library(settings))
    assert refused.value.code is ErrorCode.INDEX_MISSING


@pytest.mark.parametrize("name", ["manifest.json", "columns.json", "columns.npz", "lexical/size"])
def test_a_damaged_index_is_said_to_be_and_a_forced_ingest_mends_it(
    settings: Settings, library: Library, build: Build, name: str
) -> None:
    folder = settings.data_dir / "snapshots" / str(library.snapshots.current_name())
    (folder / name).write_text("abîmé", encoding="utf-8")
    with pytest.raises(ClapvertError, match="--force") as refused:
        open_snapshot(library)
    assert refused.value.code is ErrorCode.INDEX_DAMAGED
    assert build(force=True)[1]
    assert len(open_snapshot(library)) == 15


@pytest.mark.parametrize("damage", ["gone", "overwritten"])
def test_damaged_vectors_are_said_to_be_at_the_first_question(
    settings: Settings, service: Service, library: Library, build: Build, damage: str
) -> None:
    folder = settings.data_dir / "snapshots" / str(library.snapshots.current_name()) / "chroma"
    if damage == "gone":
        shutil.rmtree(folder)
    else:
        (folder / "chroma.sqlite3").write_bytes(b"x" * 8192)
    with pytest.raises(ClapvertError, match="--force") as refused:
        service.ask(Ask("Quel score faut-il pour le Label Ecoprod ?"))
    assert refused.value.code is ErrorCode.INDEX_DAMAGED
    build(force=True)
    assert service.ask(Ask("Quel score faut-il pour le Label Ecoprod ?")).outcome == "answered"


@pytest.mark.parametrize("pointer", ["", "disparu", "../..", "\n"])
def test_a_pointer_to_nothing_is_no_index(settings: Settings, library: Library, build: Build, pointer: str) -> None:
    (settings.data_dir / "current").write_text(pointer, encoding="utf-8")
    assert library.snapshots.current_name() is None
    assert build()[1]
    assert library.snapshots.current_name() is not None


def test_a_second_writer_is_told_that_the_index_is_busy(settings: Settings, library: Library, build: Build) -> None:
    with library.snapshots.writer():
        change_one_statement(settings)
        with pytest.raises(ClapvertError) as refused:
            build()
        assert refused.value.code is ErrorCode.INDEX_BUSY
        assert len(open_snapshot(library)) == 15
    assert build()[1]


def test_an_unchanged_ingest_does_not_wait_for_the_writer(library: Library, build: Build) -> None:
    with library.snapshots.writer():
        assert build()[1] is False


def test_a_broken_corpus_leaves_the_serving_snapshot_and_frees_the_lock(
    settings: Settings, library: Library, build: Build
) -> None:
    name = library.snapshots.current_name()
    good = (settings.corpus_dir / SEUILS).read_text(encoding="utf-8")
    write_yaml(settings.corpus_dir / SEUILS, good.replace("role: dement", "role: rumeur"))
    with pytest.raises(ClapvertError, match="csrd-seuils"):
        build()
    assert library.snapshots.current_name() == name
    write_yaml(settings.corpus_dir / SEUILS, good.replace("de plus de 250", "de plus de deux cent cinquante"))
    assert build()[1]


def test_an_encoder_that_fails_leaves_the_serving_snapshot(settings: Settings, library: Library, build: Build) -> None:
    class Failing(HashingEncoder):
        def encode_passages(self, texts: Sequence[str], progress: Any = None) -> NDArray[np.float32]:
            raise RuntimeError("plus de mémoire")

    name = library.snapshots.current_name()
    change_one_statement(settings)
    with pytest.raises(RuntimeError):
        build(encoder=Failing())
    assert library.snapshots.current_name() == name
    assert build()[1]


def test_an_index_that_loses_a_passage_is_never_put_in_service(
    settings: Settings, library: Library, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ingest.index.snapshot as module

    name, write = library.snapshots.current_name(), module._write_vectors

    def lossy(folder: Path, vectors: NDArray[np.float32], *where: Any) -> None:
        write(folder, np.roll(vectors, 1, axis=0), *where)

    monkeypatch.setattr(module, "_write_vectors", lossy)
    with pytest.raises(ClapvertError) as refused:
        build(force=True)
    assert refused.value.code is ErrorCode.INDEX_DAMAGED
    assert library.snapshots.current_name() == name
    assert snapshots(settings) == [name]


def test_a_passage_that_the_graph_does_not_reach_is_compared_by_itself(
    settings: Settings, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ingest.index.snapshot as module

    write = module._write_vectors

    def lossy(folder: Path, vectors: NDArray[np.float32], *where: Any) -> None:
        away = vectors.copy()
        away[3] = -away[3]
        write(folder, away, *where)

    monkeypatch.setattr(module, "_write_vectors", lossy)
    monkeypatch.setattr(module, "_MOST_STRAYS", 0.1)
    build()
    snapshot = open_snapshot(Library(settings))
    vector = HashingEncoder().encode_passages([snapshot.open_passage(3).index_text])[0]
    positions, similarities = snapshot.nearest(vector, 4)
    assert positions[0] == 3
    assert similarities[0] == pytest.approx(1, abs=1e-5)
    assert len(positions) == 4


def test_an_empty_corpus_is_refused(settings: Settings, build: Build) -> None:
    shutil.rmtree(settings.corpus_dir / "fiches")
    with pytest.raises(ClapvertError, match="vide"):
        build()


def test_an_added_text_is_indexed_then_removed_and_its_passages_still_open(
    settings: Settings, service: Service, library: Library, build: Build, tmp_path: Path
) -> None:
    file = tmp_path / "code.md"
    file.write_text(OFFICIAL_TEXT, encoding="utf-8")
    text, _ = library.texts.add(
        file, "code-cinema-2026-03", "code-cinema", None, TextVersion(attested_at=date(2026, 3, 1)), "fr"
    )
    manifest, _ = build()
    assert manifest.counts["passages"] == 18
    assert manifest.sources == {"code-cinema-2026-03": text.sha256}
    snapshot = open_snapshot(library)
    official = [p for p in snapshot.passages(snapshot.by_key["rga:122-18"]) if p.kind == "text"]
    assert [p.source_id for p in official] == ["rga"]
    library.texts.remove("code-cinema-2026-03")
    assert build()[0].counts["passages"] == 15
    assert service.passage(official[0].id) == (official[0], "removed")


def test_progress_is_told_up_to_the_end(build: Build) -> None:
    told: list[tuple[str, int, int]] = []
    build(progress=lambda *step: told.append(step))
    assert ("vecteurs", 15, 15) in told
    assert told[-1] == ("index", 0, 15)


def test_the_same_inputs_give_the_same_name_everywhere(settings: Settings, build: Build, tmp_path: Path) -> None:
    other = settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    double = HashingEncoder()
    first, second = build()[0], ingest(Library(other), double.info, lambda: double, clock=fixed(TODAY))[0]
    assert first == second


def test_the_manifest_is_readable_json(settings: Settings, library: Library) -> None:
    name = library.snapshots.current_name()
    data = json.loads((settings.data_dir / "snapshots" / str(name) / "manifest.json").read_text(encoding="utf-8"))
    assert data["name"] == name


def test_the_double_bilan_fiche_changes_the_digest_and_its_page_does_not(settings: Settings) -> None:
    before = corpus_digest(settings.corpus_dir)
    (settings.corpus_dir / DOUBLE_BILAN).with_suffix(".md").write_text("# Page", encoding="utf-8")
    assert corpus_digest(settings.corpus_dir) == before
    with edited_yaml(settings.corpus_dir / DOUBLE_BILAN) as data:
        data["title"] = "Les 2 bilans"
    assert corpus_digest(settings.corpus_dir) != before
