"""Sealed sets: messages that nobody who builds the product has read, kept packed until they have served.

Guarantee: a sealed set cannot be read by accident (it is packed, not secret): only its reader's sheet and `unseal`
show it. Unsealing is dated and logged with its reason; an unsealed set is development, and never measured as sealed
again.
"""

from __future__ import annotations

import base64
import textwrap
import zlib
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.reading.messages import MessageSet, read_messages
from ingest.errors import ClapvertError, ErrorCode

FOLDER = Path(__file__).resolve().parents[1] / "sealed"
SETS = Path(__file__).resolve().parents[1] / "readings"
LOG = "log.yaml"


class Opening(BaseModel):
    """One line of the log: which set was measured or opened, when, why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    on: date
    what: str
    why: str


def seal(messages: Path, name: str, folder: Path = FOLDER) -> Path:
    """Pack a well-formed set; `CORPUS_INVALID` with file, line and field when it is not."""
    read_messages(messages)
    packed = base64.b64encode(zlib.compress(messages.read_bytes(), 9)).decode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.sealed"
    path.write_text("\n".join(textwrap.wrap(packed, 120)) + "\n", encoding="utf-8")
    return path


def names(folder: Path = FOLDER) -> list[str]:
    """The sets still sealed."""
    return sorted(p.stem for p in folder.glob("*.sealed"))


def unpacked(name: str, folder: Path = FOLDER) -> MessageSet:
    """A sealed set, for asking it; `NOT_FOUND` when no set of that name is sealed."""
    return MessageSet.model_validate(yaml.safe_load(_bytes(name, folder)))


def _bytes(name: str, folder: Path) -> bytes:
    path = folder / f"{name}.sealed"
    if not path.is_file():
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"Aucun jeu scellé « {name} ».",
            f"Jeux scellés : {', '.join(names(folder)) or 'aucun'}.",
        )
    return zlib.decompress(base64.b64decode(path.read_text(encoding="utf-8")))


def unseal(name: str, why: str, on: date, folder: Path = FOLDER, sets: Path = SETS) -> Path:
    """Open a set for development: it leaves the sealed ones, and the log says when and why."""
    data = _bytes(name, folder)
    target = sets / name / "questions.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    note(Opening(set=name, on=on, what="opened", why=why), folder)
    (folder / f"{name}.sealed").unlink()
    return target


def note(opening: Opening, folder: Path = FOLDER) -> None:
    """Add a line to the log."""
    rows = [o.model_dump(mode="json") for o in (*log(folder), opening)]
    (folder / LOG).write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")


def log(folder: Path = FOLDER) -> list[Opening]:
    """What was done with the sealed sets, oldest first."""
    path = folder / LOG
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []
        return [Opening.model_validate(r) for r in rows or ()]
    except (yaml.YAMLError, ValidationError, TypeError) as exc:
        raise ClapvertError(ErrorCode.CORPUS_INVALID, f"{path} n'est pas un journal de jeux scellés.") from exc
