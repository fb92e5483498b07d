"""YAML files read once, with the line of every field, so that an error can name file, line and field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ingest.errors import ClapvertError, ErrorCode

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader, which says where a date that does not exist stands."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as exc:
            raise yaml.constructor.ConstructorError(
                None, None, f"date impossible ({node.value})", node.start_mark
            ) from exc


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)
_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != _BOOL]
    for first, rows in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))
"""Booleans as YAML 1.2 has them: « on », « no » and « yes » are words."""
_Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


class YamlFile:
    """The data of one YAML file and the line (1-based) where each of its fields starts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
            loader = _Loader(text)
            try:
                node = loader.get_single_node()
                self.data: Any = loader.construct_document(node) if node is not None else None
            finally:
                loader.dispose()
        except OSError as exc:
            raise ClapvertError(
                ErrorCode.CORPUS_INVALID,
                f"Fichier du corpus illisible : {path}.",
                "Vérifiez CLAPVERT_CORPUS_DIR.",
            ) from exc
        except (UnicodeDecodeError, yaml.YAMLError) as exc:
            mark = getattr(exc, "problem_mark", None)
            where = f", ligne {mark.line + 1}" if mark is not None else ""
            raise ClapvertError(
                ErrorCode.CORPUS_INVALID,
                f"YAML invalide dans {path}{where} : {getattr(exc, 'problem', exc)}.",
            ) from exc
        self._lines: dict[_Path, int] = {}
        if node is not None:
            self._map(node, ())

    def _map(self, node: yaml.Node, where: _Path) -> None:
        self._lines[where] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._map(value, (*where, key.value))
                self._lines[(*where, key.value)] = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            for i, value in enumerate(node.value):
                self._map(value, (*where, i))

    def line(self, *where: str | int) -> int:
        """Line of a field; of its nearest known parent when the field is missing."""
        for cut in range(len(where), -1, -1):
            if (found := self._lines.get(tuple(where[:cut]))) is not None:
                return found
        return 1

    def refuse_twins(self, what: str, key: str, values: Sequence[str | None], field: str) -> None:
        """`CORPUS_INVALID` when two rows of the list `key` have the same value in a field (None is no value)."""
        seen: set[str] = set()
        for i, value in enumerate(values):
            if value in seen:
                raise ClapvertError(
                    ErrorCode.CORPUS_INVALID,
                    f"{self.path}, ligne {self.line(key, i, field)}, champ {key}.{i}.{field} : "
                    f"{what} en double : {value}.",
                )
            if value:
                seen.add(value)

    def validate(self, model: type[M], data: Any, *where: str | int) -> M:
        """`data` (found at `where`) as a model; the error names file, line and field."""
        try:
            return model.model_validate(data)
        except ValidationError as exc:
            first = exc.errors()[0]
            loc = tuple(part for part in first["loc"] if isinstance(part, str | int))
            field = ".".join(str(p) for p in (*where, *loc)) or "(racine)"
            raise ClapvertError(
                ErrorCode.CORPUS_INVALID,
                f"{self.path}, ligne {self.line(*where, *loc)}, champ {field} : {first['msg']}.",
                "Corrigez le champ, puis relancez `clapvert corpus check`.",
            ) from exc
