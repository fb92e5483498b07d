"""What is denied, and what is a duty, a right, a ban, an advice.

Guarantee: a negation is read with the words that it bears on; a word denied in one text and affirmed in the other is a
departure when the count of negations says that one was added or lost. A duty told as a right, a right as a duty, a ban
as a leave, and a possibility told as a fact, are departures. « ne … que » restricts and does not deny.
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant.checking.fidelity.words import ReadText, bag
from ingest.language.phrases import Span

_NE = re.compile(
    r"(?<![a-z])(?:ne |n')(?P<in>[^,;:.]{0,60}?)(?<![a-z])(?P<out>pas|plus|jamais|aucune?|ni|guere|nullement|rien|(?<!une )(?<!la )personne(?! physique| morale))(?![a-z])"
)
_BEFORE_NE = re.compile(
    r"(?<![a-z])(?:aucune?s?|rien|(?<!une )(?<!la )personne(?! physique| morale)|nul|nulle|ni)(?![a-z])(?P<in>[^;:.]{1,120}?)(?<![a-z])(?:ne |n')"
)
_ALONE = re.compile(
    r"(?<![a-z])(?:(?:aucune?|sans(?! compter| doute| effet)|ni|non|jamais|pas|nullement)(?=[ -](?:d'|de |l'|la |le |les |un |une )?[a-z])|"
    r"(?:faute|absence|defaut) (?=d)|manqu\w*|f(?:ait|ont) defaut|sinon|sous peine|echapp\w+|omet\w*|omission)"
)
_ONLY = re.compile(r"(?<![a-z])(?:ne |n')[^,;:.]{1,50}?(?<![a-z])(?:que |qu')")
_NOT = re.compile(
    r"(?<![a-z])(?:(?:does|do|did|is|are|was|were|has|have|had|will|would|may|must|need|shall|can|could|should) (?:not|no longer|never)|cannot|not|no longer|never|no|without|none|neither|nor|nothing|fail(?:s|ed|ing|ure)?(?: to)?(?! which)|lack of|absence of|missing|refus\w+|otherwise)(?![a-z])(?! (?:later|more|less|fewer)\b)"
)
_NE_BARE = re.compile(
    r"(?<![a-z])(?:ne |n')(?P<in>(?:peut|peuvent|saurait|sauraient|cesse|cessent|ose) [a-z]+)(?! [a-z' ]{0,30}(?:que|qu'))"
)
_BOUND = re.compile(
    r"[ -]?(?:(?:a|de|d'|contain\w*|contenir|exceed\w*|be|etre|[a-z]+) ){0,3}(?:(?:plus|moins) d[e'] ?[a-z' ]{0,12}(?:\d|deux|trois|quatre|cinq|six|sept|huit|dix|vingt|trente|cent|mille)|au-dessus|au-dela|superieur|inferieur|depass|exced|more than|less than|fewer than|exceed|above|below)"
)
_CORRECTS = re.compile(r"[^;.]{0,90}?,? mais (?:depuis|de|du|d'|a|au|par|pour|en|le|la|les|aux|des|seulement|bien|l')")
"""« ne s'applique pas depuis 2024, mais depuis 2025 » denies a date, not that it applies."""
_MODAL = "\0modal"
_LIGHT = bag("princip entr normal est ete etre avoir peut doit fait figur comport tient donn dit")


