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

from assistant.checking.fidelity.words import ReadText, bag, words_pattern

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
_BOUNDING = re.compile(r"depass|exced|superieur|inferieur|exceed")
_CORRECTS = re.compile(r"[^;.]{0,90}?,? mais (?:depuis|de|du|d'|a|au|par|pour|en|le|la|les|aux|des|seulement|bien|l')")
"""« ne s'applique pas depuis 2024, mais depuis 2025 » denies a date, not that it applies."""
_MODAL = "\0modal"
_MODALS = re.compile(r"(?<![a-z])(?:peu[tv]\w*|pourr\w*|doi\w*|devr\w*|faut|autoris\w*|permet\w*)")
_NUMBER = re.compile(r"\d|(?<![a-z])(?:deux|trois|quatre|cinq|six|sept|huit|dix|vingt|trente|cent|mille|seuils?)")
_LIGHT = bag("princip entr normal est ete etre avoir peut doit fait figur comport tient donn dit")

_DUTY = {
    "fr": words_pattern(["doit", "doivent", "devra", "devront", "devait", "devaient", "devoir", "obligatoire*", "obligation de", "oblige", "obligent", "tenu de", "tenue de", "tenus de", "tenues de", "tenu d'indiquer", "tenu d'*", "tenue d'*", "exige", "exigee", "exiges", "exigees", "exigent", "requis*", "impose", "imposent", "imposee", "faut", "necessaire de", "est soumis", "est soumise"]),
    "en": words_pattern(["must", "shall", "has to", "have to", "had to", "mandatory", "compulsory", "required", "requires", "require", "obliged", "obligation to", "imposes", "imposed", "owes", "owe"]),
}  # fmt: skip
_RIGHT = {
    "fr": words_pattern(["peut", "peuvent", "pourra", "pourront", "pouvait", "pouvaient", "permet", "permettent", "permis", "permise*", "autorise", "autorisent", "autorise*", "option", "possible", "possibilite de", "libre de", "libre", "libres", "librement", "tolere*", "le droit de", "admet", "admis", "admise"]),
    "en": words_pattern(["may", "can", "could", "might", "allow*", "permit*", "possible", "free to", "free", "option of", "tolerated", "admitted", "entitled"]),
}  # fmt: skip
_BAN = {
    "fr": words_pattern(["interdi*", "prohib*", "defendu", "defense de", "illega*"]),
    "en": words_pattern(["prohibit*", "ban", "bans", "banned", "forbid*", "forbidden", "illegal"]),
}
_FREE = {
    "fr": words_pattern(["facultati*", "volontaire*", "volontariat", "optionnel*", "dispense", "dispensee", "dispensent", "dispenses", "dispenser", "exempt*", "sans obligation", "a titre facultatif"]),
    "en": words_pattern(["optional*", "voluntar*", "exempt*", "waive*", "need not"]),
}  # fmt: skip
_ADVICE = {
    "fr": words_pattern(["recommand*", "conseille*", "invite a", "sans l'imposer"]),
    "en": words_pattern(["recommend*", "advis*", "should"]),
}
_HELP = re.compile(
    r"(?:peut|peuvent|pourra|can|may) (?:en |vous |le |la |les |l')?(?:repondre|renseigner|conseiller|preciser|dire|donner|aider|answer|advise|tell|provide)"
)
_SOFT = re.compile(
    r"jusqu'a|au plus|au maximum|maxim|plafon|expos|risqu|encour|possib|eventuel|suscepti|parfois|admet|admis|accept|option|droit|"
    r"libre|permet|autoris|selon les|dans certains|parmi|soit|chacun|up to|at most|allow|permit|risk|liable|some|no more|limit|n'excede|depass"
)
_EVERY = re.compile(
    r"(?<![a-z])(?:toujours|systematiquement|tou(?:te?s?|s)|chaque|sans exception|always|all|any|every)(?![a-z])"
)
_ALWAYS = re.compile(
    r"(?<![a-z])(?:toujours|systematiquement|en toutes? circonstances?|sans exception|dans tous les cas|always|in all cases)(?![a-z])"
)


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
            counts = _BOUNDING.search(m.group("in"))
            if _BOUND.match(text.folded, m.end("in")) or (
                counts and _NUMBER.search(text.folded, m.end(), m.end() + 40)
            ):
                bounds.append(m.span())
                continue
            inner = text.between(m.start("in"), m.end("in"))
            heavy = [s for s in inner if s not in _LIGHT]
            last = m.group("out") if pattern is _NE else ""
            if _CORRECTS.match(text.folded, m.end()):
                continue
            follow = text.after(m.end(), 1) if not heavy or last.startswith("aucun") or last == "ni" else ()
            add([*heavy, *follow, *([_MODAL] if _MODALS.search(m.group("in")) else [])], m.span())
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
    if mine.has(_ALWAYS) and not theirs.has(_EVERY):
        out.append("généralisé")
    return out


