"""How fast the encoder is, and how faithful, against plain sentence-transformers in the same run.

    python -m evals.benchmarks.encoder [--passages 192] [--rounds 3]

Baseline: `SentenceTransformer(folder).encode(...)` as it comes, float32, batches of 32. The two take turns
`rounds` times, since other work on the machine drifts; the median of each is kept, and the ratio is the
median of the ratios of neighbours. Every query is new, so that no cache answers.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import yaml

from evals.benchmarks.timing import milliseconds, seconds
from ingest.model.embedding import Encoder, load_encoder
from ingest.settings import Settings

_SUBJECTS = (
    "Le producteur délégué",
    "La société de production",
    "Le coordinateur éco-production",
    "L'exploitant",
)
_RULES = (
    "remet au Centre national du cinéma et de l'image animée un bilan carbone avec sa demande d'aide",
    "conserve pendant cinq ans les pièces qui justifient la consommation d'énergie des lieux de tournage",
    "publie un état de durabilité dès lors que l'effectif dépasse le seuil fixé par la directive",
    "obtient l'autorisation du gestionnaire de l'espace protégé avant toute installation de matériel",
    "fait vérifier les données par un organisme tiers indépendant dans les six mois de l'achèvement",
)
_QUESTION = "Quels bilans carbone dois-je remettre pour le tournage {0}, et avant quelle date ?"


def passages(settings: Settings, wanted: int) -> tuple[list[str], str]:
    """French regulatory passages: statements of the fiches with their questions, else made-up ones."""

    def statements(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                yield " ".join([node["text"], *map(str, node.get("asked_as") or [])])
            for value in node.values():
                yield from statements(value)
        elif isinstance(node, list):
            for value in node:
                yield from statements(value)

    texts: list[str] = []
    for path in sorted((settings.corpus_dir / "fiches").rglob("*.yaml")):
        texts += statements(yaml.safe_load(path.read_text("utf-8")))
    if len(texts) >= wanted:
        return texts[:: len(texts) // wanted][:wanted], "fiches"
    made = [f"{_SUBJECTS[i % 4]} {_RULES[i % 5]} (article {100 + i})." for i in range(wanted * 4)]
    return [" ".join(made[i * 4 : i * 4 + 2 + i % 3]) for i in range(wanted)], "made up"


def under_load(encoder: Encoder, clients: int, each: int) -> dict[str, float]:
    """Queries a second and latency when `clients` threads each ask `each` questions in a row."""

    def client(number: int) -> list[float]:
        questions = [_QUESTION.format(f"numéro {number}.{i}") for i in range(each)]
        return [seconds(lambda q=q: encoder.encode_query(q)) for q in questions]  # type: ignore[misc]

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [t for one in pool.map(client, range(clients)) for t in one]
    rate = len(times) / (time.perf_counter() - start)
    return {"queries_per_s": round(rate, 1), **milliseconds(times)}


def measure(settings: Settings, count: int, rounds: int) -> dict[str, Any]:
    """Everything the table shows, JSON-ready."""
    texts, made_of = passages(settings, count)
    import torch

    cores = torch.get_num_threads()
    start = time.perf_counter()
    encoder = load_encoder(settings)
    load = time.perf_counter() - start
    info, prompts = encoder.info, encoder.info.prompts
    assert info.path is not None

    # Ours first and alone: the baseline's many imports would weigh on it.
    encoder.encode_passages(texts[:8])
    asked = [_QUESTION.format(i) for i in range(150)]
    queries = [seconds(lambda q=q: encoder.encode_query(q)) for q in asked]  # type: ignore[misc]
    load_16 = under_load(encoder, 16, 40)

    start = time.perf_counter()
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(info.path), device="cpu")
    plain_load = time.perf_counter() - start

    def baseline(batch: list[str], prompt: str) -> Any:
        return plain.encode(batch, prompt=prompt, show_progress_bar=False)

    torch.set_num_threads(cores)  # ours runs one core a batch; plain use has them all
    baseline(texts[:8], prompts["passage"])
    plain_queries = [seconds(lambda q=q: baseline([q], prompts["query"])) for q in asked[:60]]  # type: ignore[misc]
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(len(texts) / seconds(lambda: baseline(texts, prompts["passage"])))
        ours.append(len(texts) / seconds(lambda: encoder.encode_passages(texts)))
    exact = np.asarray(baseline(texts, prompts["passage"]), np.float32)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    cosines = (exact * encoder.encode_passages(texts)).sum(axis=1)
    tokens = [len(ids) for ids in plain.tokenizer([prompts["passage"] + text for text in texts])["input_ids"]]
    return {
        "model": {"name": info.name, "origin": info.origin, "dtype": info.dtype},
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "passages": {"count": len(texts), "from": made_of, "mean_tokens": round(statistics.mean(tokens), 1)},
        "load_s": {"ours": round(load, 2), "plain": round(plain_load, 2)},
        "query": {"ours": milliseconds(queries), "plain": milliseconds(plain_queries)},
        "queries_16_threads": load_16,
        "passages_per_s": {
            "ours": round(statistics.median(ours), 1),
            "plain": round(statistics.median(theirs), 1),
            "ratio": round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 2),
        },
        "cosine_to_float32": {"min": round(float(cosines.min()), 5), "mean": round(float(cosines.mean()), 5)},
    }


def main(argv: list[str] | None = None) -> None:
    """Entry point of `python -m evals.benchmarks.encoder`."""
    parser = argparse.ArgumentParser(description="Benchmark of the encoder against plain sentence-transformers.")
    parser.add_argument("--passages", type=int, default=192, help="how many passages a round encodes")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side")
    options = parser.parse_args(argv)
    result = measure(Settings(), options.passages, options.rounds)
    query, rate, loaded = result["query"], result["passages_per_s"], result["queries_16_threads"]
    rows = [
        ("", "Clapvert", "plain float32"),
        ("load, s", result["load_s"]["ours"], f"{result['load_s']['plain']} (torch already imported)"),
        (
            "one query, p50 / p95 ms",
            *(f"{query[k]['p50_ms']} / {query[k]['p95_ms']}" for k in ("ours", "plain")),
        ),
        ("passages/s", f"{rate['ours']} (ratio {rate['ratio']})", rate["plain"]),
        ("16 threads, queries/s", f"{loaded['queries_per_s']} (p95 {loaded['p95_ms']} ms)", ""),
        ("cosine to float32, min", result["cosine_to_float32"]["min"], ""),
    ]
    for name, ours, plain in rows:
        print(f"{name:26}{ours!s:28}{plain}")
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
