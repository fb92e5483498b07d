"""`eval beir`: measures by hand, layouts, errors, cache."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from math import log2
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.search.fusion import fuse
from assistant.search.hybrid import RetrievalConfig
from evals.beir.folder import BeirFolder
from evals.beir.rankings import PLAIN, rank
from evals.beir.scores import MEASURES, estimates, means
from evals.running.retrieval import measured
from ingest.errors import ClapvertError
from ingest.index.store import VectorCache
from ingest.model.embedding import HashingEncoder

CORPUS = [
    {"_id": "d1", "title": "Bilan carbone", "text": "Le producteur remet un bilan carbone au centre national."},
    {"_id": "d2", "title": "", "text": "La salle affiche le prix des places à la caisse."},
    {"_id": "d3", "title": "Drone", "text": "Le vol d'un drone demande une autorisation de la préfecture."},
    {"_id": "d4", "text": "Le groupe électrogène est remplacé par un branchement au réseau."},
]
QUERIES = [
    {"_id": "q1", "text": "qui remet le bilan carbone ?"},
    {"_id": "q2", "text": "autorisation pour un drone"},
    {"_id": "q3", "text": "prix des places"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td4\t1\nq2\td3\t1\nq2\tgone\t1\nq3\td2\t1\nq9\td1\t1\n"


def folder(path: Path, **files: str) -> Path:
    """A BEIR folder; a file given replaces the usual one."""
    path.mkdir(parents=True, exist_ok=True)
    usual = {
        "corpus.jsonl": "\n".join(json.dumps(d, ensure_ascii=False) for d in CORPUS),
        "queries.jsonl": "\n".join(json.dumps(q, ensure_ascii=False) for q in QUERIES),
        "qrels/test.tsv": QRELS,
    }
    for name, text in (usual | {n.replace("__", "/").replace("_", "."): t for n, t in files.items()}).items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


class CountingEncoder(HashingEncoder):
    """The double, counting what it is asked to encode."""

    def __init__(self) -> None:
        self.asked = 0

    def encode_passages(self, texts: Sequence[str], progress=None):  # type: ignore[no-untyped-def]
        self.asked += len(texts)
        return super().encode_passages(texts, progress)


def test_measures_are_those_computed_by_hand() -> None:
    ranked = {"q": ["x", "a", *(f"y{i}" for i in range(8)), "b"]}  # a at 2, b at 11, c nowhere
    found = measured(ranked, {"q": {"a": 2, "b": 1, "c": 1, "x": 0}}, MEASURES)["q"]
    ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert found["ndcg@10"] == pytest.approx(2 / log2(3) / ideal)
    assert found["recall@5"] == found["recall@10"] == pytest.approx(1 / 3)
    assert found["recall@30"] == found["recall@100"] == pytest.approx(2 / 3)
    assert found["mrr@100"] == 0.5


def test_what_is_found_past_the_hundredth_is_not_and_nothing_found_is_zero() -> None:
    late = [f"x{i}" for i in range(100)] + ["a"]
    found = measured({"q": late, "r": []}, {"q": {"a": 1}, "r": {"a": 1}}, MEASURES)
    assert found == {"q": dict.fromkeys(MEASURES, 0.0), "r": dict.fromkeys(MEASURES, 0.0)}


def test_equal_scores_keep_the_order_given() -> None:
    assert measured({"q": ["a", "z"]}, {"q": {"a": 1}}, MEASURES)["q"]["mrr@100"] == 1.0
    assert measured({"q": ["z", "a"]}, {"q": {"z": 1}}, MEASURES)["q"]["mrr@100"] == 1.0


def test_three_systems_over_one_folder(tmp_path: Path) -> None:
    data = BeirFolder(folder(tmp_path / "set"))
    judged = data.judged(None)
    assert (judged.without_text, judged.without_relevant) == (1, 0)
    config = RetrievalConfig()
    ranked = rank(data, judged, HashingEncoder(), VectorCache(tmp_path / "v.db"), config)
    assert (ranked.documents, ranked.missing) == (4, 1)
    found = means(ranked.rankings, judged.qrels)
    assert set(found) == {"bm25", "dense", "rrf", "hybrid"}
    assert all(set(row) == set(MEASURES) and all(0 <= v <= 1 for v in row.values()) for row in found.values())
    assert found["bm25"]["mrr@100"] == 1.0
    assert found["hybrid"]["recall@100"] == pytest.approx((1 + 1 / 2 + 1) / 3, abs=1e-6)  # « gone » is missed
    at = {d["_id"]: i for i, d in enumerate(CORPUS)}
    for q in judged.queries:
        rows = {s: [at[d] for d in ranked.rankings[s][q]] for s in ranked.rankings}
        fused = fuse(rows["dense"], rows["bm25"], PLAIN)
        assert rows["rrf"] == sorted(fused, key=lambda p: (-fused[p], p))
        assert set(rows["hybrid"]) == set(fused)
    assert estimates(ranked.rankings, judged.qrels)["bm25"]["recall@5"].n == 3


def test_a_second_run_encodes_nothing(tmp_path: Path) -> None:
    data, cache = BeirFolder(folder(tmp_path / "set")), VectorCache(tmp_path / "v.db")
    first, second = CountingEncoder(), CountingEncoder()
    a = rank(data, data.judged(None), first, cache, RetrievalConfig())
    b = rank(data, data.judged(None), second, cache, RetrievalConfig())
    assert (first.asked, second.asked) == (4, 0)
    assert a == b
    other = CountingEncoder()
    other.info = replace(other.info, fingerprint="another")
    rank(data, data.judged(None), other, cache, RetrievalConfig())
    assert other.asked == 4


def test_blocks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = BeirFolder(folder(tmp_path / "set"))
    whole = rank(data, data.judged(None), HashingEncoder(), VectorCache(tmp_path / "a.db"), RetrievalConfig())
    monkeypatch.setattr("evals.beir.rankings.BLOCK", 1)
    assert whole == rank(data, data.judged(None), HashingEncoder(), VectorCache(tmp_path / "b.db"), RetrievalConfig())


def test_a_query_that_is_a_document_does_not_find_itself(tmp_path: Path) -> None:
    corpus = [{"_id": "q1", "text": "qui remet le bilan carbone ?"}, *CORPUS, {"_id": "q2", "text": "autre chose"}]
    text = "\n".join(json.dumps(d) for d in corpus)
    data = BeirFolder(folder(tmp_path / "set", corpus_jsonl=text))
    ranked = rank(data, data.judged(None), HashingEncoder(), VectorCache(tmp_path / "v.db"), RetrievalConfig())
    assert all("q1" not in rows["q1"] for rows in ranked.rankings.values())
    assert "q2" in ranked.rankings["dense"]["q2"]  # the same id by chance, another text


@pytest.mark.parametrize("qrels", [QRELS, QRELS.split("\n", 1)[1], QRELS.replace("\n", "\r\n"), "\ufeff" + QRELS])
def test_layouts_of_qrels(tmp_path: Path, qrels: str) -> None:
    path = folder(tmp_path / "set", qrels__test_tsv=qrels)
    judged = BeirFolder(path).judged("test")
    assert judged.qrels["q1"] == {"d1": 2, "d4": 1}
    (path / "qrels/test.tsv").rename(path / "qrels.tsv")
    assert BeirFolder(path).judged(None).qrels == judged.qrels
    (path / "qrels.tsv").rename(path / "qrels/dev.tsv")
    assert BeirFolder(path).judged(None).split == "dev"


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"corpus_jsonl": '{"_id": "a", "text": "x"}\n{"_id": "b", "text"'}, "corpus.jsonl, ligne 2"),
        ({"corpus_jsonl": '{"_id": "a", "text": "x"}\n\n["b"]'}, "corpus.jsonl, ligne 3"),
        ({"corpus_jsonl": '{"text": "x"}'}, "corpus.jsonl, ligne 1"),
        ({"corpus_jsonl": '{"_id": "a", "text": 3}'}, "corpus.jsonl, ligne 1"),
        (
            {"corpus_jsonl": '{"_id": "a", "text": "x"}\n{"_id": "a", "text": "y"}'},
            "corpus.jsonl, ligne 2 : l'identifiant « a »",
        ),
        ({"corpus_jsonl": "\n"}, "est vide"),
        ({"queries_jsonl": '{"_id": "q1"}'}, "queries.jsonl, ligne 1"),
        ({"queries_jsonl": '{"_id": "q1", "text": "a"}\n{"_id": "q1", "text": "b"}'}, "queries.jsonl, ligne 2"),
        ({"qrels__test_tsv": "q1 d1 1\n"}, "test.tsv, ligne 1"),
        ({"qrels__test_tsv": "q1\td1\t1\nq1\td2\toui\n"}, "test.tsv, ligne 2"),
        ({"qrels__test_tsv": "q1\td1\t0.5\n"}, "test.tsv, ligne 1"),
        ({"qrels__test_tsv": "q1\td1\t1\nq1\t\t1\n"}, "test.tsv, ligne 2"),
        ({"qrels__test_tsv": "zz\td1\t1\n"}, "aucune question"),
    ],
)
def test_what_is_malformed_is_refused_by_file_and_line(tmp_path: Path, files: dict[str, str], where: str) -> None:
    data = BeirFolder(folder(tmp_path / "set", **files))
    with pytest.raises(ClapvertError) as caught:
        rank(data, data.judged(None), HashingEncoder(), VectorCache(tmp_path / "v.db"), RetrievalConfig())
    assert where in caught.value.message
    assert caught.value.code == "bad_request"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path / "set")
    with pytest.raises(ClapvertError) as caught:
        BeirFolder(path).judged("train")
    assert "test" in (caught.value.hint or "")
    (path / "queries.jsonl").unlink()
    with pytest.raises(ClapvertError, match=r"queries\.jsonl manque"):
        BeirFolder(path)


def test_the_command_prints_json_alone_or_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evals.commands.group import evaluate

    monkeypatch.setenv("CLAPVERT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("ingest.model.embedding.model_info", lambda *_: HashingEncoder.info)
    monkeypatch.setattr("ingest.model.embedding.Encoder", lambda *_: HashingEncoder())
    path = str(folder(tmp_path / "set"))
    told = CliRunner().invoke(evaluate, ["beir", path, "--json"])
    assert told.exit_code == 0, told.output
    assert set(json.loads(told.stdout)) == {"bm25", "dense", "rrf", "hybrid"}
    assert "1 document(s) jugé(s) absent(s)" in told.stderr
    shown = CliRunner().invoke(evaluate, ["beir", path, "--k", "150"])
    assert "3 questions jugées" in shown.stdout
    assert "ndcg@10" in shown.stdout
