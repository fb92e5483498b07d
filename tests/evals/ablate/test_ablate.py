"""`eval ablate`: each part is left out by settings, glossary or index, and only that part."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.engine import Engine, EngineConfig
from assistant.planning.options import MatchConfig
from assistant.search.fusion import fuse
from assistant.search.hybrid import RetrievalConfig
from assistant.service import Service
from evals.ablate import table
from evals.ablate.aside import reindexed
from evals.ablate.cases import FEATURES, Ablation, ablations, without_headings
from evals.ablate.table import AblationRow, Laboratory, ablation_report, differences, sketched
from evals.reference_set import load_reference
from evals.running.bare import without_aliases
from evals.running.runner import execute
from evals.scoring.scores import score_run
from ingest.index.store import VectorCache
from ingest.model.embedding import HashingEncoder
from tests.evals.running.test_runner import REFERENCE
from tests.evals.samples import answer, expected, passage, run


@pytest.fixture(scope="module")
def engine(tiny: Service) -> Engine:
    return tiny.engine


def test_every_ablation_changes_known_settings_and_something() -> None:
    base = EngineConfig()
    for ablation in ablations().values():
        changed = ablation.config(base)
        assert (changed != base) or ablation.glossary or ablation.reindexed, ablation.name
    left_out = [a.features for a in ablations().values() if a.name.startswith("option-")]
    assert all(left_out)
    assert set().union(*left_out) == FEATURES  # type: ignore[arg-type]
    assert {f"match.{f.name}" for f in fields(MatchConfig)} == FEATURES


def test_a_ranking_of_weight_zero_is_left_out() -> None:
    config = RetrievalConfig(weight_dense=0.0)
    assert list(fuse([5, 6], [7, 5], config.statements)) == [7, 5]
    assert list(fuse([5, 6], [7, 5], RetrievalConfig(weight_lexical=0.0).statements)) == [5, 6]


def test_texts_are_indexed_without_their_questions_or_their_titles(engine: Engine) -> None:
    passages = engine.snapshot.passages(list(range(len(engine.snapshot))))
    statements = [p for p in passages if p.kind == "statement"]
    assert statements
    for p in statements:
        assert p.statement
        bare = without_aliases(p)
        assert bare.index_text.endswith(p.text)
        assert without_headings(bare).index_text == p.text
        assert (bare.id, bare.text) == (p.id, p.text)


def test_an_index_aside_leaves_the_serving_one_alone(engine: Engine, tmp_path: Path) -> None:
    before = engine.snapshot.manifest
    aside = reindexed(engine.snapshot, without_aliases, HashingEncoder(), VectorCache(tmp_path / "v.db"), tmp_path)
    assert aside.columns.ids == engine.snapshot.columns.ids
    assert aside.folder != engine.snapshot.folder
    assert aside.lexical.frequency("carbon") <= engine.snapshot.lexical.frequency("carbon")
    assert engine.snapshot.manifest == before


def test_rows_against_the_whole_system(engine: Engine, tmp_path: Path) -> None:
    laboratory = Laboratory(engine, REFERENCE, VectorCache(tmp_path / "v.db"), engine.config)
    known = ablations()
    wanted = [
        Ablation("rien", "rien"),
        *(known[n] for n in ("dense", "alias", "glossaire", "facettes", "sujets", "cartes")),
    ]
    rows = laboratory.rows(wanted, lambda _: None)
    assert [r.name for r in rows] == [a.name for a in wanted]
    assert all(d.value == d.low == d.high == 0 for d in rows[0].changes.values())
    assert not rows[0].worse
    assert all(r.changes for r in rows)
    told = ablation_report(rows)
    assert "système entier" in told
    assert "vecteurs seuls" in told
    assert json.dumps([r.as_dict() for r in rows])


def test_what_is_left_out_under_two_names_is_asked_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory = Laboratory(engine, REFERENCE, VectorCache(tmp_path / "v.db"), engine.config)
    first = laboratory.row(ablations()["alias-choix"])
    monkeypatch.setattr(table, "execute", None)
    second = laboratory.row(ablations()["option-known"])
    assert (first.changes, first.name) == (second.changes, "alias-choix")
    assert second.name == "option-known"


def test_nothing_is_rebuilt_by_hand(engine: Engine, tmp_path: Path) -> None:
    """The whole system of the laboratory answers as the engine it was made from."""
    laboratory = Laboratory(engine, REFERENCE, VectorCache(tmp_path / "v.db"), engine.config)
    mine = [r.answer.answer for r in laboratory.whole.records if r.answer]
    assert mine == [r.answer.answer for r in execute(engine, REFERENCE).records if r.answer]


def test_what_a_feature_cannot_touch_is_answered_alike(engine: Engine, tmp_path: Path) -> None:
    """A feature left out over the whole set changes no answer but those of the questions that it is kept for."""
    laboratory = Laboratory(engine, REFERENCE, VectorCache(tmp_path / "v.db"), engine.config)
    before = {r.id: r.answer.answer for r in laboratory.whole.records if r.answer}
    for name in ("option-context", "option-lexical", "option-exact", "option-kind"):
        ablation = ablations()[name]
        after = execute(laboratory._engine(ablation.config(engine.config)), REFERENCE)
        changed = {r.id.split(".")[0] for r in after.records if r.answer and r.answer.answer != before[r.id]}
        assert changed <= {i for i, seen in laboratory.touched.items() if ablation.features & seen}


def test_a_sketch_keeps_topics_whole_and_is_always_the_same() -> None:
    whole = load_reference()
    part = sketched(whole, 3)
    assert sketched(whole, 1) == whole
    assert part == sketched(whole, 3)
    assert 0.2 < len(part.asked()) / len(whole.asked()) < 0.5
    topics = {(q.domain, q.topic) for q in part.questions}
    assert len(part.questions) == sum((q.domain, q.topic) in topics for q in whole.questions)


def test_a_clear_loss_is_said() -> None:
    good, bad = passage("Le forfait est de 28 000 €."), passage("Le délai est de deux mois.", "autre")
    asked = {f"q{i}": expected(topic=f"t{i}") for i in range(8)}
    whole = run({i: (e, answer("Le forfait est de 28 000 €. [1]", [good])) for i, e in asked.items()})
    without = run({i: (e, answer("Le délai est de deux mois. [1]", [bad])) for i, e in asked.items()})
    base, candidate = score_run(whole).rows, score_run(without, whole.golds).rows
    row = AblationRow("x", "x", differences(base, candidate))
    assert "coverage" in row.worse
    assert not row.better
    assert AblationRow("x", "x", differences(candidate, base)).better


def test_an_unknown_name_lists_the_known_ones() -> None:
    from evals.commands.group import evaluate

    told = CliRunner().invoke(evaluate, ["ablate", "--only", "rien"])
    assert told.exit_code != 0
    assert "rrf-k-60" in (told.exception.hint or "")  # type: ignore[union-attr]