@dataclass(frozen=True, slots=True)
class Denied:
    """The negations of a text: for each, the stems it bears on and the span it covers."""

    each: tuple[tuple[frozenset[str], frozenset[str], tuple[int, int]], ...]
    bounds: int = 0
    """Negations that only turn a bound round, which are not among `each`."""

    @property
    def stems(self) -> frozenset[str]:
        """Every stem under a negation."""
        return frozenset(s for stems, _, _ in self.each for s in stems)

    @property
    def reach(self) -> frozenset[str]:
        """Those, and the next words: another wording may put the negation on one of them."""
        return frozenset(s for _, wide, _ in self.each for s in wide)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The spans covered."""
        return tuple(span for _, _, span in self.each)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.each)

    def without_modals(self) -> Denied:
        """Those that do not bear on « peut », « doit », « faut »: a ban may be told with or without one."""
        return Denied(tuple(row for row in self.each if not row[0] & {_MODAL}), self.bounds)

    def told_by(self, other: ReadText) -> int:
        """How many bear on words that another text holds, or on none at all."""
        return sum(not wide or bool(wide & other.stems) for _, wide, _ in self.each)


@lru_cache(maxsize=8192)
def denied(text: ReadText) -> Denied:
    """The negations of a text; one that only turns a bound round (« pas plus de ») is read by `quantities`."""
    found: list[tuple[frozenset[str], frozenset[str], tuple[int, int]]] = []

    def add(stems: Iterable[str], span: tuple[int, int]) -> None:
        if not any(a < span[1] and span[0] < b for _, _, (a, b) in found):
            inside = text.between(*span)
            found.append((frozenset(stems), frozenset((*stems, *inside, *text.after(span[1], 3))), span))

    if text.language == "en":
        skipped = 0
        for m in _NOT.finditer(text.folded):
            if _BOUND.match(text.folded, m.end()):
                skipped += 1
            else:
                add(text.after(m.end(), 1), m.span())
        return Denied(tuple(found), skipped)
    bounds: list[tuple[int, int]] = []
    for pattern in (_NE, _NE_BARE):
        for m in pattern.finditer(text.folded):
            inside = m.span("in")
            counts = text.has("turns a bound", *inside) and _counts(text, m.end(), m.end() + 40)
            if _BOUND.match(text.folded, inside[1]) or counts:
                bounds.append(m.span())
                continue
            inner = text.between(*inside)
            heavy = [s for s in inner if s not in _LIGHT]
            last = m.group("out") if pattern is _NE else ""
            if _CORRECTS.match(text.folded, m.end()):
                continue
            follow = text.after(m.end(), 1) if not heavy or last.startswith("aucun") or last == "ni" else ()
            add([*heavy, *follow, *([_MODAL] if text.has("modal", *inside) else [])], m.span())
    for m in _BEFORE_NE.finditer(text.folded):
        inner = text.between(m.start("in"), m.end("in"))
        add([*inner[:1], *text.after(m.end(), 1)], m.span())
    for m in _ALONE.finditer(text.folded):
        if not any(a <= m.start() < b for a, b in bounds):
            add(text.after(m.end(), 2 if m.group(0) == "sans" else 1), m.span())
    return Denied(tuple(found), len(bounds))


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Negations added or lost, modalities turned round."""
    out = _negations(mine, theirs)
    ours, given = forces(mine), forces(theirs)
    for force in sorted(ours):
        governed = {s for s in ours[force] - given.get(force, frozenset()) if s.startswith(">")}
        other = sorted(g for g in given.keys() & _AGAINST[force] if governed & given[g] - ours.get(g, frozenset()))
        if other:
            out.append(f"{'/'.join(other)} → {force}")
    for force in sorted(ours.keys() - given.keys()):
        against = given.keys() & _AGAINST[force] - ours.keys()
        if force in {"dû", "dispensé"} and denied(mine).count == denied(theirs).count > 0:
            against -= {"dû", "dispensé"}
        if any(len(ours) == len(given) == 1 or ours[force] & given[g] for g in against):
            out.append(f"{'/'.join(sorted(against))} → {force}")
        elif force in {"interdit", "dispensé"} and not given and not denied(theirs).count:
            out.append(f"ajouté : {force}")
    if mine.has("always") and not theirs.has("every"):
        out.append("généralisé")
    return out


def omissions(mine: ReadText, theirs: ReadText) -> list[str]:
    """A possibility told as a fact."""
    given = forces(theirs)
    lost = "permis" in given and not given.keys() & {"dû", "interdit"} and not forces(mine) and not mine.has("soft")
    return ["possibilité dite comme un fait"] if lost else []


def _negations(mine: ReadText, theirs: ReadText) -> list[str]:
    ours, given = denied(mine), denied(theirs)
    if "interdit" in forces(mine).keys() & forces(theirs).keys():
        ours, given = ours.without_modals(), given.without_modals()
    told = given.told_by(mine)
    out = []
    if ours.count < told and not mine.has("left out"):
        lost = (given.stems & mine.stems) - ours.reach - _free(theirs, given)
        out += [f"négation perdue : {s}" for s in sorted(lost)]
    if not ours.count and not mine.has("contrary"):
        out += [f"nié : {figure}" for figure in sorted(_corrected(theirs) & {w.text for w in mine.words})]
    if ours.count > told:
        only = {s for span in restricting(theirs) for s in theirs.between(*span)}
        added = (ours.stems & theirs.stems) - given.reach - only - _free(mine, ours)
        out += [f"négation ajoutée : {s}" for s in sorted(added)]
    return out


