"""Alembic, run in code. The migrations lie in the package, so an installed wheel carries them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings for the store, and for `migrations/env.py` the connection to migrate."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def is_known(revision: str) -> bool:
    """Whether this build has the migration that a file was last changed by."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(config()).walk_revisions()
    )


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the transaction that the connection is in."""
    command.upgrade(config(connection), "head")


def is_compared(name: str | None, kind: str) -> bool:
    """Whether Alembic's comparison looks at a table: the tables that FTS5 keeps for itself are left out."""
    return not (kind == "table" and name is not None and name.startswith("message_fts"))
