"""Run an embedding model: a short forward pass for BERT, LangChain's HuggingFaceEmbeddings for the rest.

Why a forward pass of our own: for the default model it gives the vectors of sentence-transformers (a test
holds it to that), saves 5 ms of overhead a query and 4 s of imports at start, needs torch and nothing above
it, leaves the 384 MB vocabulary matrix on the disk (`ingest.model.rows`: only the rows in use are read), and can
run in several threads. Anything it does not recognise to the letter goes the general way.

Guarantee: vectors are float32 and of unit length; a batch changes a vector only by rounding. bfloat16
touches the matrix products alone: embeddings, pooling and normalisation stay in float32. In float32, the
weights of the products are kept in float16 where torch can multiply them so (`_linear`): vectors keep a
cosine of 0.999999 with those of whole weights, and a question takes two thirds of the time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.model.files import read_json
from ingest.model.rows import Rows

FloatArray = NDArray[np.float32]
_WORDS = "embeddings.word_embeddings.weight"


class Backend(Protocol):
    """A loaded model, in two steps so that the caller can batch by length."""

    budget: int
    """Most units (items times the longest one's length) that one batch should hold."""
    workers: int
    """How many batches may run at once, each in its own thread."""

    def prepare(self, texts: Sequence[str]) -> list[Any]:
        """Texts to items whose `len` is their cost."""

    def forward(self, items: Sequence[Any]) -> FloatArray:
        """Items to unit vectors, float32 (n, dimension)."""


def choose_dtype(wanted: str) -> str:
    """`wanted`, with "auto" settled: bfloat16 on a CPU with AVX512-BF16 or AMX, else float32.

    On Linux this needs no torch, so that a fingerprint or `doctor` does not pay for its import.
    """
    if wanted != "auto":
        return wanted
    if sys.platform == "linux":
        try:
            flags = set(Path("/proc/cpuinfo").read_text("ascii", "replace").split())
        except OSError:
            return "float32"
    elif sys.platform == "darwin":
        return "float32"
    else:
        import torch

        capabilities = getattr(torch.cpu, "get_capabilities", dict)()
        flags = {name for name, present in capabilities.items() if present is True}
    return "bfloat16" if flags & {"avx512_bf16", "amx_bf16"} else "float32"


def open_backend(folder: Path, dtype: str, max_tokens: int, threads: int | None) -> Backend:
    """Load the model of `folder` with the fastest backend that knows it.

    Args:
        folder: a sentence-transformers folder.
        dtype: "float32" or "bfloat16".
        max_tokens: longer texts are cut there.
        threads: CPU threads; None takes all that the process may use.
    """
    if BertBackend.knows(folder):
        return BertBackend(folder, dtype, max_tokens, threads or _cores())
    return HuggingFaceBackend(folder, dtype, threads)


def _cores() -> int:
    """CPUs this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _linear(torch: Any, dtype: Any) -> Callable[[Any, Any], Callable[[Any], Any]]:
    """How weights and bias of a product are kept: gives, for a pair, the function that applies it.

    A question has some 25 tokens, so that a product spends its time reading weights: FBGEMM reads them packed and
    half as long, and computes in float32. It is there on x86 with AVX2, and as fast as plain products on whole
    batches of passages.
    """

    def plain(weight: Any, bias: Any) -> Callable[[Any], Any]:
        return lambda x: torch.nn.functional.linear(x, weight, bias)

    def packed(weight: Any, bias: Any) -> Callable[[Any], Any]:
        held = torch.ops.quantized.linear_prepack_fp16(weight, bias)
        return lambda x: torch.ops.quantized.linear_dynamic_fp16(x, held)

    if dtype is torch.float32:
        with suppress(AttributeError, RuntimeError):  # a build without FBGEMM, a CPU that it does not know
            one = torch.eye(16)
            if torch.equal(packed(one, one[0])(one), one + one[0]):
                return packed
    return plain


class BertBackend:
    """BERT with mean pooling, straight on torch. See the module's head for why.

    One core a batch, several batches at once, rather than all cores on one batch: torch's threads wait for
    each other a hundred times in a forward pass, spinning, and when anything else wants a core they wait
    for the scheduler. Measured on 2 cores, both at once and alone: 6.5 ms a query against 11 on an idle
    machine, but 100 to 1,600 ms against 11 to 40 with one other busy process.
    """

    # Tokens, say 16 passages of 128. Measured: 1024 to 4096 are within 5 %, 8192 leaves the CPU's caches.
    budget = 2048

    @staticmethod
    def knows(folder: Path) -> bool:
        """Whether the folder is exactly what this class computes."""
        config, pooling = read_json(folder / "config.json"), read_json(folder / "1_Pooling" / "config.json")
        kinds = [str(m.get("type", "")).rsplit(".", 1)[-1] for m in read_json(folder / "modules.json")]
        modes = {key for key, value in pooling.items() if key.startswith("pooling_mode") and value is True}
        mean = pooling.get("pooling_mode") == "mean" or modes == {"pooling_mode_mean_tokens"}
        return (
            config.get("model_type") == "bert"
            and config.get("hidden_act") == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
            and not config.get("is_decoder")
            and kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
            and mean
            and (folder / "tokenizer.json").is_file()
            and (folder / "model.safetensors").is_file()
            and Rows.can_read(folder / "model.safetensors", _WORDS)
        )

    def __init__(self, folder: Path, dtype: str, max_tokens: int, workers: int) -> None:
        import torch
        from safetensors import safe_open
        from tokenizers import Tokenizer

        torch.set_num_threads(1)
        self.workers = workers
        config = read_json(folder / "config.json")
        self._torch = torch
        self._heads, self._eps = config["num_attention_heads"], config["layer_norm_eps"]
        self._hidden = config["hidden_size"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        compute = getattr(torch, dtype)
        self._dtype = compute
        keep = _linear(torch, compute)
        self._words = Rows(folder / "model.safetensors", _WORDS)
        with safe_open(str(folder / "model.safetensors"), "pt") as weights:  # copied out, so that it is unmapped

            def pair(name: str, kind: Any = compute) -> tuple[Any, Any]:
                return tuple(weights.get_tensor(f"{name}.{part}").to(kind, copy=True) for part in ("weight", "bias"))

            kinds = weights.get_tensor("embeddings.token_type_embeddings.weight").float()
            self._positions = weights.get_tensor("embeddings.position_embeddings.weight").float() + kinds[0]
            self._first_norm = pair("embeddings.LayerNorm", torch.float32)
            self._layers = []
            for layer in range(config["num_hidden_layers"]):
                at = f"encoder.layer.{layer}"
                heads = [pair(f"{at}.attention.self.{name}") for name in ("query", "key", "value")]
                self._layers.append(
                    (
                        keep(torch.cat([w for w, _ in heads]), torch.cat([b for _, b in heads])),
                        keep(*pair(f"{at}.attention.output.dense")),
                        pair(f"{at}.attention.output.LayerNorm"),
                        keep(*pair(f"{at}.intermediate.dense")),
                        keep(*pair(f"{at}.output.dense")),
                        pair(f"{at}.output.LayerNorm"),
                    )
                )

    def prepare(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Token ids, one array a text. One by one: tokenizers' own pool would not survive a fork."""
        return [np.asarray(self._tokenizer.encode(text).ids, np.int64) for text in texts]

    def forward(self, items: Sequence[NDArray[np.int64]]) -> FloatArray:
        """Unit vectors, float32 (n, hidden)."""
        torch, hidden = self._torch, self._hidden
        functional = torch.nn.functional
        lengths = np.array([len(item) for item in items])
        n, longest = len(items), int(lengths.max())
        ids = np.zeros((n, longest), np.int64)
        for row, item in enumerate(items):
            ids[row, : len(item)] = item
        with torch.inference_mode():
            mask = None
            if int(lengths.min()) < longest:
                mask = torch.from_numpy(np.arange(longest) < lengths[:, None])
            words = torch.from_numpy(self._words[ids])
            x = functional.layer_norm(words + self._positions[:longest], (hidden,), *self._first_norm, self._eps)
            x = x.to(self._dtype)
            visible = None if mask is None else mask[:, None, None, :]
            split = (n, longest, 3, self._heads, hidden // self._heads)
            for heads, out, norm, wide, narrow, last_norm in self._layers:
                q, k, v = heads(x).view(split).permute(2, 0, 3, 1, 4).unbind(0)
                seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=visible)
                seen = out(seen.transpose(1, 2).reshape(n, longest, hidden))
                x = functional.layer_norm(x + seen, (hidden,), *norm, self._eps)
                fed = narrow(functional.gelu(wide(x)))
                x = functional.layer_norm(x + fed, (hidden,), *last_norm, self._eps)
            x = x.float()
            pooled = x.mean(1) if mask is None else (x * mask[..., None]).sum(1)  # unit length follows
            vectors: FloatArray = functional.normalize(pooled, dim=1).numpy()
        return vectors


class HuggingFaceBackend:
    """Any other sentence-transformers folder, through langchain-huggingface. Prompts come with the text."""

    budget = 16384  # characters
    workers = 1  # its tokenizer is not safe to share between threads

    def __init__(self, folder: Path, dtype: str, threads: int | None = None) -> None:
        import logging

        import torch
        from langchain_huggingface import HuggingFaceEmbeddings
        from transformers.utils import logging as transformers_logging

        if threads:
            torch.set_num_threads(threads)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        self._embeddings = HuggingFaceEmbeddings(
            model_name=str(folder),
            model_kwargs={
                "device": "cpu",
                "local_files_only": True,
                "model_kwargs": {"dtype": getattr(torch, dtype)},
            },
            encode_kwargs={"prompt": "", "normalize_embeddings": True},
        )

    def prepare(self, texts: Sequence[str]) -> list[str]:
        """The texts themselves; their cost is their length in characters."""
        return list(texts)

    def forward(self, items: Sequence[str]) -> FloatArray:
        """Unit vectors, float32 (n, dimension)."""
        vectors = np.asarray(self._embeddings.embed_documents(list(items)), np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors
