"""A text as the rules read it: folded characters, content words with their stems, segments.

Guarantee: `folded` has the length of the text, so that offsets agree; a segment ends at punctuation and at the words
that set facts side by side (« et », « contre », "while").
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import Stemmer

from ingest.language.claims import Language
from ingest.language.phrases import Phrases, Span, read_words

CUES = Phrases.load(Path(__file__).resolve().parents[1] / "data" / "cues.yaml")
"""The words that the rules look for, by name."""
NAMES: dict[str, list[Any]] = read_words(Path(__file__).resolve().parents[1] / "data" / "names.yaml")
"""Names of one thing, of someone, and words that exclude each other, by rows."""


def phrases_of(table: str, *sides: str) -> Phrases:
    """The phrases of a table of `NAMES`, one list a row and side: « 3 one »; the row alone when it has no sides."""
    rows = NAMES[table]
    if not sides:
        return Phrases({str(i): row for i, row in enumerate(rows)})
    return Phrases({f"{i} {side}": row.get(side, ()) for i, row in enumerate(rows) for side in sides})


def bag(words: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(words.split())


_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "–": "-", "−": "-"})
_TOKEN = re.compile(r"[a-zœæ]+|\d+(?:[ .,]\d{3})*(?:[.,]\d+)?")
_STOP = {
    "fr": bag(
        "a afin ai ainsi alors au aucun aucune aussi autre autres aux avec avoir c ca car ce ceci cela celle "
        "celles celui ces cet cette ceux chacun chacune chaque ci comme d dans de des dont du elle elles en "
        "entre es est et etait etaient ete etre eu il ils j je jusqu l la le les leur leurs lors lui m mais "
        "me meme memes moins n ne ni non nos notre nous on ont ou par pas pendant peu peut peuvent plus pour "
        "puis qu quand que quel quelle quels quelles qui quoi s sa sans se selon sera ses si soit son sont "
        "sous sur t tel telle tels tous tout toute toutes un une vers vos votre vous y doit doivent apres "
        "avant depuis pourra devra devait cas lorsque fois fait faire faut donc dez ov parmi ayant etant or "
        "avaient avait lorsqu puisque tandis environ oui aurait auront aura serait seraient soient ait aient "
        "soi"
    ),
    "en": bag(
        "a an and any are as at be been being but by can could did do does for from had has have he her his if in into "
        "is it its may might must no nor not of on one or our shall she should so some such than that the their them "
        "then there these they this those to under until up was we were what when where which while who whose will "
        "with within without would you your also all both each either neither only about after before since per"
    ),
}
_KEPT = re.compile(r"(?<!\w)(?:où|dès)(?!\w)", re.IGNORECASE)
_SEGMENT = {
    "fr": re.compile(r"[,;:)«»]|\.\s|\s(?:et|contre|tandis que|alors que|mais|puis|ou|soit|dont)\s"),
    "en": re.compile(r"[,;:)\"“”]|\.\s|\s(?:and|against|while|whereas|but|then|or|i\.e\.)\s"),
}
_STEMMER = {"fr": Stemmer.Stemmer("french", 0), "en": Stemmer.Stemmer("english", 0)}


@lru_cache(maxsize=65536)
def stem(word: str, language: Language) -> str:
    """Stem of a folded word; short words and figures are their own."""
    return word if len(word) < 4 or word[0].isdigit() else str(_STEMMER[language].stemWord(word))


@dataclass(frozen=True, slots=True)
class Word:
    """A content word, or a figure, and where it stands."""

    start: int
    end: int
    text: str
    stem: str


@dataclass(frozen=True)
class ReadText:
    """One text, read once."""

    text: str
    folded: str
    language: Language

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Content words and figures, in order."""
        stop = _STOP[self.language]
        return tuple(
            Word(m.start(), m.end(), w, stem(w, self.language))
            for m in _TOKEN.finditer(self.folded)
            if (w := m.group(0)) not in stop and (len(w) > 1 or w.isdigit())
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of its content words; figures left out."""
        return frozenset(w.stem for w in self.words if not w.text[0].isdigit())

    @cached_property
    def segments(self) -> tuple[tuple[Word, ...], ...]:
        """Content words by segment, empty segments left out."""
        cuts = [m.start() for m in _SEGMENT[self.language].finditer(self.folded)]
        out: list[list[Word]] = [[]]
        at = 0
        for word in self.words:
            while at < len(cuts) and cuts[at] < word.start:
                if not _inside_number(self.folded, cuts[at]):
                    out.append([])
                at += 1
            out[-1].append(word)
        return tuple(tuple(s) for s in out if s)

    @cached_property
    def _starts(self) -> list[int]:
        return [w.start for w in self.words]

    def after(self, position: int, count: int) -> tuple[str, ...]:
        """Stems of the first content words from a position on."""
        first = bisect_left(self._starts, position)
        return tuple(w.stem for w in self.words[first : first + count])

    def next(self, position: int) -> int:
        """Where the first content word from a position on starts; the end of the text when there is none."""
        first = bisect_left(self._starts, position)
        return self.words[first].start if first < len(self.words) else len(self.folded)

    def before(self, position: int, count: int) -> tuple[str, ...]:
        """Stems of the last content words that start before a position."""
        last = bisect_left(self._starts, position)
        return tuple(w.stem for w in self.words[max(0, last - count) : last])

    def between(self, start: int, end: int) -> tuple[str, ...]:
        """Stems of the content words that start in a span."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return tuple(w.stem for w in self.words[first:last])

    def find(self, cue: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
        """Where the words of a cue, or of its list for this language, stand in a span of the text."""
        name = cue if cue in CUES.names else f"{cue}.{self.language}"
        stop = len(self.folded) if end is None else end
        return tuple(span for span in CUES.find(self.folded, name) if start <= span[0] and span[1] <= stop)

    def has(self, cue: str, start: int = 0, end: int | None = None) -> bool:
        """True when the words of a cue stand in a span of the text."""
        return bool(self.find(cue, start, end))

    def at(self, cue: str, start: int) -> bool:
        """True when the words of a cue stand at a place of the text."""
        return any(first == start for first, _ in self.find(cue))

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """Every word, in order, small ones too."""
        return tuple(w for w in _TOKEN.findall(self.folded) if not w[0].isdigit())


def _inside_number(text: str, at: int) -> bool:
    return text[at] == "," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def aligned_fold(text: str) -> str:
    """Lower case without accents, one character for one; « où » and « dès » are kept apart from « ou » and « des »."""
    plain = _KEPT.sub(lambda m: "ov" if m.group(0)[0] in "oO" else "dez", text.translate(_PLAIN))
    return "".join(_bare(c) for c in plain)


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    low = unicodedata.normalize("NFD", character.lower())[0]
    return low if len(low) == 1 else character


@lru_cache(maxsize=8192)
def read(text: str, language: Language) -> ReadText:
    """Read a text."""
    return ReadText(text.translate(_PLAIN), aligned_fold(text), language)
