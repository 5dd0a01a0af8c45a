"""Conversations, the tree of their messages, and the index of what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversation()
    _message()
    _search_index()


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_source", sa.Text, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
        sa.Column("deleted", sa.Double),
        sa.Column("leaf_id", sa.Integer, sa.ForeignKey("message.id", name="conversation_leaf")),
        sa.Column("draft", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conversation_leaf_id", "conversation", ["leaf_id"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("message.id")),
        sa.Column("conversation_id", sa.Integer, sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("writer", sa.Text),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("usage", sa.Text),
        sa.Column("timings", sa.Text),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("reasoning", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("message_tree", "message", ["parent_id", "conversation_id"])
    op.create_index("message_use", "message", ["conversation_id", "used"])
    op.create_index("message_writer", "message", ["writer"], sqlite_where=sa.text("writer IS NOT NULL"))


def _search_index() -> None:
    """FTS5 with external content, kept by triggers as in https://www.sqlite.org/fts5.html (section 4.4.3)."""
    op.execute(
        "CREATE VIRTUAL TABLE message_fts"
        " USING fts5(content, content='message', content_rowid='id', tokenize='trigram')"
    )
    op.execute(
        "CREATE TRIGGER message_fts_insert AFTER INSERT ON message WHEN new.state <> 'streaming' BEGIN"
        " INSERT INTO message_fts (rowid, content) VALUES (new.id, new.content);"
        " END"
    )
    op.execute(
        "CREATE TRIGGER message_fts_delete AFTER DELETE ON message WHEN old.state <> 'streaming' BEGIN"
        " INSERT INTO message_fts (message_fts, rowid, content) VALUES ('delete', old.id, old.content);"
        " END"
    )
    op.execute(
        "CREATE TRIGGER message_fts_update AFTER UPDATE OF content, state ON message"
        " WHEN (old.state <> 'streaming') <> (new.state <> 'streaming')"
        " OR (new.state <> 'streaming' AND old.content <> new.content) BEGIN"
        " INSERT INTO message_fts (message_fts, rowid, content)"
        " SELECT 'delete', old.id, old.content WHERE old.state <> 'streaming';"
        " INSERT INTO message_fts (rowid, content)"
        " SELECT new.id, new.content WHERE new.state <> 'streaming';"
        " END"
    )
