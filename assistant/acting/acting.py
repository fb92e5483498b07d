"""Answers acts on the answer on screen: « source ? », « résume », « en anglais ? », « un mail au traiteur », « merci »…

Guarantee: nothing is searched; what is said again passes the same gate. An act with nothing on screen says so, and a
message that asks is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from assistant.acting.addressee import person_in, role_in
from assistant.acting.asking import ASKS, Letter, ask, instruct
from assistant.acting.briefs import Briefs
from assistant.acting.checklist import Checklist, Doing, lay
from assistant.acting.correcting import Change
from assistant.acting.draft import draft, subject_of
from assistant.acting.helping import help_of
from assistant.acting.opened import Opened, Opener
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.acting.sides import sides
from assistant.acting.simpler import simpler
from assistant.acting.sourcing import doubt, sources
from assistant.acting.summary import recap, summary
from assistant.acting.whole import whole
from assistant.acting.words import WORDS
from assistant.answer import Act, Answer
from assistant.checking.verifier import Verifier
from assistant.dialogue.memory import Memory
from assistant.dialogue.screen import Screen
from assistant.planning.demarches import Demarches
from assistant.reading.dates import say_date
from assistant.reading.kinds import detect_language, only_language
from assistant.reading.manners import count_of, manner_of
from assistant.reading.message import Message
from assistant.reading.purposes import PLAIN, purpose_of
from assistant.wording.presenter import Presenter
from ingest.corpus.glossary import Glossary, Term
from ingest.corpus.plain import PlainWords
from ingest.index.snapshot import Snapshot
from ingest.language.claims import Language

_ASKS = frozenset({"ask", "correct", "out_of_field"})
_TAKEN_UP: frozenset[Act] = frozenset({"summarise", "simplify", "checklist", "draft"})
"""Acts that are done again in another language."""
Named = Callable[[str, str], list[str]]
"""The words of a text that name a value of a facet."""
_RARE = 40
"""A term is hard when fewer than one sentence in so many says it."""


class Acting:
    """Answers acts over one snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        verifier: Verifier,
        presenter: Presenter,
        demarches: Demarches,
        glossary: Glossary,
        plain: PlainWords,
        named: Named,
    ) -> None:
        self.verifier, self.presenter, self.demarches, self.glossary, self.plain, self.named = (
            verifier, presenter, demarches, glossary, plain, named,
        )  # fmt: skip
        self.opener = Opener(snapshot)
        index = snapshot.demarches
        self.briefs = Briefs(index.demarches, plain)
        self.checklist = Checklist(index.demarches, tuple(index.vocabulary.stages), glossary)

    def answer(
        self, message: Message, previous: Memory | None, conversation_id: str
    ) -> tuple[Answer, Memory | None] | None:
        """The answer to an act, and the memory after it; None for a message that asks."""
        act = message.act
        if act in _ASKS:
            return None
        before: Language = previous.language if previous else message.question.language
        spoken = only_language(message.text) or before
        search = self.presenter.search
        manner = manner_of(act, message.text, search.vector(message.text), search.fitted)
        if act == "help":
            return self._fixed(message, help_of(manner, spoken), spoken, conversation_id), previous
        if act in ("thanks", "greet"):
            return self._fixed(message, WORDS[spoken][act], spoken, conversation_id), previous
        if previous is None:
            return None
        screen = previous.screen
        if screen is None:
            return self._fixed(message, WORDS[spoken]["none"], spoken, conversation_id), previous
        if act == "translate":
            return self._translated(message, previous, screen, manner, conversation_id), previous
        page = Page(spoken)
        if act == "summarise" and manner == "conversation" and len(previous.told) > 1:
            recap(page, self.opener.rows(previous.told), self._telling(message, screen, spoken))
        else:
            self._lay(page, act, manner, message, previous, self.opener.screen(screen))
        kept = replace(previous, screen=replace(screen, acted=act, manner=manner)) if act in _TAKEN_UP else previous
        return self._given(message, page, conversation_id), kept

    def stays(self, message: Message, previous: Memory, conversation_id: str) -> Answer:
        """The answer to a correction that nothing of the last one was found to depend on: the same, said so."""
        page = Page(previous.language)
        said = Change((), message.text).words(page.language)
        opened = self.opener.screen(previous.screen) if previous.screen is not None else None
        tell = self._telling(message, opened.screen, page.language) if opened else None
        shown = {r.passage.id: r for r in opened.rows} if opened else {}
        side = next(sides(message.text, (r.passage for r in shown.values()), page.language, page.words), None)
        if side and tell and (rule := tell.shown(shown[side[1].id])):
            page.say(f"{said} {page.words['side'].format(side=side[0])} {page.marked(None, rule)}")
            return self._given(message, page, conversation_id)
        page.say(f"{said} {page.words['unknown']}")
        if opened:
            self._lay(page, "correct", "", message, previous, opened)
        return self._given(message, page, conversation_id)

    def _translated(
        self, message: Message, previous: Memory, screen: Screen, manner: str, conversation_id: str
    ) -> Answer:
        """The last answer, or what was last made of it, in a language that we have."""
        languages: tuple[Language, ...] = {"fr": ("fr",), "both": ("fr", "en")}.get(manner, ("en",))  # type: ignore[assignment]
        act: Act = next((a for a in _TAKEN_UP if a == screen.acted), "translate")
        page = Page(languages[0])
        if manner == "other":
            page.say(WORDS[only_language(message.text) or previous.language]["other_language"])
        for language in languages:
            page.language = language
            self._lay(page, act, screen.manner, message, previous, self.opener.screen(screen))
        return self._given(message, page, conversation_id)

    def _lay(self, page: Page, act: Act, manner: str, message: Message, previous: Memory, opened: Opened) -> None:
        terms = self._hard if act == "simplify" else ()  # nothing else explains any
        tell = self._telling(message, opened.screen, page.language, terms)
        day = say_date(message.question.as_of.day, page.language)
        if not opened.rows and not any(p.missing for p in opened.parts):
            page.say(page.words["empty"])
        elif act == "summarise":
            summary(page, opened, tell, manner, count_of(message.text, detect_language(message.text)))
        elif act == "simplify":
            simpler(page, opened, tell, manner)
        elif act == "checklist":
            lay(page, opened, tell, self._doing(page, message, previous, opened, tell), manner)
        elif act == "draft":
            self._draft(page, manner, message, previous, opened, tell, day)
        elif act == "source":
            sources(page, opened, tell, manner)
        elif act == "doubt":
            doubt(page, opened, tell, day)
        else:
            whole(page, opened, tell)

    def _doing(self, page: Page, message: Message, previous: Memory, opened: Opened, tell: Retelling) -> Doing:
        """What there is to do after the last answer, on the case of the conversation."""
        asked = replace(message, question=replace(message.question, facets=dict(previous.facets)))
        return self.checklist.doing(page, opened, tell, lambda s: self.demarches.on_case(s, asked))

    def _draft(
        self, page: Page, manner: str, message: Message, previous: Memory, opened: Opened, tell: Retelling, day: str
    ) -> None:
        """Something written to someone, for what the message wants it for."""
        words = page.words
        person = person_in(message.text, self.named(message.text, "lieu"))
        hello = words["sir"] if manner == "letter" else words["hello"]
        letter = Letter(
            self._roles(message),
            f"{words['hello'].rstrip(',')} {person}," if person else hello,
            self._subject(page, opened),
            message.text,
            tuple(dict.fromkeys(q.said for q in previous.case.values())),
            short=manner == "message",
        )
        search = self.presenter.search
        why = purpose_of(message.text, search.vector(message.text), search.fitted)
        if manner not in ("mail", "message", "letter") or why == PLAIN:
            draft(page, opened, tell, manner, letter, day)
            return
        doing = self._doing(page, message, previous, opened, tell)
        if why in ASKS:
            ask(page, opened, tell, why, letter, doing)
        else:
            instruct(page, opened, tell, letter, doing)

    def _subject(self, page: Page, opened: Opened) -> str:
        """What the last answer is about: its démarche, or the cards that answered; in English, its field."""
        titles = [p.title[page.language].partition(" : ")[0] for p in opened.parts if p.title]
        if page.language == "fr" and not titles:
            wanted = {p.card for p in opened.parts if p.card}
            titles = [c.subject for c in self.opener.snapshot.cards.cards if c.id in wanted]
        return " ; ".join(dict.fromkeys(titles[:2])) or subject_of(page, opened)

    def _telling(self, message: Message, screen: Screen, language: Language, terms: tuple[Term, ...] = ()) -> Retelling:
        return Retelling(
            self.verifier, message.question.as_of, language, terms, self.plain, screen.question, self.briefs
        )

    @cached_property
    def _hard(self) -> tuple[Term, ...]:
        """The terms of the glossary that few of our sentences say: the others are known to who asks here."""
        snapshot = self.opener.snapshot
        texts = [snapshot.open_passage(i).text for i in range(len(snapshot))]
        return tuple(t for t in self.glossary.terms if sum(t.term in text for text in texts) * _RARE < len(texts))

    def _roles(self, message: Message) -> list[str]:
        """What they are for whom a draft is: « au loueur », "to the location owner", « pour le traiteur »."""
        told = role_in(message.text)
        return [told] if told else []

    def _fixed(self, message: Message, text: str, language: Language, conversation_id: str) -> Answer:
        page = Page(language)
        page.say(text)
        return self._given(message, page, conversation_id)

    def _given(self, message: Message, page: Page, conversation_id: str) -> Answer:
        return self.presenter.again(message, page.markdown, page.numbering, conversation_id)
