"""Tables of this build. The migrations create them; a test checks that both agree.

One more table, `message_fts`, is FTS5 over `message.content` with the trigram tokenizer and no text of its
own ("external content"). Triggers keep it, and leave a streaming answer out until it is finished: to index a
long text again twice a second would cost more than to write it.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Dialect, ForeignKey, Index, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from agents.events import Mode
from agents.permissions.values import Scope
from app.store.records import (
    ChatOptions,
    DownloadFile,
    DownloadState,
    LibraryFile,
    LibraryState,
    MessageState,
    ModelOrigin,
    RunState,
    TitleSource,
    ToolRating,
)
from app.store.text import storable_json
from engine.errors import ErrorInfo
from engine.text import clean_text
from engine.values import Role, Timings, ToolCall, Usage

T = TypeVar("T", bound=msgspec.Struct)


class PlainText(TypeDecorator[str]):
    """A string, cleaned before it is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean_text(value)


class JSONStruct(TypeDecorator[T], Generic[T]):
    """A msgspec struct as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, struct: type[T]) -> None:
        super().__init__()
        self.struct = struct
        self._decoder = msgspec.json.Decoder(struct)

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        return None if value is None else storable_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:
        return None if value is None else self._decoder.decode(value)


class JSONTuple(TypeDecorator[tuple[T, ...]], Generic[T]):
    """A tuple of msgspec structs of one type as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, struct: type[T]) -> None:
        super().__init__()
        self.struct = struct
        self._decoder: msgspec.json.Decoder[tuple[T, ...]] = msgspec.json.Decoder(tuple[struct, ...])  # type: ignore[valid-type]

    def process_bind_param(self, value: tuple[T, ...] | None, dialect: Dialect) -> str:
        return storable_json(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[T, ...]:
        return self._decoder.decode(value)


class Base(DeclarativeBase):
    pass


class ConversationRow(Base):
    """A conversation.

    `leaf_id` is the end of the shown branch; null only without messages. `origin` is the conversation that
    this one was begun from, null where there is none (any more).
    """

    __tablename__ = "conversation"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - ids are never given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(PlainText)
    title_source: Mapped[TitleSource] = mapped_column(Text)
    pinned: Mapped[bool]
    created: Mapped[float]
    updated: Mapped[float]
    deleted: Mapped[float | None]
    leaf_id: Mapped[int | None] = mapped_column(
        ForeignKey("message.id", name="conversation_leaf", use_alter=True), index=True
    )
    draft: Mapped[str] = mapped_column(PlainText)
    options: Mapped[ChatOptions] = mapped_column(JSONStruct(ChatOptions))
    origin: Mapped[int | None]


class MessageRow(Base):
    """A message. The small columns stand before the long ones: SQLite reads a row from its start.

    `used` counts up within the conversation each time a message becomes the leaf; beneath any message the
    highest `used` is the end that was shown last. `writer` names the process that writes a streaming answer.
    `run` is the run that wrote an answer with tools, else 0.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_tree", "parent_id", "conversation_id"),
        Index("message_use", "conversation_id", "used"),
        Index("message_writer", "writer", sqlite_where=text("writer IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # No cascade along the tree: SQLite ends a chain of cascades at a depth of 1,000.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    used: Mapped[int]
    role: Mapped[Role] = mapped_column(Text)
    state: Mapped[MessageState] = mapped_column(Text)
    created: Mapped[float]
    writer: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str] = mapped_column(PlainText)
    error: Mapped[ErrorInfo | None] = mapped_column(JSONStruct(ErrorInfo))
    usage: Mapped[Usage | None] = mapped_column(JSONStruct(Usage))
    timings: Mapped[Timings | None] = mapped_column(JSONStruct(Timings))
    content: Mapped[str] = mapped_column(PlainText)
    reasoning: Mapped[str] = mapped_column(PlainText)
    tool_calls: Mapped[tuple[ToolCall, ...]] = mapped_column(JSONTuple(ToolCall), server_default="[]")
    notices: Mapped[tuple[ErrorInfo, ...]] = mapped_column(JSONTuple(ErrorInfo), server_default="[]")
    run: Mapped[int] = mapped_column(server_default="0")


class CutRow(Base):
    """A compaction point: the model sees every branch through the message `first_id` from there on;
    `summary`, if not "", replaces what comes before.

    Of those that are `active` the newest counts. Rows are added, and nothing of them changes but `active`.
    """

    __tablename__ = "cut"
    __table_args__ = (
        Index("cut_of", "conversation_id", "id"),
        Index("cut_first", "first_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    first_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    created: Mapped[float]
    active: Mapped[bool]
    tokens: Mapped[int]
    model: Mapped[str] = mapped_column(PlainText)
    summary: Mapped[str] = mapped_column(PlainText)


class ModelRow(Base):
    """A model of the library, including the trash. `files` is a tuple of `LibraryFile`."""

    __tablename__ = "model"

    id: Mapped[str] = mapped_column(PlainText, primary_key=True)
    name: Mapped[str] = mapped_column(PlainText)
    files: Mapped[tuple[LibraryFile, ...]] = mapped_column(JSONTuple(LibraryFile))
    origin: Mapped[ModelOrigin] = mapped_column(Text)
    added: Mapped[float]
    state: Mapped[LibraryState] = mapped_column(Text)
    managed: Mapped[bool]
    repo: Mapped[str] = mapped_column(PlainText)
    commit: Mapped[str] = mapped_column(PlainText)
    variant: Mapped[str] = mapped_column(PlainText)
    architecture: Mapped[str] = mapped_column(PlainText)
    quantisation: Mapped[str] = mapped_column(PlainText)
    parameters: Mapped[int]
    active_parameters: Mapped[int]
    experts: Mapped[int]
    experts_used: Mapped[int]
    used: Mapped[float]
    verified: Mapped[float]
    trashed: Mapped[float | None]


class DownloadRow(Base):
    """A download, also a finished one until it is forgotten.

    `writer` names the process that it belongs to while it waits or runs, "" when none has it.
    """

    __tablename__ = "download"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - ids are never given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(PlainText)
    repo: Mapped[str] = mapped_column(PlainText)
    commit: Mapped[str] = mapped_column(PlainText)
    variant: Mapped[str] = mapped_column(PlainText)
    files: Mapped[tuple[DownloadFile, ...]] = mapped_column(JSONTuple(DownloadFile))
    state: Mapped[DownloadState] = mapped_column(Text)
    position: Mapped[float]
    created: Mapped[float]
    received: Mapped[int]
    rate: Mapped[float]
    error: Mapped[ErrorInfo | None] = mapped_column(JSONStruct(ErrorInfo))
    writer: Mapped[str] = mapped_column(Text)


class RunRow(Base):
    """A run of an agent; its events stand in its journal.

    `writer` names the process that carries it out, "" when none does. `conversation` is that of a chat whose
    answer it is, else 0.
    """

    __tablename__ = "run"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - ids are never given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(PlainText)
    task: Mapped[str] = mapped_column(PlainText)
    workspace: Mapped[str] = mapped_column(PlainText)
    model: Mapped[str] = mapped_column(PlainText)
    mode: Mapped[Mode] = mapped_column(Text)
    state: Mapped[RunState] = mapped_column(Text)
    created: Mapped[float]
    updated: Mapped[float]
    reason: Mapped[str] = mapped_column(PlainText)
    recipe: Mapped[str] = mapped_column(PlainText)
    remote: Mapped[bool]
    step: Mapped[int]
    steps: Mapped[int]
    tokens: Mapped[int]
    context: Mapped[int]
    undone: Mapped[bool]
    writer: Mapped[str] = mapped_column(Text)
    trashed: Mapped[float | None]
    conversation: Mapped[int]


class RunEventRow(Base):
    """One event of a journal, as JSON. Rows are added and never changed."""

    __tablename__ = "run_event"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[float]
    body: Mapped[str] = mapped_column(Text)


class RunTextRow(Base):
    """A long text of a run."""

    __tablename__ = "run_text"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    handle: Mapped[str] = mapped_column(Text, primary_key=True)
    text: Mapped[str] = mapped_column(PlainText)


class GrantRow(Base):
    """A persistent grant; see `agents.permissions.values.Grant`."""

    __tablename__ = "tool_grant"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    scope: Mapped[Scope] = mapped_column(Text)
    tool: Mapped[str] = mapped_column(PlainText)
    created: Mapped[float]
    pattern: Mapped[str] = mapped_column(PlainText)
    workspace: Mapped[str] = mapped_column(PlainText)
    server: Mapped[str] = mapped_column(PlainText)
    run: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(PlainText)
    used: Mapped[float]


class ToolCheckRow(Base):
    """Result of a tool check. `model` identifies the file."""

    __tablename__ = "tool_check"

    model: Mapped[str] = mapped_column(PlainText, primary_key=True)
    time: Mapped[float]
    rating: Mapped[ToolRating] = mapped_column(Text)
    passed: Mapped[int]
    total: Mapped[int]
    details: Mapped[str] = mapped_column(PlainText)
