"""What goes to a language model: data, never instructions.

Guarantee: what people and documents wrote travels inside one JSON document; no character of theirs can open a role, a
tag or a tool call (`<` and `>` are escaped, invisible characters dropped).
"""

from __future__ import annotations

import json
import re
import unicodedata

_FENCE = re.compile(r"\A```(?:json)?\s*\n(.*)\n```\Z", re.DOTALL)


def as_data(document: object) -> str:
    """JSON in which no tag and no control token of any chat template can stand."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def visible(text: str) -> str:
    """The text as a reader sees it: compatibility forms folded, invisible and control characters dropped."""
    plain = re.sub(r"\s", " ", unicodedata.normalize("NFKC", text))
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cs", "Cn"))


def unfenced(text: str) -> str:
    """A reply without the one code fence around the whole that is forgiven; nothing else of it is repaired."""
    fenced = _FENCE.match(text.strip())
    return fenced.group(1) if fenced else text
