"""Two projects of one framework, side by side.

Guarantee: projects of two frameworks are never compared; a criterion that only one of them holds is shown as such.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from assistant.label.projects.projects import CriterionState, Project, rows
from ingest.corpus.criteria import Framework
from ingest.errors import ClapvertError, ErrorCode


class Pair(BaseModel):
    """One criterion in both projects; None where the project does not hold it."""

    model_config = ConfigDict(frozen=True)

    key: str
    code: str | None
    title: str
    poste: str
    left: CriterionState | None
    right: CriterionState | None

    @property
    def differs(self) -> bool:
        """Whether the two say something else of its status or its person."""
        if self.left is None or self.right is None:
            return True
        return (self.left.status, self.left.person) != (self.right.status, self.right.person)


def compare(left: Project, right: Project, framework: Framework) -> list[Pair]:
    """Every criterion of either project, in the order of the first."""
    if left.framework != right.framework:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "Deux projets de référentiels différents ne se comparent pas.",
            "Choisissez deux projets du même référentiel.",
        )
    ours = {r.key: r for r in rows(left, framework)}
    theirs = {r.key: r for r in rows(right, framework)}
    out = []
    for key in dict.fromkeys([*ours, *theirs]):
        row = ours.get(key) or theirs[key]
        out.append(
            Pair(
                key=key,
                code=row.code,
                title=row.title,
                poste=row.poste,
                left=ours[key].state if key in ours else None,
                right=theirs[key].state if key in theirs else None,
            )
        )
    return out
