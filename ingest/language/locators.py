"""The one grammar of article references, for documents, fiches and questions alike.

Guarantee: the same point of the same text has the same key wherever it is written. « article L. 229-67 du
code de l'environnement », « L229-67 » in a heading of that code and the locator « art. L. 229-67 » of a fiche
all give `code-env:L229-67`; « article 19 bis » and "Article 19a" both give `19bis`. Every pattern is free of
nested quantifiers: parsing is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["article", "recital", "annex", "disclosure", "criterion"]

ORDINALS = (
    "bis|ter|quater|quinquies|sexies|septies|octies|nonies|decies|undecies|duodecies|terdecies|"
    "quaterdecies|quindecies|sexdecies|septdecies|octodecies|novodecies"
)
ENGLISH_SUFFIX = dict(
    zip(
        "abcdefghi",
        ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies"),
        strict=True,
    )
)
"""English gives « 19 bis » as "19a"."""
_NUMBER = (
    r"(?:(?<![A-Za-z])(?:LO|[LRDAlrd])\.?\s?\*?\s?)?(?>\d{1,4}(?:-\d{1,3}){0,4})"
    r"(?!\d|\s\d{3}\b|(?:,\d+)?\s?(?:[°%€]|(?:euros?|millions?|milliards?|jours?|mois|ans?|days?|months?|years?)\b))"
    rf"(?:\s(?:{ORDINALS})\b(?:\s[A-Z]\b)?|er\b|[a-iA-Z]\b|\s[A-Z]\b(?=\s*(?:[,.;:)]|$|du\b|de\b|et\b)))?"
)
_NEXT = r"(?:,|\bet\b|\bà\b|\bou\b|\band\b|\bto\b|\bor\b)\s?(?:l'article\s|[Aa]rticles?\s|art\.\s)?"
_LIST = re.compile(
    rf"\b(?:[Aa]rticles?|ARTICLES?|[Aa]rts?\.?)\s+((?:{_NUMBER})(?:[^.;:()]{{0,12}}?{_NEXT}(?:{_NUMBER}))*)"
)
_ITEM = re.compile(rf"(?:^|{_NEXT})({_NUMBER})")
_FIRST = re.compile(r"\b[Aa]rticle\s+(premier)\b")
_LETTERED = re.compile(
    r"\b(?:LO|[LRDAlrd])(?:\.\s?\*?\s?|\s?\*?)\d{1,4}(?:-\d{1,3}){1,4}\b|\b[LRDA]\.\s?\d{3,4}(?:-\d{1,3}){0,4}\b"
)
_BARE = re.compile(
    rf"(?<![\w./-])\d{{3}}-\d{{1,3}}(?:-\d{{1,2}})?(?![\w/-])|(?<![\w./-])\d{{1,3}}\s(?:{ORDINALS})\b(?:\s[A-Z]\b)?"
)
_DISCLOSURE = re.compile(
    r"\bESRS\s?((?:E[1-5]|S[1-4]|G1|1|2)(?:-\d{1,2})?)\b|(?<![\w-])((?:E[1-5]|S[1-4]|G1|GOV|SBM|IRO)-\d{1,2})(?![\w-])"
)
_CODE = r"(?:[A-Z]\d{1,2}(?:-\d{1,2})?|\d\.\d{1,2})(?!\w|[.,]\d)"
_CRITERION = re.compile(
    rf"\b(?:crit[èe]res?|criteri(?:on|a))\s+(?:n°\s?)?({_CODE}(?:\s?(?:,|/|\bet\b|\bou\b|\bà\b|\band\b|\bor\b|\bto\b)\s?{_CODE}){{0,40}})",
    re.IGNORECASE,
)
_CRITERION_ITEM = re.compile(_CODE, re.IGNORECASE)
_BARE_CODE = re.compile(
    r"(?<![\w.,/&+-])(?:[A-Z]\d{1,2}|[1-9]\.\d{1,2})(?![\w-]|[.,]\d|\s?(?:[%°€]|(?:euros?|millions?|milliards?|tonnes?|t|kg|km|h|m)\b))",
    re.IGNORECASE,
)
_NOT_A_CRITERION = re.compile(
    r"\b(?:sc[ée]narios?|drones?|esrs|normes?|standards?|disclosures?|articles?|art\.?|annexes?|formats?|feuilles?|pages?|versions?|v|cat[ée]gories?|classes?|euro|carburants?|le b|autoroutes?|unitaires?|séries?|téléfilms?|chaînes?|chez|diffusés?|diffuseur)\s*$",
    re.IGNORECASE,
)
"""What stands before a code that is not a criterion's (« scénario S3 », « ESRS E1 », « format A4 », « version 1.2 »)."""
_RECITAL = re.compile(r"\b(?:consid[ée]rants?|recitals?)\s+(?:n°\s?)?\(?(\d{1,3})\)?", re.IGNORECASE)
_ANNEX = re.compile(r"\b(?:annexes?|annex)\s+([IVX]{1,6}|\d{1,2})\b", re.IGNORECASE)

