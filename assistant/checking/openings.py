"""The computed opening of a sentence: a verdict, and the facts of the case that decide it, in a fixed form.

Guarantee: an opening is recognised only when each of its reasons is one that the plan computed (`PartView.because`);
what follows it is a wording like any other. The form is ours: its figures are checked, its turns of phrase are not.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_OPENING = re.compile(
    r"(?:(?:Oui|Non|Yes|No)(?:, a priori|, most likely)?(?: \((?P<facts>[^()]+)\))?\s?:"
    r"|(?:Dans votre cas|In your case) \((?P<case>[^()]+)\)\s?:"
    r"|(?P<day>(?:Au plus tard le|By) [^.()]+?)(?: \((?P<since>[^()]+)\))?\.)"
    r"(?: (?P<why>[^«»]+?)\.)?(?= [^a-zà-ÿ])",
    re.DOTALL,
)


def split_opening(text: str, because: Collection[str]) -> tuple[str, str]:
    """A sentence's opening and its rest; no opening when some reason of it is none of those computed, or when it gives
    none: a bare « Oui : » is a wording like any other."""
    m = _OPENING.match(text)
    if m is None:
        return "", text
    given = {fact for said in (m["facts"], m["since"], m["case"]) if said for fact in said.split(" ; ")}
    if m["day"]:
        given.add(m["day"][:1].lower() + m["day"][1:])
    end, reasons = m.end(), set(m["why"].split(" ; ")) if m["why"] else set()
    if m["why"] and not reasons <= set(because):
        end, reasons = m.group().find(":") + 1 or end, set()
    if not (given | reasons) <= set(because) or not (given | reasons):
        return "", text
    return text[:end].strip(), text[end:].strip()


def reasons_of(because: Collection[str | None]) -> frozenset[str]:
    """The reasons of several parts, one by one."""
    return frozenset(why for said in because if said for why in said.split(" ; "))
