"""Keeps what an answer showed, for the acts that take it up.

Guarantee: what is kept is what was shown; the other language of a sentence is its own reviewed words, never a
translation made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Answer
from assistant.dialogue.screen import Screen, Told, ToldPart, Worded
from assistant.planning.plan import Plan
from assistant.reading.message import Message
from assistant.wording.composer import Composer, Draft, Line
from assistant.wording.layout import label_of
from ingest.language.claims import Language


class Keeper:
    """Keeps answers, in both languages."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    def screen(self, answer: Answer, plan: Plan, message: Message, draft: Draft, kept: Sequence[Line]) -> Screen:
        """What an answer showed. `kept`: the sentences of the draft that the gate let through."""
        return screen_of(answer, plan, kept, self._twins(plan, message, draft, kept))

    def _twins(self, plan: Plan, message: Message, draft: Draft, kept: Sequence[Line]) -> Sequence[Line]:
        """The sentences kept, as they would be said in the other language; as they are where all are statements."""
        if all(not (line.sentence.opening or line.label or line.sentence.given) for line in kept):
            return kept
        foreign: Language = "fr" if message.question.language == "en" else "en"
        other = self._composer.compose(replace(message.question, language=foreign), plan).lines
        if len(other) != len(draft.lines):
            return kept
        twins = {id(line): twin for line, twin in zip(draft.lines, other, strict=True)}
        return [twins[id(line)] for line in kept]


def screen_of(answer: Answer, plan: Plan, lines: Sequence[Line], other: Sequence[Line]) -> Screen:
    """What an answer showed. `lines`: its sentences; `other`: the same in the other language, in the same order."""
    language = answer.understood.language
    foreign: Language = "fr" if language == "en" else "en"
    told = tuple(_told(line, language, twin, foreign) for line, twin in zip(lines, other, strict=True))
    several = len(plan.parts) > 1
    parts = tuple(
        ToldPart(
            label_of(p.about) if several else "",
            p.verdict or "",
            p.state in ("missing", "not_in_force") and not p.told,
            p.whom.name if p.whom else "",
            {"fr": p.depends_on.ask, "en": p.depends_on.ask_en or p.depends_on.ask} if p.depends_on else {},
            {"fr": p.title.fr, "en": p.title.en} if p.title else {},
            p.card or "",
        )
        for p in plan.parts
    )
    passages = {c.n: c.passage_id for c in answer.citations}
    coming = tuple(passages[n] for w in answer.warnings if w.kind == "upcoming" for n in w.citations if n in passages)
    return Screen(answer.question, told, parts, coming, tuple(c.name for c in answer.contacts))


def _told(line: Line, language: Language, twin: Line, foreign: Language) -> Told:
    sentence, place = line.sentence, line.place or "then"
    s = line.passage.statement
    if s is not None and not line.label and sentence.text in (s.text, s.en, s.lead):
        return Told(line.passage.id, line.part, place)
    words = {language: Worded(sentence.text, sentence.opening or _opens(line, language), line.label)}
    if twin.passage.id == line.passage.id:
        said = twin.sentence.opening or _opens(twin, foreign)
        words[foreign] = Worded(twin.sentence.text, said, twin.label)
    cited = tuple((c.passage.id, "" if c.quote == c.passage.text else c.quote) for c in sentence.cited)
    return Told(line.passage.id, line.part, place, words, cited, sentence.given, sentence.reviewed)


def _opens(line: Line, language: Language) -> str:
    """« Oui, a priori (série) : », which stands before a statement as it is."""
    s, text = line.passage.statement, line.sentence.text
    if s is None or line.label:
        return ""
    for wording in (s.lead, s.text) if language == "fr" else (s.en,):
        if wording and text[-len(wording) + 1 :] == wording[1:]:
            return text[: -len(wording)].rstrip()
    return ""
