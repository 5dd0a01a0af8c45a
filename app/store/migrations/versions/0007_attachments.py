"""What is attached to messages, and to drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("conversation", "message"):
        op.add_column(table, sa.Column("attachments", sa.Text, nullable=False, server_default="[]"))
    op.create_index(
        "message_attached", "message", ["conversation_id"], sqlite_where=sa.text("attachments <> '[]'")
    )
