"""Is a sentence that a model wrote only another wording of the passage it cites?

The verifier compares features: figures, dates, references, negation, modality. That is enough for sentences that people
wrote and checked; a model may also keep every feature and change the words between them (who owes what to whom, a
condition moved to the other rule, a plausible adjective). So a model's sentence is held to more, without any guess:

- no word of substance that the passage lacks, has fewer times, or has in another tense or mood, save a few ways of
  saying the same (`_SAME`);
- the words in the passage's order, save one run of them put first or last (« À compter du 1er janvier, … »);
- each negation, condition, exception, bound, hedge and quantifier bears on the same word as in the passage;
- a clause of the passage is kept whole; only one that is an aside and limits nothing may be left out, whole.

It refuses true paraphrases; the extractive sentence stands in for them. It is linear in the sentence.
"""

# Tables of patterns read best one pattern a line.
# ruff: noqa: E501

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import LCSseq

from ingest.corpus.fiches import Polarity
from ingest.language.claims import Language, read_claim, unsupported
from ingest.language.lexical import analyse, fold
from ingest.language.sentences import sentence_spans

_SAME = (
    "remettre remet remettent remis remise fournir fournit fournissent transmettre transmet transmettent transmission "
    "adresser adresse adressent envoyer envoie envoient deposer depose deposent",
    "exiger exige exigent exigee exigible demander demande demandee demandent obligatoire obligatoires obligation "
    "imposer impose imposent requis requise requiert",
    "entreprise entreprises societe societes",
    "film films oeuvre oeuvres",
    "file files filed submit submits submitted provide provides provided send sends hand hands",
    "company companies business businesses undertaking undertakings",
    "require requires required mandatory compulsory",
)
"""Ways of saying the same, as far as a rule goes; a class a line."""
_NUMBERS = {
    "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "six": "6", "sept": "7", "huit": "8", "neuf": "9",
    "dix": "10", "onze": "11", "douze": "12", "quatorze": "14", "quinze": "15", "vingt": "20", "trente": "30",
    "two": "2", "three": "3", "four": "4", "five": "5", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "premier": "1", "er": "1", "first": "1",
}  # fmt: skip
_SAID = re.compile(
    r"\b(?:dev(?:ez|ons|ra|ront|rez|rait|raient)|pou(?:vez|vons|rra|rront|rrez)|faudra|also|egalement|ainsi|donc|alors|"
    r"en effet|en outre|de plus|par ailleurs|enfin|ensuite|thus|therefore|moreover|finally|shall|you|vous)\b"
)
"""Words that a sentence may add: modals (their sense is checked apart), connectives, and whom it is said to."""
_BINDING = {
    "negation": r"\b(?:ne|n'(?=\w)|not|no|never|cannot|neither|nor|ni|pas|non)\b",
    "privation": r"\b(?:sans|without|aucune?s?|none)\b",
    "only": r"\b(?:seule?s?|seulement|uniquement|exclusivement|only|solely)\b",
    "all": r"\b(?:tout|toute|tous|toutes|toujours|chaque|systematiquement|all|every|each|always|any)\b",
    "if": r"\b(?:s'(?=ils?\b)|si|lorsqu\w*|quand|sous reserve|a condition|pourvu|en cas|des lors|if|when|where|provided|subject to)\b",
    "except": r"\b(?:sauf|hormis|hors|excepte|a l'exception|except|unless|other than)\b",
    "over": r"\b(?:au moins|au minimum|plus (?:de|d')|au-dela|a partir|depass\w+|superieur\w*|at least|more than|over|above|exceed\w*)\b",
    "under": r"\b(?:au plus(?! tard)|au maximum|jusqu'\w*|moins (?:de|d')|inferieur\w*|at most|up to|less than|fewer than|under|below|no more than)\b",
    "more": r"\b(?:plus|more|higher|davantage)\b",
    "less": r"\b(?:moins|less|lower|fewer)\b",
    "must": r"\b(?:doi(?:t|s|vent)|devr\w+|faut|faudra|must|shall|has to|have to|tenue?s? de)\b",
    "may": r"\b(?:peu(?:t|x|vent)|pourr\w+|may|can|might|could)\b",
    "before": r"\b(?:avant|au plus tard|before|by|no later)\b",
    "after": r"\b(?:apres|a compter|depuis|des(?= (?:le|la|l'|que)\b)|after|since|following|from)\b",
    "about": r"\b(?:environ|pres de|about|around|approximately)\b",
    "hedge": r"\b(?:sembl\w+|probable\w*|prevu\w*|prevoi\w+|annonc\w+|propos\w+|envisag\w+|deduit|deduction|selon|d'apres|expected|planned|propose\w*|likely|according|appears?|announced)\b",
    "agent": r"\b(?:par|by)\b",
    "either": r"\b(?:ou|or|soit)\b",
}  # fmt: skip
_BINDINGS = {kind: re.compile(pattern) for kind, pattern in _BINDING.items()}
_LIMITING = frozenset(_BINDING) - {"all", "agent", "must"}
_CLAUSE = re.compile(r"(,(?!\d)|[:()–—])")
_PART = re.compile(r";|(?<!\b[A-Z])\.\s")
_PLAIN = re.compile(r"[a-z0-9\s.,;:'()%€-]")
"""Signs that a sentence may bring, folded; a question mark, scare quotes or a letter of another alphabet change the sense,
or hide a word from the reading."""
_OWED = {Polarity.OBLIGE: "oblige", Polarity.PERMET: "permet", Polarity.INTERDIT: "interdit"}
KEPT = 0.6
"""Least share of a passage's words that the sentences on it hold together."""


