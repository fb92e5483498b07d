"""Cuts a message into the questions that it puts: « Combien vaut la prime, et c'est versé quand ? » puts two.

Guarantee: a pure function of the text. What only sets the scene (« On tourne en Corse. ») stays with the question that
it opens; a tag (« c'est ça ? »), an aside or a postscript is no question; no word is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.reading.kinds import FILLER, WORDS, question_types
from ingest.language.lexical import analyse, fold

_ASIDE = re.compile(r"\[[^\]]*\]|<[^>]*>|\bp\.?-?\s?s\.?\s?:.*$", re.IGNORECASE | re.DOTALL)
"""Bracketed asides and postscripts: never a question of their own."""
_SENTENCE = re.compile(r"(?<=\?)(?:\s*,\s*|\s+)|(?<=!)\s+(?=[A-ZÀ-Ý])|(?<=\w{3}\.)(?<!\bart\.)\s+(?=[A-Za-zÀ-ÿ])")
_CUT = re.compile(
    r"(?P<joint>\s*[;,]\s+(?:(?:et|and|puis|ou bien|mais aussi)\s+)?|\s+(?:et|and|ou bien|mais aussi)\s+)"
    # nothing is cut inside quotes and brackets
    r"|«[^»]*»|\"[^\"]*\"|“[^”]*”|\([^()]*\)",
    re.IGNORECASE,
)
_SCENE = re.compile(
    r"^(?:et )?(?:(?:meme |sauf )?si\b(?! (?:oui|non)\b)|bien que\b|alors que\b|s'(?:il|ils|elle|on)\b"
    r"|quand (?:on|je|nous|il|elle|le|la|les|un|une)\b|lorsqu|puisqu|vu qu|sachant qu|comme (?:on|je|nous)\b"
    r"|quel(?:le)?s? que soi|pour (?!qui|quoi|quel|combien)|dans (?!quel)|avec (?!qui|quoi|quel)|en (?!quoi|quel)"
    r"|donc\b|or\b|ou (?!est|sont|depos|trouv|declar|va)|if\b|since\b"
    r"|for (?!what|whom|how)|as\b|when (?:we|i|you|the|a)\b)"
)
"""What a clause begins with that sets the scene of another, or goes on with it."""
_STATED = re.compile(
    r"\b(?:est|sont|sommes|etait|etaient) (?:oblig|soumis|concern|assujetti|impos|exig|tenu)\w*"
    r"|\bqu'(?:on|il|elle|ils|elles) \w+|\bil (?:nous |vous |me |leur |lui )?faut\b"
    r"|(?<=\w )ou (?:on|il|elle|je|nous|les?|la)\b"
)
"""What a statement says as often as a question."""
_AT_ITS_END = re.compile(
    r"\b(?:quoi|combien|quand|comment|qui|(?:les?|la)?quel(?:le)?s?|what|when|how much)\W*$"
    r"|\b(?:c'est|ca reste|on est|nous sommes) (?:\w+ )?(?:autorise|permis|interdit|legal|illegal|obligatoire"
    r"|payant|gratuit|possible|oblige|concerne|soumis|compris|valable)e?s?\W*$"
)
"""How a clause ends that asks, be it after « si on » or « c'est »."""
_STATES = re.compile(
    r"^(?:(?:au final|finalement|du coup|donc|alors|en fait|ensuite)\W+)*"
    r"(?:le|la|les|l'|un|une|on|il|elle|ils|elles|ce|cette|ces|ca|mon|ma|mes|notre|nos|the|it|they|we|our)\b"
    r".*(?<!\bqui )(?<!\bque )\b(?:est|sont|a|ont|dit|suffit|suffisent|compte|comptent|marche|passe|existe|reste|change"
    r"|vaut|valent|couvre|s'applique|sera|va|touche|risque|sert|is|are|has|counts?|works?|applies|covers?)\b(?=.* )"
)
"""A clause with a verb of its own, which « ? » makes a question."""
_TAG = frozenset(
    analyse(
        "oui non ok possible vrai faux sûr exact correct correcte juste bien accord hein "
        "right true sure yes no merci thanks"
    )
)
"""Words of a tag."""


@dataclass
class _Part:
    """A part so far; `asks` once one of its clauses is a question."""

    text: str
    asks: bool


def split_parts(text: str) -> tuple[str, ...]:
    """The questions of a message, in order; the message itself when it puts one."""
    parts: list[_Part] = []
    for sentence in _SENTENCE.split(_ASIDE.sub(" ", text)):
        clauses = _clauses(sentence)
        marked = sentence.rstrip().endswith("?")
        anew = bool(parts) and parts[-1].asks and _is_question(sentence, clauses)
        if parts and parts[-1].asks and not anew:
            continue  # said after the questions: a tag, thanks, or the case, which the facets hold
        for i, (joint, clause) in enumerate(clauses):
            asks = _asks(clause) or (clause.rstrip().endswith("?") and _tells(clause))
            if not parts or (anew and i == 0):
                parts.append(_Part(clause, asks))
            elif i > 0 and (len(parts) > 1 or _names(parts[0].text)) and _begins(parts[-1], joint, clause, marked):
                parts.append(_Part(clause, asks or not _joins(joint)))
            else:
                parts[-1].text += f"{joint or ' '}{clause}"
                parts[-1].asks |= asks
    asking = tuple(p.text.strip(" ?,;") for p in parts)
    return asking if len(asking) > 1 and all(asking) else (text,)


