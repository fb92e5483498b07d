"""What is done with projects on behalf of a caller: the store, and the checks that it leaves to others.

Guarantee: choices and facts are checked before they are kept; a sheet is read against the serving snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.project.ground import Ground
from assistant.project.projects import Given, Project, all_given, check_given, check_picked
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
    """Add facts to a project: a figure or a day takes the place of the one before, values of a facet add up; what was
    denied and is now said is denied no more."""
    old = store.get(project_id, owner)
    given = added(old.given, facts, ground)
    said = {f"{name}.{v}" for name, values in facts.items() if name in FACETS and values for v in values}
    aside = tuple(a for a in old.aside if a not in said)
    return store.edit(project_id, owner, {"given": check_given(given, ground.glossary), "aside": aside})


def added(old: Given, facts: Mapping[str, Any], ground: Ground) -> Given:
    """Facts with others told after them: values of a facet add up, save those that one case never has together; a
    figure, a day, or None, which takes the fact back, takes the place of what was there."""
    given: Given = dict(old)
    for name, value in facts.items():
        if name in FACETS and value is not None:
            held = given.get(name, [])
            more = value if isinstance(value, list | tuple) else [value]
            against = {v for m in more for v in _against(name, m, ground)}
            kept = [v for v in (held if isinstance(held, list) else [held]) if v not in against]
            given[name] = list(dict.fromkeys([*kept, *more]))
        else:
            given[name] = value
    return given


def merged(
    old: Project, picked: Mapping[str, Any], given: Mapping[str, Any], ground: Ground
) -> tuple[dict[str, Any], Given]:
    """What is told of a project, with what it says already: choices and values of facets add up; `-value` takes one
    back, nothing takes them all."""
    chosen = {field: _with(old.picked.get(field, ()), told) for field, told in picked.items()}
    more = {n: [v for v in vs if not v.startswith("-")] for n, vs in given.items() if n in FACETS and vs}
    kept = added(old.given, more, ground)
    return chosen, {n: _with(kept[n], vs) if n in more else vs for n, vs in given.items()}


def _with(held: Iterable[str], told: Sequence[str]) -> list[str]:
    gone = {v[1:] for v in told if v.startswith("-")}
    more = [v for v in told if not v.startswith("-")]
    return [v for v in dict.fromkeys((*held, *more)) if v not in gone] if told else []


def differences(old: Project, new: Project, ground: Ground) -> list[tuple[str, list[str], list[str]]]:
    """What a change took away and brought, fact by fact: name, what is no longer said, what is now said."""
    before, after = all_given(old, ground.form), all_given(new, ground.form)
    out = []
    for name in dict.fromkeys((*before, *after)):
        was, now = (_listed(facts.get(name)) for facts in (before, after))
        gone, come = [v for v in was if v not in now], [v for v in now if v not in was]
        if gone or come:
            out.append((name, gone, come))
    return out


def _listed(value: Any) -> list[str]:
    if value in (None, "", []):
        return []
    values = value if isinstance(value, list | tuple) else [value]
    return [f"{v:g}" if isinstance(v, float) else str(v) for v in values]


def read(store: ProjectStore, ground: Ground, project_id: str, owner: str | None, on: dt.date) -> Sheet:
    """The sheet of a project on a day."""
    return sheet(store.get(project_id, owner), ground, on)


def _against(facet: str, value: str, ground: Ground) -> set[str]:
    """The values of a facet that one case never has with another."""
    known = ground.glossary.facets.get(facet, {})
    entry = known.get(value)
    return {*(entry.against if entry else ()), *(v for v, e in known.items() if value in e.against)}
