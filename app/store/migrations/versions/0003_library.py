"""The library of models, and the downloads on their way into it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _model()
    _download()


def _model() -> None:
    op.create_table(
        "model",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("added", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("managed", sa.Boolean, nullable=False),
        sa.Column("repo", sa.Text, nullable=False),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("architecture", sa.Text, nullable=False),
        sa.Column("quantisation", sa.Text, nullable=False),
        sa.Column("parameters", sa.Integer, nullable=False),
        sa.Column("active_parameters", sa.Integer, nullable=False),
        sa.Column("experts", sa.Integer, nullable=False),
        sa.Column("experts_used", sa.Integer, nullable=False),
        sa.Column("used", sa.Double, nullable=False),
        sa.Column("verified", sa.Double, nullable=False),
        sa.Column("trashed", sa.Double),
    )


def _download() -> None:
    op.create_table(
        "download",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("repo", sa.Text, nullable=False),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("position", sa.Double, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("rate", sa.Double, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("writer", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