def _classes() -> dict[str, str]:
    out = {t: number for word, number in _NUMBERS.items() for t in analyse(word)}
    for line in _SAME:
        words = line.split()
        out |= {t: words[0] for word in words for t in analyse(word)}
    return out


_CLASS = _classes()


def terms(text: str) -> list[str]:
    """The words of substance of a text, in order, one name for each class of `_SAME`."""
    return [_CLASS.get(t, t) for t in analyse(_SAID.sub(" ", fold(text)))]


def _forms(text: str) -> set[str]:
    """The words of a text as they are inflected, plural marks apart: « portait », « portera » and « porterait » differ."""
    words = re.findall(r"[a-z]{4,}", _SAID.sub(" ", fold(text)))
    return {re.sub(r"[sx]$", "", w) for w in words if any(t not in _CLASS for t in analyse(w))}


@lru_cache(maxsize=4096)
def bindings(text: str) -> frozenset[tuple[str, str]]:
    """Each limiting word of a text, by kind, with the next word of substance, which it bears on."""
    folded = fold(text)
    out = set()
    for kind, pattern in _BINDINGS.items():
        for m in pattern.finditer(folded):
            following = terms(folded[m.end() : m.end() + 90])
            out.add((kind, following[0] if following else ""))
    return frozenset(out)


def unfounded(sentence: str, wording: str, language: Language, polarity: Polarity | None = None) -> list[str]:
    """What a sentence adds to the wording it cites, or turns round; empty when it only says it otherwise."""
    mine, theirs = terms(sentence), terms(wording)
    if not mine:
        return ["ne dit rien"]
    have, spent = Counter(theirs), Counter(mine)
    out = [f"mot absent du passage : {t}" for t in spent if not have[t]]
    if not out and (bent := _forms(sentence) - _forms(wording)):
        out.append(f"autre forme d'un mot du passage : {min(bent)}")
    if any(n > have[t] > 0 for t, n in spent.items()) or len(sentence_spans(sentence)) > len(sentence_spans(wording)):
        out.append("se répète")
    if not out and not _in_order(mine, theirs):
        out.append("mots du passage dans un autre ordre")
    out += _trimmed(sentence, wording, language)
    if odd := {c for c in fold(sentence) if not _PLAIN.match(c)} - set(fold(wording)):
        out.append(f"signe absent du passage : {min(odd)}")
    added = {b for b in bindings(sentence) - bindings(wording) if not _owed(b[0], wording, polarity)}
    out += [f"{kind} sur un autre mot : {on}" for kind, on in sorted(added)]
    allowed = read_claim(wording, language).modality | ({_OWED[polarity]} if polarity in _OWED else set())
    out += [f"modalité ajoutée : {m}" for m in sorted(read_claim(sentence, language).modality - allowed)]
    return out


