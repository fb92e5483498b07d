"""What readers thought of the answers: one verdict an answer, theirs to change, gone with the conversation.

Guarantee: only the owner of a conversation judges its answers, and judging again replaces the verdict. Feedback lives
in the file of the conversations and copies nothing of them: deleting a conversation, or the end of its retention,
deletes its feedback with it. `eval import --feedback` reads `all()` to make candidate questions of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.answer import Answer, Outcome, Reason
from assistant.history.store import Conversations
from ingest.clock import Clock, paris_today
from ingest.settings import Settings

Rating = Literal["up", "down"]
_ALL = """
select m.answer, f.rating, f.comment, f.at from feedback f join message m on m.id = f.message order by f.at, m.seq
"""


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
        path = settings.data_dir / "conversations.db"
        return cls(Conversations(path, settings.retention_days, clock), clock)

    def add(self, message_id: str, owner: str, rating: Rating, comment: str | None = None) -> Feedback:
        """Judge an answer, or judge it anew; `MESSAGE_NOT_FOUND` when it is not the owner's."""
        said = (comment or "").strip() or None
        today = self._clock()
        with self._conversations.cursor() as db:
            answer = self._conversations.owned_answer(message_id, owner, db)
            db.execute(
                "insert into feedback values (?, ?, ?, ?, ?) on conflict (message) do update set "
                "rating = excluded.rating, comment = excluded.comment, at = excluded.at",
                (message_id, answer.conversation_id, rating, said, today.isoformat()),
            )
        return _feedback(answer, rating, said, today)

    def ratings(self, conversation_id: str) -> dict[str, Rating]:
        """The verdict on each judged answer of a conversation, by message."""
        with self._conversations.cursor(transaction=False) as db:
            asked = "select message, rating from feedback where conversation = ?"
            return dict(db.execute(asked, (conversation_id,)).fetchall())

    def all(self) -> list[Feedback]:
        """Every verdict, the oldest first."""
        with self._conversations.cursor(transaction=False) as db:
            rows = db.execute(_ALL).fetchall()
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
