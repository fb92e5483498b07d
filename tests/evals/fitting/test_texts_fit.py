"""The heads of the added texts: what they are fitted on stands in its documents, and they leave what is not theirs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from assistant.planning.weighing import HEADS, Head, PassagesConfig
from evals.benchmarks.added import asked, sources_of, summary
from evals.fitting import texts_fit
from evals.fitting.texts_fit import Case, Sort, TextQuestion, cases, fit, hashed, load_questions, save, told
from evals.fitting.texts_index import holding
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.assistant.planning.conftest import CHARTE

FOLDERS = sorted(p for p in texts_fit.TEXTS.iterdir() if p.is_dir())
ON_THE_CHARTER = [
    TextQuestion(q="Canal Azur retient quelle part du dernier versement ?", kind="answered",
                 gold=("À défaut, la chaîne retient 5 % du dernier versement.",)),
    TextQuestion(q="Canal Azur rembourse-t-elle les costumes des figurants ?", kind="absent"),
]  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=[p.name for p in FOLDERS])
def test_what_answers_stands_in_its_document_to_the_letter(folder: Path) -> None:
    for name, rows in load_questions(folder).items():
        text = told((folder / f"{name}.md").read_text("utf-8"))
        assert [s for row in rows for s in (*row.gold, *row.also) if told(s) not in text] == []
        assert {row.kind == "answered" for row in rows if row.gold} <= {True}
        assert sum(row.kind == "absent" for row in rows) == 6


def test_no_sentence_of_an_official_text_is_kept() -> None:
    kept = yaml.safe_load((texts_fit.TEXTS / "official.yaml").read_text("utf-8"))
    rows = [TextQuestion.model_validate(row) for questions in kept["questions"].values() for row in questions]
    assert len(rows) == 220
    assert all(gold.startswith("#") for row in rows for gold in row.gold)
    assert hashed("Le  visa, en 2026.") == hashed("le visa en 2026")


def _case(sort: Sort, n: int, covered: float) -> Case:
    return Case(f"{sort}-{n}", False, sort, {"covered": covered, "ours_covered": 1.0 - covered})


def test_a_head_leaves_what_is_ours_out_of_fold(tmp_path: Path) -> None:
    held = [_case("right", n, 0.6 + n / 200) for n in range(60)]
    held += [_case("ours", n, n / 150) for n in range(90)]
    named: dict[Sort, Sort] = {"right": "right", "ours": "absent"}
    held += [replace(c, named=True, sort=named[c.sort]) for c in held]
    fitted = fit(held)
    assert fit(held) == fitted
    taken, ours = fitted.answered["wins"]["ours"]
    assert taken <= texts_fit.TAKEN["wins"][1] * ours + 1
    assert fitted.answered["wins"]["right"][0] > 40
    said, silent = fitted.answered["says"]["absent"]
    assert said <= texts_fit.TAKEN["says"][1] * silent + 1
    save(fitted, tmp_path / "texts.json")
    assert '"wins"' in (tmp_path / "texts.json").read_text("utf-8")


def test_the_heads_that_ship_are_those_of_the_settings() -> None:
    config = PassagesConfig()
    assert isinstance(config.says, Head)
    assert isinstance(config.wins, Head)
    assert str(config.wins.floor) in HEADS.read_text("utf-8")


def test_questions_are_asked_of_an_index_that_is_thrown_away(
    settings: Settings, encoder: HashingEncoder, tmp_path: Path
) -> None:
    (tmp_path / "charte.md").write_text(CHARTE, encoding="utf-8")
    config = DOUBLE.__class__(scope=DOUBLE.scope, rules=DOUBLE.rules, passages=PassagesConfig(says=Head({}, -9.0)))
    questions = {"charte.md": ON_THE_CHARTER}
    with holding(settings, encoder, {tmp_path / "charte.md": ""}, config) as engine:
        found = list(cases(engine, questions, ["Quels bilans carbone remettre au CNC ?"]))
        source = sources_of(engine, questions)["charte.md"]
        done = [asked(engine, "charte.md", row, source) for row in ON_THE_CHARTER]
    assert [(c.sort, c.named) for c in found] == [("right", True), ("absent", True), ("ours", False)]
    assert summary(done) == {
        "answered by the text": 1, "right": 1, "from another text": 0, "held for missing": 0,
        "not in the text": 1, "said": 0, "given from another text": 0,
    }  # fmt: skip
    assert not (settings.data_dir / "snapshots").exists()
