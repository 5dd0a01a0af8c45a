"""What is known of a request besides what it says: its id, its key, and how it went."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import Scope

from app.server.answering import WITHOUT_KEY
from app.store.records import ServerKey
from engine.api import Finished
from engine.values import Usage

_NAME = "coterie.call"


def new_call_id() -> str:
    return f"req_{secrets.token_hex(12)}"


def id_headers(id: str) -> list[tuple[bytes, bytes]]:
    """The id of a request under the names of OpenAI and Anthropic."""
    return [(b"x-request-id", id.encode()), (b"request-id", id.encode())]


@dataclass
class Call:
    """One request. `key` None: the server asks for none. Nothing of its text is kept."""

    protocol: str
    id: str = field(default_factory=new_call_id)
    began: float = field(default_factory=time.monotonic)
    key: ServerKey | None = None
    model: str = ""
    status: int = 0
    usage: Usage | None = None

    @property
    def key_name(self) -> str:
        return WITHOUT_KEY if self.key is None else self.key.name

    def note(self, finished: Finished) -> None:
        """Add what a choice took."""
        usage, before = finished.usage, self.usage or Usage()
        self.usage = Usage(
            before.prompt_tokens + usage.prompt_tokens,
            completion_tokens=before.completion_tokens + usage.completion_tokens,
        )

    def note_texts(self, model: str, tokens: int) -> None:
        """Texts that a model of texts has read."""
        self.model, self.usage = model, Usage(tokens)


def set_call(scope: Scope, call: Call) -> None:
    scope[_NAME] = call


def call_of(request: Request) -> Call:
    call: Call = request.scope[_NAME]
    return call
