"""Judges: apart from the scores, with their agreement; played by a scripted peer and by a made-up cross-encoder."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evals.commands import group as cli
from evals.scoring.judge_models import EntailmentJudge, ModelJudge, open_judge, parse_verdict
from evals.scoring.judges import Verdict, agreement, judged, kappa, load_verdicts, save_verdicts, verdicts_path
from evals.scoring.scores import score_run
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings
from tests.evals.small_reports import small_run
from tests.peers import Document, http, say, scripted


def verdict(supported: bool, answers: bool) -> str:
    return json.dumps({"supported": supported, "answers": answers, "why": "essai"})


def as_told(document: Document) -> str:
    """Says that an answer answers when it names 28 000."""
    return verdict(True, "28 000" in document["answer"])


@pytest.fixture
def at(settings: Settings) -> Callable[[str], Settings]:
    pytest.importorskip("langchain_openai", reason="needs langchain-openai")

    def settings_at(base_url: str) -> Settings:
        values = {"llm": "openai:scripted", "llm_base_url": base_url, "llm_api_key": "k", "llm_attempts": 1}
        return Settings(_env_file=None, **(settings.model_dump() | values))

    return settings_at


def test_a_language_model_judges_and_its_agreement_is_told(at: Callable[[str], Settings]) -> None:
    run = small_run()
    with scripted([say(as_told)]) as peer:
        judge = open_judge(at(peer.base_url), None)
        verdicts = judged(run, judge)
    assert isinstance(judge, ModelJudge)
    assert verdicts == {"q-1": Verdict(True, True, "essai"), "q-2": Verdict(True, False, "essai")}
    assert peer.document(0)["passages"] == [{"n": 1, "text": run.passages["p-forfait"].text}]
    rows = {a["code"]: a for a in agreement(judge.name, verdicts, score_run(run))}
    assert {k: rows["answers"][k] for k in ("n", "raw", "kappa", "both", "neither", "score_only", "judge_only")} == {
        "n": 2, "raw": 1.0, "kappa": 1.0, "both": 1, "neither": 1, "score_only": 0, "judge_only": 0,
    }  # fmt: skip
    assert (rows["supported"]["n"], rows["supported"]["kappa"]) == (2, None)


def test_a_verdict_that_does_not_come_is_counted(at: Callable[[str], Settings]) -> None:
    run = small_run()
    with scripted([http(500), say(as_told)]) as peer:
        verdicts = judged(run, open_judge(at(peer.base_url), None))
    assert verdicts["q-1"] is None
    assert agreement("j", verdicts, score_run(run))[0]["unjudged"] == 1


def test_a_judge_that_gives_nothing_is_not_ready(at: Callable[[str], Settings]) -> None:
    with scripted([say("je ne sais pas")]) as peer, pytest.raises(ClapvertError) as caught:
        judged(small_run(), open_judge(at(peer.base_url), None))
    assert caught.value.code is ErrorCode.LLM_UNAVAILABLE


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"supported": 1, "answers": true, "why": ""}', verdict(True, True)[:-1]]
)
def test_a_reply_is_what_was_asked_or_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_verdict(text)


def test_entailment_judges_what_is_supported_only() -> None:
    def entails(pairs: Sequence[tuple[str, str]]) -> list[bool]:
        return [hypothesis.split()[-2] in premise for premise, hypothesis in pairs]

    judge = EntailmentJudge("nli:essai", entails)
    run = small_run("Le bonus vaut 99 € par série. [1]")
    verdicts = judged(run, judge)
    assert verdicts["q-1"] == Verdict(True, None)
    assert [a["code"] for a in agreement(judge.name, verdicts, score_run(run))] == ["supported"]


def test_kappa_by_hand() -> None:
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(pairs) == 0.4
    assert kappa([(True, True)]) is None
    assert kappa([(True, False), (False, True)]) == -1.0


def test_verdicts_are_kept_by_judge(tmp_path: Path) -> None:
    path = verdicts_path(tmp_path / "a.jsonl")
    assert load_verdicts(path) == {}
    save_verdicts(path, "un", {"q": Verdict(True, False, "x")})
    save_verdicts(path, "deux", {"q": None})
    assert load_verdicts(path) == {"un": {"q": Verdict(True, False, "x")}, "deux": {"q": None}}


def test_a_folder_that_is_no_entailment_model_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ClapvertError, match="n'est pas un modèle d'inférence"):
        open_judge(settings, str(tmp_path))


def test_a_cross_encoder_of_a_folder_judges(settings: Settings, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "le", "forfait"]))
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    verdicts = judged(small_run(), judge := open_judge(settings, str(tmp_path)))
    assert judge.name == f"nli:{tmp_path.name}"
    assert {type(v.supported) for v in verdicts.values() if v} == {bool}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    small_run().save(path)
    return path


def command(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(cli.evaluate, ["judge", *arguments], env=env, catch_exceptions=True)


def test_without_a_judge_it_says_what_to_set(use_settings: Any, kept: Path) -> None:
    done = command(str(kept))
    assert isinstance(done.exception, ClapvertError)
    assert done.exception.exit_code == 3
    assert "Aucun juge n'est réglé" in done.exception.message
    assert "CLAPVERT_EVAL_JUDGE" in (done.exception.hint or "")


def test_judging_from_the_command_line(
    use_settings: Any, kept: Path, at: Callable[[str], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted([say(as_told)]) as peer:
        monkeypatch.setenv("CLAPVERT_LLM_BASE_URL", peer.base_url)
        monkeypatch.setenv("CLAPVERT_LLM_API_KEY", "k")
        done = command(str(kept), "--json", CLAPVERT_EVAL_JUDGE="openai:scripted")
    assert done.exit_code == 0, done.output
    assert {row["judge"] for row in json.loads(done.stdout)} == {"openai:scripted"}
    assert list(load_verdicts(verdicts_path(kept))) == ["openai:scripted"]
    table = CliRunner().invoke(cli.evaluate, ["report", str(kept)], catch_exceptions=False)
    assert "openai:scripted : la réponse répond à la question" in table.stdout
