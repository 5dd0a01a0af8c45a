"""Alembic's entry point: runs the migrations on the connection from `app.store.migrations.running`."""

from __future__ import annotations

from alembic import context

from app.store.migrations.running import is_compared
from app.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot change a column in place; Alembic then makes the table anew and copies it.
    render_as_batch=True,
    include_name=lambda name, kind, parents: is_compared(name, kind),
)
with context.begin_transaction():
    context.run_migrations()
