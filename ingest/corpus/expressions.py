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

import celpy
from celpy import celtypes
from dateutil.relativedelta import relativedelta

Value = float | str | Mapping[str, bool]
"""A quantity, a day (ISO), or what is known of the values of a facet."""

_ENVIRONMENT = celpy.Environment()
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_FACET = re.compile(r"\b([a-z_]+)\[\"([a-z0-9-]+)\"\]")
_NAME = re.compile(r"\b[a-z_]+\b(?!\s*\()")
_LITERAL = re.compile(r"\"(\d{4}-\d{2}-\d{2})\"|(?<![\w.\"-])(\d+(?:\.\d+)?)(?![\w.\"-])")
_WORDS = frozenset({"true", "false", "in"})


_UNKNOWN = "unknown fact"
_SHADOWED = {"duration": celpy.CELEvalError(_UNKNOWN)}
"""Facts that have the name of a type of CEL: unknown until they are told."""


class UnreadableError(ValueError):
    """An expression that is none, or that does not answer yes or no."""


def months_after(day: str, months: float) -> Any:
    """The day so many months after a day, as CEL sees it."""
    moved = date.fromisoformat(str(day)) + relativedelta(months=int(months))
    return celtypes.StringType(moved.isoformat())


@lru_cache(maxsize=4096)
def _program(expression: str) -> Any:
    try:
        tree = _ENVIRONMENT.compile(expression)
        return _ENVIRONMENT.program(tree, functions={"months_after": months_after})
    except celpy.CELParseError as exc:
        raise UnreadableError(f"condition illisible : {expression}") from exc


def holds(expression: str, facts: Mapping[str, Value]) -> bool | None:
    """Whether a condition holds; None when the facts do not tell. Raises `UnreadableError` for what is no condition."""
    try:
        known = {name: _cel(value) for name, value in facts.items()}
        found = _program(expression).evaluate({**_SHADOWED, **known})
    except celpy.CELEvalError as exc:
        if _unknown(exc):
            return None
        raise UnreadableError(f"condition fausse de forme : {expression}") from exc
    if not isinstance(found, celtypes.BoolType):
        raise UnreadableError(f"condition qui ne répond pas par oui ou non : {expression}")
    return bool(found)


def names_of(expression: str) -> tuple[str, ...]:
    """The facts that an expression names, in order."""
    bare = _STRING.sub("", expression)
    return tuple(dict.fromkeys(n for n in _NAME.findall(bare) if n not in _WORDS))


def facets_of(expression: str) -> tuple[tuple[str, str], ...]:
    """The `(facet, value)` pairs that an expression names."""
    return tuple(dict.fromkeys(_FACET.findall(expression)))


def literals(expression: str) -> Iterator[tuple[int, int, str]]:
    """Each figure and date written in an expression: where it starts and ends, and itself."""
    for m in _LITERAL.finditer(expression):
        yield (*m.span(1), m[1]) if m[1] else (*m.span(2), m[2])


def _cel(value: Value) -> Any:
    if isinstance(value, str):
        return celtypes.StringType(value)
    if isinstance(value, Mapping):
        return celtypes.MapType({celtypes.StringType(k): celtypes.BoolType(v) for k, v in value.items()})
    return celtypes.DoubleType(value)


def _unknown(exc: Exception) -> bool:
    """True for the want of a fact, and not for an expression that is wrong."""
    said = str(exc.args[0]) if exc.args else ""
    return any(words in said for words in ("undeclared reference", "no such key", "CELEvalError", _UNKNOWN))
