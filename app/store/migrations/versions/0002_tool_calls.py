"""What an answer calls, and what is to be known of it besides its text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("tool_calls", "notices"):
        op.add_column("message", sa.Column(name, sa.Text, nullable=False, server_default="[]"))
