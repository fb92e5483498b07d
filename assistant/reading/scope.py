"""Instructions and errands in the place of a question: what to leave out, and what to turn away.

Guarantee: nothing in a question is followed as an instruction. An order slipped into a comment, a bracket or a sentence
of its own is left out and the question beside it is answered; a text that is nothing but an order is out of scope.
"""

from __future__ import annotations

import re

from assistant.reading.kinds import question_types
from ingest.language.lexical import analyse, fold

_INJECTION = re.compile(
    r"\b(?:ignore[zrs]?|oublie[zrs]?|disregard|forget|override|bypass)\b.{0,50}\b(?:instruction|consigne|regle|prompt|rules?|above|sources?|conformite|precedent|previous)"
    r"|\b(?:system prompt|prompt systeme|system override|jailbreak|developer mode|mode developpeur|dan mode|unrestricted)\b"
    r"|^\W*(?:system|systeme|assistant|user|admin)\s*:|^\W*(?:repond[sz]?|dis|say|answer) (?:que|juste|only|that)\b|\btu es (?:maintenant|desormais)\b|\byou are now\b|\bact as\b|\bfais comme si\b|\bpretend (?:to be|that|you)\b|\bquitter? (?:ton|votre) role\b"
    r"|<\/?(?:system|assistant|tool|instructions?)\b|\b(?:repete|affiche|revele|montre|print|reveal|show|donne)\b.{0,40}\b(?:prompt|instructions?|consignes?|hidden rules|api keys?|regles cachees)\b"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")
_WRAPPED = re.compile(
    r"<!--.*?-->|<(?P<tag>system|assistant|tool\w*|instructions?|user)\b[^>]*>.*?</(?P=tag)>|\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(r"[^.!?;\n]*[.!?;\n]+|[^.!?;\n]+")


def is_injection(text: str) -> bool:
    """True for a question that tries to instruct rather than ask."""
    return bool(_INJECTION.search(fold(text)))


def without_instructions(text: str) -> str:
    """A text without the orders slipped into it; the text as it is when it holds none, or when nothing else asks.

    Invisible characters go in any case: they hide orders, and break words.
    """
    seen = _INVISIBLE.sub("", text)
    if not is_injection(seen):
        return seen
    bare = _WRAPPED.sub(lambda m: " " if is_injection(m.group(0)) or "{" in m.group(0) else m.group(0), seen)
    if is_injection(bare):
        bare = "".join(s for s in _SENTENCE.findall(bare) if not is_injection(s))
    bare = " ".join(bare.split())
    asks = "?" in bare or bool(question_types(bare))
    return bare if asks and len(analyse(bare)) > 1 and not is_injection(bare) else seen
