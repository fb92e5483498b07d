"""The questions on two codes: enough of each, different articles, no chapter in both halves; the folder they make."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals.beir.folder import BeirFolder
from evals.benchmarks.codes import CodeQuestion, chapter, half_of, load_questions, write_folder
from tests.samples import OFFICIAL_TEXT


def test_questions_are_many_and_on_different_articles() -> None:
    questions = load_questions()
    assert min(Counter(q.style for q in questions).values()) >= 60
    assert len({q.id for q in questions}) == len({q.question for q in questions}) == len(questions)
    articles = [a for q in questions for a in q.articles]
    assert len(set(articles)) == len(articles)
    halves = Counter((q.style, q.half) for q in questions)
    assert min(halves.values()) >= 25


def test_a_chapter_is_whole_in_one_half() -> None:
    assert chapter("code-conso:L121-2-1") == chapter("code-conso:R121-29") == "code-conso:121"
    assert chapter("rga:411-26") != chapter("code-cinema:L411-1")
    by_chapter: dict[str, set[str]] = {}
    for q in load_questions():
        by_chapter.setdefault(chapter(q.articles[0]), set()).add(q.half)
    assert all(len(halves) == 1 for halves in by_chapter.values())
    assert half_of("code-conso:121") == half_of("code-conso:121")


def test_the_folder_is_read_back(tmp_path: Path) -> None:
    from datetime import date

    from ingest.articles.structure import split_units
    from ingest.passages.passages import unit_passages
    from ingest.passages.versions import TextVersion
    from ingest.texts.texts import read_document
    from tests.samples import register_of, tiny_sources

    (tmp_path / "code.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    register = register_of(*tiny_sources())
    units = split_units(read_document(tmp_path / "code.md"))
    version = TextVersion(attested_at=date(2026, 3, 1))
    passages = unit_passages(units, register.get("code-cinema"), register, version, "fr")
    asked = CodeQuestion(id="a", style="lay", question="quels papiers carbone ?", articles=("rga:122-18",))
    counts = write_folder(passages, [asked], tmp_path / "out")
    assert set(counts) == {asked.half, f"{asked.half}_lay"}
    folder = BeirFolder(tmp_path / "out")
    judged = folder.judged(asked.half)
    gold = next(iter(judged.qrels["a"]))
    found = {d.id: d for d in folder.documents()}
    assert found[gold].index_text == next(p.index_text for p in passages if p.id == gold)
    assert len(found) == len(passages)
    with pytest.raises(SystemExit):
        write_folder(passages, [asked.model_copy(update={"articles": ("rga:1-1",)})], tmp_path / "out")
