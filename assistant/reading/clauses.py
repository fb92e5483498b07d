"""Cuts a message into the questions that it puts: « Combien vaut la prime, et c'est versé quand ? » puts two.

Guarantee: a pure function of the text. What only sets the scene (« On tourne en Corse. ») stays with the question that
it opens; a tag (« c'est ça ? »), an aside or a postscript is no question; no word is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.reading.kinds import FILLER, question_types
from ingest.language.lexical import analyse, fold

_ASIDE = re.compile(r"\[[^\]]*\]|<[^>]*>|\bp\.?-?\s?s\.?\s?:.*$", re.IGNORECASE | re.DOTALL)
"""Bracketed asides and postscripts: never a question of their own."""
_SENTENCE = re.compile(r"(?<=\?)\s+|(?<=!)\s+(?=[A-ZÀ-Ý])|(?<=\w{3}\.)(?<!\bart\.)\s+(?=[A-Za-zÀ-ÿ])")
_CUT = re.compile(
    r"(?P<joint>\s*[;,]\s+(?:(?:et|and|puis|ou bien|mais aussi)\s+)?|\s+(?:et|and|ou bien|mais aussi)\s+)"
    # nothing is cut inside quotes and brackets
    r"|«[^»]*»|\"[^\"]*\"|“[^”]*”|\([^()]*\)",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:et|and|puis|ou bien|mais aussi)\b", re.IGNORECASE)
_ALSO = re.compile(r"^(?:et|and|sinon|autre question|autre sujet|aussi|la-dedans|dont|(?:pareil|idem) pour)\b")
_OPENS = re.compile(
    r"^(?:et |and |alors |du coup |sinon )?(?:si (?:oui|non|on|je|nous)\b|s'(?:il|ils|elle|on)\b|sinon\b|ca\b|c'est\b"
    r"|c'etait\b|est-ce|tous les combien|(?:a|de|par|pour|avec|depuis|jusqu'a|a partir de|chez|dans|sous|sur|avant"
    r"|apres)? ?(?:qui|quoi|quand|quel(?:le)?s?|combien)\b|comment\b|pourquoi\b|ou\b|y a\b|il y a\b"
    r"|faut|dois|doit|peut|puis"
    r"|que\b|qu'|jusqu'ou|when|how|who|what|where|which|why|must|can|may|do\b|does\b|did\b|is\b|are\b|will\b|should"
    r"|if (?:we|i|not)\b|by when|from when)"
)
"""How a question begins that follows another without a comma."""
_SHORT = re.compile(
    r"^(?:et |and )?(?:c'est|c'etait|ca|y a|il y a|s'(?:il|ils|elle|elles|on)|si (?:on|je|nous)"
    r"|is it|are they|is there)\b"
)
"""Short ways of asking that hold no question word."""
_NOUN = re.compile(
    r"^(?:et |and )?(?:le |la |les |l'|un |une |the |a )?(?:amendes?|sanctions?|peines?|prix|tarifs?|delais?|durees?"
    r"|couts?|montants?|seuils?|dates?|echeances?|exceptions?|objectifs?|scores?|preuves?|bruit|fines?|penalty|deadline|cost|price"
    r"|threshold)\b"
)
"""Nouns that ask by themselves (« amende si on oublie »)."""
_TOPIC = re.compile(r"^(?:c'est|ca|cela|il|elle|ils|elles|it|they)\b")
"""How a clause begins that speaks of the noun just before it (« Le seuil, c'est bien 250 ? »)."""
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
_PLAINLY_ASKS = re.compile(
    r"\best-ce qu|\boui ou non\b|\bou (?:pas|non)\b|\btous les combien\b|\bkesako\b|\bc(?:'est)? (?:quoi|koi)\b"
)
_AT_ITS_END = re.compile(
    r"\b(?:quoi|combien|quand|comment|qui|(?:les?|la)?quel(?:le)?s?|what|when|how much)\W*$"
    r"|\b(?:c'est|ca reste|on est|nous sommes) (?:\w+ )?(?:autorise|permis|interdit|legal|illegal|obligatoire"
    r"|payant|gratuit|possible|oblige|concerne|soumis|compris|valable)e?s?\W*$"
)
"""How a clause ends that asks, be it after « si on » or « c'est »."""
_WHICH = re.compile(r"\b(?:quel(?:le)?s?(?! que soi)|combien|comment|pourquoi|how (?:many|much|long))\b")
_IF_NOT = re.compile(
    r"^(?:si (?:on|je|j|nous|jamais)\b.*\b(?:pas|rien|jamais|plus)\b|sinon$|if (?:not|we don't|i don't))"
)
"""What comes of not doing it."""
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
    for sentence in _SENTENCE.split(_ASIDE.sub(" ", re.sub(r"\?\s*,", "? ", text))):
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
                parts.append(_Part(clause, asks or not _AND.search(joint)))
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
    short = not sentence.rstrip().endswith(".") and any(_SHORT.search(c) or _STATES.search(c) for c in folded)
    asked = short or sentence.rstrip().endswith("?") or bool(_ALSO.search(fold(sentence)))
    return _tells(sentence) and (asked or any(_asks(c) for _, c in clauses))


def _begins(before: _Part, joint: str, clause: str, marked: bool) -> bool:
    """True when a clause is a question of its own beside the one before it; `marked`: its sentence ends in « ? »."""
    folded, named = fold(clause).strip(), bool(_AND.search(joint))
    if before.asks and _IF_NOT.search(folded.strip(" ?")):
        return True
    if not before.asks or not (_tells(clause) or _worded(clause)):
        return False
    if not named and _TOPIC.search(folded) and _NOUN.search(fold(before.text).strip()) and not _worded(before.text):
        return False
    asked = _asks(clause, hinted=True) or bool(_SHORT.search(folded))
    if not re.search(r"[,;]", joint):  # a bare « et » joins two things more often than two questions
        return bool(_OPENS.search(folded)) and asked
    if _sets_the_scene(folded):
        return named and not re.match(r"(?:donc|ou|or)\b", folded)
    return asked or named or (marked and bool(_STATES.search(folded)))


def _asks(text: str, hinted: bool = False) -> bool:
    """True when a text is a question by its words; `hinted`: or by what a statement says as often (« obligatoire »)."""
    return _worded(text, hinted) or bool(_NOUN.search(fold(text).strip()))


def _worded(text: str, hinted: bool = False) -> bool:
    folded = fold(text).strip()
    if "?" not in text and _sets_the_scene(folded):
        return False  # « si on tourne en Corse » leads to a question, « si on l'oublie, on risque quoi » is one
    said = text if hinted else _STATED.sub(" ", folded)
    plainly = _PLAINLY_ASKS.search(folded) or _AT_ITS_END.search(folded)
    return bool(question_types(said, hinted=hinted)) or bool(plainly)


def _sets_the_scene(folded: str) -> bool:
    return bool(_SCENE.search(folded)) and not _AT_ITS_END.search(folded) and not _WHICH.search(folded)


def _tells(text: str) -> bool:
    """True when a text says more than a tag."""
    return any(t not in _TAG for t in analyse(text))


def _names(text: str) -> bool:
    """True when a text says more than how it asks (« When » in « When and where was it announced? » does not)."""
    return any(t not in FILLER for t in analyse(text))
