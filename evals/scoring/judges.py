"""Judges: a language model, or an entailment model, gives its opinion of the answers of a run.

Guarantee: their verdicts are kept apart, in a file beside the run, and enter no measure. Each is told with its
agreement with the deterministic score: the raw share with its interval, Cohen's kappa, and the four counts. Answers and
passages are data for the judge; what cannot be had from it is counted as not judged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant.answer import Answer
from evals.running.runner import Run
from evals.scoring.scores import Row, Scores
from evals.scoring.statistics import wilson
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.passages import Passage

FORMAT = 1
QUESTIONS: dict[str, tuple[str, Callable[[Row], bool | None]]] = {
    "supported": (
        "chaque phrase est dite par les passages qu'elle cite",
        lambda row: None if row.score.citation_precision is None else row.score.citation_precision == 1.0,
    ),
    "answers": ("la réponse répond à la question", lambda row: row.score.passed),
}
"""What a judge is asked, and what the deterministic score says of the same."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's opinion of one answer; None where it was not asked or gave none."""

    supported: bool | None
    answers: bool | None
    why: str = ""


class Judge(Protocol):
    """Judges one answer; None when it could not."""

    @property
    def name(self) -> str:
        """What its verdicts are kept under."""

    def judge(self, answer: Answer, passages: Mapping[str, Passage]) -> Verdict | None:
        """The verdict, given the passages that the answer cites, by id."""


def judged(
    run: Run, judge: Judge, limit: int | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Verdict | None]:
    """Verdicts by question, of answers that are no abstention; `LLM_UNAVAILABLE` when the judge gave none at all."""
    asked = [(r, r.answer) for r in run.records if r.answer and r.answer.outcome != "abstained"][:limit]
    out: dict[str, Verdict | None] = {}
    for n, (record, answer) in enumerate(asked, 1):
        out[record.id] = judge.judge(answer, run.passages)
        if n >= 3 and not any(out.values()):
            break
        if progress:
            progress(n, len(asked))
    if out and not any(out.values()):
        raise ClapvertError(
            ErrorCode.LLM_UNAVAILABLE,
            f"Le juge « {judge.name} » n'a rien rendu d'utilisable.",
            "Vérifiez qu'il répond (clé, adresse, modèle), puis relancez `clapvert eval judge`.",
        )
    return out


def agreement(name: str, verdicts: Mapping[str, Verdict | None], scores: Scores) -> list[dict[str, Any]]:
    """For each question put to the judge: raw agreement with its interval, kappa, and the four counts."""
    out = []
    for code, (label, read) in QUESTIONS.items():
        pairs = [
            (ours, theirs)
            for i, v in verdicts.items()
            if v is not None
            and i in scores.rows
            and (theirs := getattr(v, code)) is not None
            and (ours := read(scores.rows[i])) is not None
        ]
        if not pairs:
            continue
        both, neither = pairs.count((True, True)), pairs.count((False, False))
        raw = wilson(both + neither, len(pairs))
        out.append(
            {
                "judge": name, "code": code, "label": label, "n": len(pairs), "raw": raw.value, "low": raw.low,
                "high": raw.high, "kappa": kappa(pairs), "both": both, "score_only": pairs.count((True, False)),
                "judge_only": pairs.count((False, True)), "neither": neither,
                "unjudged": sum(v is None for v in verdicts.values()),
            }
        )  # fmt: skip
    return out


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa of two yes-or-no judges; None when both always say the same one thing, and it says nothing."""
    n = len(pairs)
    ours, theirs = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = ours * theirs + (1 - ours) * (1 - theirs)
    if chance >= 1.0:
        return None
    return round((sum(a == b for a, b in pairs) / n - chance) / (1 - chance), 4)


def verdicts_path(run_path: Path) -> Path:
    """Where the verdicts on a run are kept."""
    return run_path.with_suffix(".judges.json")


def save_verdicts(path: Path, name: str, verdicts: Mapping[str, Verdict | None]) -> None:
    """Keep the verdicts of a judge beside those of the others."""
    kept = load_verdicts(path)
    kept[name] = dict(verdicts)
    told = {
        judge: {i: None if v is None else {"supported": v.supported, "answers": v.answers, "why": v.why}
                for i, v in rows.items()}
        for judge, rows in kept.items()
    }  # fmt: skip
    path.write_text(
        json.dumps({"clapvert_judges": FORMAT, "judges": told}, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def load_verdicts(path: Path) -> dict[str, dict[str, Verdict | None]]:
    """Verdicts by judge; none without a file; `BAD_REQUEST` when it is not one of ours."""
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["clapvert_judges"] != FORMAT:
            raise ValueError("format")
        return {
            judge: {i: None if v is None else Verdict(**v) for i, v in rows.items()}
            for judge, rows in data["judges"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"{path} ne contient pas des verdicts de juges.", "Supprimez-le, puis relancez."
        ) from exc
