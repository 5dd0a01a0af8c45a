"""What is known of a request besides what it says: its id, its key, and how it goes. Nothing of its text is kept."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.types import Scope

from app.server.answering import WITHOUT_KEY
from app.server.asks import AnswerEvent
from app.server.refusal import Refusal
from app.store.records import ServerKey
from engine.api import Delta, Finished, PrefillProgress, ToolCallDelta
from engine.values import Timings, Usage

# Takes what a request of a key has used of a model; None: it had no key.
Count = Callable[[ServerKey | None, Usage, str, Timings], None]
_NAME = "coterie.call"
# What it does now: it is looked at, waits for a place of its key or for the model, has its prompt read, is answered.
Stage = Literal["coming", "waiting", "reading", "writing", "downloading", "ended"]


def new_call_id() -> str:
    return f"req_{secrets.token_hex(12)}"


def id_headers(id: str) -> list[tuple[bytes, bytes]]:
    """The id of a request under the names of OpenAI and Anthropic."""
    return [(b"x-request-id", id.encode()), (b"request-id", id.encode())]


@dataclass(eq=False)
class Call:
    """One request. `key` None: the server asks for none. `client`, `origin` and `host` are what its headers say of
    who asks. `came` is in seconds since 1970. `code` says why it was refused, `count` takes what it has used, `end`
    ends it, None once it has ended."""

    protocol: str
    client: str = ""
    origin: str = ""
    host: str = ""
    count: Count = lambda key, usage, model, timings: None
    id: str = field(default_factory=new_call_id)
    came: float = field(default_factory=time.time)
    began: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    key: ServerKey | None = None
    model: str = ""
    stage: Stage = "coming"
    status: int = 0
    code: str = ""
    usage: Usage | None = None
    end: Callable[[Refusal], None] | None = None

    @property
    def key_name(self) -> str:
        return WITHOUT_KEY if self.key is None else self.key.name

    def refused(self, refusal: Refusal) -> None:
        self.status, self.code = refusal.status, refusal.code

    def take(self, event: AnswerEvent) -> None:
        """How the answer goes on; what the engine tells of one that has ended counts all the same."""
        if isinstance(event, Finished):
            self._use(event.usage, event.timings)
        elif self.stage == "waiting" and isinstance(event, PrefillProgress):
            self.stage = "reading"
        elif self.stage in ("waiting", "reading") and isinstance(event, Delta | ToolCallDelta):
            self.stage = "writing"

    def note_texts(self, model: str, tokens: int) -> None:
        """Texts that a model of texts has read."""
        self.model = model
        self._use(Usage(tokens))

    def _use(self, usage: Usage, timings: Timings = Timings()) -> None:  # noqa: B008
        """Add what a choice took."""
        before = self.usage or Usage()
        self.usage = Usage(
            before.prompt_tokens + usage.prompt_tokens,
            before.cached_tokens + usage.cached_tokens,
            before.completion_tokens + usage.completion_tokens,
        )
        self.count(self.key, usage, self.model, timings)


def set_call(scope: Scope, call: Call) -> None:
    scope[_NAME] = call


def call_of(request: Request) -> Call:
    call: Call = request.scope[_NAME]
    return call
