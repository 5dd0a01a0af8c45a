"""Tables of this build: a column for each field of their records. The migrations make them; a test checks that both
agree.

One more table, `message_fts`, is FTS5 over `message.content` with the trigram tokenizer and no text of its
own ("external content"). Triggers keep it, and leave a streaming answer out until it is finished: to index a
long text again twice a second would cost more than to write it.

SQLAlchemy's tables are used without its mapper, whose import would take a noticeable part of the start.
"""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    select,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from agents.permissions.values import Grant
from app.store.records import (
    USAGE_KEY,
    CompactionPoint,
    Conversation,
    Download,
    LibraryModel,
    Memory,
    Message,
    Project,
    RunRecord,
    ServerKey,
    ToolCheck,
    UsageDay,
)
from engine.text import clean_text, clean_value

METADATA = MetaData()
_NUMBERS: dict[object, Any] = {int: Integer, float: Double, bool: Boolean}


def storable_json(value: Any) -> str:
    """Structs as JSON for SQLite: each string is valid UTF-8 without NUL."""
    return msgspec.json.encode(clean_value(msgspec.to_builtins(value))).decode()


class PlainText(TypeDecorator[str]):
    """A string, cleaned before it is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean_text(value)


class JSONText(TypeDecorator[Any]):
    """Structs, or tuples of them, as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else storable_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._decoder.decode(value)


def _column(name: str, kind: Any, key: str) -> Column[Any]:
    """The column of a field: numbers as they are, names and words as text, structs as JSON."""
    options = [option for option in get_args(kind) if option is not NoneType]
    is_optional = NoneType in get_args(kind)
    if is_optional:
        (kind,) = options
    is_words = kind is str or (all(isinstance(word, str) for word in get_args(kind)) and get_args(kind))
    stored = _NUMBERS.get(kind) or (PlainText() if is_words else JSONText(kind))
    return Column(name, stored, primary_key=name == key, nullable=is_optional)


def record_table(
    name: str,
    record: type[msgspec.Struct],
    *items: SchemaItem,
    key: str = "id",
    without: tuple[str, ...] = (),
) -> Table:
    """A table with a column for each field of `record`, but those that `items` describe and those `without`.

    Ids are never given twice.
    """
    described = {*without, *(item.key for item in items if isinstance(item, Column))}
    fields = [field for field in msgspec.structs.fields(record) if field.name not in described]
    columns = [_column(field.name, field.type, key) for field in fields]
    return Table(name, METADATA, *columns, *items, sqlite_autoincrement=fields[0].type is int)


def _link(field: str, target: str, *, nullable: bool = False, **options: Any) -> Column[int]:
    """A column of ids of another table; its name in the file is that of the field, with `_id`."""
    key = ForeignKey(f"{target}.id", **options)
    return Column(f"{field}_id", Integer, key, key=field, nullable=nullable)


def selection(table: Table, record: type[msgspec.Struct]) -> Select[*tuple[Any, ...]]:
    """The columns of a record, in its order."""
    return select(*(table.c[name] for name in record.__struct_fields__))


# `leaf` is the end of the shown branch; null only without messages.
CONVERSATION = record_table(
    "conversation",
    Conversation,
    _link("leaf", "message", nullable=True, name="conversation_leaf", use_alter=True),
    Index("ix_conversation_leaf_id", "leaf"),
)

# In the file the small columns stand before the long ones: SQLite reads a row from its start. `used` counts up
# within the conversation each time a message becomes the leaf; beneath any message the highest is the end that was
# shown last. `writer` names the process that writes a streaming answer. `deleted` is the time of its deletion; what
# is beneath it has the same. No cascade along the tree: SQLite ends a
# chain of cascades at a depth of 1,000.
MESSAGE = record_table(
    "message",
    Message,
    _link("parent", "message", nullable=True),
    _link("conversation", "conversation"),
    Column("used", Integer, nullable=False),
    Column("writer", Text),
    Column("deleted", Double),
    Index("message_tree", "parent", "conversation"),
    Index("message_use", "conversation", "used"),
    Index("message_writer", "writer", sqlite_where=text("writer IS NOT NULL")),
    Index("message_attached", "conversation", sqlite_where=text("attachments <> '[]'")),
    without=("sibling", "siblings"),
)

# What `message_attached` finds, in the words of the index: few messages have files, and rows are long.
HAS_ATTACHMENTS = text("message.attachments <> '[]'")

HAS_GIVEN = text("(message.sources <> '[]' OR message.role = 'user' AND message.notices <> '[]')")

# Rows are added, and nothing of them changes but `active`.
CUT = record_table(
    "cut",
    CompactionPoint,
    _link("conversation", "conversation"),
    _link("first", "message"),
    Column("active", Boolean, nullable=False),
    Index("cut_of", "conversation", "id"),
    Index("cut_first", "first"),
)

PROJECT = record_table("project", Project)
MEMORY = record_table("memory", Memory)
MODEL = record_table("model", LibraryModel)
DOWNLOAD = record_table("download", Download)
RUN = record_table("run", RunRecord)
GRANT = record_table("tool_grant", Grant)
TOOL_CHECK = record_table("tool_check", ToolCheck, key="model")
SERVER_KEY = record_table("server_key", ServerKey, key="name")

# What answers took on a day ("2026-11-29", as the clock of this computer has it).
USAGE_DAY = Table(
    "usage_day",
    METADATA,
    *(
        _column(field.name, field.type, field.name if field.name in USAGE_KEY else "")
        for field in msgspec.structs.fields(UsageDay)
    ),
)

# The events of a journal, as JSON. Rows are added and never changed.
RUN_EVENT = Table(
    "run_event",
    METADATA,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("time", Double, nullable=False),
    Column("body", Text, nullable=False),
)

# Long texts of runs.
RUN_TEXT = Table(
    "run_text",
    METADATA,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("handle", Text, primary_key=True),
    Column("text", PlainText, nullable=False),
)
