"""Links to one answer, for whoever is given one: made on demand, unguessable, taken back at will.

Guarantee: a link opens its answer as it was stored, alone: not the conversation, not its owner, and nothing of the
owner's label project. It lives no longer than
the conversation: deleted with it, closed at the end of its retention.
"""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy import delete, select

from assistant.answer import Answer
from assistant.history.store import Conversations
from assistant.history.tables import CONVERSATION, MESSAGE, SHARE
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.rows import put

_OPENED = (
    select(MESSAGE.c.answer, CONVERSATION.c.started)
    .join(SHARE, SHARE.c.message == MESSAGE.c.id)
    .join(CONVERSATION, CONVERSATION.c.id == SHARE.c.conversation)
)


class Shares:
    """The shared links of a data folder, over its conversations."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def make(self, message_id: str, owner: str) -> str:
        """The token of the link to an answer of the owner's, the same if there is one already."""
        with self._conversations.database.write(alone=None) as db:
            answer = self._conversations.owned_answer(message_id, owner, db)
            row = {"token": secrets.token_urlsafe(24), "message": message_id, "conversation": answer.conversation_id}
            put(db, SHARE, row, ("message",), ())
            return str(db.execute(select(SHARE.c.token).where(SHARE.c.message == message_id)).scalar_one())

    def take_back(self, message_id: str, owner: str) -> None:
        """Close the link to an answer of the owner's, if there is one."""
        with self._conversations.database.write(alone=None) as db:
            self._conversations.owned_answer(message_id, owner, db)
            db.execute(delete(SHARE).where(SHARE.c.message == message_id))

    def open(self, token: str) -> Answer:
        """The answer that a link is to; `SHARE_NOT_FOUND` when there is no such link, or no longer."""
        with self._conversations.database.read() as db:
            row = db.execute(_OPENED.where(SHARE.c.token == token)).one_or_none()
        if row is None or date.fromisoformat(row.started) < self._conversations.kept_since:
            raise ClapvertError(
                ErrorCode.SHARE_NOT_FOUND,
                "Ce lien n'ouvre plus aucune réponse.",
                "La conversation a été effacée, ou le partage retiré : demandez un nouveau lien.",
            )
        answer = Answer.model_validate_json(row.answer)
        told = [item for item in answer.understood.case if item.from_ != "project"]
        understood = answer.understood.model_copy(update={"project": None, "case": tuple(told)})
        receipt = answer.receipt.model_copy(update={"said": ()})
        return answer.model_copy(update={"project": None, "understood": understood, "receipt": receipt})
