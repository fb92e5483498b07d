"""The answer on screen, opened again over the snapshot: each sentence with its passages, and its wordings.

Guarantee: a sentence whose passage is no longer there is left out; one that is a statement is said in the statement's
own reviewed words, after the computed verdict that it was shown with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from assistant.checking.verifier import Cited, Sentence, language_of
from assistant.dialogue.screen import Screen, Told, ToldPart, Worded
from assistant.search.quotes import best_quote
from assistant.wording.phrases import lower_first
from ingest.corpus.fiches import Statement
from ingest.corpus.register import Regime
from ingest.index.snapshot import Snapshot
from ingest.language.claims import Language
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence on screen, over its passages."""

    told: Told
    passage: Passage
    cited: tuple[Cited, ...]

    @property
    def place(self) -> str:
        """Its place in its part."""
        return self.told.place

    @property
    def statement(self) -> Statement | None:
        """The statement that it says; None for a quote of a text."""
        return self.passage.statement

    @property
    def step(self) -> bool:
        """True for a step of a démarche."""
        return any(w.label for w in self.told.words.values())

    def worded(self, language: Language) -> Worded:
        """Its words in a language; those of the other where it has none."""
        words = self.told.words.get(language)
        if words is not None:
            return words
        if self.passage.statement is not None and not self.step:
            return Worded(self.passage.statement.wording(language))
        if self.told.words:
            return next(iter(self.told.words.values()))
        quote = best_quote(self.passage.text, analyse(self.passage.text), 60)
        return Worded(f"{self.passage.source_title}, {self.passage.locator} : « {quote} »")

    def wordings(self, language: Language) -> tuple[str, ...]:
        """What follows the opening, the shortest of its reviewed wordings first; none but one for a quote or a step."""
        s, words = self.passage.statement, self.worded(language)
        if s is None or self.step:
            return (words.text,)
        return (s.en,) if language == "en" else tuple(dict.fromkeys((*((s.lead,) if s.lead else ()), s.text)))

    def sentence(self, language: Language, wording: str) -> Sentence:
        """A wording behind the opening."""
        words = self.worded(language)
        if self.statement is None or self.step or not words.opening:
            said = language_of(self.passage) if self.statement is None else language
            text = wording if not words.opening or self.step else words.text
            return Sentence(text, self.cited, language=said, given=self.told.given, reviewed=self.told.reviewed)
        opening = words.opening
        rest = wording if opening.endswith(".") else lower_first(wording)
        computed = opening if opening.endswith(".") else ""
        return Sentence(f"{opening} {rest}", self.cited, language=language, given=self.told.given, opening=computed)

    def shown(self, language: Language) -> Sentence:
        """It as it was shown, or would be in the other language."""
        words = self.worded(language)
        said = language_of(self.passage) if self.statement is None else language
        opening = words.opening if words.opening.endswith(".") else ""
        return Sentence(
            words.text, self.cited, language=said, given=self.told.given, opening=opening, reviewed=self.told.reviewed
        )


@dataclass(frozen=True)
class Opened:
    """The last answer, opened."""

    screen: Screen
    rows: tuple[Row, ...]
    coming: tuple[Passage, ...] = field(default=())

    @property
    def parts(self) -> tuple[ToldPart, ...]:
        """Its parts; one for an answer kept before parts were."""
        return self.screen.parts or (ToldPart(""),)

    @property
    def contacts(self) -> tuple[str, ...]:
        """Who would know of its one part; of several, each part says it."""
        return self.screen.contacts if len(self.parts) == 1 else ()

    def of_two_laws(self, n: int) -> bool:
        """Whether European and French law answer a part side by side."""
        return {Regime.UE, Regime.FR} <= {r.passage.regime for r in self.of_part(n, "head")}

    def of_part(self, n: int, *places: str) -> list[Row]:
        """The sentences of a part in these places, or in all; of the last part, those of no part as well."""
        last = len(self.parts) - 1
        return [r for r in self.rows if min(r.told.part, last) == n and (not places or r.place in places)]


class Opener:
    """Opens what was kept over one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def passage(self, passage_id: str) -> Passage | None:
        """A passage of the snapshot."""
        position = self.snapshot.position(passage_id)
        return None if position is None else self.snapshot.open_passage(position)

    def rows(self, told: Iterable[Told]) -> tuple[Row, ...]:
        """Sentences over their passages; without those that are gone."""
        return tuple(row for t in told if (row := self._row(t)) is not None)

    def screen(self, screen: Screen) -> Opened:
        """The last answer."""
        coming = tuple(p for i in screen.coming if (p := self.passage(i)) is not None)
        return Opened(screen, self.rows(screen.told), coming)

    def _row(self, told: Told) -> Row | None:
        passage = self.passage(told.passage)
        if passage is None:
            return None
        cited = [Cited(p, quote or p.text) for pid, quote in told.cited if (p := self.passage(pid)) is not None]
        if len(cited) < len(told.cited):
            return Row(replace(told, words={}, cited=()), passage, (Cited(passage, passage.text),))
        return Row(told, passage, tuple(cited) or (Cited(passage, passage.text),))
