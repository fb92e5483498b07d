"""Answers acts on the answer on screen without a model: « source ? », « tu es sûr ? », « en anglais ? », a list…

Guarantee: nothing is searched; what is said again passes the same gate. What has to be written (a summary, a simpler
wording, a mail) is not made of scraps: it is said to need a model, above what can be sent as it is. An act with nothing
on screen says so, and a message that asks is left alone.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.acting.checklist import Checklist, lay
from assistant.acting.correcting import Change
from assistant.acting.helping import help_of
from assistant.acting.opened import Opened, Opener
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.acting.sides import sides
from assistant.acting.sourcing import doubt, sources
from assistant.acting.whole import as_it_is, whole
from assistant.acting.words import WORDS
from assistant.answer import Act, Answer
from assistant.checking.verifier import Verifier
from assistant.dialogue.memory import Memory
from assistant.dialogue.screen import Screen
from assistant.planning.demarches import Demarches
from assistant.reading.dates import say_date
from assistant.reading.kinds import only_language
from assistant.reading.manners import manner_of
from assistant.reading.message import Message
from assistant.wording.presenter import Presenter
from ingest.corpus.glossary import Glossary
from ingest.index.snapshot import Snapshot
from ingest.language.claims import Language

_ASKS = frozenset({"ask", "correct", "out_of_field"})
_WRITTEN: frozenset[Act] = frozenset({"summarise", "simplify", "draft"})
"""Acts that have to be written."""


class Acting:
    """Answers acts over one snapshot."""

    def __init__(
        self, snapshot: Snapshot, verifier: Verifier, presenter: Presenter, demarches: Demarches, glossary: Glossary
    ) -> None:
        self.verifier, self.presenter, self.demarches = verifier, presenter, demarches
        self.opener = Opener(snapshot)
        index = snapshot.demarches
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
        self._lay(page, act, manner, message, previous, self.opener.screen(screen))
        if act == "checklist":  # done again in another language
            previous = replace(previous, screen=replace(screen, acted=act, manner=manner))
        return self._given(message, page, conversation_id), previous

    def stays(self, message: Message, previous: Memory, conversation_id: str) -> Answer:
        """The answer to a correction that nothing of the last one was found to depend on: the same, said so."""
        page = Page(previous.language)
        said = Change((), message.text).words(page.language)
        opened = self.opener.screen(previous.screen) if previous.screen is not None else None
        tell = Retelling(self.verifier, message.question.as_of, page.language) if opened else None
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
        act: Act = "checklist" if screen.acted == "checklist" else "translate"
        page = Page(languages[0])
        if manner == "other":
            page.say(WORDS[only_language(message.text) or previous.language]["other_language"])
        for language in languages:
            page.language = language
            self._lay(page, act, screen.manner, message, previous, self.opener.screen(screen))
        return self._given(message, page, conversation_id)

    def _lay(self, page: Page, act: Act, manner: str, message: Message, previous: Memory, opened: Opened) -> None:
        tell = Retelling(self.verifier, message.question.as_of, page.language)
        if not opened.rows and not any(p.missing for p in opened.parts):
            page.say(page.words["empty"])
        elif act in _WRITTEN:
            as_it_is(page, opened, tell)
        elif act == "checklist":
            asked = replace(message, question=replace(message.question, facets=dict(previous.facets)))
            doing = self.checklist.doing(page, opened, tell, lambda s: self.demarches.on_case(s, asked))
            lay(page, opened, tell, doing, manner)
        elif act == "source":
            sources(page, opened, tell, manner)
        elif act == "doubt":
            doubt(page, opened, tell, say_date(message.question.as_of.day, page.language))
        else:
            whole(page, opened, tell)

    def _fixed(self, message: Message, text: str, language: Language, conversation_id: str) -> Answer:
        page = Page(language)
        page.say(text)
        return self._given(message, page, conversation_id)

    def _given(self, message: Message, page: Page, conversation_id: str) -> Answer:
        return self.presenter.again(message, page.markdown, page.numbering, conversation_id)
