"""What the people of a data folder asked: the answers still kept there, for counting.

Guarantee: read within the retention, changed in nothing, and nothing of it is copied elsewhere; with a retention of 0
days there is nothing to read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from assistant.answer import Answer
from assistant.history.feedback import FeedbackStore
from assistant.history.store import Conversations
from assistant.history.tables import MESSAGE
from evals.reports.coverage import refused
from ingest.clock import paris_today
from ingest.settings import Settings
from ingest.storage.storage import Storage


def kept_answers(settings: Settings) -> list[Answer]:
    """Every answer that the conversations of the data folder hold, the oldest first."""
    where = Storage.of(settings).database("conversations")
    if isinstance(where, Path) and not where.is_file():
        return []
    with Conversations(where, settings.retention_days, paris_today).database.read() as db:
        answers = db.execute(select(MESSAGE.c.answer).order_by(MESSAGE.c.seq)).scalars().all()
    return [Answer.model_validate_json(a) for a in answers]


def judged_down(settings: Settings) -> int:
    """How many of them their reader found bad."""
    return sum(f.rating == "down" for f in FeedbackStore.of(settings).all())


def refused_here(settings: Settings, show: bool = False) -> dict[str, Any] | None:
    """What they were refused (`evals.reports.coverage.refused`); None when nothing is kept of them."""
    answers = kept_answers(settings)
    return refused(answers, judged_down(settings), show) if answers else None
