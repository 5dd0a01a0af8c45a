"""From where on the model sees a conversation, and which conversation one was begun from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cut",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.Integer, sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("first_id", sa.Integer, sa.ForeignKey("message.id"), nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("cut_of", "cut", ["conversation_id", "id"])
    op.create_index("cut_first", "cut", ["first_id"])
    op.add_column("conversation", sa.Column("origin", sa.Integer))
