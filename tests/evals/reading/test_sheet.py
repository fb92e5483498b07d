"""The sheet is blind: nothing in it tells which run an answer comes from, and the key does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from evals.reading.messages import read_messages
from evals.reading.sheet import as_page, laid, lay, read_sheet, shown
from ingest.errors import ClapvertError
from tests.evals.reading.samples import ASKED, sheet_in, two_runs, write_messages


def test_the_sheet_names_neither_run_nor_id(tmp_path: Path) -> None:
    items, key = sheet_in(tmp_path)
    for text in ((tmp_path / "sheet.yaml").read_text(encoding="utf-8"), as_page(items)):
        assert not any(name in text for name in ("avant", "apres", "run", *ASKED, "domain", "m-", "conversation"))
    assert {(o.run, o.id) for o in key.values()} == {(r, i) for r in ("avant", "apres") for i in ASKED}
    rows = yaml.safe_load((tmp_path / "sheet.yaml").read_text(encoding="utf-8"))
    assert {k for row in rows for k in row} == {"key", "kind", "before", "question", "expected", "decides", "answer"}


def test_the_order_is_the_seeds_and_tells_nothing(tmp_path: Path) -> None:
    messages = read_messages(write_messages(tmp_path))
    runs = two_runs(messages)
    orders = [[o.run for o in lay(messages, runs, seed)[1].values()] for seed in range(30)]
    assert orders[3] == [o.run for o in lay(messages, runs, 3)[1].values()]
    assert {order[0] for order in orders} == {"avant", "apres"}
    assert len({tuple(order) for order in orders}) > 10


def test_a_sheet_is_read_back(tmp_path: Path) -> None:
    items, key = sheet_in(tmp_path)
    assert read_sheet(tmp_path) == (items, key)


def test_a_folder_without_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClapvertError, match="pas de feuille"):
        read_sheet(tmp_path)


def test_what_failed_is_shown_as_an_error() -> None:
    assert shown(None) == "(erreur)"
    assert laid([], 1) == ([], {})
