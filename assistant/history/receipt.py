"""Receipts: is a saved answer still what the texts say, and is it the answer that was given?

Guarantee: nothing is taken from the saved answer but what is to be checked. Each citation is opened from the
append-only store, its text compared by its hash, its quote sought in it; what became of the passage is read from the
serving index; each sentence is verified again on the passages that it cites. No model is needed: nothing is searched.

    true      the passage stands as it was cited
    moved     the same words stand at another place (another locator, another text)
    amended   the same statement or the same article says something else now, or ends on another day
    repealed  what was cited is no longer in force, and nothing follows it
    removed   what was cited is in the index no more, and nothing follows it
    tampered  the saved answer is not what the store holds (hash, quote, place)
    unknown   this installation never held the passage
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import ValidationError

from assistant.answer import Answer, Citation
from assistant.checking.openings import reasons_of, split_opening
from assistant.checking.sums import sums_of
from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.reading.dates import AsOf, say_date
from assistant.reading.kinds import spoken_in
from assistant.wording.phrases import DEPENDS_ON, DUE
from assistant.wording.prose import plain, sentences
from assistant.wording.steps import body_of_step
from ingest.corpus.register import REGIME_LABELS
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.snapshot import Snapshot
from ingest.index.store import PassageStore
from ingest.passages.passages import Passage

Fate = Literal["true", "moved", "amended", "repealed", "removed", "tampered", "unknown"]
LABELS: dict[Fate, str] = {
    "true": "toujours vrai", "moved": "déplacé", "amended": "modifié", "repealed": "abrogé", "removed": "retiré",
    "tampered": "falsifié", "unknown": "inconnu",
}  # fmt: skip
_LABEL = re.compile(r"^\*\*(?P<label>[^*\n]+)\*\*\s?:\s*")
_LAWS = frozenset({*REGIME_LABELS.values(), "EU law", "French law"})
_FOREVER = AsOf(dt.date.min, dt.date.max, "asked")


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """What became of citation `n`; `now` is the passage to read instead, when there is one."""

    n: int
    passage_id: str
    fate: Fate
    message: str
    now: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceCheck:
    """A sentence of the answer, its citations, and why it does not hold; no fault when it does."""

    text: str
    citations: tuple[int, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """The whole check; `problems` concern the answer as a whole."""

    question: str
    as_of: dt.date
    snapshot: str
    same_snapshot: bool
    citations: tuple[CitationCheck, ...]
    sentences: tuple[SentenceCheck, ...]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """True when every citation and every sentence is still true and nothing was changed."""
        return (
            not self.problems
            and all(c.fate == "true" for c in self.citations)
            and not any(s.faults for s in self.sentences)
        )

    def as_json(self) -> dict[str, Any]:
        """The shape of `verify --json`."""
        return asdict(self) | {"as_of": self.as_of.isoformat(), "holds": self.holds}


def read_answers(raw: str) -> list[Answer]:
    """The answers of a file: one JSON object, or one a line, as `ask --json` prints them; `BAD_REQUEST` otherwise."""
    texts = [raw] if raw.lstrip().startswith("{") and raw.strip().count("\n{") == 0 else raw.splitlines()
    try:
        answers = [Answer.model_validate_json(text) for text in texts if text.strip()]
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "(racine)"
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"Ce fichier n'est pas une réponse enregistrée : {where} manque ou ne convient pas.",
            "Donnez un fichier écrit par `clapvert ask --json`.",
        ) from exc
    if not answers:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, "Ce fichier est vide.", "Donnez un fichier écrit par `clapvert ask --json`."
        )
    return answers


class ReceiptChecker:
    """Checks answers against the store and the serving index, on a day."""

    def __init__(self, store: PassageStore, snapshot: Snapshot, today: dt.date) -> None:
        self.store, self.snapshot, self.today = store, snapshot, today
        self._by_text: dict[str, int] | None = None
        self._by_statement = {s: i for i, s in enumerate(snapshot.columns.statements) if s}

    def check(self, answer: Answer) -> ReceiptReport:
        """Everything that can be said of one saved answer."""
        kept = {c.n: self.store.revisions(c.passage_id) for c in answer.citations}
        stored = {n: _as_cited(c, kept[n]) for n, c in ((c.n, c) for c in answer.citations)}
        return ReceiptReport(
            question=answer.question,
            as_of=answer.as_of,
            snapshot=answer.receipt.snapshot,
            same_snapshot=answer.receipt.snapshot == self.snapshot.manifest.name,
            citations=tuple(self._citation(c, stored[c.n], bool(kept[c.n]), answer) for c in answer.citations),
            sentences=tuple(
                _sentences(
                    answer, {n: stored[n] or (r[-1] if r else None) for n, r in kept.items()}, self._steps(answer)
                )
            ),
            problems=tuple(_problems(answer)),
        )

    def _steps(self, answer: Answer) -> frozenset[str]:
        """The steps of the démarches that an answer opened, in the words that they have now."""
        index, language = self.snapshot.demarches, answer.understood.language
        opened = [(index.by_card[p.card], p.card) for p in answer.parts if p.card in index.by_card]
        return frozenset(body_of_step(step, language) for d, card in opened for step in d.opened(card)[1])

    def _citation(self, c: Citation, p: Passage | None, held: bool, answer: Answer) -> CitationCheck:
        if not held:
            return CitationCheck(c.n, c.passage_id, "unknown", "cette installation n'a jamais tenu ce passage")
        if p is None:
            return CitationCheck(c.n, c.passage_id, "tampered", "la citation ne dit pas d'où vient le passage")
        if wrong := _tampering(c, p, answer):
            return CitationCheck(c.n, p.id, "tampered", wrong)
        fate, message, now = self._fate(c, p)
        return CitationCheck(c.n, p.id, fate, message, now.id if now else None, now.text if now else None)

    def _fate(self, c: Citation, p: Passage) -> tuple[Fate, str, Passage | None]:
        here = self.snapshot.position(p.id)
        next_ = self._successor(p)
        if here is None:
            if twin := self._same_words(c, p):
                return "moved", f"le même texte se lit maintenant à « {twin.source_title}, {twin.locator} »", twin
            if next_ is not None:
                return "amended", f"« {next_.locator} » dit maintenant autre chose{_since(next_)}", next_
            if p.valid_until is not None and p.valid_until < self.today:
                return "repealed", f"hors vigueur depuis le {say_date(p.valid_until, 'fr')}", None
            return "removed", "ce passage n'est plus dans l'index", None
        now = self.snapshot.open_passage(here)
        if now.locator != c.locator:
            return "moved", f"le même texte se lit maintenant à « {now.source_title}, {now.locator} »", now
        if now.valid_until == c.valid_until:
            known_end = c.valid_until is not None
            if next_ is not None and not known_end:
                return "amended", f"« {next_.locator} » a une version plus récente{_since(next_)}", next_
            return "true", "toujours vrai", None
        if now.valid_until is not None and now.valid_until < self.today:
            if next_ is not None:
                return "amended", f"remplacé{_since(next_)}", next_
            return "repealed", f"abrogé : en vigueur jusqu'au {say_date(now.valid_until, 'fr')}", None
        until = f"jusqu'au {say_date(now.valid_until, 'fr')}" if now.valid_until else "sans fin connue"
        return "amended", f"mêmes mots, mais en vigueur {until}", now

    def _same_words(self, c: Citation, p: Passage) -> Passage | None:
        """A current passage with the same text, or of the same article and holding the words quoted."""
        if self._by_text is None:
            everything = self.snapshot.passages(list(range(len(self.snapshot))))
            self._by_text = {q.sha256: i for i, q in reversed(list(enumerate(everything)))}
        if (position := self._by_text.get(p.sha256)) is not None:
            return self.snapshot.open_passage(position)
        beside = [self.snapshot.open_passage(i) for k in p.keys for i in self.snapshot.by_key.get(k, ())]
        return next((q for q in beside if q.kind == p.kind == "text" and c.quote in q.text), None)

    def _successor(self, p: Passage) -> Passage | None:
        """The latest other version, in force by today, of the same statement, or of the same place of the same text."""
        columns, snapshot = self.snapshot.columns, self.snapshot
        if p.statement is not None:
            found = [self._by_statement[p.statement.id]] if p.statement.id in self._by_statement else []
        else:
            place = re.sub(r" \(\d+/\d+\)$", "", p.locator)
            found = [
                i for i in snapshot.by_source.get(p.source_id, ())
                if re.sub(r" \(\d+/\d+\)$", "", columns.locators[i]) == place
            ]  # fmt: skip
        others = [q for q in map(snapshot.open_passage, found) if q.id != p.id and q.text != p.text]
        start, here = p.valid_from or dt.date.min, snapshot.position(p.id) is not None
        later = [
            q for q in others
            if (q.valid_from or dt.date.min) <= self.today and (not here or (q.valid_from or dt.date.min) > start)
        ]  # fmt: skip
        return max(later, key=lambda q: (q.valid_from or dt.date.min, -q.position), default=None)


def _since(p: Passage) -> str:
    return f" depuis le {say_date(p.valid_from, 'fr')}" if p.valid_from else ""


def _tampering(c: Citation, p: Passage, answer: Answer) -> str | None:
    kept = answer.receipt.passages.get(c.passage_id)
    if kept is None:
        return "le reçu ne garde pas l'empreinte de ce passage"
    if kept != p.sha256:
        return "l'empreinte du reçu n'est pas celle du passage"
    if not c.quote or c.quote not in p.text:
        return "les mots cités ne sont pas dans le passage"
    return None


def _as_cited(c: Citation, revisions: Sequence[Passage]) -> Passage | None:
    """The last revision that stood where the citation says; None when none ever did."""
    place = (c.source_id, c.locator, c.valid_from)
    return next((p for p in reversed(revisions) if (p.source_id, p.locator, p.valid_from) == place), None)


def _problems(answer: Answer) -> list[str]:
    numbers = [c.n for c in answer.citations]
    used = {int(n) for n in re.findall(r"\[(\d+)\]", answer.answer)}
    used |= {n for w in answer.warnings for n in w.citations} | {n for step in answer.next for n in step.citations}
    out = [f"le repère [{n}] n'a pas de citation" for n in sorted(used - set(numbers))]
    out += [f"la citation {n} n'est utilisée nulle part" for n in sorted(set(numbers) - used)]
    if len(set(numbers)) != len(numbers):
        out.append("deux citations portent le même numéro")
    cited = {c.passage_id for c in answer.citations}
    out += [
        f"le reçu porte l'empreinte d'un passage que rien ne cite : {i}"
        for i in sorted(set(answer.receipt.passages) - cited)
    ]
    return out


def _sentences(answer: Answer, stored: dict[int, Passage | None], steps: frozenset[str]) -> list[SentenceCheck]:
    """Each sentence, each step to take and each warning that cites, verified again on its passages."""
    verifier, quotes = Verifier(), {c.n: c.quote for c in answer.citations}
    day = AsOf(answer.as_of, answer.as_of, answer.understood.as_of_reason)
    because = reasons_of([part.because for part in answer.parts])
    due = DUE[answer.understood.language].format(day="")
    given = (*(item.said for item in answer.understood.case), *(why for why in because if why.startswith(due)))
    told = [(_unfixed(text, answer), numbers, day) for text, numbers in sentences(answer.answer)]
    told += [(step.text, step.citations, day) for step in answer.next]
    told += [(w.text, w.citations, _FOREVER) for w in answer.warnings if w.citations]
    out = []
    for text, numbers, when in told:
        cited = tuple(Cited(p, quotes[n]) for n in numbers if (p := stored.get(n)) is not None)
        if numbers and len(cited) == len(numbers):  # what is not held is told by the citations
            opening, _ = split_opening(text, because)
            sums = sums_of(because, (answer.question, *(c.passage.text for c in cited)), answer.understood.language)
            written = bool(answer.written) and when is day
            spoken = spoken_in(text, answer.understood.language) if written else _language(text, answer)
            known = any(text.endswith(step) for step in steps)
            ends = (c.passage.valid_until for c in cited)
            ended = (say_date(d, answer.understood.language) for d in ends if d and d < answer.as_of)
            said = (*given, *sums, *ended, *(answer.receipt.said if written else ()))
            sentence = Sentence(
                text,
                cited,
                language=spoken,
                given=said,
                opening="" if written else opening,
                reviewed=known,
                written=written,
            )
            faults = verifier.faults(sentence, when)
            out.append(SentenceCheck(text, numbers, tuple(faults)))
        elif not numbers and text and answer.outcome != "abstained":
            faults = verifier.faults(Sentence(_unnamed(text, answer), (), claims=False), when)
            out.append(SentenceCheck(text, (), tuple(faults)))
    return out


def _language(text: str, answer: Answer) -> Literal["fr", "en"]:
    """A quote of an official text stays in French in an English answer."""
    return "fr" if re.search(r":\s«\s.+\s»$", text, re.DOTALL) else answer.understood.language


def _unfixed(text: str, answer: Answer) -> str:
    """A sentence without the fixed words that may stand before it: the words of a part of the question, the name of a
    body of law, « Cela dépend d'un détail. »."""
    language = answer.understood.language
    m = _LABEL.match(text)
    if m and (m["label"] in _LAWS or _asked(m["label"], f"{answer.question} {answer.understood.question}")):
        text = text[m.end() :]
    return plain(text).removeprefix(DEPENDS_ON[language]).strip()


