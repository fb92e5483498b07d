"""Write a BERT encoder with an XLM-RoBERTa vocabulary as a sentence-transformers folder.

Guarantee: the folder loads in sentence-transformers, in LangChain's HuggingFaceEmbeddings and in
`ingest.model.backends` alike, with mean pooling, normalisation and E5's two prompts. Nothing is executed or pickled:
weights are safetensors, the rest is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
PROMPTS = {"query": "query: ", "document": "passage: ", "passage": "passage: "}


@dataclass(frozen=True)
class BertShape:
    """Dimensions of the encoder (counts), and the epsilon of its layer norms."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int
    eps: float


def write_folder(
    folder: Path,
    shape: BertShape,
    state: Mapping[str, NDArray[np.float32]],
    vocabulary: Sequence[tuple[str, float]],
    ids: Mapping[str, int],
    attribution: str,
) -> None:
    """Write weights, tokenizer and configuration into `folder`, made if missing.

    Args:
        folder: the target; a temporary one if readers must never see it half written.
        shape: dimensions, which must be those of `state`.
        state: tensors under transformers' names.
        vocabulary: unigram pieces in id order, each with its log-probability.
        ids: token ids of bos, eos, pad and unk.
        attribution: who the weights are from and their licence; becomes README.md.

    Raises:
        OSError: the folder cannot be written.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "model.safetensors"
    save_file(dict(state), str(weights), metadata={"format": "pt"})
    weights.chmod(0o644)  # the library writes 0600, and a model folder may be shared
    _tokenizer(vocabulary, ids).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _configurations(shape).items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "2_Normalize").mkdir(exist_ok=True)
    (folder / "README.md").write_text(attribution, "utf-8")


def _tokenizer(vocabulary: Sequence[tuple[str, float]], ids: Mapping[str, int]) -> Any:
    """XLM-RoBERTa's unigram tokenizer. Words are split first, as sentencepiece does: it drops the spaces
    at both ends, which would else become a piece of their own."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, processors
    from tokenizers import pre_tokenizers as pre

    tokenizer = Tokenizer(models.Unigram(list(vocabulary), unk_id=ids["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre.Sequence([pre.WhitespaceSplit(), pre.Metaspace("▁", "always")])
    tokenizer.decoder = decoders.Metaspace("▁", "always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", ids["bos"]), ("</s>", ids["eos"])],
    )
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL_TOKENS])
    return tokenizer


def _configurations(shape: BertShape) -> dict[str, Any]:
    """The small JSON files of the folder, by relative name."""
    roles = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "unk": "<unk>", "pad": "<pad>"}
    tokens = {f"{role}_token": token for role, token in {**roles, "mask": "<mask>"}.items()}
    module = "sentence_transformers.models."
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.ffn,
            "vocab_size": shape.vocab,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.eps,
            "pad_token_id": 0,
            "position_embedding_type": "absolute",
            "torch_dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            **tokens,
            "clean_up_tokenization_spaces": False,
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "special_tokens_map.json": tokens,
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
