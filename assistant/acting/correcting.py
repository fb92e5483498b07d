"""A correction: what was understood of it, and what it changes, before the question is answered again.

Guarantee: what is said to change is what two answers differ by; what was not understood is quoted as the asker's words,
and the answer is then said to stay, to be checked on that point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.acting.sides import sides
from assistant.acting.words import WORDS
from assistant.answer import Answer
from assistant.dialogue.memory import Memory
from assistant.dialogue.moves import content
from assistant.dialogue.screen import Screen
from assistant.dialogue.turns import DialogueReader
from assistant.planning.planner import Planned
from assistant.reading.case import Case
from assistant.reading.message import Message
from assistant.wording.composer import Line
from ingest.corpus.glossary import OPEN_FACETS, Glossary
from ingest.language.claims import Language
from ingest.language.lexical import analyse

_NEW = 3
"""Sentences that a correction brings, at most, for them to be told first."""


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


class Corrections:
    """Reads what corrections change, over one engine's vocabulary."""

    def __init__(self, glossary: Glossary, dialogue: DialogueReader) -> None:
        self._glossary, self._dialogue = glossary, dialogue

    def known(self, planned: Planned, previous: Memory | None) -> bool:
        """Whether what a correction says was read for the answer: a case, a facet, a day, or most of its words stand in
        what answers; True of any other message."""
        message = planned.message
        if message.act != "correct" or previous is None or previous.screen is None or not previous.last:
            return True
        if not planned.plan.answered:
            return False
        if any(_told(q.said, message.text) for q in message.case.values() if q.origin == "message"):
            return True
        if any(d.said in message.text for d in message.question.dates.values()):
            return True
        if any(f not in OPEN_FACETS for f in self._dialogue.affirmed(message.text)):
            return True
        heads = [p.head.passage for p in planned.plan.parts if p.head]
        said, held = set(content(message.text)), {t for p in heads for t in analyse(p.text)}
        return bool(said) and 2 * len(said & held) > len(said)

    def told(self, answer: Answer, message: Message, previous: Memory, screen: Screen, kept: Sequence[Line]) -> Answer:
        """The answer to a correction, what it changes said first."""
        before = previous.screen
        if before is None:
            return answer
        change = change_of(
            message, self._dialogue.affirmed(message.text), previous.case, previous.facets, self._glossary
        )
        numbers = {c.passage_id: c.n for c in answer.citations}
        shown = {t.passage for t in before.told}
        fresh = [line for line in kept if line.place != "next" and line.passage.id not in shown]
        new = [f"{line.sentence.text} {_marks(line, numbers)}" for line in fresh] if len(fresh) <= _NEW else []
        said = preface(change, before, screen, new, message.question.language)
        words = WORDS[message.question.language]
        if _shown(before) == _shown(screen):
            rules = {line.passage.id: line for line in kept if line.place != "next"}
            limits = (line.passage for line in rules.values())
            told = sides(message.text, limits, message.question.language, words, previous.case)
            if side := next(told, None):
                line = rules[side[1].id]
                rule = f"{line.sentence.text} {_marks(line, numbers)}"
                said = f"{change.words(message.question.language)} {words['side'].format(side=side[0])} {rule}"
                said += f"\n\n{words['all']}"
        heard = answer.understood.model_copy(update={"act": "correct"})
        return answer.model_copy(update={"answer": f"{said}\n\n{answer.answer}", "understood": heard})


def _marks(line: Line, numbers: Mapping[str, int]) -> str:
    return "".join(f"[{numbers[c.passage.id]}]" for c in line.sentence.cited if c.passage.id in numbers)


def change_of(
    message: Message, own: Mapping[str, Sequence[str]], before: Case, facets: Mapping[str, Sequence[str]],
    glossary: Glossary,
) -> Change:  # fmt: skip
    """What a correction changes of the case. `own`: the facets that its words name; `facets`: those before it."""
    read: list[tuple[str, str]] = []
    for name, q in message.case.items():
        if q.origin == "message" and _told(q.said, message.text):
            old = before.get(name)
            instead = old.said if old is not None and old.said != q.said and "," not in old.said else ""
            read.append((q.said, instead))
    for facet, values in own.items():
        if facet in OPEN_FACETS:  # « 620 salariés » names no one
            continue
        new, old_values = _labels(glossary, facet, values), _labels(glossary, facet, facets.get(facet, ()))
        if new and message.question.language == "fr":
            read.append((new, old_values if old_values != new else ""))
    dates = [(d.said, "") for d in message.question.dates.values() if d.said in message.text]
    return Change(tuple(dict.fromkeys((*read, *dates))), message.text)


def preface(change: Change, before: Screen, now: Screen, new: Sequence[str], language: Language) -> str:
    """What stands before the answer. `new`: what the answer says that the one before did not, with its
    citations."""
    words, told = WORDS[language], change.words(language)
    if not now.told:
        return f"{told} {words['no_longer']}"
    if _shown(before) == _shown(now):
        return f"{told} {words['same' if change.read else 'unknown']}"
    alike = len(before.parts) == len(now.parts)
    pairs = (
        [(_verdict(a.verdict, words), _verdict(b.verdict, words)) for a, b in zip(before.parts, now.parts, strict=True)]
        if alike
        else []
    )
    turned = next(((a, b) for a, b in pairs if a != b and b != words["no_verdict"]), None)
    if turned:
        return f"{told} {words['new_verdict'].format(old=turned[0], new=turned[1])}"
    parts = [b.about for n, b in enumerate(now.parts) if b.about and _shown(before, n) != _shown(now, n)]
    if alike and parts and len(parts) < len(now.parts):
        return f"{told} {words['changed_parts'].format(parts=' ; '.join(parts))}"
    stays = next((b for a, b in pairs if a == b != words["no_verdict"]), "")
    verdict = f" {words['kept_verdict'].format(verdict=stays)}" if stays and len(pairs) == 1 else ""
    said = {t.passage for t in now.told if t.place != "next"}
    if not said - {t.passage for t in before.told}:
        return f"{told}{verdict} {words['less']}"
    if new and len(new) < len(said):
        rows = "\n".join(f"- {text}" for text in new)
        return f"{told}{verdict} {words['new']}\n\n{rows}\n\n{words['all']}"
    return f"{told}{verdict} {words['changed']}"


def _told(said: str, text: str) -> bool:
    """Whether the words of a figure are a correction's: its number may have taken the unit of the one it replaces."""
    return said in text or said.split(" ")[0] in text.split()


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
    return ", ".join(known[v].label for v in values if v in known)
