"""The lexical side of retrieval: a French analyser and BM25.

Guarantee: documents and questions go through the same analyser: elision, case and accents do not count (« l'œuvre »,
« oeuvre »), words are reduced to their French stem, article numbers and codes stay whole (`122-18`, `rse+`, `e1-6`), and
a word of a question that the corpus does not know is read as the closest word it does know, one slip away. BM25 is
the `bm25s` library; nothing here scores by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import Stemmer
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

ANALYSER = "fr-6"
"""Changes whenever tokens change: it is part of a snapshot's name."""

_ELISION = re.compile(r"\b(?:l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'(?=\w)")
_THOUSANDS = re.compile(
    r"[ \u00a0\u202f\u2009,](?:(?<=\d[^,])(?=\d{3}(?!\d))|(?:(?<=[1-9],)|(?<=[1-9]\d,))(?=\d{3}(?![\d,.])))"
)
"""Spaces, and English commas, between thousands."""
_TOKEN = re.compile(
    r"[a-z]{3,}(?![a-z\d+])|"  # most words; what follows is for codes, numbers and short words
    r"\d{1,4}(?:-\d{1,3})+|[a-z]{1,2}\d{1,4}(?:-\d{1,3})+|rse\+|co2e?|[a-z]\d{1,2}(?!\w)|\d+(?:[.,]\d+)?|[a-z]+\d*[a-z]*"
)
_ARTICLE = re.compile(r"\b([lrd])\.?\s?(?=\d{3})|\b(a)\.\s?(?=\d{3})")
_STOP = frozenset(
    ["a", "afin", "ai", "ainsi", "alors", "apres", "as", "au", "aucun", "aucune", "aussi", "autre", "autres", "aux", "avec", "avoir", "ca", "car", "ce", "ceci", "cela", "celle", "celles", "celui", "ces", "cet", "cette", "ceux", "chaque", "ci", "comme", "comment", "d", "dans", "de", "des", "donc", "dont", "du", "elle", "elles", "en", "entre", "es", "est", "et", "etait", "etant", "ete", "etre", "eu", "faire", "fait", "faut", "font", "fut", "hors", "il", "ils", "je", "la", "le", "les", "leur", "leurs", "lors", "lui", "ma", "mais", "me", "meme", "mes", "moi", "moins", "mon", "ne", "ni", "nos", "notre", "nous", "on", "ont", "ou", "par", "pas", "peu", "peut", "peuvent", "plus", "pour", "pourquoi", "pu", "qu", "quand", "que", "quel", "quelle", "quelles", "quels", "qui", "quoi", "sa", "sans", "se", "selon", "sera", "ses", "si", "soit", "son", "sont", "sous", "sur", "ta", "te", "tes", "toi", "ton", "tous", "tout", "toute", "toutes", "tu", "un", "une", "va", "vers", "vos", "votre", "vous", "y", "combien", "doit", "dois", "doivent", "puis", "possible", "savoir", "svp", "merci", "bonjour", "oui", "non", "tres", "ici", "est-ce", "the", "of", "to", "in", "and", "or", "is", "are", "be", "been", "do", "does", "did", "i", "we", "my", "our", "your", "you", "they", "it", "its", "a", "an", "for", "on", "at", "by", "with", "from", "as", "that", "this", "these", "those", "what", "which", "who", "when", "how", "why", "where", "much", "many", "must", "may", "can", "could", "should", "would", "will", "have", "has", "had", "not", "no", "if", "any", "there", "their", "them", "about", "into", "than", "then", "so", "article", "articles", "alinea", "present", "presente", "mentionne", "mentionnee", "mentionnes", "vise", "visee", "vises", "susvise"]
)  # fmt: skip
_KEPT = {"formation": "formation", "formations": "formation"}
"""Words whose stem is another word's (« format »)."""
_stemmer = Stemmer.Stemmer("french", 0)
_ACCENTS = re.compile("[\u0300-\u036f]+")
_FAR = re.compile("[^\\x00-\u0482\u1e00-\u20cf\u2100-\u2cee]")
"""Characters past the ranges (Latin, Greek, punctuation, symbols) whose only marks are `_ACCENTS`."""


