"""The verifier's own set: sentences that lie about the statement they cite, and true rewordings of one.

Guarantee: every row names a statement of `statements.yaml` and a known kind, or loading fails with file, line, field;
a sentence stands once. The statements are kept as they stood when the sentences were written: what is measured is how
the verifier reads, whatever the corpus says since. A third of the topics is `test` (`in_test`): rules are tuned on
`dev`. Rows marked `held` were written once the rules were frozen, and nothing was changed for them: they tell what to
expect of sentences never met. Each statement is quoted whole, on any day: the calendar is not measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.reading.dates import AsOf
from evals.scoring.statistics import Estimate, wilson
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement, StatementSource
from ingest.corpus.register import Domain, Rank, Regime
from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language
from ingest.passages.passages import Passage

FOLDER = Path(__file__).resolve().parent / "verifier"
STATEMENTS = FOLDER / "statements.yaml"
Tampering = Literal[
    "figure", "unit", "date", "amount", "reference", "body", "actor", "negation", "modality", "condition", "time",
    "hedge",
]  # fmt: skip
Paraphrase = Literal["rewording", "order", "words", "dates", "english"]
TAMPERED: tuple[str, ...] = get_args(Tampering)
PARAPHRASES: tuple[str, ...] = get_args(Paraphrase)
_ANY_DAY = AsOf(date.min, date.max, "asked")


class Kept(BaseModel):
    """A statement as it stood: what the verifier reads of it, and where it belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: Domain
    topic: str
    polarity: Polarity
    text: str
    lead: str | None = None
    en: str

    def passage(self, ident: str) -> Passage:
        """Its passage; what the verifier does not read is made up."""
        statement = Statement(
            id=ident, topic=self.topic, text=self.text, lead=self.lead, en=self.en, role=Role.REGLE,
            polarity=self.polarity, answers=(AnswerType.QUOI,), asked_as=("…", "…", "…"), regime=Regime.AUTRE,
            source=StatementSource(id="notice"), confidence="haute", review_by=date.max,
        )  # fmt: skip
        return Passage(
            id=ident, kind="statement", source_id="notice", source_title="", locator="", text=self.text,
            index_text=self.text, rank=Rank.NOTICE, regime=Regime.AUTRE, domains=(self.domain,), position=0,
            statement=statement,
        )  # fmt: skip


class Row(BaseModel):
    """One sentence, the id of the statement whose text it is shown with, and what was done to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    statement: str
    kind: Tampering | Paraphrase
    sentence: str = Field(min_length=10)
    language: Language = "fr"
    held: bool = False

    @property
    def spoken(self) -> Language:
        """The language of the sentence; the kind `english` says it by itself."""
        return "en" if self.kind == "english" else self.language


@dataclass(frozen=True, slots=True)
class Case:
    """A row with the passage of its statement, and whether it may be shown."""

    row: Row
    passage: Passage
    true: bool
    split: Literal["dev", "test", "held"]

    def faults(self, verifier: Verifier) -> list[str]:
        """Why the verifier refuses it."""
        cited = (Cited(self.passage, self.passage.text),)
        return verifier.faults(Sentence(self.row.sentence, cited, language=self.row.spoken), _ANY_DAY)


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case and the faults found in it."""

    case: Case
    faults: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """A lie let through, or a truth refused."""
        return bool(self.faults) == self.case.true


def load_cases(folder: Path = FOLDER, statements: Path = STATEMENTS) -> list[Case]:
    """Every row of the two files, in order, each with its statement."""
    kept = _statements(statements)
    cases = []
    for name, kinds, true in (("tampered.yaml", TAMPERED, False), ("paraphrases.yaml", PARAPHRASES, True)):
        path = folder / name
        file_ = YamlFile(path)
        seen: set[str] = set()
        for i, data in enumerate(file_.data or ()):
            row = file_.validate(Row, data, i)
            if problem := _problem(row, kinds, kept.keys(), seen):
                raise ClapvertError(ErrorCode.CORPUS_INVALID, f"{path}, ligne {file_.line(i)} : {problem}.")
            seen.add(row.sentence)
            statement = kept[row.statement]
            part: Literal["dev", "test", "held"] = "test" if in_test(statement.domain, statement.topic) else "dev"
            cases.append(Case(row, statement.passage(row.statement), true, "held" if row.held else part))
    return cases


def in_test(domain: str, topic: str) -> bool:
    """True for a third of the topics, by the hash of their name: stable when sentences are added."""
    return hashlib.sha256(f"{domain}/{topic}".encode()).digest()[0] % 3 == 0


def _statements(path: Path) -> dict[str, Kept]:
    file_ = YamlFile(path)
    return {str(ident): file_.validate(Kept, data, ident) for ident, data in file_.data.items()}


def _problem(row: Row, kinds: Sequence[str], known: object, seen: set[str]) -> str | None:
    if row.statement not in known:  # type: ignore[operator]
        return f"énoncé inconnu : {row.statement}"
    if row.kind not in kinds:
        return f"genre d'un autre fichier : {row.kind}"
    return f"phrase en double : « {row.sentence[:60]}… »" if row.sentence in seen else None


def judge(cases: Sequence[Case], verifier: Verifier | None = None) -> list[JudgedCase]:
    """Each case as the verifier sees it."""
    verifier = verifier or Verifier()
    return [JudgedCase(c, tuple(c.faults(verifier))) for c in cases]


def detection(judged: Sequence[JudgedCase], kind: str | None = None) -> Estimate:
    """Share of the tampered sentences that are refused, with Wilson's interval."""
    return _refused(judged, False, kind)


def false_alarms(judged: Sequence[JudgedCase], kind: str | None = None) -> Estimate:
    """Share of the true rewordings that are refused, with Wilson's interval."""
    return _refused(judged, True, kind)


def _refused(judged: Sequence[JudgedCase], true: bool, kind: str | None) -> Estimate:
    rows = [j for j in judged if j.case.true == true and kind in (None, j.case.row.kind)]
    return wilson(sum(bool(j.faults) for j in rows), len(rows))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a kind (None for all) of one file, in one split."""

    kind: str | None
    true: bool
    estimate: Estimate


def lines(judged: Sequence[JudgedCase]) -> list[Line]:
    """Detection by kind, then false alarms by kind; the whole of each first. Kinds without a row are left out."""
    out = [Line(k, False, detection(judged, k)) for k in (None, *TAMPERED)]
    out += [Line(k, True, false_alarms(judged, k)) for k in (None, *PARAPHRASES)]
    return [line for line in out if line.estimate.n]


def as_json(columns: dict[str, list[JudgedCase]]) -> dict[str, Any]:
    """Split → `{detection, false_alarms}`, each by kind, `all` for the whole."""
    told: dict[str, Any] = {}
    for name, judged in columns.items():
        part: dict[str, dict[str, Any]] = {"detection": {}, "false_alarms": {}}
        for line in lines(judged):
            part["false_alarms" if line.true else "detection"][line.kind or "all"] = line.estimate.as_dict()
        told[name] = part
    return told
