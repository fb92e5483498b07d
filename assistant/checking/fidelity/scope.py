"""And, or, one of, all; conditions, exceptions and reserves.

Guarantee: two things joined by « et » in one text and by « ou » in the other are a departure, and so is « one is
enough » for « both ». A restriction (« si », « sauf », « sans », a relative clause that no comma sets apart, a figure's
threshold) may be reworded, not left out, when the rest is told. An exception may not be made up, what is left out may
not be taken in. A reserve (« en principe », « selon », a conditional) stays a reserve.
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import ReadText, words_pattern

_LINK = re.compile(r"(?<![a-z])(?:et/ou|et|ou|and|or|ainsi que|as well as)(?![a-z'])")
_LINKS = {"et": "et", "and": "et", "ainsi que": "et", "as well as": "et", "ou": "ou", "or": "ou"}
_ONE = words_pattern(
    ["l'un des", "l'une des", "un seul", "une seule", "suffit a", "suffit pour", "suffit", "suffisant", "au choix", "l'un ou l'autre", "soit",
     "one of the", "either", "only one", "is enough", "suffices", "un des", "une des"]
)  # fmt: skip
_ALL = words_pattern(
    ["a la fois", "cumul*", "les deux", "tous les", "toutes les", "deux des", "both", "all", "each", "en meme temps", "chacune", "chacun",
     "s'ajout*", "two of the"]
)  # fmt: skip
_ENOUGH = words_pattern(["suffit", "suffisent", "est suffisant", "is enough", "suffices"])
_RESTRICTS = {
    "fr": re.compile(
        r"(?<![a-z])(?:sauf|hors(?! champ)|excepte|a l'exception|si|s'il|s'ils|s'elle|s'elles|lorsqu'|lorsque|quand|a condition|pourvu|sous reserve|en cas|"
        r"dez que|dez lors|faute de|a defaut|sans(?! effet)|non|avec|d'au moins|d'au plus|"
        r"(?<!, )(?<!,)(?<!ce )qui|que(?= l| on| c)|qu'on|homologue\w*|tournes?|tournees?|sur presentation|soit)(?![a-z])"
    ),
    "en": re.compile(
        r"(?<![a-z])(?:except|unless|outside|excluding|if|when|where|provided|subject to|in case|without(?! effect)|with|(?<!, )that|(?<!, )who|(?<!, )which)(?![a-z])"
    ),
}
_STOPS = re.compile(r"[,;:.()]|(?<![a-z])(?:est|sont|doit|doivent|peut|peuvent|ne|n'|is|are|must|may|shall)(?![a-z])")
_EXCEPT = words_pattern(
    ["sauf", "excepte*", "a l'exception", "hors", "hormis", "exclu*", "sans compter", "except*", "unless", "outside", "excluding", "apart from", "out of scope"]
)  # fmt: skip
_SAVE = words_pattern(["sauf", "excepte*", "a l'exception", "hormis", "hors", "except", "unless", "apart from"])
_INCLUDE = words_pattern(
    ["compris", "comprise*", "inclus*", "y compris", "including", "included", "incluant", "inclut"]
)
_RESERVE = re.compile(
    r"(?<![a-z])(?:en principe|normalement|a priori|en regle generale|generalement|in principle|normally|generally|"
    r"selon(?! (?:le reglement|la directive|la loi|le code|l'ordonnance|le decret|le texte de|l'article|le mode|les oeuvres|les? departements?|la |son |leur |chaque))|selon la (?:presse|ficam|revue|tribune|lettre|banque)|d'apres|rapporte\w*|according|reports?|reported|"
    r"probable\w*|sans doute|a verifier|verifier|a confirmer|confirmer|sembl\w*|estim\w*|deduit\w*|deduction|lecture|seems?|appears?|probably|likely|"
    r"to be checked|to be confirmed|inferred|a notre connaissance)(?![a-z])"
)
_MILD = re.compile(
    r"(?<![a-z])(?:annonc\w*|dans certains|constat\w*|relev\w*|juge\w*|cite\w*|check\w*|rappel\w*|compt\w*|donn\w*|indiqu\w*|on dedui\w*|says?|states?)(?![a-z])"
)
"""Words that may stand for a reserve in a sentence, without being one that a wording must keep."""
_CONDITIONAL = re.compile(r"(?<![a-z])(?!(?:aur|pourr|devr)ait)\w{2,}(?:erait|eraient|irait|draient|drait)(?![a-z])")


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Conditions fused, dropped, made up; reserves lost."""
    out = _links(mine, theirs)
    if mine.has(_ONE) and not theirs.has(_ONE) and theirs.has(_ALL) and not denied(mine).count:
        out.append("une condition pour plusieurs")
    if mine.has(_ENOUGH) and not theirs.has(_ENOUGH) and theirs.has(_ALL) and not denied(mine).count:
        out.append("une condition suffit")
    if mine.has(_ALL) and not theirs.has(_ALL) and theirs.has(_ONE) and not denied(theirs).count:
        out.append("plusieurs conditions pour une")
    if _counted(mine) != _counted(theirs) and _counted(mine) and _counted(theirs):
        out.append("nombre de conditions")
    return out + _exceptions(mine, theirs)


