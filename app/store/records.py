"""What the store gives out: frozen values, free of SQLAlchemy. Times are seconds since 1970, UTC."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.api import Reasoning, Role, Sampling, Timings, ToolCall, Usage
from engine.errors import ErrorInfo

# streaming: an answer that is being written, or was when the process died (then `recover` makes it stopped).
# done: finished by the model. length: the token limit ended it. stopped: the user or a crash ended it.
# failed: nothing useful came; `error` says why.
MessageState = Literal["streaming", "done", "length", "stopped", "failed"]
TitleSource = Literal["none", "auto", "user"]


class ChatOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one conversation sets for itself; None and "" fall back to the defaults in the settings."""

    system_prompt: str | None = None
    sampling: Sampling = Sampling()
    reasoning: Reasoning | None = None
    max_tokens: int | None = None


class Conversation(msgspec.Struct, frozen=True):
    """One conversation, without its messages. `leaf` is the last message of the branch that is shown."""

    id: int
    title: str
    title_source: TitleSource
    pinned: bool
    created: float
    updated: float
    deleted: float | None
    leaf: int | None
    draft: str
    options: ChatOptions


class Message(msgspec.Struct, frozen=True):
    """One message of the tree. `sibling` of `siblings` (from 1) counts the variants with the same parent.

    `tool_calls` are those that an answer makes, malformed ones included. `notices`: what is to be known of it
    besides its text, such as that it ended in mid-thought.
    """

    id: int
    conversation: int
    parent: int | None
    role: Role
    content: str
    reasoning: str
    state: MessageState
    created: float
    model: str = ""
    error: ErrorInfo | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    sibling: int = 1
    siblings: int = 1
    tool_calls: tuple[ToolCall, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()


class SearchHit(msgspec.Struct, frozen=True):
    """A conversation that matches a query; `snippet` is the text around the match, "" for a title match."""

    conversation: Conversation
    snippet: str