def _unnamed(text: str, answer: Answer) -> str:
    """What stands around the sentences, without the names and the dates of what they cite: « (notice d'après…) »."""
    language = answer.understood.language
    names = {say_date(d, language) for d in (answer.as_of, *(c.valid_from for c in answer.citations)) if d}
    for c in answer.citations:
        b = c.based_on
        names |= {c.source_title, c.locator, *(n for n in ((b.title, b.locator, b.version) if b else ()) if n)}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def _asked(quoted: str, question: str) -> bool:
    words = iter(re.findall(r"\w+", question.lower()))
    return all(word in words for word in re.findall(r"\w+", quoted.lower()))


def show_report(report: ReceiptReport) -> str:
    """A report for the terminal."""
    lines = ["", f"» {report.question}", f"  (au {say_date(report.as_of, 'fr')} ; index {report.snapshot}"
             f"{', toujours en service' if report.same_snapshot else ''})"]  # fmt: skip
    for c in report.citations:
        mark = "✓" if c.fate == "true" else "✗"
        lines.append(f"{mark} [{c.n}] {LABELS[c.fate]}" + ("" if c.fate == "true" else f" : {c.message}"))
        if c.text:
            lines.append(f"      maintenant : « {c.text} »")
    lines += [
        f"✗ phrase qui ne tient pas : « {s.text} » ({' ; '.join(s.faults)})" for s in report.sentences if s.faults
    ]
    lines += [f"✗ {p}" for p in report.problems]
    if report.holds:
        lines.append("Tout est encore vrai." if report.citations else "Rien à vérifier : la réponse ne cite rien.")
    return "\n".join(lines)


def summary(reports: Sequence[ReceiptReport]) -> str:
    """One line for a file of several answers."""
    held = sum(r.holds for r in reports)
    return f"{held} réponse(s) encore vraie(s) sur {len(reports)}."
