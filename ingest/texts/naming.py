"""What an added text is called: its titles, who issued it, its file, and the bodies that it speaks of as its own.

Guarantee: names come from the register, the command, the file and the text itself; a proper name that our own notices
speak of names no added text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ingest.corpus.register import Nature, Register
from ingest.language.lexical import analyse, fold
from ingest.passages.passages import Passage
from ingest.texts.texts import AddedText

_ABOUT = re.compile(r"(?:(?<!\w)(?:la|le|les|au|aux|du|the)\s|(?<!\w)l')([\w-]{3,})")
"""A noun that is spoken of as known."""
_MORE, _BODIES, _ALONE = 10, 6, 3
"""Shares by which a body's noun is its text's: against our notices, how many are kept, against every other text."""
_PROPER = re.compile(r"(?:[A-ZÀ-Ý][\w'’-]+|\d{4})(?:\s+(?:(?:de|des|du|la|le|les|et|&|d'|l')\s*)*[A-ZÀ-Ý][\w'’+-]+)*")
_INSIDE = re.compile(rf"(?<=[a-zà-ÿ,;] )({_PROPER.pattern})")
_SMALL = re.compile(r"(?<![\w@./'’-])[a-zà-ÿ]+(?![\w@/-]|\.\w)")
_COMMON = 0.01
"""Share of our notices from which a word is a common one."""
_FRONT, _NAMES, _THRICE = 300, 3, 3
_QUOTED = re.compile(r"«\s*([^«»]{4,}?)\s*»")
_PARTS = re.compile(r"\s+[—–:|-]\s+|\s*:\s+")


@dataclass(frozen=True, slots=True)
class TextName:
    """The names of one added text: `phrases` name it alone, folded; `words` do when they are written with a capital,
    for they are words too; `kinds` are index terms of the nouns that say what it is (« charte »), `common` those that
    our notices speak of often (« le label » may be another); `bodies` are index terms of what it speaks of
    far more often than our notices do."""

    source_id: str
    title: str
    phrases: tuple[str, ...]
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    common: tuple[str, ...]
    bodies: tuple[str, ...]
    registered: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "phrases", tuple(self.phrases))
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "common", tuple(self.common))
        object.__setattr__(self, "kinds", tuple(self.kinds))
        object.__setattr__(self, "bodies", tuple(self.bodies))

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def text_names(texts: Sequence[AddedText], passages: Sequence[Passage], register: Register) -> list[TextName]:
    """The names of the added texts, one a source."""
    own: dict[str, list[str]] = {}
    for p in passages:
        if p.kind == "text":
            own.setdefault(p.source_id, []).append(p.text)
    if not own:
        return []
    told = fold("\n".join(p.text for p in passages if p.kind != "text"))
    said = frozenset(re.findall(r"[\w'-]+", told))
    small = frozenset(fold(w) for p in passages for w in _SMALL.findall(p.text))
    notices = [frozenset(analyse(p.text)) for p in passages if p.kind != "text"]
    often = {t for t, n in Counter(t for words in notices for t in words).items() if n > _COMMON * len(notices)}
    spoken = _definite(p.text for p in passages if p.kind != "text")
    known = {fold(s.issuer) for s in register.sources.values()}
    counts = {source: _definite(mine) for source, mine in own.items()}
    out: dict[str, TextName] = {}
    for text in texts:
        source = text.source(register)
        titles = [source.title, *([source.short_title] if source.short_title else []), *source.aliases]
        issuer = [] if fold(source.issuer) in known or not source.issuer[:1].isupper() else [source.issuer]
        mine = own.get(source.id, [])
        proper = [] if text.registered else [*_proper(source.title), *_proper(source.issuer), *_told_often(mine)]
        stem = text.name.rpartition(".")[0] or text.name
        files = [re.sub(r"[-_.]+", " ", stem)] if len(stem) > 5 else []
        alone = [n for n in dict.fromkeys((*issuer, *proper, *files)) if not _spoken(fold(n), told, said)]
        phrases = [f for n in (*titles, *alone) if len(f := " ".join(fold(n).split())) > 2]
        lasts = {fold(re.split(r"[\s'’-]+", n)[-1]) for n in proper if n != n.upper()}
        common = {f for f in phrases if re.fullmatch(r"\w+", f) and (f in small or f not in lasts)}
        before = out.get(source.id)
        out[source.id] = TextName(
            source.id,
            source.name,
            tuple(dict.fromkeys((*(before.phrases if before else ()), *(f for f in phrases if f not in common)))),
            tuple(dict.fromkeys((*(before.words if before else ()), *common))),
            (kinds := _kinds(source.title, stem, source.nature)),
            tuple(k for k in kinds if k in often),
            tuple(_bodies(counts.get(source.id, Counter()), spoken, [c for s, c in counts.items() if s != source.id])),
            bool(text.registered),
        )
    return list(out.values())


def _proper(title: str) -> Iterator[str]:
    """The proper names of a title, whole, and each of their words; what it quotes."""
    for m in _QUOTED.finditer(title):
        yield from (m.group(1), re.sub(r"^(?i:les?\s|la\s|l['’])\s*", "", m.group(1)))
    for part in _PARTS.split(title):
        for m in _PROPER.finditer(_lowered(part)):
            yield from _parts_of(m.group())


def _parts_of(name: str) -> Iterator[str]:
    """A proper name, its words, and how it begins without what follows (« Saint-Aubrac » of « Saint-Aubrac-sur-Lène »),
    or ends without its article."""
    pieces = re.split(r"[\s'’-]+", name)
    yield name
    yield from (w for w in pieces if w[:1].isupper() and len(w) > 3 and not w.isdigit())
    if len(pieces) > 2 and pieces[1][:1].isupper():
        yield " ".join(pieces[:2])
    if (bare := re.sub(r"^(?i:les?\s|la\s|l['’])\s*", "", name)) != name:
        yield bare


def _told_often(texts: Sequence[str]) -> list[str]:
    """The proper names that a text opens with, and those that it speaks of most, inside its sentences."""
    opens = [m.group() for m in _PROPER.finditer(texts[0][:_FRONT])] if texts else []
    quoted = [m.group(1) for m in _QUOTED.finditer(texts[0][:_FRONT])] if texts else []
    counts = Counter(m.group(1) for text in texts for m in _INSIDE.finditer(text))
    often = [name for name, n in counts.most_common(_NAMES) if n >= _THRICE]
    found = [*quoted, *(part for n in (*opens, *often) for part in _parts_of(n))]
    return [n for n in found if len(n) > 3 and not n.isdigit()]


def _lowered(title: str) -> str:
    """A title without the capital that only opens it."""
    first, _, rest = title.strip().partition(" ")
    opens = rest and not first.isupper() and not (rest[:1].isupper() or rest[:1] == "&")
    return f"{first.lower() if opens else first} {rest}".strip()


def _spoken(name: str, told: str, said: frozenset[str]) -> bool:
    """Whether our notices speak of a name."""
    if re.fullmatch(r"[\w'-]+", name):
        return name in said
    return name in told and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told))


def _kinds(title: str, stem: str, nature: Nature) -> tuple[str, ...]:
    """Index terms of the nouns that the parts of a title and a file's name begin with, and of what the text is."""
    said = [] if nature in (Nature.PAGE, Nature.NOTICE, Nature.PRESSE) else [nature.value]
    names = (*_PARTS.split(title), re.sub(r"[-_.]+", " ", stem), *said)
    return tuple(dict.fromkeys(t for name in names for t in analyse(name)[:1] if not t.isdigit()))


def _bodies(counts: Counter[str], notices: Counter[str], others: Sequence[Counter[str]]) -> list[str]:
    """The nouns that a text speaks of far more often than our notices and the other texts do, most often first: « la
    chaîne » of a broadcaster's charter, « l'assureur » of a policy."""

    def share(term: str, among: Counter[str], more: int = 0) -> float:
        return (among[term] + more) / (sum(among.values()) or 1)

    kept = [
        (n, term)
        for term, n in counts.items()
        if n >= _THRICE
        and share(term, counts) >= _MORE * share(term, notices, 1)
        and all(share(term, counts) >= _ALONE * share(term, other) for other in others)
    ]
    return [term for _, term in sorted(kept, reverse=True)[:_BODIES]]


def _definite(texts: Iterable[str]) -> Counter[str]:
    """Index terms of the nouns that follow a definite article, counted."""
    return Counter(t for text in texts for m in _ABOUT.finditer(fold(text)) for t in analyse(m.group(1))[:1])
