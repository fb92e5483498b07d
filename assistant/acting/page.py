"""The Markdown of an act, put together: sentences with the numbers of what they cite, between fixed words.

Guarantee: the forms are those that `wording/prose.py` reads back; a sentence never stands without its citations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.acting.opened import Row
from assistant.acting.words import WORDS
from assistant.checking.verifier import Sentence
from assistant.dialogue.screen import ToldPart
from assistant.wording.citations import Numbering
from assistant.wording.layout import regime_labels
from ingest.corpus.register import Regime
from ingest.language.claims import Language
from ingest.language.sentences import upper_first


@dataclass
class Page:
    """An answer to an act, being laid out."""

    language: Language
    numbering: Numbering = field(default_factory=Numbering)
    blocks: list[str] = field(default_factory=list)

    @property
    def words(self) -> dict[str, str]:
        """The fixed words of its language."""
        return WORDS[self.language]

    @property
    def colon(self) -> str:
        """A colon, as the language spaces it."""
        return " :" if self.language == "fr" else ":"

    def marked(self, row: Row | None, sentence: Sentence) -> str:
        """A sentence and the numbers of what it cites; its verdict, or the head of its step, in bold."""
        text, bold = sentence.text, ""
        if row is not None:
            words = row.worded(self.language)
            bold = words.label or (words.opening if row.place == "head" else "")
        if bold and text.startswith(bold):
            text = f"**{bold}**{text[len(bold) :]}"
        return f"{text} {''.join(f'[{n}]' for n in self.numbering.cite(sentence))}"

    def say(self, text: str) -> None:
        """A paragraph."""
        if text:
            self.blocks.append(text)

    def bullets(self, items: Iterable[str], mark: str = "- ") -> None:
        """A list; numbered where `mark` is « 1. »."""
        told = [i for i in items if i]
        if told:
            numbered = mark == "1. "
            self.blocks.append("\n".join(f"{f'{n}. ' if numbered else mark}{i}" for n, i in enumerate(told, 1)))

    def label(self, about: str) -> str:
        """The words of a part, at the head of its line."""
        return f"**{about}**{self.colon} " if about else ""

    def law(self, row: Row) -> str:
        """« **Droit européen** : », before what a body of law says."""
        label = regime_labels(self.language).get(row.passage.regime, "")
        return f"**{label}**{self.colon} " if label and row.passage.regime in (Regime.UE, Regime.FR) else ""

    def title(self, part: ToldPart) -> str:
        """The title of the démarche that answers a part."""
        return f"**{part.title[self.language]}.**" if part.title else ""

    def left(self, part: ToldPart, contacts: Sequence[str] = ()) -> str:
        """What was left of a part: that it has no answer, and who would know; or the detail that was asked back."""
        about = self.label(part.about)
        if part.missing:
            whom = part.whom or ", ".join(contacts[:2])
            asked = self.words["ask"].format(whom=whom) if whom else ""
            said = self.words["missing"] if about else upper_first(self.words["missing"])
            return f"{about}{said}{asked}."
        if part.verdict == "depends" and part.ask:
            return f"{upper_first(self.words['depends'])}{self.colon} {part.ask[self.language]}"
        return ""

    @property
    def markdown(self) -> str:
        """The whole."""
        return "\n\n".join(self.blocks)
