"""What answers took on each day, whoever asked for them; tokens of keys are among it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage_day",
        sa.Column("day", sa.Text, primary_key=True, nullable=False),
        sa.Column("use", sa.Text, primary_key=True, nullable=False),
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("model", sa.Text, primary_key=True, nullable=False),
        sa.Column("remote", sa.Boolean, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("read", sa.Integer, nullable=False),
        sa.Column("cached", sa.Integer, nullable=False),
        sa.Column("written", sa.Integer, nullable=False),
        sa.Column("reasoning", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("joules", sa.Double, nullable=False),
        sa.Column("measured", sa.Integer, nullable=False),
        sa.Column("domains", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO usage_day SELECT day, 'server', name, '', 0, 0, read, cached, written, 0, 0.0, 0.0, 0, '' "
        "FROM server_key_day"
    )
    op.drop_table("server_key_day")
