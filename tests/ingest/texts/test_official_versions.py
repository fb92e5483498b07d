"""Real chains of versions: on any day, the wording of that day and no other; before the first, nothing.

Read from the folder shared by the checkouts (`../shared/texts`), else skipped.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.reading.dates import AsOf
from assistant.search.hybrid import HybridSearch
from ingest.commands import corpus
from ingest.index.pipeline import Library, ingest
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.conftest import copied_folder
from tests.ingest.index.test_pipeline import CountingEncoder
from tests.official import CORPUS, TEXTS, needs_texts

CHAINS = TEXTS / "fr" / "versions"
ONE = timedelta(days=1)

pytestmark = needs_texts

ARTICLES = {
    "com_l225-102-1": ("code-commerce", "code-commerce:L225-102-1", 23),
    "env_l229-25": ("code-env", "code-env:L229-25", 5),
    "cinema_122-18": ("code-cinema", "rga:122-18", 2),
}


def letters(text: str) -> str:
    return "".join(c for c in re.sub(r"<[^>]*>", " ", text) if c.isalnum())


def starts(chain: str) -> list[date]:
    return sorted(date.fromisoformat(p.stem) for p in (CHAINS / chain).glob("????-??-??.md"))


def body(chain: str, day: date | str) -> str:
    return letters((CHAINS / chain / f"{day}.md").read_text(encoding="utf-8").split("\n", 1)[1])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The chains, added one file after the other by `corpus add`, newest first, under the real register."""
    folder = tmp_path_factory.mktemp("versions")
    (folder / "corpus").mkdir()
    shutil.copy(CORPUS / "sources.yaml", folder / "corpus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLAPVERT_DATA_DIR", str(folder))
        patch.setenv("CLAPVERT_CORPUS_DIR", str(folder / "corpus"))
        for chain, (source, _, _) in ARTICLES.items():
            for path in sorted((CHAINS / chain).glob("*.md"), reverse=True):
                result = CliRunner().invoke(corpus, ["add", str(path), "--as", source])
                assert result.exit_code == 0, result.output
        library = Library(Settings())
        encoder = HashingEncoder()
        ingest(library, encoder.info, lambda: encoder)
        yield library


@pytest.fixture(scope="module")
def search(library: Library) -> HybridSearch:
    return HybridSearch(library.snapshots.open(library.store), HashingEncoder())


def wording(search: HybridSearch, chain: str, day: date) -> str:
    """All that answers to the article on a day, as letters."""
    found = search.official((ARTICLES[chain][1],), AsOf(day, day, "asked"))
    return letters("".join(p.text for p in sorted(found, key=lambda p: (p.valid_from or date.min, p.position))))


@pytest.mark.parametrize("chain", ARTICLES)
def test_every_version_is_kept(library: Library, chain: str) -> None:
    source, _, count = ARTICLES[chain]
    mine = {t.sha256 for t in library.texts.all() if t.registered == source}
    assert len(mine) == count


@pytest.mark.parametrize("chain", ["com_l225-102-1", "env_l229-25"])
def test_on_twelve_days_the_wording_is_that_of_the_day(search: HybridSearch, chain: str) -> None:
    days = starts(chain)
    assert len(days) == ARTICLES[chain][2]
    asked = {days[0] - ONE: None, date(1999, 1, 1): None, days[-1]: days[-1], date(2026, 11, 25): days[-1]}
    step = max(1, (len(days) - 1) // 4)
    for n in list(range(0, len(days) - 1, step))[:4]:
        asked |= {days[n]: days[n], days[n + 1] - ONE: days[n]}
    assert len(asked) >= 12
    for day, start in asked.items():
        expected = body(chain, start) if start else ""
        assert wording(search, chain, day) == expected, (chain, day)


def test_122_18_on_twelve_days(search: HybridSearch) -> None:
    """The second wording is only known from a copy of March 2026: until then, the first is what is known."""
    first, copy = body("cinema_122-18", "2023-02-01"), body("cinema_122-18", "2026-03_ansvar")
    days = {
        "1990-01-01": "", "2022-12-08": "", "2023-01-31": "", "2023-02-01": first, "2023-02-02": first,
        "2024-02-29": first, "2025-03-01": first, "2026-01-01": first, "2026-02-28": first, "2026-03-01": copy,
        "2026-03-02": copy, "2026-11-25": copy,
    }  # fmt: skip
    for day, expected in days.items():
        assert wording(search, "cinema_122-18", date.fromisoformat(day)) == expected, day


@pytest.fixture
def copied(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The same library, for the test to change."""
    copied_folder(library.settings.data_dir, tmp_path / "data")
    monkeypatch.setenv("CLAPVERT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLAPVERT_CORPUS_DIR", str(library.settings.corpus_dir))
    return Library(Settings())


def test_one_article_changed_costs_its_own_vectors_alone(copied: Library, tmp_path: Path) -> None:
    path = tmp_path / "2023-10-25.md"
    text = (CHAINS / "env_l229-25" / path.name).read_text(encoding="utf-8")
    path.write_text(text.replace("cinq cents", "six cents", 1), encoding="utf-8")
    assert CliRunner().invoke(corpus, ["add", str(path), "--as", "code-env"]).exit_code == 0
    encoder = CountingEncoder()
    _, new = ingest(copied, encoder.info, lambda: encoder)
    assert new
    assert len(encoder.texts) == 2  # the passage, and the sentence of it that changed
    assert all("six cents" in text for text in encoder.texts)
    assert not ingest(copied, encoder.info, lambda: encoder)[1]