def omissions(mine: ReadText, theirs: ReadText) -> list[str]:
    """Restrictions and reserves left out."""
    out = _dropped(mine, theirs)
    if (theirs.has(_RESERVE) or theirs.has(_CONDITIONAL)) and not _reserved(mine):
        out.append("réserve perdue")
    return out


def _reserved(text: ReadText) -> bool:
    return text.has(_RESERVE) or text.has(_MILD) or text.has(_CONDITIONAL)


_COUNTED = re.compile(
    r"(?<![a-z])(un|une|deux|trois|one|two|three|1|2|3) (?:seule? )?(?:des|of the) (deux|trois|quatre|two|three|four|2|3|4)?"
)
_VALUES = {"un": 1, "une": 1, "one": 1, "deux": 2, "two": 2, "trois": 3, "three": 3}


def _counted(text: ReadText) -> int | None:
    """« deux des trois » → 2."""
    m = _COUNTED.search(text.folded)
    return (_VALUES.get(m.group(1)) or int(m.group(1))) if m and m.group(2) else None


_EACH, _ANY = re.compile(r"(?<![a-z])(?:un|une|a) [a-z' -]{2,30} $"), re.compile(r" (?:a )?(?:un|une|an?) ")
_WHETHER = re.compile(
    r"(?<![a-z])(?:qu'il s'agisse|que ce soit|qu'ils? soi\w+|qu'elles? soi\w+|whether|soit|parmi|notamment|among|such as)(?![a-z])"
)


def _links(mine: ReadText, theirs: ReadText) -> list[str]:
    out: list[str] = []
    if mine.has(_WHETHER) or theirs.has(_WHETHER):
        return out
    given = _joined(theirs)
    for pair, link in _joined(mine).items():
        others = {other for p, other in given.items() if p == pair or p == (pair[1], pair[0])}
        if others and link not in others and denied(mine).count == denied(theirs).count:
            out.append(f"{'/'.join(sorted(others))} → {link} : {pair[0]}, {pair[1]}")
    return out


def _joined(text: ReadText) -> dict[tuple[str, str], str]:
    """(stem on the left, stem on the right) → « et » or « ou », for the two words on each side."""
    out: dict[tuple[str, str], str] = {}
    for m in _LINK.finditer(text.folded):
        link = _LINKS.get(m.group(0))
        if link is None:
            continue
        left, right = text.before(m.start(), 2), text.after(m.end(), 2)
        wide = set(text.between(m.end(), m.end() + 40))
        if _EACH.search(text.folded, 0, m.start()) and _ANY.match(
            text.folded, m.end()
        ):  # « un studio ou un bureau »: studios and offices
            continue
        if set(left) & wide and any(
            s[0].isdigit() for s in (*left, *right)
        ):  # « 3 000 € pour une personne physique et 15 000 € pour une personne morale »: each its own
            continue
        for a in left:
            for b in right:
                out.setdefault((a, b), link)
    return out


