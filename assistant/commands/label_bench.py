"""What the commands of `clapvert label` share: the workbench of the data folder, a project by its name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.label.projects.projects import Project
    from assistant.label.workbench import Workbench

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


def bench() -> Workbench:
    """The workbench of the data folder."""
    from assistant.label.frameworks import Frameworks
    from assistant.label.workbench import Workbench
    from ingest.clock import paris_today
    from ingest.settings import Settings
    from ingest.storage.storage import Storage

    settings = Settings()
    return Workbench(Storage.of(settings), Frameworks.of(settings.corpus_dir), paris_today)


def project_named(workbench: Workbench, name: str) -> Project:
    """A project by its id, the start of it, or its title."""
    from assistant.label.frameworks import folded

    every = workbench.store.projects(None)
    found = [p for p in every if p.id == name] or [
        p for p in every if p.id.startswith(name) or folded(p.title) == folded(name)
    ]
    if len(found) == 1:
        return found[0]
    raise ClapvertError(
        ErrorCode.PROJECT_NOT_FOUND,
        f"Aucun projet « {name} »." if not found else f"Plusieurs projets répondent à « {name} ».",
        "La liste : clapvert label projects.",
    )


def print_json(data: Any) -> None:
    """JSON alone on the standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str))
