"""A call of one of the tools, who waits for it, and what comes back: the same in one process and between two."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from agents.permissions.values import ApprovalRequest, Decision
from app.store.records import ServerKey


class Call(msgspec.Struct, frozen=True, tag="call"):
    """`program` is what the asking program calls itself, or the name of its key where it came in `over_http`; of such
    a one no folder is opened that nobody has worked in here. `can_ask` as of its `Caller`."""

    tool: str
    arguments: dict[str, Any] = {}
    program: str = ""
    over_http: bool = False
    can_ask: bool = False


class Told(msgspec.Struct, frozen=True, tag="told"):
    """How far a call is, in a few words."""

    text: str


class Question(msgspec.Struct, frozen=True, tag="question"):
    """A question to the person behind the program; `Answer` follows."""

    request: ApprovalRequest


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """None: nobody answers."""

    decision: Decision | None


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The result: `text` for the model that reads it, `values` for programs, as the tool's output schema has them."""

    text: str
    values: dict[str, Any] | None = None
    failed: bool = False


class Caller(Protocol):
    """Who waits for a call. All methods are called from the thread that carries it out."""

    key: ServerKey | None

    @property
    def can_ask(self) -> bool:
        """Whether `ask` reaches a person."""
        ...

    def told(self, text: str) -> None: ...

    def is_gone(self) -> bool:
        """Whether nobody waits any more: the call is to end."""
        ...

    def ask(self, request: ApprovalRequest) -> Decision | None:
        """Ask the person behind the program; None where nobody answers. Blocks."""
        ...
