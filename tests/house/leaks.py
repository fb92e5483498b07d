"""Finds what a missed question left in code: an alternative of a pattern, or a word of a list, that matches exactly one
question of all sets and nothing of the corpus, of the glossary or of the examples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import yaml

from evals.reading.sealed import names, unpacked
from evals.reference_set import load_reference
from ingest.corpus.fiches import load_fiches
from ingest.language.lexical import fold
from ingest.language.numerals import spelled

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("assistant/reading", "assistant/search", "assistant/planning", "assistant/wording", "assistant/dialogue",
         "ingest/language")  # fmt: skip
"""From a message to its answer."""
WORDS = frozenset(p for room in ROOMS for p in (ROOT / room / "data").glob("words.yaml"))
"""Words that a room looks for, kept as data: held to what code is held to."""
_SHORTEST = 4


@dataclass(frozen=True)
class Leak:
    """A piece of code and the number of the question that it matches alone."""

    where: str
    piece: str
    question: str


def strings(path: Path) -> Iterator[tuple[int, str, bool]]:
    """`(line, text, is_pattern)` of the patterns and of the lists of words of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in (
            "compile",
            "search",
            "match",
            "findall",
            "sub",
            "split",
        ):
            for text in _texts(node.args[:1]):
                yield node.lineno, text, True
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for item in node.elts:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.lineno, item.value, bool(re.search(r"[\\|]", item.value))
        elif isinstance(node, ast.Dict):
            for item in (*node.keys, *node.values):
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.lineno, item.value, bool(re.search(r"[\\|]", item.value))


def _called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(p.value for p in node.values if isinstance(p, ast.Constant) and isinstance(p.value, str))


def alternatives(pattern: str) -> set[str]:
    """Every alternative of a pattern, at every depth, that stands as a pattern by itself."""
    found: set[str] = set()
    stack: list[int] = [0]
    marks: list[list[int]] = [[]]
    n, inside = 0, False
    while n < len(pattern):
        c = pattern[n]
        if c == "\\":
            n += 2
            continue
        if c == "[":
            inside = True
        elif c == "]":
            inside = False
        elif not inside and c == "(":
            stack.append(n + 1)
            marks.append([])
        elif not inside and c == "|":
            marks[-1].append(n)
        elif not inside and c == ")" and len(stack) > 1:
            _cut(pattern, stack.pop(), n, marks.pop(), found)
        n += 1
    _cut(pattern, 0, len(pattern), marks[0], found)
    return found


def _cut(pattern: str, start: int, end: int, bars: list[int], found: set[str]) -> None:
    if not bars:
        return
    head = re.match(r"\?(?:[:=!>]|<[=!]|P?<\w+>|[aiLmsux-]+:)", pattern[start:end])
    if head and head.group(0) in ("?!", "?<!"):
        return
    start += head.end() if head else 0
    for a, b in zip((start, *(x + 1 for x in bars)), (*bars, end), strict=True):
        found.add(pattern[a:b])


@lru_cache(maxsize=1)
def questions() -> tuple[str, ...]:
    """Every question of every set, reference, read and sealed, folded."""
    found = [e.question for e in load_reference().asked().values()]
    for path in (ROOT / "evals" / "readings").glob("*/questions.yaml"):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [q["question"] for q in raw["questions"]] + [t for d in raw["dialogues"] for t in d["turns"]]
    found += [a.question for name in names() for a in unpacked(name).asked()]
    return tuple(dict.fromkeys(fold(q) for q in found))


@lru_cache(maxsize=1)
def elsewhere() -> str:
    """All the text of the corpus, its data and the examples, folded."""
    corpus = ROOT / "corpus"
    told = [
        t for f in load_fiches(corpus) for _, s in f.fiche.statements()
        for t in (s.text, s.en, s.lead or "", s.belief or "", *s.questions)
    ]  # fmt: skip
    told += [p.read_text(encoding="utf-8") for p in corpus.rglob("*.yaml") if "fiches" not in p.parts]
    told += [p.read_text(encoding="utf-8") for p in (ROOT / "assistant").rglob("*.yaml") if p not in WORDS]
    return fold("\n".join(told))


def leaks(root: Path = ROOT, rooms: Iterable[str] = ROOMS) -> list[Leak]:
    """Every leak of the rooms between a message and its answer."""
    out = []
    for path in sorted(p for room in rooms for p in (root / room).rglob("*.py")):
        for line, text, is_pattern in strings(path):
            if any(list(spelled(text, language)) for language in ("fr", "en")) and text.isalpha():
                continue  # a numeral is of the language
            for piece in alternatives(text) if is_pattern else {text}:
                if (found := _only_one(piece, is_pattern)) is not None:
                    out.append(Leak(f"{path.relative_to(root)}:{line}", piece, found))
    for room in rooms:
        out += _of_words(root / room / "data" / "words.yaml", root)
    return list(dict.fromkeys(out))


def _of_words(path: Path, root: Path) -> Iterator[Leak]:
    """The leaks of the lists of words of a room."""
    rows = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) if path.is_file() else {}
    for name, phrases in rows.items():
        for phrase in phrases:
            open_ended = rf"\b{re.escape(phrase.removesuffix('*'))}" if phrase.endswith("*") else phrase
            if (found := _only_one(open_ended, phrase.endswith("*"))) is not None:
                yield Leak(f"{path.relative_to(root)}:{name}", phrase, found)


@lru_cache(maxsize=65536)
def _only_one(piece: str, is_pattern: bool) -> str | None:
    letters = re.sub(r"\\.|[^a-zà-ÿ]", "", piece.lower())
    if len(letters) < _SHORTEST:
        return None
    try:
        regex = re.compile(piece if is_pattern else rf"\b{re.escape(fold(piece))}\b", re.IGNORECASE)
    except re.error:
        return None
    if regex.search(""):
        return None
    held = list(islice((q for q in questions() if regex.search(q)), 2))
    return held[0] if len(held) == 1 and not regex.search(elsewhere()) else None
