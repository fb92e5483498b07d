"""What is known of the asker's case before a message says anything: the project that it is asked from.

Guarantee: what a message says wins over what the project says; nothing of a project is taken for words of the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.reading.case import Quantity
from assistant.reading.dates import CaseDate
from ingest.corpus.fiches import CaseField
from ingest.corpus.rules import DateName, YearName


@dataclass(frozen=True)
class Known:
    """The case of a project: its figures, its days, the values of facets that it says; whose project it is."""

    project_id: str
    title: str
    case: Mapping[CaseField, Quantity] = field(default_factory=dict)
    dates: Mapping[DateName | YearName, CaseDate] = field(default_factory=dict)
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
