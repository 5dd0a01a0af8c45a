"""Schedules, the times that they were due, and what was in the folders that they watch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "task", "workspace", "when")),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("checked", sa.Double, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("recipe", "values", "model", "mode", "reasoning")
        ),
        sa.Column("tools", sa.Text),
        sa.Column("budget", sa.Text),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("paused", "on_battery", "timer")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "firing",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("schedule", sa.Integer, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("writer", sa.Text, nullable=False),
        sa.Column("seen", sa.Boolean, nullable=False),
        sa.Index("firing_of", "schedule", "id"),
        sa.Index("firing_run", "run"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "schedule_seen",
        sa.Column("schedule_id", sa.Integer, sa.ForeignKey("schedule.id"), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
