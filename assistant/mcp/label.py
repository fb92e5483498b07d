"""The tool of the workbench: `label_status`, how far the caller's own projects are.

Guarantee: a project is told to its members alone; nothing of it changes.
"""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from assistant.access.caller import Scope
from assistant.label.projects.progress import late, status_line
from assistant.label.projects.projects import STATUS_LABELS, Row
from assistant.mcp.desk import READS, Desk, refused, said
from ingest.errors import ClapvertError

STATUS = """Say how far the caller's label projects are: criteria done, open, late, by whom. Without `project_id`, \
every project; with it, the criteria still open. It is what the production wrote, not what the law says."""


class OpenCriterion(BaseModel):
    """A criterion with something left to do."""

    key: str
    code: str | None
    title: str
    status: str
    person: str
    due: str | None
    late: bool
    evidence: int


class ProjectStatus(BaseModel):
    """A project in figures; `open` is filled when it was asked for."""

    project_id: str
    title: str
    framework: str
    done: int
    applicable: int
    left: int
    late: int
    said: str
    open: list[OpenCriterion] = []


class LabelStatus(BaseModel):
    """The projects of the caller, the last changed first."""

    projects: list[ProjectStatus]


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the tool."""

    def label_status(
        context: Context[Any, Any],
        project_id: Annotated[
            str | None, Field(max_length=100, description="One project, with its open criteria.")
        ] = None,
    ) -> Annotated[CallToolResult, LabelStatus]:
        caller = desk.visit(context, Scope.LABEL).caller
        owner = None if caller.way == "machine" else caller.name
        bench, today = desk.service.workbench, desk.service.clock()
        try:
            ids = [project_id] if project_id else [p.id for p in bench.store.projects(owner)]
            boards = [bench.board(i, owner) for i in ids]
        except ClapvertError as exc:
            raise refused(exc) from exc

        def criterion(r: Row) -> OpenCriterion:
            state = r.state
            return OpenCriterion(
                key=r.key,
                code=r.code,
                title=r.title,
                status=STATUS_LABELS[state.status],
                person=state.person,
                due=state.due.isoformat() if state.due else None,
                late=late(r, today),
                evidence=len(state.evidence),
            )

        found = [
            ProjectStatus(
                project_id=p.id,
                title=p.title,
                framework=p.framework,
                done=done.whole.done,
                applicable=done.whole.applicable,
                left=done.whole.left,
                late=done.whole.late,
                said=status_line(done.whole),
                open=[criterion(r) for r in rows if r.state.open] if project_id else [],
            )
            for p, rows, done in boards
        ]
        lines = [f"- {p.title} : {p.said}" for p in found]
        lines += [f"  - {c.code or c.key} {c.title} ({c.status})" for p in found for c in p.open]
        return said("\n".join(lines) or "Aucun projet.", LabelStatus(projects=found))

    server.add_tool(label_status, title="État des dossiers de label", description=STATUS, annotations=READS)
