"""What is denied, and what is a duty, a right, a ban, an advice.

Guarantee: a negation is read with the words that it bears on; a word denied in one text and affirmed in the other is a
departure when the count of negations says that one was added or lost. A duty told as a right, a right as a duty, a ban
as a leave, and a possibility told as a fact, are departures. « ne … que » restricts and does not deny.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.fidelity.words import Reading, words_pattern

_NE = re.compile(
    r"(?<![a-z])(?:ne |n')(?P<in>[^,;:.]{1,60}?)(?<![a-z])(?P<out>pas|plus|jamais|aucune?|ni|guere|nullement|rien|personne)(?![a-z])"
)
_BEFORE_NE = re.compile(r"(?<![a-z])(?:aucune?s?|rien|personne|nul|nulle|ni)(?![a-z])(?P<in>[^;:.]{1,120}?)(?<![a-z])(?:ne |n')")
_ALONE = re.compile(r"(?<![a-z])(?:aucune?|sans|ni|non|jamais|pas|nullement)(?=[ -](?:d'|de |l'|la |le |les |un |une )?[a-z])")
_ONLY = re.compile(r"(?<![a-z])(?:ne |n')[^,;:.]{1,50}?(?<![a-z])(?:que |qu')")
_NOT = re.compile(r"(?<![a-z])(?:(?:does|do|did|is|are|was|were|has|have|had|will|would|may|must|need|shall|can|could|should) (?:not|no longer|never)|cannot|not|no longer|never|no|without|none|neither|nor|nothing)(?![a-z])(?! (?:later|more|less|fewer)\b)")
_LIGHT = frozenset("est ete etre avoir peut doit fait figur comport tient donn dit".split())

_DUTY = {
    "fr": words_pattern(["doit", "doivent", "devra", "devront", "devait", "devaient", "devoir", "obligatoire*", "obligation de", "oblige", "obligent", "tenu de", "tenue de", "tenus de", "tenues de", "tenu d'indiquer", "tenu d'*", "tenue d'*", "exige", "exigee", "exiges", "exigees", "exigent", "requis*", "impose", "imposent", "imposee", "faut", "necessaire de", "est soumis", "est soumise"]),
    "en": words_pattern(["must", "shall", "has to", "have to", "had to", "mandatory", "compulsory", "required", "requires", "require", "obliged", "obligation to", "imposes", "imposed", "owes", "owe"]),
}  # fmt: skip
_RIGHT = {
    "fr": words_pattern(["peut", "peuvent", "pourra", "pourront", "pouvait", "pouvaient", "permet", "permettent", "permis", "permise*", "autorise", "autorisent", "autorise*", "possible", "possibilite de", "libre de", "libre", "libres", "librement", "tolere*", "le droit de", "admet", "admis", "admise"]),
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
    "fr": words_pattern(["recommand*", "conseille*", "invite a", "encourag*", "sans l'imposer", "incite a", "souhait*"]),
    "en": words_pattern(["recommend*", "advis*", "encourag*", "should"]),
}
_HELP = re.compile(r"(?:peut|peuvent|pourra|can|may) (?:en |vous |le |la |les |l')?(?:repondre|renseigner|conseiller|preciser|dire|donner|aider|answer|advise|tell|provide)")
_SOFT = re.compile(
    r"jusqu'a|au plus|au maximum|maxim|plafon|expos|risqu|encour|possib|eventuel|suscepti|parfois|admet|admis|accept|option|droit|"
    r"libre|permet|autoris|selon les|dans certains|parmi|soit|chacun|up to|at most|allow|permit|risk|liable|some|no more|limit|n'excede|depass"
)
_ALWAYS = re.compile(r"(?<![a-z])(?:toujours|systematiquement|en toutes? circonstances?|sans exception|dans tous les cas|always|in all cases|automatiquement)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Denied:
    """Stems under a negation, how many negations there are, and the spans they cover."""

    stems: frozenset[str]
    count: int
    spans: tuple[tuple[int, int], ...]


@lru_cache(maxsize=8192)
def denied(text: Reading) -> Denied:
    """The negations of a text."""
    return _denied_fr(text) if text.language == "fr" else _denied_en(text)


def _denied_fr(text: Reading) -> Denied:
    stems: set[str] = set()
    spans: list[tuple[int, int]] = []
    for m in _NE.finditer(text.folded):
        inner = [w.stem for w in text.words if m.start("in") <= w.start < m.end("in")]
        heavy = [s for s in inner if s not in _LIGHT]
        follow = text.after(m.end(), 1)
        stems |= set(heavy or follow)
        if m.group("out").startswith("aucun") or m.group("out") == "ni":
            stems |= set(follow)
        spans.append((m.start(), m.end()))
    for m in _BEFORE_NE.finditer(text.folded):
        if not any(a <= m.end() - 3 < b and a != m.end() - 3 for a, b in spans):
            stems |= set(text.after(m.end(), 1))
            stems |= set([w.stem for w in text.words if m.start("in") <= w.start < m.end("in")][:1])
            spans.append((m.start(), m.end() + 1))
    for m in _ALONE.finditer(text.folded):
        if not any(a <= m.start() < b for a, b in spans):
            stems |= set(text.after(m.end(), 1))
            spans.append((m.start(), m.end()))
    return Denied(frozenset(stems), len(_merged(spans)), tuple(spans))


def _denied_en(text: Reading) -> Denied:
    stems: set[str] = set()
    spans: list[tuple[int, int]] = []
    for m in _NOT.finditer(text.folded):
        stems |= set(text.after(m.end(), 1))
        spans.append(m.span())
    return Denied(frozenset(stems), len(spans), tuple(spans))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def departures(mine: Reading, theirs: Reading) -> list[str]:
    """Negations added or lost, modalities turned round."""
    out = _negations(mine, theirs)
    ours, given = forces(mine), forces(theirs)
    for force in sorted(ours - given):
        if given & _AGAINST[force]:
            out.append(f"{'/'.join(sorted(given & _AGAINST[force]))} → {force}")
        elif force in {"interdit", "dispensé"} and not given and not denied(theirs).count:
            out.append(f"ajouté : {force}")
    if mine.has(_ALWAYS) and not theirs.has(_ALWAYS):
        out.append("généralisé")
    return out


def omissions(mine: Reading, theirs: Reading) -> list[str]:
    """A possibility told as a fact."""
    given = forces(theirs)
    lost = "permis" in given and not given & {"dû", "interdit"} and not forces(mine) and not mine.has(_SOFT)
    return ["possibilité dite comme un fait"] if lost else []


def _negations(mine: Reading, theirs: Reading) -> list[str]:
    ours, given = denied(mine), denied(theirs)
    out = []
    if ours.count < given.count:
        lost = (given.stems & mine.stems) - ours.stems - _affirmed(theirs, given)
        out += [f"négation perdue : {s}" for s in sorted(lost)]
    if ours.count > given.count:
        added = (ours.stems & theirs.stems) - given.stems - _affirmed(mine, ours)
        out += [f"négation ajoutée : {s}" for s in sorted(added)]
    return out


def _affirmed(text: Reading, found: Denied) -> set[str]:
    """Stems that also stand free of any negation: seen more often than denied."""
    seen: dict[str, int] = {}
    for w in text.words:
        seen[w.stem] = seen.get(w.stem, 0) + 1
    return {s for s in found.stems if seen.get(s, 0) > 1}


_AGAINST = {
    "dû": {"permis", "dispensé", "interdit"},
    "permis": {"dû", "interdit"},
    "interdit": {"dû", "permis"},
    "dispensé": {"dû"},
    "conseillé": {"dû", "interdit"},
}


@lru_cache(maxsize=8192)
def forces(text: Reading) -> frozenset[str]:
    """The modal forces of a text, negations resolved."""
    spans = denied(text).spans
    only = [m.span() for m in _ONLY.finditer(text.folded)] if text.language == "fr" else []
    helps = [m.span() for m in _HELP.finditer(text.folded)]
    out = set()
    for kind, patterns, turned in (
        ("dû", _DUTY, "dispensé"),
        ("permis", _RIGHT, "interdit"),
        ("interdit", _BAN, "permis"),
        ("dispensé", _FREE, "dû"),
        ("conseillé", _ADVICE, "conseillé"),
    ):
        for m in patterns[text.language].finditer(text.folded):
            if any(a <= m.start() < b for a, b in helps):
                continue
            under = any(a <= m.start() <= b + 14 and (m.start() < b or _near(text.folded, b, m.start())) for a, b in spans)
            if kind == "dû" and under and text.language == "en" and re.search(r"(?:must|shall) (?:not|no)", text.folded):
                out.add("interdit")
                continue
            if kind == "dû" and under and re.match(r"(?:doit|doivent|devra|faut)", m.group(0)):
                out |= {"interdit", "dispensé"}
                continue
            if kind == "permis" and any(a <= m.start() < b for a, b in only):
                out |= {"permis", "interdit"}
                continue
            out.add(turned if under else kind)
    return frozenset(out)


def _near(text: str, end: int, start: int) -> bool:
    """True when nothing but small words stands between a negation and what follows it."""
    return re.fullmatch(r"[ -]?(?:(?:de|d'|la|le|les|un|une|plus|ete|be|been|to|have|any|a|en principe) ?){0,3}", text[end:start]) is not None