def _clauses(sentence: str) -> list[tuple[str, str]]:
    """The clauses of a sentence, each with what joins it to the one before."""
    out: list[tuple[str, str]] = []
    start, joint = 0, ""
    for m in _CUT.finditer(sentence):
        if m.lastgroup is not None and sentence[start : m.start()]:
            out.append((joint, sentence[start : m.start()]))
            start, joint = m.end(), m.group()
    return [*out, (joint, sentence[start:])] if sentence[start:].strip(" ?!.") else out


def _is_question(sentence: str, clauses: list[tuple[str, str]]) -> bool:
    """True when a sentence that follows a question is one too, and no tag (« c'est ça ? »)."""
    if any(_worded(c) for _, c in clauses):
        return True
    folded = [fold(c).strip() for _, c in clauses]
    short = not sentence.rstrip().endswith(".") and any(_short(c) or _STATES.search(c) for c in folded)
    asked = short or sentence.rstrip().endswith("?") or WORDS.at(fold(sentence), "also asks") is not None
    return _tells(sentence) and (asked or any(_asks(c) for _, c in clauses))


def _begins(before: _Part, joint: str, clause: str, marked: bool) -> bool:
    """True when a clause is a question of its own beside the one before it; `marked`: its sentence ends in « ? »."""
    folded, named = fold(clause).strip(), _joins(joint)
    if before.asks and _if_not(folded.strip(" ?")):
        return True
    if not before.asks or not (_tells(clause) or _worded(clause)):
        return False
    of_it = WORDS.at(folded, "topic") is not None and _asks_by_noun(before.text)
    if not named and of_it and not _worded(before.text):
        return False
    asked = _asks(clause, hinted=True) or _short(folded)
    if not {",", ";"} & set(joint):  # a bare « et » joins two things more often than two questions
        return _opens(folded) and asked
    if _sets_the_scene(folded):
        return named and WORDS.at(folded, "goes on") is None
    return asked or named or (marked and bool(_STATES.search(folded)))


def _if_not(folded: str) -> bool:
    """Whether a clause is of what comes of not doing it: « si on oublie pas », « sinon »."""
    undone = WORDS.at(folded, "if we") is not None and WORDS.has(folded, "undone")
    return undone or WORDS.at(folded, "if not") is not None or folded == "sinon"


def _asks(text: str, hinted: bool = False) -> bool:
    """True when a text is a question by its words; `hinted`: or by what a statement says as often (« obligatoire »)."""
    return _worded(text, hinted) or _asks_by_noun(text)


def _worded(text: str, hinted: bool = False) -> bool:
    folded = fold(text).strip()
    if "?" not in text and _sets_the_scene(folded):
        return False  # « si on tourne en Corse » leads to a question, « si on l'oublie, on risque quoi » is one
    said = text if hinted else _STATED.sub(" ", folded)
    plainly = WORDS.has(folded, "plainly") or _AT_ITS_END.search(folded)
    return bool(question_types(said, hinted=hinted)) or bool(plainly)


def _sets_the_scene(folded: str) -> bool:
    """Whether a clause leads to a question (« si on tourne en Corse »), and asks none itself."""
    which = len(WORDS.find(folded, "which")) > len(WORDS.find(folded, "whichever"))
    return bool(_SCENE.search(folded)) and not _AT_ITS_END.search(folded) and not which


def _joins(joint: str) -> bool:
    return WORDS.has(fold(joint), "and")


def _after(folded: str, name: str) -> int:
    """Where a clause goes on after a phrase of a list that it may open with."""
    end = WORDS.at(folded, name)
    return 0 if end is None else end + (folded[end : end + 1] == " ")


def _opens(folded: str) -> bool:
    """Whether a clause begins as a question does that follows another without a comma."""
    start = _after(folded, "leads")
    if WORDS.at(folded, "asks at once", start) is not None:
        return True
    end = WORDS.at(folded, "of", start)
    return any(WORDS.at(folded, "question word", at) is not None for at in (start, *([end + 1] if end else [])))


def _short(folded: str) -> bool:
    """Whether a clause asks in short, without a question word: « et c'est payant »."""
    return WORDS.at(folded, "short", _after(folded, "joins")) is not None


def _asks_by_noun(text: str) -> bool:
    """Whether a clause opens with a noun that asks by itself (« amende si on oublie »)."""
    folded = fold(text).strip()
    start = _after(folded, "joins")
    end = WORDS.at(folded, "determines", start)
    after = start if end is None else end + (folded[end : end + 1] == " ")
    return any(WORDS.at(folded, "asks by itself", at) is not None for at in (start, after))


def _tells(text: str) -> bool:
    """True when a text says more than a tag."""
    return any(t not in _TAG for t in analyse(text))


def _names(text: str) -> bool:
    """True when a text says more than how it asks (« When » in « When and where was it announced? » does not)."""
    return any(t not in FILLER for t in analyse(text))