def fold(text: str) -> str:
    """Lower case, no accents, plain apostrophes, œ and æ opened."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.replace("œ", "oe").replace("æ", "ae").replace("’", "'").replace("₂", "2")
    text = unicodedata.normalize("NFD", text)
    if _FAR.search(text):
        return "".join(c for c in text if unicodedata.category(c) != "Mn")
    return _ACCENTS.sub("", text)


@lru_cache(maxsize=65536)
def _term(token: str) -> str | None:
    """The index term of a token; None for a word that tells nothing."""
    if token in _STOP or (len(token) == 1 and not token.isdigit()):
        return None
    if token in _KEPT:
        return _KEPT[token]
    return token if any(c.isdigit() for c in token) or "+" in token else str(_stemmer.stemWord(token))


def analyse(text: str) -> list[str]:
    """Index terms of a text, in order, repeated as they stand."""
    folded = _THOUSANDS.sub("", fold(text))
    folded = _ELISION.sub("", folded)
    folded = _ARTICLE.sub(r"\1\2", folded)
    return [term for token in _TOKEN.findall(folded) if (term := _term(token)) is not None]


class LexicalIndex:
    """BM25 over passages; scores come back for every passage, in passage order."""

    def __init__(self, bm25: Any, size: int, positions: NDArray[np.intp] | None = None) -> None:
        """`size`: how many passages there are; `positions`: those that are indexed, all by default."""
        self._bm25 = bm25
        self.size, self._positions = size, positions
        self.count = size if positions is None else len(positions)
        self.vocabulary: dict[str, int] = {t: i for t, i in bm25.vocab_dict.items() if t}
        words = (t for t in self.vocabulary if t.isalpha() and len(t) >= 4)
        self._words = sorted(words, key=lambda t: (-self.frequency(t), t))

    @classmethod
    def build(cls, texts: Iterable[str]) -> LexicalIndex:
        """Index the texts (title path, text, questions) of the passages; they are read once and only their terms'
        numbers are held."""
        import bm25s

        vocabulary: dict[str, int] = {}
        rows = [
            np.array([vocabulary.setdefault(term, len(vocabulary)) for term in analyse(text) or ["∅"]], np.int32)
            for text in texts
        ]
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.5)
        bm25.index((rows, vocabulary), show_progress=False, leave_progress=False)
        return cls(bm25, len(rows))

    def placed(self, positions: NDArray[np.intp], size: int) -> LexicalIndex:
        """The same index over some of `size` passages: scores take their positions, and are 0 elsewhere."""
        return LexicalIndex(self._bm25, size, positions)

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        self._bm25.save(str(folder))
        (folder / "size").write_text(str(self.size), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index written by `save`."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=False), int((folder / "size").read_text(encoding="utf-8")))

    def query_terms(self, question: str) -> list[str]:
        """Terms of a question that the index knows, slips mended, once each."""
        terms: dict[str, None] = {}
        for term in analyse(question):
            known = term if term in self.vocabulary else self._mend(term)
            if known:
                terms[known] = None
        return list(terms)

    def frequency(self, term: str) -> int:
        """Number of passages that hold a term."""
        column = self.vocabulary.get(term)
        if column is None:
            return 0
        starts = self._bm25.scores["indptr"]
        return int(starts[column + 1] - starts[column])

    @lru_cache(maxsize=4096)  # noqa: B019 - an index lives as long as its snapshot
    def _mend(self, term: str) -> str | None:
        if len(term) < 5 or not term.isalpha():
            return None
        slips = 1 if len(term) < 8 else 2
        best = process.extractOne(term, self._words, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        return str(best[0]) if best and best[0][0] == term[0] else None

    def scores(self, terms: list[str]) -> NDArray[np.float32]:
        """BM25 of every passage for the terms, shape `(size,)`."""
        if not terms:
            return np.zeros(self.size, np.float32)
        scores = np.asarray(self._bm25.get_scores(terms), np.float32)
        if self._positions is None:
            return scores
        out = np.zeros(self.size, np.float32)
        out[self._positions] = scores
        return out
