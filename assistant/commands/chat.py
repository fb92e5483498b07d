"""`clapvert chat`: a conversation in the terminal, on the same service as the web (or on the running server).

Guarantee: what is asked here follows the same rules, is kept as long, and is erased as really, as anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Protocol

import click

from ingest.errors import ClapvertError

if TYPE_CHECKING:
    from assistant.answer import Answer

HELP = (
    "/date AAAA-MM-JJ : les réponses suivantes valent à cette date ; /date : retour à aujourd'hui.\n"
    "/nouveau : autre conversation.  /oublier : efface celle-ci.  Ligne vide : fin."
)


class Asker(Protocol):
    """Answers questions of a conversation, and erases it."""

    def ask(
        self,
        question: str,
        as_of: date | None,
        domains: tuple[str, ...],
        conversation: str | None = None,
        forget_date: bool = False,
        choose: str = "",
    ) -> Answer:
        """One answer."""

    def forget(self, conversation: str) -> None:
        """Erase a conversation."""


class Chat:
    """One session: the conversation that goes on, and the date to set at the next question."""

    def __init__(self, asker: Asker, day: date | None, show: Callable[[Answer], str]) -> None:
        self._asker, self._show = asker, show
        self._conversation: str | None = None
        self._day, self._forget_date = day, False
        self._last: Answer | None = None

    def says(self, line: str) -> str:
        """What a line gives back: an answer, or what a command did; a refusal does not end the session."""
        try:
            return self._command(line) if line.startswith("/") else self._answer(line)
        except ClapvertError as exc:
            return str(exc)

    def _answer(self, question: str) -> str:
        """The answer to a question, or to the reading of the last one whose number it is."""
        last, choose = self._last, ""
        if last is not None and question.isdecimal() and 0 < int(question) <= len(last.alternatives):
            question, choose = last.question, last.alternatives[int(question) - 1].id
        answer = self._last = self._asker.ask(question, self._day, (), self._conversation, self._forget_date, choose)
        self._conversation, self._day, self._forget_date = answer.conversation_id, None, False
        return self._show(answer)

    def _command(self, line: str) -> str:
        name, _, rest = line[1:].strip().partition(" ")
        if name == "date":
            return self._date(rest.strip())
        if name == "nouveau":
            self._conversation = self._last = None
            return "Nouvelle conversation."
        if name == "oublier":
            if self._conversation is not None:
                self._asker.forget(self._conversation)
            self._conversation = self._last = None
            return "Conversation effacée."
        return HELP

    def _date(self, text: str) -> str:
        if not text:
            self._day, self._forget_date = None, True
            return "Retour à aujourd'hui."
        try:
            self._day, self._forget_date = date.fromisoformat(text), False
        except ValueError:
            return "Date attendue : /date AAAA-MM-JJ."
        return f"À la date du {self._day.strftime('%d/%m/%Y')}."


def talk(chat: Chat) -> None:
    """Read lines until an empty one."""
    while True:
        try:
            line = click.prompt("Votre question", default="", show_default=False, prompt_suffix=" : ").strip()
        except (click.Abort, EOFError):
            return
        if not line:
            return
        click.echo(chat.says(line))
