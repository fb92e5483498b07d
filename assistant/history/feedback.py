"""What readers thought of the answers: one verdict an answer, theirs to change, gone with the conversation.

Guarantee: only the owner of a conversation judges its answers, and judging again replaces the verdict. Feedback lives
beside the conversations and copies nothing of them: deleting a conversation, or the end of its retention,
deletes its feedback with it. `eval import --feedback` reads `all()` to make candidate questions of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select

from assistant.answer import Answer, Outcome, Reason
from assistant.history.store import Conversations
from assistant.history.tables import FEEDBACK, MESSAGE
from ingest.clock import Clock, paris_today
from ingest.settings import Settings
from ingest.storage.rows import put
from ingest.storage.storage import Storage

Rating = Literal["up", "down"]
_ALL = (
    select(MESSAGE.c.answer, FEEDBACK.c.rating, FEEDBACK.c.comment, FEEDBACK.c.at)
    .join(MESSAGE, MESSAGE.c.id == FEEDBACK.c.message)
    .order_by(FEEDBACK.c.at, MESSAGE.c.seq)
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer, with the answer as it was given."""

    message_id: str
    question: str
    as_of: date
    outcome: Outcome
    reason: Reason | None
    answer: Answer
    rating: Rating
    comment: str | None
    at: date


class FeedbackStore:
    """The verdicts of a data folder, over its conversations."""

    def __init__(self, conversations: Conversations, clock: Clock = paris_today) -> None:
        self._conversations = conversations
        self._clock = clock

    @classmethod
    def of(cls, settings: Settings, clock: Clock = paris_today) -> FeedbackStore:
        """The store of a data folder, without the model or the index."""
        where = Storage.of(settings).database("conversations")
        return cls(Conversations(where, settings.retention_days, clock), clock)

    def add(self, message_id: str, owner: str, rating: Rating, comment: str | None = None) -> Feedback:
        """Judge an answer, or judge it anew; `MESSAGE_NOT_FOUND` when it is not the owner's."""
        said = (comment or "").strip() or None
        today = self._clock()
        with self._conversations.database.write(alone=None) as db:
            answer = self._conversations.owned_answer(message_id, owner, db)
            row = {"message": message_id, "conversation": answer.conversation_id, "rating": rating}
            put(db, FEEDBACK, {**row, "comment": said, "at": today.isoformat()}, ("message",))
        return _feedback(answer, rating, said, today)

    def ratings(self, conversation_id: str) -> dict[str, Rating]:
        """The verdict on each judged answer of a conversation, by message."""
        asked = select(FEEDBACK.c.message, FEEDBACK.c.rating).where(FEEDBACK.c.conversation == conversation_id)
        with self._conversations.database.read() as db:
            return {row.message: row.rating for row in db.execute(asked)}

    def all(self) -> list[Feedback]:
        """Every verdict, the oldest first."""
        with self._conversations.database.read() as db:
            rows = db.execute(_ALL).all()
        return [_feedback(Answer.model_validate_json(a), r, c, date.fromisoformat(at)) for a, r, c, at in rows]


def _feedback(answer: Answer, rating: Rating, comment: str | None, at: date) -> Feedback:
    return Feedback(
        message_id=answer.message_id,
        question=answer.question,
        as_of=answer.as_of,
        outcome=answer.outcome,
        reason=answer.reason,
        answer=answer,
        rating=rating,
        comment=comment,
        at=at,
    )