def _corrected(text: ReadText) -> set[str]:
    """Figures that a text only denies: 2024 in « pas depuis 2024, mais depuis 2025 »."""
    spans = [
        (m.end(), text.folded.find(" mais ", m.end()))
        for m in _NE.finditer(text.folded)
        if _CORRECTS.match(text.folded, m.end())
    ]
    inside = {w.text for w in text.words for a, b in spans if a <= w.start < b and w.text[0].isdigit()}
    return inside - {w.text for w in text.words if not any(a <= w.start < b for a, b in spans)}


def _free(text: ReadText, found: Denied) -> set[str]:
    """Stems that are denied and also stand free of any negation."""
    seen = Counter(w.stem for w in text.words)
    return {s for s in found.stems if seen[s] > 1}


_AGAINST = {
    "dû": {"permis", "dispensé", "interdit"},
    "permis": {"dû", "interdit"},
    "interdit": {"dû", "permis"},
    "dispensé": {"dû"},
    "conseillé": {"dû", "interdit"},
}


_TURNED = {"dû": "dispensé", "permis": "interdit", "interdit": "permis", "dispensé": "dû", "conseillé": "conseillé"}
"""What each force is under a negation."""


def restricting(text: ReadText) -> list[Span]:
    """Where « ne … que » stands: it restricts, and denies nothing."""
    return [m.span() for m in _ONLY.finditer(text.folded)]


def _helping(text: ReadText) -> set[int]:
    """Where words stand that only offer to answer or to advise (« le CNC peut vous répondre »): they give no right."""
    out: set[int] = set()
    for start, end in text.find("leave"):
        verb = text.next(end)
        if text.at("helping", verb) and _WHOM.issuperset(text.folded[end:verb].replace("'", "' ").split()):
            out |= {start, verb}
    return out


def _counts(text: ReadText, start: int, end: int) -> bool:
    """Whether a number, or the word of a threshold, stands in a span."""
    return text.has("counts", start, end) or any(c.isdigit() for c in text.folded[start:end])


@lru_cache(maxsize=8192)
def forces(text: ReadText) -> Mapping[str, frozenset[str]]:
    """The modal forces of a text, negations resolved, each with the stems around its words.

    The verb that « peut », « doit » or "must" governs is marked by `>`.
    """
    spans = denied(text).spans
    only = restricting(text) if text.language == "fr" else []
    helping = _helping(text)
    out: dict[str, set[str]] = {}
    for kind, turned in _TURNED.items():
        for start, end in text.find(kind):
            if start in helping:
                continue
            around = set(text.after(end, 2))
            if text.at("governing", start):
                around |= {f">{s}" for s in text.after(end, 1)}
            else:
                around |= set(text.before(start, 2))
            under = any(a <= start < b or (b <= start and _near(text.folded, a, b, start)) for a, b in spans)
            told = {turned if under else kind}
            if kind == "dû" and under and text.at("strong", start):
                told = {"interdit"} if text.language == "en" else {"interdit", "dispensé"}
            elif kind == "permis" and any(a <= start < b for a, b in only):
                told = {"permis", "interdit"}
            for force in told:
                out.setdefault(force, set()).update(around)
    return {force: frozenset(stems) for force, stems in out.items()}


_WHOM = bag("en vous le la les l'")
_SMALL = bag("de d' la le les un une plus ete etre be been being to have any a en principe")
_WITHOUT = ("sans", "aucun", "without", "no ")
_NEAR = 3
"""Small words that may stand between a negation and what it denies; one fewer of any kind after « sans »."""


def _near(text: str, opens: int, end: int, start: int) -> bool:
    """True when nothing but small words stands between a negation and what follows it; after « sans », also a noun."""
    between = text[end:start].replace("d'", "d' ").replace("-", " ").split()
    if text.startswith(_WITHOUT, opens):
        return len(between) < _NEAR and all(c.isalpha() or c == "'" for w in between for c in w)
    return len(between) <= _NEAR and _SMALL.issuperset(between)
