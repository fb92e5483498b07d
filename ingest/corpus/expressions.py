"""Conditions of rules, in the Common Expression Language (CEL, https://cel.dev), over facts of which some are unknown.

Guarantee: no code is run but CEL's own operators and `months_after`. What is unknown makes an expression unknown only
when it could change it: that is CEL's own treatment of errors in « && » and « || ». Facets are maps (`genre["serie"]`)
which hold true, false, or nothing where nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import cel
from dateutil.relativedelta import relativedelta

Value = float | str | Mapping[str, bool]
"""A quantity, a day (ISO), or what is known of the values of a facet."""

_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_FACET = re.compile(r"\b([a-z_]+)\[\"([a-z0-9-]+)\"\]")
_KNOWN = re.compile(r"\"([a-z_]+)\" in known\b")
_NAME = re.compile(r"\b[a-z_]+\b(?!\s*\()")
_LITERAL = re.compile(r"\"(\d{4}-\d{2}-\d{2})\"|(?<![\w.\"-])(\d+(?:\.\d+)?)(?![\w.\"-])")
_WORDS = frozenset({"true", "false", "in"})


class UnreadableError(ValueError):
    """An expression that is none, or that does not answer yes or no."""


def months_after(day: str, months: float) -> str:
    """The day so many months after a day (ISO)."""
    return (date.fromisoformat(day) + relativedelta(months=int(months))).isoformat()


@lru_cache(maxsize=8192)
def _program(expression: str) -> Any:
    try:
        return cel.compile(expression)
    except ValueError as exc:
        raise UnreadableError(f"condition illisible : {expression}") from exc


def context_of(facts: Mapping[str, Value]) -> Any:
    """Facts as expressions see them; several expressions may be asked of one."""
    context = cel.Context(variables=dict(facts))
    context.add_function("months_after", months_after)
    return context


def holds(expression: str, facts: Any) -> bool | None:
    """Whether a condition holds of facts (`context_of`); None when they do not tell. Raises `UnreadableError` for what
    is no condition."""
    try:
        found = _program(expression).execute(facts)
    except KeyError:  # a value of a facet that nobody knows
        return None
    except RuntimeError as exc:
        if str(exc).startswith("Undefined variable"):
            return None
        raise UnreadableError(f"condition fausse de forme : {expression}") from exc
    except (TypeError, ValueError) as exc:
        raise UnreadableError(f"condition fausse de forme : {expression}") from exc
    if not isinstance(found, bool):
        raise UnreadableError(f"condition qui ne répond pas par oui ou non : {expression}")
    return found


@lru_cache(maxsize=8192)
def names_of(expression: str) -> tuple[str, ...]:
    """The facts that an expression names, in order."""
    bare = _STRING.sub("", expression)
    return tuple(dict.fromkeys(n for n in _NAME.findall(bare) if n not in _WORDS))


@lru_cache(maxsize=8192)
def facets_of(expression: str) -> tuple[tuple[str, str], ...]:
    """The `(facet, value)` pairs that an expression names."""
    return tuple(dict.fromkeys(_FACET.findall(expression)))


@lru_cache(maxsize=8192)
def named_known(expression: str) -> tuple[str, ...]:
    """The facts that an expression asks to be known: `"turnover" in known`."""
    return tuple(dict.fromkeys(_KNOWN.findall(expression)))


def literals(expression: str) -> Iterator[tuple[int, int, str]]:
    """Each figure and date written in an expression: where it starts and ends, and itself."""
    for m in _LITERAL.finditer(expression):
        yield (*m.span(1), m[1]) if m[1] else (*m.span(2), m[2])
