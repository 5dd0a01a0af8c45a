"""Energy of reading prompts and of writing answers apart, and of how many tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("prompt_joules", "answer_joules"):
        op.add_column("usage_day", sa.Column(name, sa.Double, nullable=False, server_default="0"))
    for name in ("measured_read", "measured_written"):
        op.add_column("usage_day", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
