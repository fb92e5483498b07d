"""Migrations: the tables of a store brought to its last revision by Alembic, within the caller's transaction.

Guarantee: a store whose revision is not among ours was written by a later version, and is left as it is. A migrated
SQLite file says so to the versions before Alembic too, which read `user_version`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from ingest.errors import ClapvertError, ErrorCode

_ENVIRONMENT = Path(__file__).parent / "alembic"
_SINCE_ALEMBIC = 100
"""`user_version` of a SQLite file whose version is Alembic's to say."""


def migrate(db: Connection, migrations: Path, name: str) -> None:
    """Upgrade tables by the migrations of a folder; `name` is what a refusal calls them."""
    config = Config(attributes={"connection": db})
    config.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("version_locations", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        raise ClapvertError(
            ErrorCode.INTERNAL,
            f"{Path(name).name} a été écrit par une version plus récente de Clapvert.",
            "Mettez Clapvert à jour.",
        ) from exc
    if db.dialect.name == "sqlite":
        db.exec_driver_sql(f"pragma user_version = {_SINCE_ALEMBIC}")
