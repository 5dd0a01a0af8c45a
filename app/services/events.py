"""What the services tell their subscribers. Sent from service threads; the desktop's bridge makes signals."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.store.records import Conversation, Message
from engine.api import EngineState, ModelFacts
from engine.errors import ErrorInfo


class ConversationChanged(msgspec.Struct, frozen=True):
    """Created, renamed, pinned, deleted or restored, new branch shown, options changed."""

    conversation: Conversation


class MessageAdded(msgspec.Struct, frozen=True):
    """A message became the new end of the shown branch (an answer arrives with state "streaming")."""

    message: Message


class BranchShown(msgspec.Struct, frozen=True):
    """The shown path changed somewhere before its end: read it again."""

    conversation: int


class AnswerQueued(msgspec.Struct, frozen=True):
    """Waiting for the model: it loads, or another answer is being written."""

    message: int


class AnswerPrefill(msgspec.Struct, frozen=True):
    """`done` of `total` tokens of the prompt are read."""

    message: int
    done: int
    total: int


class AnswerDelta(msgspec.Struct, frozen=True):
    """New text of a streaming answer, to append."""

    message: int
    reasoning: str
    content: str


class AnswerFinished(msgspec.Struct, frozen=True):
    """The answer as it is stored: its state, error, usage and timings say how it ended."""

    message: Message


class ModelChanged(msgspec.Struct, frozen=True):
    """The engine's state. `fraction` while loading, `error` when it is lost or could not load."""

    state: EngineState
    name: str
    path: str
    fraction: float = 0.0
    facts: ModelFacts | None = None
    error: ErrorInfo | None = None
    log_tail: tuple[str, ...] = ()


class StoreFailed(msgspec.Struct, frozen=True):
    """Something could not be saved (disk full, read-only); the text stays on screen and is tried again."""

    error: ErrorInfo


ServiceEvent = (
    ConversationChanged
    | MessageAdded
    | BranchShown
    | AnswerQueued
    | AnswerPrefill
    | AnswerDelta
    | AnswerFinished
    | ModelChanged
    | StoreFailed
)
Subscriber = Callable[[list[ServiceEvent]], None]
