"""Runs: their journals, the long texts they keep, what was granted, and how well models use tools. An answer may be
the work of a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run()
    op.add_column("message", sa.Column("run", sa.Integer, nullable=False, server_default="0"))
    _journal()
    _grant()
    _check()


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("remote", sa.Boolean, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("context", sa.Integer, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("writer", sa.Text, nullable=False),
        sa.Column("trashed", sa.Double),
        sa.Column("conversation", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )


def _journal() -> None:
    op.create_table(
        "run_event",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "run_text",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("handle", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )


def _grant() -> None:
    op.create_table(
        "tool_grant",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("server", sa.Text, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("used", sa.Double, nullable=False),
    )


def _check() -> None:
    op.create_table(
        "tool_check",
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("rating", sa.Text, nullable=False),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