_NEAR = 48
"""Characters between a reference and the name of its text, for the name to count as its own."""


_BESIDE = 6
"""The same for a bare code, when the text names other texts too (« E1 du Label Ecoprod », « Label Ecoprod : E1 »)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference found in a text.

    `number` is canonical (`L229-67`, `122-18`, `19bis`, `E1-6`, `ESRS1`, `annexe:I`, `considerant:12`, `critere:D3`,
    `critere:2.3`). `source` is the register id named beside it, if any. `weak` marks a bare number (« 122-18 » alone,
    « D3 » beside the name of its framework).
    """

    kind: Kind
    number: str
    start: int
    end: int
    source: str | None = None
    weak: bool = False

    def key(self, default_source: str | None = None) -> str | None:
        """`source:number`, or None when neither the text nor the caller names a source."""
        source = self.source or default_source
        return f"{source}:{self.number}" if source else None


def canonical_number(raw: str) -> str:
    """The canonical form of an article number: no dots or spaces, letters upper, Latin ordinals lower."""
    text = raw.strip().replace("*", "").replace(".", "")
    if text.lower() == "premier":
        return "1"
    match = re.fullmatch(r"((?:LO|[LRDA])?)\s?(\d{1,4}(?:-\d{1,3})*)(.*)", text, re.IGNORECASE)
    if not match:
        return re.sub(r"\s+", "", text)
    letter, number, suffix = match.group(1).upper(), match.group(2), match.group(3).strip()
    if suffix.lower() == "er":
        suffix = ""
    suffix = ENGLISH_SUFFIX.get(suffix, suffix.lstrip("-"))  # "19a" is « 19 bis »; « 58 A » is an article of its own
    words = [w.lower() if len(w) > 1 else w.upper() for w in suffix.split()]
    return f"{letter}{number}{''.join(words)}"


class TextNames:
    """The names under which texts are quoted (« RGA », « code de l'environnement », « c. com. »).

    Args:
        names: name → register id; case and spaces do not count, the longest name wins.
        frameworks: ids of the texts whose points are criteria (Label Ecoprod, AFNOR SPEC 2308): their names claim
            criteria and nothing else, and no other text's name claims a criterion when one of theirs is there.
    """

    def __init__(self, names: Mapping[str, str], frameworks: Iterable[str] = ()) -> None:
        self.frameworks = frozenset(frameworks)
        self._ids = {_fold_name(name): source for name, source in names.items()}
        ordered = sorted(self._ids, key=len, reverse=True)
        pattern = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered)
        self._regex = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if ordered else None

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """`(start, end, source id)` of each name in the text, left to right."""
        if self._regex is None:
            return []
        flat = text.replace("’", "'")
        return [(m.start(), m.end(), self._ids[_fold_name(m.group(0))]) for m in self._regex.finditer(flat)]


def _fold_name(name: str) -> str:
    return re.sub(r"\s+", " ", name.replace("’", "'")).strip().lower()


