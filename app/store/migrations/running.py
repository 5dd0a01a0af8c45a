"""Runs Alembic in process. The migrations lie in the package, so an installed wheel contains them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the store, with the connection for `migrations/env.py`."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def is_known(revision: str) -> bool:
    """Whether this build has the migration that last changed a file."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(config()).walk_revisions()
    )


def upgrade(connection: Connection) -> None:
    """Run pending migrations inside the connection's transaction."""
    command.upgrade(config(connection), "head")


def is_compared(name: str | None, kind: str) -> bool:
    """Whether Alembic compares a table: the internal tables of FTS5 are left out."""
    return not (kind == "table" and name is not None and name.startswith("message_fts"))
