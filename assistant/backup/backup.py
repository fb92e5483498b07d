"""A backup of an installation, and its restoration into an empty one, whatever the engines of either.

Guarantee: taken while serving: each store as of one moment, every evidence file that its projects name, the serving
snapshot whole with the passages it cites; every answer that was acknowledged before it began is there, or it says how
many are not. Restored: into an installation that holds nothing, from a file that was
checked first; one that was interrupted is begun again by the same command, and nothing answers as restored until the
end. An installation moves from SQLite to PostgreSQL, or from a folder to servers, by a backup of the one restored into
the other.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.access.access import Access
from assistant.backup import conversations as older
from assistant.backup.archive import Reader, Writer, reading, writing
from assistant.backup.stores import EVIDENCE, databases
from assistant.history.store import Conversations
from assistant.history.tables import CONVERSATION, CONVERSATIONS, TALLY
from assistant.history.tally import Tally
from assistant.label.evidence.store import path_of
from ingest.clock import Clock, paris_today
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.pipeline import Library
from ingest.settings import Settings
from ingest.storage.dumping import clear, dump, holds_rows, load

_FOLDERS = ("texts", "runs")
"""Folders of the data folder that are copied as they are."""
_SIGNING = "secret.key"
_MARK = "restoring.json"
_VECTORS = "vectors.npy"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup holds, or what was restored from it, and the seconds that it took. `missing`: the answers that were
    acknowledged before it began and that it does not hold, for they were lost before."""

    path: Path
    bytes: int
    counts: dict[str, int]
    snapshot: str | None
    seconds: float
    missing: int = 0


def take(settings: Settings, path: Path, clock: Clock = paris_today) -> Told:
    """Write a backup; `INTERNAL` when evidence kept vanishing while it was taken."""
    library, began = Library(settings), time.monotonic()
    counts: dict[str, int] = {}
    missing = 0
    with writing(path) as out:
        where = library.storage.database("conversations")
        acknowledged = Tally(where).told() if settings.retention_days else 0
        snapshot = _take_snapshot(library, out) if library.snapshots.current_name() else None
        for name, database in databases(library.storage).items():
            if name != "label":
                out.add(f"stores/{name}.jsonl", _counted(dump(database), counts, name))
        _take_label(library, out, counts)
        if settings.retention_days:
            kept = Conversations(where, settings.retention_days, clock)
            out.add(f"stores/{CONVERSATIONS.name}.jsonl", _talks(dump(kept.database), counts))
            missing = max(0, acknowledged - counts.pop(TALLY.name))
        for folder in _FOLDERS:
            for file in sorted((settings.data_dir / folder).rglob("*")):
                inside = file.relative_to(settings.data_dir)
                if file.is_file() and not any(part.startswith(".") for part in inside.parts):
                    out.add_file(f"folder/{inside.as_posix()}", file)
        out.add(f"folder/{_SIGNING}", [Access(settings).secret])
        taken = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
        out.end({"taken": taken, "counts": counts, "snapshot": snapshot, "missing": missing})
    return Told(path, path.stat().st_size, counts, snapshot, time.monotonic() - began, missing)


def restore(settings: Settings, path: Path) -> Told:
    """Restore a backup into an installation that holds nothing; `BACKUP_REFUSED`."""
    library, began = Library(settings), time.monotonic()
    mark = settings.data_dir / _MARK
    with reading(path) as kept:
        stores = databases(library.storage)
        days = settings.retention_days
        history = Conversations(library.storage.database("conversations"), days, _long_ago) if days else None
        again = mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == kept.facts["taken"]
        if not again:
            every = [*stores.values(), *([history.database] if history else [])]
            if library.snapshots.current_name() or any(holds_rows(d) for d in every):
                raise ClapvertError(
                    ErrorCode.BACKUP_REFUSED,
                    "Cette installation contient déjà quelque chose : rien n'a été restauré.",
                    "Restaurez dans un dossier vide (CLAPVERT_DATA_DIR) et, s'il y a lieu, une base PostgreSQL vide.",
                )
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text(json.dumps(kept.facts["taken"]), encoding="utf-8")
        for name in kept.under("evidence/"):
            with kept.open(name) as member:
                library.storage.files(EVIDENCE).put(name.removeprefix("evidence/"), member.read())
        for name in kept.under("folder/"):
            kept.extract(name, settings.data_dir / name.removeprefix("folder/"))
        if (secret := settings.data_dir / _SIGNING).is_file():
            secret.chmod(0o600)
        for name, database in stores.items():
            clear(database)
            load(database, kept.lines(f"stores/{name}.jsonl"))
        if history is not None:
            clear(history.database)
            history.tally.forget()
            told = kept.lines(older.MEMBER)
            rows = older.rows(told) if older.MEMBER in kept.names else kept.lines(f"stores/{CONVERSATIONS.name}.jsonl")
            load(history.database, rows)
        if kept.facts["snapshot"]:
            _restore_snapshot(library, kept)
        mark.unlink()
        counts, snapshot, missing = kept.facts["counts"], kept.facts["snapshot"], kept.facts.get("missing", 0)
        return Told(path, path.stat().st_size, counts, snapshot, time.monotonic() - began, missing)


