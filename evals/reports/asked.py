"""What the people of a data folder asked: the answers still kept there, for counting.

Guarantee: read within the retention, changed in nothing, and nothing of it is copied elsewhere; with a retention of 0
days there is nothing to read.
"""

from __future__ import annotations

from typing import Any

from assistant.answer import Answer
from assistant.history.feedback import FeedbackStore
from assistant.history.store import Conversations
from evals.reports.coverage import refused
from ingest.clock import paris_today
from ingest.settings import Settings


def kept_answers(settings: Settings) -> list[Answer]:
    """Every answer that the conversations of the data folder hold, the oldest first."""
    path = settings.data_dir / "conversations.db"
    if not path.is_file():
        return []
    with Conversations(path, settings.retention_days, paris_today).cursor(transaction=False) as db:
        rows = db.execute("select answer from message order by seq").fetchall()
    return [Answer.model_validate_json(r[0]) for r in rows]


def judged_down(settings: Settings) -> int:
    """How many of them their reader found bad."""
    return sum(f.rating == "down" for f in FeedbackStore.of(settings).all())


def refused_here(settings: Settings, show: bool = False) -> dict[str, Any] | None:
    """What they were refused (`evals.reports.coverage.refused`); None when nothing is kept of them."""
    answers = kept_answers(settings)
    return refused(answers, judged_down(settings), show) if answers else None
