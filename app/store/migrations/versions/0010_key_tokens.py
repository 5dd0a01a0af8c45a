"""Tokens that keys of the local server have used, for each day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_key_day",
        sa.Column(
            "name",
            sa.Text,
            sa.ForeignKey("server_key.name", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("day", sa.Text, primary_key=True, nullable=False),
        sa.Column("read", sa.Integer, nullable=False),
        sa.Column("cached", sa.Integer, nullable=False),
        sa.Column("written", sa.Integer, nullable=False),
    )
