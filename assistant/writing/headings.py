"""The words of a message that may head a part of its answer.

Guarantee: a heading is words of one sentence of the message, with no markup, no link, nothing invisible and no order in
them; what it only tells is told apart from what it asks, so that it is shown as said by its author.
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.llm.wire import visible
from assistant.reading.folding import Aligned
from assistant.reading.scope import is_injection

_MARKUP = re.compile(r"[<>\[\]{}|`*_#\\~^]|https?:|www\.|\w@\w")
_END = re.compile(r"[.?!;…](?=\s|$)")


def showable(about: str) -> bool:
    """Whether words may head a part."""
    end = _END.search(about)
    more = end is not None and end.end() < len(about.rstrip())
    return not (_MARKUP.search(about) or more or is_injection(about) or visible(about) != about)


def heading_of(about: str, source: str) -> Literal["question", "claim"]:
    """Whether some words of a text ask: by the mark that ends their sentence."""
    folded, sought = Aligned(source).folded, " ".join(Aligned(about).folded.split())
    after = folded.find(sought) + len(sought)
    end = _END.search(folded, after)
    return "question" if end and end.group() == "?" else "claim"
