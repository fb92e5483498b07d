"""A correction: what was understood of it, and what it changes, before the question is answered again.

Guarantee: what is said to change is what two answers differ by; what was not understood is quoted as the asker's words,
and the answer is then said to stay, to be checked on that point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.acting.words import WORDS
from assistant.dialogue.screen import Screen
from assistant.reading.case import Case
from assistant.reading.message import Message
from ingest.corpus.glossary import Glossary
from ingest.language.claims import Language


@dataclass(frozen=True)
class Change:
    """What a correction says: new words, each with those that they replace; none when it says nothing that we read."""

    read: tuple[tuple[str, str], ...]
    said: str

    def words(self, language: Language) -> str:
        """« Compris : 110 personnes (au lieu de 11). »"""
        words = WORDS[language]
        told = [words["instead"].format(new=n, old=o) if o else n for n, o in self.read]
        return words["understood"].format(what=" ; ".join(told) or words["quoted"].format(said=self.said.strip(" .!?")))


def change_of(
    message: Message, own: Mapping[str, Sequence[str]], before: Case, facets: Mapping[str, Sequence[str]],
    glossary: Glossary,
) -> Change:  # fmt: skip
    """What a correction changes of the case. `own`: the facets that its words name; `facets`: those before it."""
    read: list[tuple[str, str]] = []
    for name, q in message.case.items():
        if q.origin == "message":
            old = before.get(name)
            read.append((q.said, old.said if old is not None and old.said != q.said else ""))
    for facet, values in own.items():
        new, old_values = _labels(glossary, facet, values), _labels(glossary, facet, facets.get(facet, ()))
        if new and message.question.language == "fr":
            read.append((new, old_values if old_values != new else ""))
    dates = [(d.said, "") for d in message.question.dates.values()]
    return Change(tuple(dict.fromkeys((*read, *dates))), message.text)


def preface(change: Change, before: Screen, now: Screen, known: bool, language: Language) -> str:
    """What stands before the answer. `known`: whether the correction was read for the answer at all."""
    words, told = WORDS[language], change.words(language)
    if not known:
        return f"{told} {words['unknown']}"
    verdicts = [(_verdict(a.verdict, words), _verdict(b.verdict, words)) for a, b in zip(before.parts, now.parts)]  # noqa: B905 - what both have
    if not now.told:
        return f"{told} {words['no_longer']}"
    same = _shown(before) == _shown(now)
    turned = next(((a, b) for a, b in verdicts if a != b and b != words["no_verdict"]), None)
    if turned and len(before.parts) == len(now.parts):
        return f"{told} {words['new_verdict'].format(old=turned[0], new=turned[1])}"
    if same:
        return f"{told} {words['same' if change.read else 'unknown']}"
    parts = [b.about for n, b in enumerate(now.parts) if b.about and _shown(before, n) != _shown(now, n)]
    if parts and len(parts) < len(now.parts):
        return f"{told} {words['changed_parts'].format(parts=' ; '.join(parts))}"
    return f"{told} {words['changed']}"


def _shown(screen: Screen, part: int | None = None) -> set[tuple[str, str]]:
    """The sentences of an answer, or of one of its parts, with the verdicts that they open with."""
    return {
        (t.passage, t.words["fr"].opening.partition(" (")[0].partition(" :")[0] if "fr" in t.words else "")
        for t in screen.told
        if t.place != "next" and part in (None, t.part)
    }


def _verdict(verdict: str, words: Mapping[str, str]) -> str:
    return words.get({"depends": "depends_word", "": "no_verdict"}.get(verdict, verdict), verdict)


def _labels(glossary: Glossary, facet: str, values: Sequence[str]) -> str:
    known = glossary.facets.get(facet, {})
    return " ".join(known[v].label for v in values if v in known)
