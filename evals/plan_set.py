"""Messages planned by hand (`evals/plans/*.yaml`): what a capable reader would show for each, in what order.

Guarantee: whoever planned a message saw it and the statements that searches found, never the product's cards or answer.
A plan names statements by id; the metric of the planner, and the only data that its weights are fitted on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import ClapvertError, ErrorCode

FOLDER = Path(__file__).resolve().parent / "plans"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HandPart(_Strict):
    """A part of a message, what is said of it and in what order."""

    about: str
    state: Literal["answered", "denied", "absent", "missing"]
    verdict: Literal["yes", "no", "depends"] | None = None
    sentences: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    as_well: tuple[str, ...] = ()
    """What would open it as well as the first of `sentences`."""

    @property
    def opening(self) -> frozenset[str]:
        """The statements that may open it; none for what is missing."""
        return frozenset((*self.sentences[:1], *self.as_well)) if self.sentences else frozenset()


class HandPlan(_Strict):
    """A message and its plan."""

    id: str
    domain: str
    kind: str
    message: str
    evidence: tuple[str, ...] = ()
    """What the reader was shown, by the searches of the message and of its parts."""
    parts: tuple[HandPart, ...] = Field(min_length=1)
    next: tuple[str, ...] = ()
    ask: str | None = None
    """The one fact that would decide, when the message lacks it."""

    @property
    def shown(self) -> frozenset[str]:
        """Every statement that answers it."""
        return frozenset(s for p in self.parts for s in (*p.sentences, *p.needs))

    @property
    def answered(self) -> bool:
        """Whether the corpus answers some part."""
        return any(p.sentences for p in self.parts)


def load_plans(folder: Path = FOLDER) -> list[HandPlan]:
    """Every plan, by file and place. Raises `ClapvertError` (`bad_request`) for a file that is no list of plans."""
    plans: list[HandPlan] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            rows = yaml.safe_load(path.read_text(encoding="utf-8"))
            plans += [HandPlan.model_validate(row) for row in rows]
        except (yaml.YAMLError, ValidationError, TypeError) as exc:
            raise ClapvertError(ErrorCode.BAD_REQUEST, f"{path.name} n'est pas une liste de plans : {exc}") from exc
    return plans
