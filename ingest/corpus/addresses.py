"""Where an official text is got, and where one of its articles is read, by the identifiers of its register entry.

Guarantee: an address is given only by what the entry says (a file of its own, CELEX, LEGITEXT, JORFTEXT, NOR, ELI, the
identifier of an article); nothing is guessed from a title, and an identifier that is to be checked gives none. A link
to an article opens that article; when its identifier is not known, the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from ingest.corpus.register import Nature, Rank, Register, Source
from ingest.language.locators import ENGLISH_SUFFIX

Address = Literal["file", "cellar", "legifrance"]
Route = tuple[str, dict[str, str]]
"""A path of the Légifrance API, and what it is asked."""

_LEGI = re.compile(r"LEGITEXT\d{12}")
_JORF = re.compile(r"JORFTEXT\d{12}")
_LEGIARTI = re.compile(r"LEGIARTI\d{12}")
_ARTICLE = re.compile(r"(\d{1,3})([a-z]*)")
_LETTER = {latin: letter for letter, latin in ENGLISH_SUFFIX.items()}
_CONSOLIDATED = {Nature.LOI, Nature.ORDONNANCE, Nature.DECRET, Nature.ARRETE}
"""What the State keeps consolidated apart from its codes."""


def address(source: Source) -> Address | None:
    """How a text is got; None when only a person can get it."""
    if source.retrieval:
        return "file"
    if not source.identifiers_verified:
        return None
    if source.identifiers.get("CELEX"):
        return "cellar"
    return "legifrance" if is_code(source) or journal(source, "") else None


def is_code(source: Source) -> bool:
    """Whether a text is a code of the LEGI base, or in one."""
    in_one = source.nature is Nature.CODE or source.within is not None
    return in_one and bool(_LEGI.fullmatch(source.identifiers.get("LEGITEXT", "")))


def journal(source: Source, day: str) -> Route | None:
    """How Légifrance is asked for a law, a decree or an order: as it stands on a day (`2026-11-28`) when its identifier
    is known, else as it was published."""
    held = source.identifiers
    for ident in (held.get("LEGITEXT", ""), held.get("JORFTEXT", "")):
        if (_LEGI.fullmatch(ident) or _JORF.fullmatch(ident)) and source.nature in _CONSOLIDATED:
            return "consult/lawDecree", {"textId": ident, "date": day}
    if _JORF.fullmatch(held.get("JORFTEXT", "")):
        return "consult/jorf", {"textCid": held["JORFTEXT"]}
    if held.get("NOR"):
        return "consult/getJoWithNor", {"nor": held["NOR"]}
    if held.get("ELI"):
        return "consult/eliAndAliasRedirectionTexte", {"idEliOrAlias": f"/eli/{held['ELI']}/jo/texte"}
    return None


def without_address(register: Register) -> list[Source]:
    """The official texts of a register that only a person can get."""
    return [s for s in register.sources.values() if s.rank is Rank.OFFICIEL and address(s) is None]


def article_link(source: Source, keys: Iterable[str], ident: str = "") -> str | None:
    """The address of the first of these articles (« code-env:L229-61 ») that has one of its own, else of the text;
    `ident`: the identifier of the article (LEGIARTI), where its file says it."""
    for key in keys:
        work, _, number = key.partition(":")
        if work != source.work_id:
            continue
        if page := source.articles.get(number) or (_LEGIARTI.fullmatch(ident) and ident):
            shelf = "codes" if is_code(source) else "loda"
            return f"https://www.legifrance.gouv.fr/{shelf}/article_lc/{page}"
        celex, mark = source.identifiers.get("CELEX"), _mark(number)
        if celex and mark and source.identifiers_verified:
            language = source.language.upper()
            return f"https://eur-lex.europa.eu/legal-content/{language}/TXT/?uri=CELEX:{celex}#{mark}"
    return source.url


def _mark(number: str) -> str | None:
    """How the Publications Office marks a place in its pages: `art_19a`, `anx_I`, `rct_12`; None for what it marks
    otherwise (« E1-6 »)."""
    kind, _, rest = number.rpartition(":")
    if kind:
        return {"annexe": f"anx_{rest}", "considerant": f"rct_{rest}"}.get(kind)
    match = _ARTICLE.fullmatch(number)
    if not match or (match[2] and match[2] not in _LETTER):
        return None
    return f"art_{match[1]}{_LETTER.get(match[2], '')}"
