"""No missed question lives on in the code: no alternative of a pattern, no word of a list, that one question alone
matches.

`leaks_known.yaml` lists those that stood on its day. It may only shrink: a new leak fails, and so does a listed one
that is gone, until it is struck from the list.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

from tests.house.leaks import ROOMS, ROOT, elsewhere, leaks, questions

KNOWN = Path(__file__).with_name("leaks_known.yaml")
MOST = 17
"""What stood on 27 November 2026."""


def listed() -> set[tuple[str, str]]:
    """`(module, piece)` of the leaks that are known."""
    raw = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    return {(module, piece) for module, pieces in raw["leaks"].items() for piece in pieces}


def found(root: Path = ROOT) -> set[tuple[str, str]]:
    """`(module, piece)` of the leaks that stand; a line of code may move without being another leak."""
    return {(leak.where.rpartition(":")[0], leak.piece) for leak in leaks(root)}


def test_the_leaks_are_those_known_and_they_only_shrink() -> None:
    standing, known = found(), listed()
    assert sorted(standing - known) == [], "new: write what the question means, not its words"
    assert sorted(known - standing) == [], "gone: strike them from leaks_known.yaml"
    assert len(known) <= MOST


def test_a_planted_pattern_for_one_question_is_caught(tmp_path: Path) -> None:
    words = next(w for w in map(own_words, questions()) if w)
    room = tmp_path / ROOMS[0]
    shutil.copytree(ROOT / ROOMS[0], room)
    module = next(p for p in sorted(room.glob("*.py")) if p.name != "__init__.py")
    before = found(tmp_path)
    with module.open("a", encoding="utf-8") as code:
        code.write(f'\n_PLANTED = re.compile(r"jamais dit nulle part|{re.escape(words)}")\n')
    assert {(module, piece.replace("\\", "")) for module, piece in found(tmp_path) - before} == {
        (module.relative_to(tmp_path).as_posix(), words)
    }


def own_words(question: str) -> str | None:
    """Three words in a row that no other question says, nor the corpus."""
    plain = question.split()
    for n in range(len(plain) - 2):
        words = " ".join(plain[n : n + 3])
        if words.replace(" ", "").isalpha() and words not in elsewhere() and sum(words in q for q in questions()) == 1:
            return words
    return None
