"""Which added texts a message names: « Canal Azur », « la charte de la chaîne », « le guide que j'ai ajouté ».

Guarantee: a text is named by its own names (titles, issuer, file), or by what it is when the message says whose or
which it is; a bare « la charte » points to the texts of that kind without excluding the rest. What is named firmly is
the only text that may answer: what one body asks is never given for another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.planning.features import WORDS
from assistant.reading.folding import Aligned
from ingest.language.lexical import analyse
from ingest.language.phrases import Phrases, Span
from ingest.texts.naming import TextName

_NAMES = "names"
_DET = (
    r"(?:l'|\b(?:la|le|les|du|au|aux|des|ce|cet|cette|ces|un|une|mon|ma|mes|notre|nos|votre|vos|son|sa|leur|the|this|my"
    r"|our|your)\s)"
)
_NOUN = re.compile(rf"(?:^|{_DET})([\w'-]{{3,}})")
_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’&+-]*(?:\s+[A-ZÀ-Ý][\w'’&+-]*)*")
_NAME = re.compile(r"\s+(?:(?:de la |de l['’]|du |des |de |d['’]|of )\s*)?((?:[A-ZÀ-Ý][\w'’&+-]*\s*)+)")
_OF = re.compile(r"\s(?:[\w'-]+\s){0,2}?(?:de la |de l'|du |des |de |d'|chez |of the |of )([\w'-]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """The added texts that a message names. `firm`: no other may answer. `rest`: the message without their names.
    `bodies`: texts that speak of a body of the message as their own."""

    sources: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()
    firm: bool = False
    rest: str = ""
    bodies: frozenset[str] = frozenset()


class TextNaming:
    """The names of the added texts of one snapshot."""

    def __init__(self, texts: Iterable[TextName]) -> None:
        self.texts = tuple(texts)
        self.titles = {t.source_id: t.title for t in self.texts}
        self.registered = frozenset(t.source_id for t in self.texts if t.registered)
        table: dict[str, set[str]] = {}
        for text in self.texts:
            for phrase in (*text.phrases, *text.words):
                table.setdefault(_spaced(phrase), set()).add(text.source_id)
        self._table = table
        self._bodies: dict[str, set[str]] = {}
        for text in self.texts:
            for term in () if text.registered else text.bodies:
                self._bodies.setdefault(term, set()).add(text.source_id)
        self._phrases = Phrases({_NAMES: table})

    def read(self, raw: str) -> Named:
        """What a message names."""
        if not self.texts:
            return Named(rest=raw)
        line = Aligned(raw)
        said = {term for m in _NOUN.finditer(line.folded) for term in analyse(m[1])}
        bodies = frozenset(s for term in said if len(owners := self._bodies.get(term, ())) == 1 for s in owners)
        found = [span for span in self._phrases.find(line.folded, _NAMES) if self._own(span, line)]
        if found:
            sources = set[str]().union(*(self._table[_spaced(line.folded[slice(*span)])] for span in found))
            rest = line.without(self._with_its_preposition(span, line) for span in found)
            return self._named(self._nearest_kind(sources, line.folded), not self._official(sources), rest, bodies)
        return self._by_kind(raw, line, bodies)

    def _own(self, found: Span, line: Aligned) -> bool:
        """False for a word of a name that is part of another one: « Canal » in « Canal Jade »."""
        said = _spaced(line.folded[slice(*found)])
        mine = [t for t in self.texts if t.source_id in self._table[said]]
        if " " in said and any(said in map(_spaced, t.phrases) for t in mine):
            return True
        start, end = line.span_of(*found)
        around = next((m for m in _CAPITALS.finditer(line.text) if m.start() <= start and end <= m.end()), None)
        if around is None:  # a word that is common too is a name when it is written with its capital
            return any(said in map(_spaced, t.phrases) for t in mine)
        words = set(analyse(around.group())) - set(analyse(around.group().split()[0]) if around.start() == 0 else ())
        return any(words <= set(analyse(" ".join((*t.phrases, *t.words)))) for t in mine)

    def _with_its_preposition(self, found: Span, line: Aligned) -> tuple[int, int]:
        """Where a name stands, with the small words that lead to it: « chez », « de la »."""
        start, end = line.span_of(*found)
        before = line.text[:start].replace("’", "'").lower()
        while (led := WORDS.closing(before, "leads to a name")) < len(before):
            before = before[:led].rstrip()
            start = led
        return start, end

    def _named(self, sources: Iterable[str], firm: bool, rest: str, bodies: frozenset[str]) -> Named:
        kept = frozenset(sources)
        return Named(kept, tuple(self.titles[s] for s in sorted(kept)), firm, rest, bodies)

    def _official(self, sources: set[str]) -> bool:
        return any(t.registered for t in self.texts if t.source_id in sources)

    def _nearest_kind(self, sources: set[str], folded: str) -> set[str]:
        """Of the texts of one issuer, those whose kind the message says, when it says one."""
        said = {term for m in _NOUN.finditer(folded) for term in analyse(m[1])}
        kept = {t.source_id for t in self.texts if t.source_id in sources and said.intersection(t.kinds)}
        return kept or sources

    def _by_kind(self, raw: str, line: Aligned, bodies: frozenset[str]) -> Named:
        """Texts named by what they are: « la charte de la chaîne », « notre contrat », « le guide que j'ai ajouté »."""
        folded = line.folded
        own = [t for t in self.texts if not t.registered]
        added = _added(folded)
        for m in _NOUN.finditer(folded):
            term = next(iter(analyse(m[1])), "")
            kin = [t for t in own if term and any(_akin(term, k) for k in t.kinds)]
            if not kin:
                continue
            spans = [line.span(m), *([line.span_of(*added)] if added else [])]
            of = _OF.match(folded, m.end())
            proper = _NAME.match(raw, line.span_of(m.end(), m.end())[0])
            if proper and not any(set(analyse(proper[1])) <= {*t.bodies, *analyse(t.title)} for t in kin):
                continue  # « la charte de TF1 » is another one
            whose = analyse(of[1]) if of else []
            theirs = [t for t in kin if whose and (set(whose) & {*t.bodies, *analyse(t.title)})]
            pointed = bool(theirs or added or WORDS.at(m.group(), "ours") is not None)
            if not pointed and all(any(_akin(term, k) for k in t.common) for t in kin):
                continue  # « le label » is any label
            if theirs and of:
                spans.append(line.span(of))
            firm = pointed or bool(of) or _led(folded[: m.start()])
            return self._named((t.source_id for t in theirs or kin), firm, line.without(spans), bodies)
        if added and own and WORDS.has(folded, "text"):
            return self._named((t.source_id for t in own), True, line.without([line.span_of(*added)]), bodies)
        return Named(rest=raw, bodies=bodies)


def _spaced(name: str) -> str:
    """A folded name whose words only space parts: hyphens come and go."""
    return " ".join(name.replace("-", " ").split())


def _added(folded: str) -> Span | None:
    """Where a message says that a text was added, by whom."""
    verbs = WORDS.find(folded, "adds")
    for start, end in WORDS.find(folded, "who adds"):
        for first, last in verbs:
            if first > end and len(folded[end:first].split()) <= 1:
                return start, last
    return next(iter(WORDS.find(folded, "added")), None)


def _led(before: str) -> bool:
    """Whether words end on what leads to the text that is asked: « d'après », "under"."""
    return WORDS.closing(before, "from") < len(before)


def _akin(term: str, other: str) -> bool:
    """Whether two index terms are one word, or its singular and its plural."""
    return term == other or (min(len(term), len(other)) > 4 and term.rstrip("s") == other.rstrip("s"))