def half_restored(settings: Settings) -> bool:
    """Whether a restoration was interrupted here, and is to be begun again."""
    return (settings.data_dir / _MARK).is_file()


def _long_ago() -> dt.date:
    """A day on which nothing that is restored has expired yet."""
    return dt.date(1990, 1, 1)


def _take_label(library: Library, out: Writer, counts: dict[str, int]) -> None:
    """The projects, and every file that they name: a file that was erased since they were read makes them be read
    again."""
    database, files = databases(library.storage)["label"], library.storage.files(EVIDENCE)
    for _ in range(_TRIES):
        rows = list(dump(database))
        named = {row["sha256"] for table, row in map(json.loads, rows) if table == "evidence"}
        missing = False
        for sha256 in sorted(named):
            if (name := f"evidence/{path_of(sha256)}") in out:
                continue
            content = files.get(path_of(sha256))
            if content is None:
                missing = True
                break
            out.add(name, [content])
        if not missing:
            out.add("stores/label.jsonl", _counted(iter(rows), counts, "label"))
            counts["evidence"] = len(named)
            return
    raise ClapvertError(
        ErrorCode.EVIDENCE_NOT_FOUND,
        "Une preuve que les projets nomment n'est plus dans les fichiers.",
        "Retirez-la du projet, ou remettez le fichier ; puis recommencez la sauvegarde.",
    )


def _take_snapshot(library: Library, out: Writer) -> str:
    """The serving snapshot, held while it is read; its vectors apart, whichever engine keeps them."""
    snapshot = library.snapshots.open(library.store)
    for file in sorted(snapshot.folder.rglob("*")):
        inside = file.relative_to(snapshot.folder)
        if file.is_file() and inside.parts[0] != "chroma":
            out.add_file(f"snapshot/{inside.as_posix()}", file)
    held = io.BytesIO()
    np.save(held, snapshot.vectors(range(len(snapshot))))
    out.add(_VECTORS, [held.getvalue()])
    return snapshot.manifest.name


def _restore_snapshot(library: Library, kept: Reader) -> None:
    with kept.open(_VECTORS) as member:
        vectors = np.load(io.BytesIO(member.read()))

    def fill(folder: Path) -> None:
        for name in kept.under("snapshot/"):
            kept.extract(name, folder / name.removeprefix("snapshot/"))

    with library.snapshots.writer():
        library.snapshots.adopt(kept.facts["snapshot"], fill, vectors)


def _counted(lines: Iterator[str], counts: dict[str, int], name: str) -> Iterator[bytes]:
    counts[name] = 0
    for line in lines:
        counts[name] += 1
        yield f"{line}\n".encode()


def _talks(lines: Iterator[str], counts: dict[str, int]) -> Iterator[bytes]:
    """The rows of the conversations; how many there are, and how many answers were ever kept."""
    counts |= {CONVERSATION.name + "s": 0, TALLY.name: 0}
    for line in lines:
        table, row = json.loads(line)
        if table == CONVERSATION.name:
            counts[CONVERSATION.name + "s"] += 1
        elif table == TALLY.name:
            counts[TALLY.name] = row["answers"]
        yield f"{line}\n".encode()


def shown(told: Told) -> dict[str, Any]:
    """As `--json` says it."""
    return {
        "file": str(told.path), "bytes": told.bytes, "counts": told.counts, "snapshot": told.snapshot,
        "seconds": round(told.seconds, 1), "missing": told.missing,
    }  # fmt: skip
