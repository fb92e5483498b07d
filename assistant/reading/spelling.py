"""Chat spelling written out: « cest koi » is « c'est quoi ».

Guarantee: whole words only, from a closed list of spellings that mean one thing; figures, codes and capitals are left
as they are. The result is what the user sees as understood.
"""

from __future__ import annotations

import re

from ingest.language.lexical import fold

_MEANT = {
    "cest": "c'est",
    "cetait": "c'était",
    "quon": "qu'on",
    "quil": "qu'il",
    "jai": "j'ai",
    "jdois": "je dois",
    "jpeux": "je peux",
    "jveux": "je veux",
    "jsuis": "je suis",
    "chuis": "je suis",
    "chui": "je suis",
    "nest": "n'est",
    "sil": "s'il",
    "dapres": "d'après",
    "daccord": "d'accord",
    "ya": "y a",
    "ds": "dans",
    "pr": "pour",
    "ke": "que",
    "ki": "qui",
    "kel": "quel",
    "kels": "quels",
    "kelle": "quelle",
    "kelles": "quelles",
    "koi": "quoi",
    "keske": "qu'est-ce que",
    "kan": "quand",
    "kand": "quand",
    "qd": "quand",
    "cb": "combien",
    "cmt": "comment",
    "pk": "pourquoi",
    "pkoi": "pourquoi",
    "dwa": "doit",
    "fo": "faut",
    "veu": "veut",
    "auj": "aujourd'hui",
    "ajd": "aujourd'hui",
    "tjs": "toujours",
    "tjrs": "toujours",
    "bcp": "beaucoup",
    "dc": "donc",
    "ns": "nous",
    "dps": "depuis",
    "bjr": "bonjour",
    "svp": "s'il vous plaît",
    "stp": "s'il te plaît",
    "whats": "what's",
    "pls": "please",
}
_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’-])")
_IS = re.compile(
    r"(?<![\w'’.-])c(?= (?:koi|quoi|pas|ok|bon|une?|le|la|les|combien|quand|quel\w*|qui|ki|juste"
    r"|obligatoire|oblig[ée])\b)"
)
"""« c » alone, before what it introduces; « C », a code, is left."""
_CAN = re.compile(r"(?<=\bon )peu(?= \w+(?:er|ir|re|oir)\b)", re.IGNORECASE)


def spelt_out(text: str) -> str:
    """A text with its chat spellings written out."""
    text = _CAN.sub("peut", _IS.sub("c'est", text))
    return _WORD.sub(lambda m: _written(m.group()), text)


def _written(word: str) -> str:
    meant = None if word.isupper() and len(word) > 1 else _MEANT.get(fold(word))
    if meant is None:
        return word
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant
