"""An act on the answer on screen: the same statements said otherwise, with their sources; nothing is searched.

Guarantee: what an act shows was shown before, or is the same statement in another of its reviewed wordings (`lead`,
`text`, `en`); reserves (`needs`) stay beside what they reserve, and every sentence keeps its citation. The connectives
are fixed and claim nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import Act
from assistant.checking.verifier import Cited, Sentence
from assistant.planning.plan import Place
from assistant.reading.dates import say_date
from assistant.search.quotes import best_quote
from assistant.wording.composer import Line
from assistant.wording.phrases import ACTS
from ingest.corpus.fiches import Polarity, Role, Statement
from ingest.language.claims import Language
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage

Numbers = Callable[[Sentence], tuple[int, ...]]
_DONE_BY = frozenset({Role.DEMARCHE, Role.ECHEANCE, Role.CONTACT})


@dataclass(frozen=True, slots=True)
class Kept:
    """A sentence of the last answer: the passage it was made from, its part and its place."""

    passage: Passage
    part: int
    place: Place


def lines_of(act: Act, kept: Sequence[Kept], language: Language) -> list[Line]:
    """The sentences that an act shows, before the gate."""
    if act == "summarise":
        first = [k for k in kept if k.place == "head"][-6:]
        needed = [k for k in kept if k.place == "needs"][:2]
        chosen = [k for k in kept if k in first or k in needed]
        return [_line(k, _short(k.passage, language), language) for k in chosen]
    if act == "simplify":
        return [_line(k, _short(k.passage, language), language) for k in kept if k.place != "next"]
    if act == "translate":
        return [_line(k, _whole(k.passage, language), language) for k in kept if k.place != "next"]
    if act == "checklist":
        doing = [k for k in kept if _to_do(k)]
        return [_line(k, _short(k.passage, language), language) for k in doing or kept]
    return [_line(k, _whole(k.passage, language), language) for k in kept if k.place != "next" or act == "draft"]


def markdown(act: Act, lines: Sequence[Line], numbers: Numbers, language: Language, as_of: str) -> str:
    """The sentences of an act, laid out."""
    words = ACTS[language]
    marked = [f"{line.sentence.text} {''.join(f'[{n}]' for n in numbers(line.sentence))}" for line in lines]
    if act == "checklist":
        return words["checklist"] + "\n\n" + "\n".join(f"- ☐ {m}" for m in marked)
    if act == "draft":
        body = "\n".join(f"- {m}" for m in marked)
        return "\n\n".join((words["hello"], words["draft"], body, words["draft_end"].format(day=as_of), words["bye"]))
    if act == "source":
        rows = [f"- {m} {_place(line.passage, language)}" for m, line in zip(marked, lines, strict=True)]
        return words["source"] + "\n\n" + "\n".join(rows)
    if act == "doubt":
        rows = [f"- {m} {_sure(line.passage, language)}" for m, line in zip(marked, lines, strict=True)]
        return words["doubt"].format(day=as_of) + "\n\n" + "\n".join(rows) + "\n\n" + words["doubt_end"]
    if act in ("simplify", "summarise"):
        return words[act] + "\n\n" + "\n".join(f"- {m}" for m in marked)
    return " ".join(marked)


def _to_do(kept: Kept) -> bool:
    s = kept.passage.statement
    return kept.place == "next" or (
        s is not None and (s.role in _DONE_BY or s.polarity in (Polarity.OBLIGE, Polarity.INTERDIT))
    )


def _line(kept: Kept, text: str, language: Language) -> Line:
    p = kept.passage
    if p.statement is None:
        quote = best_quote(p.text, analyse(p.text), 60)
        intro = f"{p.source_title}, {p.locator} :"
        return Line(Sentence(f"{intro} « {quote} »", (Cited(p, quote),), language="fr"), kept.part, kept.place, p)
    return Line(Sentence(text, (Cited(p, p.text),), language=language), kept.part, kept.place, p)


def _whole(p: Passage, language: Language) -> str:
    return p.statement.wording(language) if p.statement else p.text


def _short(p: Passage, language: Language) -> str:
    s: Statement | None = p.statement
    if s is None or language == "en":
        return _whole(p, language)
    return s.lead or s.text


def _place(p: Passage, language: Language) -> str:
    """« (notice Clapvert d'après : Code de l'environnement, art. L. 229-25, version de 2023-12-03) »."""
    words, basis = ACTS[language], p.based_on
    if basis is None:
        return f"({p.source_title}, {p.locator})"
    version = f", {words['version']} {basis.version}" if basis.version else ""
    where = f"{basis.title}{', ' + basis.locator if basis.locator else ''}{version}"
    return f"({words['notice']} {where})"


def _sure(p: Passage, language: Language) -> str:
    words = ACTS[language]
    level = words["sure"] if p.certainty == "haute" else words["less_sure"]
    since = f"; {words['since']} {say_date(p.valid_from, language)}" if p.valid_from else ""
    return f"({level}{since} ; {_place(p, language)[1:-1]})"
