"""Projects and memories, archived and imported conversations, questions in a queue, and messages that were deleted or
preferred."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("deleted", sa.Double),
        sa.Column("options", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memory",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("project", sa.Integer),
        sa.Column("conversation", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.add_column("conversation", sa.Column("project", sa.Integer))
    op.add_column("conversation", sa.Column("archived", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("conversation", sa.Column("source", sa.Text, nullable=False, server_default=""))
    op.add_column("conversation", sa.Column("queued", sa.Text, nullable=False, server_default="[]"))
    op.add_column("message", sa.Column("deleted", sa.Double))
    op.add_column("message", sa.Column("better", sa.Boolean, nullable=False, server_default="0"))