def _owed(kind: str, wording: str, polarity: Polarity | None) -> bool:
    """True for « doit » said of a rule that obliges in the indicative (« remet »), « peut » of one that permits."""
    modal = {Polarity.OBLIGE: "must", Polarity.PERMET: "may"}.get(polarity) if polarity else None
    return kind == modal and not any(k in ("must", "may") for k, _ in bindings(wording))


def _trimmed(sentence: str, wording: str, language: Language) -> list[str]:
    """What a sentence cuts away inside the parts of the wording that it speaks of.

    Parts stand apart (« … ; … »); inside one, a clause is kept whole, or it is an aside left out whole.
    """
    spent, needed, out = Counter(terms(sentence)), Counter[str](), []
    said = set(spent)
    for part in _PART.split(wording):
        clauses = [(c, terms(c)) for c in _CLAUSE.split(part)[::2]]
        whole = {t for _, words in clauses if said.issuperset(words) for t in words}
        if not said & {t for _, words in clauses for t in words} - _shared(part, wording):
            continue
        for clause, words in clauses:
            if said.issuperset(words):
                needed.update(words)
                out += ["limite omise"] if (bindings(clause) & bindings(wording)) - bindings(sentence) else []
            else:
                out += ["proposition rognée"] if set(words) & said - whole else []
                out += [] if _aside(clause, part, language) else ["condition omise"]
    if needed - spent:
        out.append("proposition rognée")
    return list(dict.fromkeys(out))


def _aside(clause: str, part: str, language: Language) -> bool:
    """True for a clause that may go: between brackets or last, naming nothing, limiting nothing.

    The first clause often says where, when or for whom a rule holds (« Aux Calanques, … »): it never goes.
    """
    if any(kind in _LIMITING for kind, _ in bindings(clause)) or read_claim(clause, language).modality:
        return False
    before = part[: part.index(clause)].rstrip()
    apart = before.endswith(("(", "–", "—")) or (part.endswith(clause) and bool(before))
    return apart and clause == clause.lower()


def _shared(part: str, wording: str) -> set[str]:
    """Words of a part that the other parts hold too: they do not tell which one a sentence speaks of."""
    return {t for other in _PART.split(wording) if other != part for t in terms(other)}


def left_out(sentences: Sequence[str], wording: str, language: Language) -> list[str]:
    """What the sentences on one passage, together, leave out that may not be; empty when they may stand for it."""
    out = [f"omis : {x}" for x in unsupported(read_claim(wording, language), read_claim(" ".join(sentences), language))]
    every, said = set(terms(wording)), {t for s in sentences for t in terms(s)}
    if len(every & said) < KEPT * len(every):
        out.append("dit trop peu du passage")
    limits = {b for b in bindings(wording) if b[0] in _LIMITING}
    if limits - frozenset().union(*(bindings(s) for s in sentences)):
        out.append("condition ou réserve omise")
    return out


def _in_order(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """True when the words come in the passage's order, but for one run of them put first or last."""
    kept = {i for op in LCSseq.opcodes(mine, theirs) if op.tag == "equal" for i in range(op.src_start, op.src_end)}
    moved = [i for i in range(len(mine)) if i not in kept]
    if not moved:
        return True
    run = list(mine[moved[0] : moved[-1] + 1])
    together = len(run) == len(moved) and any(list(theirs[j : j + len(run)]) == run for j in range(len(theirs)))
    at_head, at_tail = moved[0] == 0, moved[-1] == len(mine) - 1 and len(run) > 1
    return together and (at_head or at_tail) and not all(t[0].isdigit() for t in run)
