"""Rows read from a safetensors file: those of the file, whatever the kind, the order, the threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from ingest.model.rows import Rows

MATRIX = np.random.default_rng(0).normal(size=(500, 7)).astype(np.float32)


@pytest.fixture(params=["float32", "float16"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, np.ndarray]:
    matrix = MATRIX.astype(request.param)
    save_file({"before": np.zeros(3, np.float32), "words": matrix, "after": np.ones(2, np.float32)}, tmp_path / "m.st")
    return tmp_path / "m.st", matrix.astype(np.float32)


@pytest.mark.parametrize("ids", [[[3]], [[0, 499, 3], [3, 3, 0]], [[]]])
def test_the_rows_are_those_of_the_file(file: tuple[Path, np.ndarray], ids: list[list[int]]) -> None:
    path, matrix = file
    wanted = np.array(ids, np.int64)
    found = Rows(path, "words")[wanted]
    assert found.dtype == np.float32
    assert found.shape == (*wanted.shape, 7)
    np.testing.assert_array_equal(found, matrix[wanted])


def test_many_threads_at_once(file: tuple[Path, np.ndarray]) -> None:
    path, matrix = file
    rows = Rows(path, "words")
    asked = [np.random.default_rng(i).integers(0, 500, (4, 30)) for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        for ids, found in zip(asked, pool.map(rows.__getitem__, asked), strict=True):
            np.testing.assert_array_equal(found, matrix[ids])


@pytest.mark.parametrize("number", [-1, 500])
def test_no_row_outside_the_matrix(file: tuple[Path, np.ndarray], number: int) -> None:
    with pytest.raises(IndexError):
        Rows(file[0], "words")[np.array([[number]])]


def test_a_cut_file(file: tuple[Path, np.ndarray]) -> None:
    path, _ = file
    rows = Rows(path, "words")
    with path.open("r+b") as handle:
        handle.truncate(path.stat().st_size - 100)
    with pytest.raises(EOFError):
        rows[np.array([[499]])]


def test_which_files_can_be_read(file: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    assert Rows.can_read(file[0], "words")
    assert not Rows.can_read(file[0], "nothing")
    (tmp_path / "bad").write_bytes(b"\x05\0\0\0\0\0\0\0{oops")
    assert Rows.can_read(tmp_path / "bad", "words"), "told of when it is opened"
