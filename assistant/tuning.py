"""What is fitted on one embedding model: its heads and its settings, taken up by the model's fingerprint.

Why: heads read vectors, and thresholds are cosines: both are of one encoder. The shipped ones are the default model's.
Guarantee: `eval calibrate --heads` keeps those of another model under its fingerprint in the data folder, whole or not
at all, and they serve that model alone, as long as the shipped heads and settings are those that they were made beside.
Without them a model is refused: under the default model's thresholds, questions that are plainly ours are taken for
another field's. Settings are JSON: a name or a type that the pipeline does not know is refused,
with its name; what a file does not give keeps its default.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from assistant.engine import EngineConfig
from assistant.planning import scope, steps_head
from assistant.reading import acts, manners
from assistant.reading.fitted import SHIPPED, Fitted
from assistant.search import meanings
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.info import ModelInfo
from ingest.settings import DEFAULT_MODEL

HEADS = (acts.WEIGHTS, manners.WEIGHTS, steps_head.WEIGHTS, scope.FIELD_WEIGHTS, meanings.WEIGHTS)
"""The heads that read vectors, or how near they stand."""
SETTINGS = "settings.json"
_STAMP = "made-beside"
COMMAND = "clapvert eval calibrate --heads"
State = Literal["shipped", "own", "none", "stale"]
TOLD: dict[State, str] = {
    "shipped": "ceux du modèle par défaut",
    "own": "ajustés pour ce modèle",
    "none": "ceux qui sont livrés sont d'un autre modèle",
    "stale": "les siens ont été ajustés par une autre version de Clapvert",
}
"""What each state is, in words."""


@dataclass(frozen=True)
class Tuning:
    """What a model is used with. `state`: the default model's own (`shipped`), refitted for it (`own`), the default
    model's for want of its own (`none`), or of its own as of this version (`stale`)."""

    state: State = "shipped"
    config: EngineConfig = field(default_factory=EngineConfig)
    fitted: Fitted = SHIPPED

    def ready(self) -> Tuning:
        """Itself; `MODEL_UNFITTED` for a model that has nothing of its own yet."""
        if self.state in ("shipped", "own"):
            return self
        raise ClapvertError(
            ErrorCode.MODEL_UNFITTED,
            f"Ce modèle d'embedding n'a pas ses réglages : {TOLD[self.state]}.",
            f"Lancez `{COMMAND}` (extra « evals »), ou retirez CLAPVERT_MODEL pour le modèle par défaut.",
        )


def folder_of(data_dir: Path, info: ModelInfo) -> Path:
    """Where what is fitted on a model is kept."""
    return data_dir / "fitted" / info.fingerprint[:16]


def tuning_of(data_dir: Path, info: ModelInfo) -> Tuning:
    """What is fitted on a model, or what stands for it. A folder called as the default model is that model."""
    folder = folder_of(data_dir, info)
    try:
        made_beside = (folder / _STAMP).read_text("ascii").strip()
    except OSError:
        known = info.origin == "double" or info.name in (DEFAULT_MODEL, DEFAULT_MODEL.rpartition("/")[2])
        return Tuning("shipped" if known else "none")
    if made_beside != shipped_stamp():
        return Tuning("stale")
    return Tuning("own", load_config(folder / SETTINGS), Fitted(folder))


def keep_tuning(folder: Path, config: EngineConfig) -> None:
    """Say of a folder that holds refitted heads with which settings they go, and beside which shipped ones."""
    save_config(config, folder / SETTINGS)
    (folder / _STAMP).write_text(shipped_stamp(), "ascii")


@cache
def shipped_stamp() -> str:
    """Hash of the shipped heads and settings."""
    digest = hashlib.sha256(json.dumps(asdict(EngineConfig()), sort_keys=True).encode())
    for path in HEADS:
        digest.update(path.read_bytes())
    return digest.hexdigest()


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


def save_config(config: EngineConfig, path: Path) -> None:
    """Write every setting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(config), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _refused(path: Path, why: str) -> ClapvertError:
    return ClapvertError(ErrorCode.BAD_REQUEST, f"Réglages refusés, {path} : {why}.")
