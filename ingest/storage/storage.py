"""Where an installation keeps what it stores: in its data folder, or in the engines that its settings name.

Guarantee: nothing else decides between SQLite and PostgreSQL, or between a folder and an S3-compatible store; whoever
stores something asks for it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.settings import Settings
from ingest.storage.engine import Where
from ingest.storage.files import Files, files_at


@dataclass(frozen=True, slots=True)
class Storage:
    """A data folder, and the engines that stand in for parts of it."""

    folder: Path
    database_url: str | None = None
    files_url: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Storage:
        """Those of the settings."""
        secret = settings.database_url
        return cls(settings.data_dir, secret.get_secret_value() if secret else None, settings.files_url)

    def database(self, name: str) -> Where:
        """Where the tables of a store lie: `name.db` in the folder, or the PostgreSQL database."""
        return self.database_url or self.folder / f"{name}.db"

    def files(self, name: str) -> Files:
        """Where files lie: the folder `name`, or what stands under `name` in the S3-compatible store."""
        return files_at(f"{self.files_url.rstrip('/')}/{name}" if self.files_url else self.folder / name)
