"""Whom a draft is for, as the message says it: « au loueur », « à Mme Leroux de l'ONF », « pour Karim, le régisseur ».

Guarantee: a name or a few words of letters, never a figure, an address or a sentence; an acronym and a place are no
person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MANNER = r"(?:propre|net|passage|plus|moins|mieux|besoin|final|fait|cas|lieu|format|total|fur|départ|début|fond)\b"
"""What « au… » leads to that is no one: « au propre », « au passage », « au plus vite », « au cas où »."""
_ROLE = re.compile(
    rf"\b(?!au {_MANNER})"
    r"(?:(?:au|aux|(?:à|pour) (?:la|mon|ma|mes|notre|nos|votre|vos)|to (?:the|my|our|an?|every))\s+|à l['’]\s?)"
    r"(?P<whom>[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,3})",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"\s(?:qui|que|pour|avec|sur|en|dans|et|stp|svp|please|that|which|with|about|based|from|in|on|for|and|saying)\b.*$",
    re.IGNORECASE,
)
_NAME = r"[^\W\d_a-zà-öø-ÿ][a-zà-öø-ÿ]+(?:[-'’][^\W\d_][a-zà-öø-ÿ]*)?"
_TITLED = re.compile(rf"\b(?:M\.|MM?\b|Mme|Mlle|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Maître)\s+{_NAME}(?:\s{_NAME})?")
_NAMED = re.compile(
    rf"\b(?:à|pour|to|for)\s+(?:(?:notre|mon|ma|votre|la|le|our|my|the)\s[a-zà-öø-ÿ-]+\s|l['’][a-zà-öø-ÿ-]+\s)?"
    rf"(?P<name>{_NAME}(?:\s{_NAME})?)"
)


def role_in(text: str) -> str:
    """What the person is, for whom a message says that something is to be written; empty when it does not say."""
    m = _ROLE.search(text)
    return _STOPS.sub("", m["whom"]).strip() if m else ""


def person_in(text: str, places: Sequence[str] = ()) -> str:
    """The name of that person, with its title; `places`: what the text says of places."""
    if titled := _TITLED.search(text):
        return " ".join(titled.group().split())
    names = (m["name"] for m in _NAMED.finditer(text))
    return next((" ".join(n.split()) for n in names if not any(n in place for place in places)), "")
