"""Other words for the same rules: a corpus, its glossary and questions in which rare words are replaced by invented ones.

What the corpus teaches stays the same, letter for letter but for those words: whoever answers from the corpus answers
alike; whoever knows a topic by its words does not.
"""

from __future__ import annotations

import random
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import Stemmer
import yaml
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from evals.reference_set import Expected
from ingest.corpus.fiches import Statement
from ingest.language.lexical import fold
from ingest.model.embedding import FloatArray, HashingEncoder

_WORD = re.compile(r"[^\W\d_]+")
_CONSONANTS = "bcdfglmnprtvz"
_ENDING = 4
"""Last letters of a word, kept: its number, its tense, its kind (fewer of a short word)."""
_PROSE = {
    "fiches": {"title", "intent", "introduction", "text", "lead", "en", "asked_as", "also_asked", "belief", "basis"},
    "criteria": {"title", "name", "fr", "en", "asked_as", "known", "unknown"},
    "demarches": {"asks", "fr", "en"},
    "": {"label", "words", "unlike", "term", "also", "definition"},
}
"""Fields that hold words, by folder of the corpus; the glossary stands beside the folders."""
_STEMMERS = Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0)


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return [fold(w) for w in _WORD.findall(text)]


class Families:
    """Words that share a stem, in French or in English, straight or through others."""

    def __init__(self, known: Iterable[str]) -> None:
        self.vocabulary = sorted(set(known))
        self._head: dict[str, str] = {}
        self.words: dict[str, set[str]] = defaultdict(set)
        for word in self.vocabulary:
            fr, en = (self._top(f"{n}:{s.stemWord(word)}") for n, s in enumerate(_STEMMERS))
            self._head[en] = fr
        for word in self.vocabulary:
            self.words[self.of(word)].add(word)

    def of(self, word: str) -> str:
        """The family of a folded word."""
        return self._top(f"0:{_STEMMERS[0].stemWord(word)}")

    def _top(self, name: str) -> str:
        while (above := self._head.get(name, name)) != name:
            name = above
        return name


class Renaming:
    """Replaces words, wherever and however they are written (case and accents stay); `undone` gives them back."""

    def __init__(self, other: Mapping[str, str]) -> None:
        self.other = dict(other)

    def __call__(self, text: str) -> str:
        return _WORD.sub(lambda m: self._word(m.group(0)), text)

    @property
    def undone(self) -> Renaming:
        return Renaming({new: old for old, new in self.other.items()})

    def _word(self, said: str) -> str:
        old = fold(said)
        new = self.other.get(old)
        if new is None or len(old) != len(said):
            return said
        letters = (s if o == n else n.upper() if s.isupper() else n for s, o, n in zip(said, old, new, strict=True))
        return "".join(letters)

    def corpus(self, source: Path, target: Path) -> None:
        """A copy of a corpus in the other words."""
        shutil.copytree(source, target)
        folders = ("criteria/*.yaml", "demarches/*.yaml", "fiches/*/*.yaml")
        for path in (target / "glossaire.yaml", *(p for folder in folders for p in target.glob(folder))):
            prose = _PROSE[path.relative_to(target).parts[0] if path.parent != target else ""]
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            text = yaml.dump(self._prose(data, prose), Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
            path.write_text(text, encoding="utf-8")

    def _prose(self, data: Any, fields: set[str], inside: bool = False) -> Any:
        if isinstance(data, dict):
            return {k: self._prose(v, fields, k in fields) for k, v in data.items()}
        if isinstance(data, list):
            return [self._prose(v, fields, inside) for v in data]
        return self(data) if inside and isinstance(data, str) else data


class Unaware(HashingEncoder):
    """The hashing double, to which an invented word is the word that it stands for: vectors stay what they were."""

    def __init__(self, renaming: Renaming) -> None:
        self._undo = renaming.undone

    def encode_query(self, text: str) -> FloatArray:
        return super().encode_query(self._undo(text))


def rare_words(
    statements: Sequence[Statement], families: Families, names: str, topics_at_most: int
) -> dict[str, set[str]]:
    """Families of the words that the statements of few topics say, and that no name of a text or of a contact holds, with
    these topics."""
    held: dict[str, set[str]] = defaultdict(set)
    for s in statements:
        for word in words(statement_text(s)):
            held[families.of(word)].add(s.topic)
    taken = {families.of(w) for w in words(names)}
    return {f: said for f, said in held.items() if f not in taken and len(said) <= topics_at_most}


def invented(rare: Iterable[str], families: Families, seed: int) -> Renaming:
    """Other words for families of words: same length, same vowels, same ending; the new words share a stem where the
    old ones did, and no word of the corpus or of a question stands near one."""
    draw = random.Random(seed)
    other: dict[str, str] = {}
    for family in sorted(rare):
        old = sorted(families.words[family])
        if any(len(w) < 5 or not w.isascii() for w in old):
            continue
        for _ in range(20):
            table = str.maketrans(dict(zip(_CONSONANTS, draw.sample(_CONSONANTS, len(_CONSONANTS)), strict=True)))
            new = [_changed(w, table) for w in old]
            if _apart(new, families.vocabulary) and all(
                [s.stemWord(a) == s.stemWord(b) for a, b in combinations(new, 2)]
                == [s.stemWord(a) == s.stemWord(b) for a, b in combinations(old, 2)]
                for s in _STEMMERS
            ):
                other |= dict(zip(old, new, strict=True))
                break
    return Renaming(other)


def _changed(word: str, table: Mapping[int, str]) -> str:
    kept = min(_ENDING, len(word) - 3)
    return word[:-kept].translate(table) + word[-kept:]


def _apart(new: Sequence[str], vocabulary: Sequence[str]) -> bool:
    """True when no known word is one slip away."""
    return bool(np.all(process.cdist(new, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=1) > 1))


def near_misses(question: str, renaming: Renaming) -> bool:
    """True when a word of a question is one slip away from a renamed word: it was read as that word."""
    return any(
        DamerauLevenshtein.distance(w, old, score_cutoff=1) <= 1
        for w in words(question) if w not in renaming.other
        for old in renaming.other
    )  # fmt: skip


def renamed(asked: Expected, renaming: Renaming) -> Expected:
    """The question in the other words."""
    return asked.model_copy(update={"question": renaming(asked.question)})


def statement_text(s: Statement) -> str:
    """All that a statement says, and is asked by."""
    return " ".join((s.text, s.lead or "", s.en, s.belief or "", *s.questions))