def parse_references(text: str, names: TextNames | None = None) -> list[Reference]:
    """Every reference of a text, left to right, each with the source named beside it when there is one."""
    found: list[Reference] = []
    taken = bytearray(len(text))

    def add(kind: Kind, number: str, start: int, end: int, weak: bool = False) -> None:
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * (end - start)
            found.append(Reference(kind, number, start, end, None, weak))

    for match in _DISCLOSURE.finditer(text):
        number = match.group(1) or match.group(2)
        add("disclosure", f"ESRS{number}" if number in "12" else number, match.start(), match.end())
    for match in _CRITERION.finditer(text):
        for n, item in enumerate(_CRITERION_ITEM.finditer(match.group(1))):
            start = match.start() if n == 0 else match.start(1) + item.start()
            add("criterion", f"critere:{item.group(0).upper()}", start, match.start(1) + item.end())
    for match in _RECITAL.finditer(text):
        add("recital", f"considerant:{match.group(1)}", match.start(), match.end())
    for match in _ANNEX.finditer(text):
        add("annex", f"annexe:{match.group(1).upper()}", match.start(), match.end())
    for match in _LIST.finditer(text):
        for item in _ITEM.finditer(match.group(1)):
            at = match.start(1)
            add("article", canonical_number(item.group(1)), at + item.start(1), at + item.end(1))
    for match in _FIRST.finditer(text):
        add("article", "1", match.start(1), match.end())
    for match in _LETTERED.finditer(text):
        add("article", canonical_number(match.group(0)), match.start(), match.end())
    for match in _BARE.finditer(text):
        add("article", canonical_number(match.group(0)), match.start(), match.end(), weak=True)
    found.sort(key=lambda r: r.start)
    if names is None:
        return found
    named = names.find(text)
    frameworks = [n for n in named if n[2] in names.frameworks]
    others = [n for n in named if n[2] not in names.frameworks]
    out = _attach([r for r in found if r.kind != "criterion"], others)
    out += _attach([r for r in found if r.kind == "criterion"], frameworks or others)
    if frameworks:
        taken_by_names = [(start, end) for start, end, _ in named]
        out += [
            Reference("criterion", f"critere:{m.group(0).upper()}", m.start(), m.end(), source, weak=True)
            for m in bare_codes(text)
            if taken.find(1, m.start(), m.end()) < 0
            and not any(start < m.end() and m.start() < end for start, end in taken_by_names)
            and (source := _nearest(m.start(), m.end(), named, _BESIDE if others else _NEAR)) in names.frameworks
        ]
    return sorted(out, key=lambda r: r.start)


def bare_codes(text: str) -> list[re.Match[str]]:
    """What may be the bare code of a criterion (« D3 », « 2.3 »): a hint, until its framework is known."""
    return [
        m for m in _BARE_CODE.finditer(text) if not _NOT_A_CRITERION.search(text[max(0, m.start() - 24) : m.start()])
    ]


def _nearest(start: int, end: int, names: list[tuple[int, int, str]], limit: int) -> str | None:
    """The text whose name stands nearest to a span, within `limit` characters."""
    gap, _, source = min((max(n[0] - end, start - n[1], 0), i, n[2]) for i, n in enumerate(names))
    return source if gap <= limit else None


def _attach(found: list[Reference], names: list[tuple[int, int, str]]) -> list[Reference]:
    """Give each reference the name that follows it closely, else precedes it closely, else the only one."""
    if not names:
        return found
    starts, ends = [n[0] for n in names], [n[1] for n in names]
    only = names[0][2] if len({n[2] for n in names}) == 1 else None
    out: list[Reference] = []
    pending: str | None = None
    for ref in reversed(found):
        i, j = bisect_left(starts, ref.end), bisect_right(ends, ref.start) - 1
        after = names[i] if i < len(names) and starts[i] - ref.end <= _NEAR else None
        before = names[j] if j >= 0 and ref.start - ends[j] <= _NEAR else None
        if after is not None:
            source: str | None = after[2]
        elif pending is not None and out and out[-1].start - ref.end <= _NEAR:
            source = pending
        elif before is not None:
            source = before[2]
        else:
            source = only
        pending = source if after is not None or (pending and source == pending) else None
        out.append(Reference(ref.kind, ref.number, ref.start, ref.end, source, ref.weak))
    return out[::-1]


def locator_keys(locator: str | None, source_id: str, names: TextNames | None = None) -> list[str]:
    """Article keys of a fiche's locator: « art. 122-18 et 122-2 » of `rga` → `rga:122-18`, `rga:122-2`."""
    if not locator:
        return []
    keys = [ref.key(source_id) for ref in parse_references(locator, names) if not (ref.weak and "art" not in locator)]
    return list(dict.fromkeys(k for k in keys if k))


def strip_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the spans blanked, same length (so that offsets stay true)."""
    chars = list(text)
    for start, end in spans:
        chars[start:end] = " " * (end - start)
    return "".join(chars)
