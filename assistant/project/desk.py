"""What is done with projects on behalf of a caller: the store, and the checks that it leaves to others.

Guarantee: choices and facts are checked before they are kept; a sheet is read against the serving snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from assistant.project.ground import Ground
from assistant.project.projects import Given, Project, check_given, check_picked
from assistant.project.sheet import Sheet, sheet
from assistant.project.store import ProjectStore
from ingest.corpus.fiches import FACETS


def create(
    store: ProjectStore, ground: Ground, owner: str, title: str, note: str = "",
    picked: Mapping[str, Any] | None = None, given: Mapping[str, Any] | None = None,
) -> Project:  # fmt: skip
    """A new project, its choices and its facts checked."""
    return store.create(
        owner,
        title,
        note=note,
        picked=check_picked(picked or {}, ground.form),
        given=check_given(given or {}, ground.glossary),
    )


def change(
    store: ProjectStore, ground: Ground, project_id: str, owner: str | None, changes: Mapping[str, Any],
    revision: int | None = None,
) -> Project:  # fmt: skip
    """Change a project. `picked` replaces the choices of the fields that it names; of `given` and `done`, what is null
    goes and the rest is added."""
    old = store.get(project_id, owner)
    new = dict(changes)
    if new.get("picked") is not None:
        new["picked"] = check_picked({**old.picked, **new["picked"]}, ground.form)
    if new.get("given") is not None:
        new["given"] = check_given({**old.given, **new["given"]}, ground.glossary)
    if new.get("done") is not None:
        new["done"] = {rule: day for rule, day in {**old.done, **new["done"]}.items() if day}
    if new.get("aside") is not None:
        new["aside"] = tuple(dict.fromkeys(new["aside"]))
    return store.edit(project_id, owner, new, revision)


def tell(store: ProjectStore, ground: Ground, project_id: str, owner: str | None, facts: Mapping[str, Any]) -> Project:
    """Add facts to a project: a figure or a day takes the place of the one before, values of a facet add up."""
    old = store.get(project_id, owner)
    given: Given = dict(old.given)
    for name, value in facts.items():
        if name in FACETS:
            held = given.get(name, [])
            more = value if isinstance(value, list | tuple) else [value]
            against = {v for m in more for v in _against(name, m, ground)}
            kept = [v for v in (held if isinstance(held, list) else [held]) if v not in against]
            given[name] = list(dict.fromkeys([*kept, *more]))
        else:
            given[name] = value
    return store.edit(project_id, owner, {"given": check_given(given, ground.glossary)})


def read(store: ProjectStore, ground: Ground, project_id: str, owner: str | None, on: dt.date) -> Sheet:
    """The sheet of a project on a day."""
    return sheet(store.get(project_id, owner), ground, on)


def _against(facet: str, value: str, ground: Ground) -> set[str]:
    """The values of a facet that one case never has with another."""
    known = ground.glossary.facets.get(facet, {})
    entry = known.get(value)
    return {*(entry.against if entry else ()), *(v for v, e in known.items() if value in e.against)}
