"""Migrations between released schemas, run by `app.store.migrations.running`.

A step runs with foreign keys off, inside the one transaction that opens the file. Alembic changes a column by
making the table anew, which drops its triggers: after a batch on `message`, create those of `message_fts`
again. With each release, its schema is added to tests/data.
"""
