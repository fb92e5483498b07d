"""Plain text → document tree: paragraphs parted by blank lines, headings that stand alone on their line.

Guarantee: a numbered line is a heading when it is short, says no sentence and is not one of several in a row (a list).
"""

from __future__ import annotations

import re

from ingest.documents.encoding import decode
from ingest.documents.tree import Block, Document

_DIVISION = re.compile(r"^(partie|livre|titre|chapitre|section|sous-section)\s+[\wÀ-ÿ]{1,12}\b.{0,140}$", re.IGNORECASE)
_LEVELS = {"partie": 1, "livre": 2, "titre": 3, "chapitre": 4, "section": 5, "sous-section": 5}
_ARTICLE = re.compile(
    r"^(?:art(?:icle)?\.?\s+(?:premier|(?:LO|[LRDA])?\.?\s?\*?\s?\d{1,4}(?:-\d{1,3}){0,4}(?:er)?(?:\s[a-z]{3,12})?(?:\s[A-Z])?)"
    r"|annexe(?:\s+[IVX\d]{1,6})?)\s*(?:[.:–—-]+.{0,120})?$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:(\d{1,2}(?:\.\d{1,2})*)[.)]?|[IVX]{1,5}[.)]|[A-H][.)])\s+[–—-]?\s?[A-ZÀ-Ý«\d][^\n]{1,90}$")
_SHORT = 60
_ENDS = (".", ";", ",", ":", "!", "?")


def numbered_titles(lines: list[str]) -> dict[int, int]:
    """Which lines are numbered titles (« 3. Bilan carbone », « IV. Intempéries »), and at what level."""
    said = [n for n, line in enumerate(lines) if line.strip()]
    is_one = {n: _is_title(lines[n].strip(), lines[n + 1].strip() if n + 1 < len(lines) else "") for n in said}
    out: dict[int, int] = {}
    for at, n in enumerate(said):
        after = said[at + 1] if at + 1 < len(said) else None
        if is_one[n] and after is not None and (not is_one[after] or _deeper(lines[n], lines[after])):
            m = _NUMBERED.match(lines[n].strip())
            out[n] = 2 + (m.group(1) or "").count(".") if m else 2
    return out if len(out) > 1 else {}


def _is_title(line: str, under: str) -> bool:
    """Whether a line is numbered like a title and says no sentence, alone or going on in the line under it."""
    if not _NUMBERED.match(line) or line.endswith(_ENDS):
        return False
    return not under or (len(line) <= _SHORT and not under[:1].islower())


def _deeper(line: str, after: str) -> bool:
    """Whether a numbered line opens under another (« 3. Bilan », « 3.1 Calcul »)."""
    first, second = (_NUMBERED.match(t.strip()) for t in (line, after))
    return bool(first and second and first[1] and second[1] and second[1].startswith(f"{first[1]}."))


def read_text(data: bytes) -> Document:
    """Read plain text in any of the encodings of `decode`."""
    lines = re.sub(r"\r\n?", "\n", decode(data)).split("\n")
    blocks: list[Block] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            blocks.append(Block("text", "\n".join(paragraph)))
            paragraph.clear()

    numbered = numbered_titles(lines)
    for n, line in enumerate(lines):
        text = line.strip()
        alone = not paragraph
        if text and n in numbered:
            close()
            blocks.append(Block("heading", text, min(numbered[n], 5)))
        elif text and alone and (level := _level(text)):
            blocks.append(Block("heading", text, level))
        elif text:
            paragraph.append(line.rstrip())
        else:
            close()
    close()
    return Document(_title(blocks), tuple(blocks))


def _title(blocks: list[Block]) -> str | None:
    """The first line, when it stands alone and says no sentence."""
    first = blocks[0].text if len(blocks) > 1 else ""
    return first if 3 < len(first) <= 140 and "\n" not in first and not first.endswith(_ENDS) else None


def _level(line: str) -> int:
    if _ARTICLE.match(line):
        return 6
    if (match := _DIVISION.match(line)) and not line.endswith((".", ";", ",")):
        return _LEVELS[match.group(1).lower()]
    return 0