def omissions(mine: ReadText, theirs: ReadText) -> list[str]:
    """A possibility told as a fact."""
    given = forces(theirs)
    lost = "permis" in given and not given.keys() & {"dû", "interdit"} and not forces(mine) and not mine.has(_SOFT)
    return ["possibilité dite comme un fait"] if lost else []


def _negations(mine: ReadText, theirs: ReadText) -> list[str]:
    ours, given = denied(mine), denied(theirs)
    if "interdit" in forces(mine).keys() & forces(theirs).keys():
        ours, given = ours.without_modals(), given.without_modals()
    told = given.told_by(mine)
    out = []
    if ours.count < told and not mine.has(_SAVE):
        lost = (given.stems & mine.stems) - ours.reach - _free(theirs, given)
        out += [f"négation perdue : {s}" for s in sorted(lost)]
    if not ours.count and not mine.has(_CONTRARY):
        out += [f"nié : {figure}" for figure in sorted(_corrected(theirs) & {w.text for w in mine.words})]
    if ours.count > told:
        only = {s for m in _ONLY.finditer(theirs.folded) for s in theirs.between(*m.span())}
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


_KINDS = (
    ("dû", _DUTY, "dispensé"),
    ("permis", _RIGHT, "interdit"),
    ("interdit", _BAN, "permis"),
    ("dispensé", _FREE, "dû"),
    ("conseillé", _ADVICE, "conseillé"),
)


@lru_cache(maxsize=8192)
def forces(text: ReadText) -> Mapping[str, frozenset[str]]:
    """The modal forces of a text, negations resolved, each with the stems around its words.

    The verb that « peut », « doit » or "must" governs is marked by `>`.
    """
    spans = denied(text).spans
    only = [m.span() for m in _ONLY.finditer(text.folded)] if text.language == "fr" else []
    helps = [m.span() for m in _HELP.finditer(text.folded)]
    out: dict[str, set[str]] = {}
    for kind, patterns, turned in _KINDS:
        for m in patterns[text.language].finditer(text.folded):
            if any(a <= m.start() < b for a, b in helps):
                continue
            around = set(text.after(m.end(), 2))
            if _VERB.match(m.group(0)):
                around |= {f">{s}" for s in text.after(m.end(), 1)}
            else:
                around |= set(text.before(m.start(), 2))
            under = any(
                a <= m.start() < b or (b <= m.start() and _near(text.folded, a, b, m.start())) for a, b in spans
            )
            told = {turned if under else kind}
            if kind == "dû" and under and _STRONG.match(m.group(0)):
                told = {"interdit"} if text.language == "en" else {"interdit", "dispensé"}
            elif kind == "permis" and any(a <= m.start() < b for a, b in only):
                told = {"permis", "interdit"}
            for force in told:
                out.setdefault(force, set()).update(around)
    return {force: frozenset(stems) for force, stems in out.items()}


_VERB = re.compile(r"doi|dev|fau|peu|pou|must|shall|may|can|could|might|has to|have to")
_CONTRARY = re.compile(r"(?<![a-z])(?:contrairement|au lieu|plutot|contrary|instead|rather)")
_SAVE = re.compile(r"(?<![a-z])(?:sauf|hors|hormis|except|unless|outside)")
_STRONG = re.compile(r"doit|doivent|devra|devront|faut|must|shall")


def _near(text: str, opens: int, end: int, start: int) -> bool:
    """True when nothing but small words stands between a negation and what follows it; after « sans », also a noun."""
    pattern = _WITHOUT if text.startswith(("sans", "aucun", "without", "no "), opens) else _SMALL
    return pattern.fullmatch(text, end, start) is not None


_SMALL = re.compile(r"[ -]?(?:(?:de|d'|la|le|les|un|une|plus|ete|etre|be|been|being|to|have|any|a|en principe) ?){0,3}")
_WITHOUT = re.compile(r"[ -]?(?:[a-z'-]+ ){0,2}")
