"""Settings of the pipeline as a JSON file: what `eval calibrate` writes and `eval run --settings` takes.

Guarantee: a name or a type that the pipeline does not know is refused, with its name; what the file does not give keeps
its default.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from assistant.engine import Engine, EngineConfig
from ingest.errors import ClapvertError, ErrorCode


def load_config(path: Path) -> EngineConfig:
    """Read a settings file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise _refused(path, "ce n'est pas du JSON") from exc
    return config_from(data, path)


def config_from(data: Any, path: Path) -> EngineConfig:
    """Settings from `{stage: {name: value}}`."""
    if not isinstance(data, dict):
        raise _refused(path, "un objet {étape: {réglage: valeur}} est attendu")
    base = EngineConfig()
    stages = {f.name for f in fields(base)}
    changed: dict[str, Any] = {}
    for stage, values in data.items():
        if stage not in stages:
            raise _refused(path, f"étape inconnue « {stage} » (connues : {', '.join(sorted(stages))})")
        current = getattr(base, stage)
        known = asdict(current)
        if not isinstance(values, dict):
            raise _refused(path, f"« {stage} » n'est pas un objet")
        for name, value in values.items():
            if name not in known:
                raise _refused(path, f"réglage inconnu « {stage}.{name} »")
            if not _same_type(value, known[name]):
                raise _refused(path, f"« {stage}.{name} » n'est pas du bon type")
        changed[stage] = replace(current, **values)
    return replace(base, **changed)


def _same_type(value: Any, known: Any) -> bool:
    """A whole number will do for a real one, not the reverse; `true` is no number."""
    accepted = (int, float) if isinstance(known, float) else (type(known),)
    return isinstance(value, accepted) and isinstance(value, bool) == isinstance(known, bool)


def with_config(engine: Engine, config: EngineConfig) -> Engine:
    """The same index, model and day under other settings."""
    return Engine(
        engine.snapshot,
        engine.search.encoder,
        engine.register,
        engine.understanding.glossary,
        engine.contacts,
        engine.clock,
        config,
    )


def save_config(config: EngineConfig, path: Path) -> None:
    """Write every setting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(config), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _refused(path: Path, why: str) -> ClapvertError:
    return ClapvertError(ErrorCode.BAD_REQUEST, f"Réglages refusés, {path} : {why}.")