def _exceptions(mine: ReadText, theirs: ReadText) -> list[str]:
    out = []
    ours, given = denied(mine), denied(theirs)
    restricts = theirs.has(_ONLY) or ours.count + ours.bounds < given.count + given.bounds
    denial = _around(mine, _SAVE, 0, 4) & given.stems
    if mine.has(_SAVE) and not theirs.has(_EXCEPT) and (denial or not restricts):
        out.append("exception ajoutée")
    ours_out, ours_in = _around(mine, _EXCEPT, 0, 1), _around(mine, _INCLUDE, 2, 2)
    their_out, their_in = _around(theirs, _EXCEPT, 0, 1), _around(theirs, _INCLUDE, 2, 2)
    out += [f"exclu → inclus : {s}" for s in sorted((ours_in - ours_out) & (their_out - their_in))]
    out += [f"inclus → exclu : {s}" for s in sorted((ours_out - ours_in) & (their_in - their_out))]
    out += [
        f"hors perdu : {s}"
        for s in sorted((their_out & mine.stems) - ours_out)
        if not mine.has(_EXCEPT) and not denied(mine).count
    ]
    return out


_ONLY = re.compile(r"(?<![a-z])(?:seul\w*|uniquement|only|(?:ne |n')[^,;:.]{1,50}?(?:que |qu'))")


def _around(text: ReadText, cue: re.Pattern[str], before: int, after: int) -> set[str]:
    out: set[str] = set()
    for m in cue.finditer(text.folded):
        out |= set(text.before(m.start(), before))
        out |= set(text.after(m.end(), after))
    return out


def _dropped(mine: ReadText, theirs: ReadText) -> list[str]:
    """Restrictions of which next to nothing is left although the rest is told."""
    spans = restrictions(theirs)
    main = {w.stem for w in theirs.words if not any(a <= w.start < b for a, b in spans)}
    if len(main & _all(mine)) < 0.5 * len(main):
        return []
    out = []
    for start, end in spans:
        own = set(theirs.between(start, end)) - main
        if len(own) < 2 and theirs.folded.startswith(("avec", "with"), start):  # « remis au CNC », "filed with the CNC"
            continue
        if own and len(own & _all(mine)) < 0.34 * len(own) and not _rephrased(mine, _all(theirs)):
            out.append(f"condition perdue : {theirs.text[start:end].strip()}")
    return out


def _all(text: ReadText) -> set[str]:
    return {w.stem for w in text.words}


def _rephrased(mine: ReadText, known: set[str]) -> bool:
    """True when a restriction of the sentence holds words that the wording does not have: it may be the one sought."""
    for start, end in restrictions(mine):
        stems = set(mine.between(start, end))
        if stems - known:
            return True
    return False


def restrictions(text: ReadText) -> list[tuple[int, int]]:
    """Spans of the restrictions of a text, from the word that opens one to the end of its clause."""
    out: list[tuple[int, int]] = []
    for m in _RESTRICTS[text.language].finditer(text.folded):
        pattern = _PAUSE if _CLAUSE.match(m.group(0)) else _STOPS
        stop = pattern.search(text.folded, m.end() + 4)
        end = stop.start() if stop else len(text.folded)
        if text.after(m.end(), 1) and not any(a <= m.start() < b for a, b in out):
            out.append((m.start(), end))
    return out


_PAUSE = re.compile(r"[,;:.()]")
_CLAUSE = re.compile(r"si\b|s'|lorsqu|quand|a condition|pourvu|if|when|where|unless|provided|who|that|which")
