"""The model as a run sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import msgspec

from engine.errors import ErrorInfo
from engine.values import FinishReason, Message, Reasoning, Sampling, Timings, ToolCall, Usage


class NewText(msgspec.Struct, frozen=True):
    """New text of a turn that the model is writing: of its reasoning, its answer, or the JSON of the arguments of a
    tool call, which has an id and the tool's name.
    """

    channel: Literal["reasoning", "content", "arguments"]
    text: str
    call: str = ""
    name: str = ""


# Called from another thread.
OnText = Callable[[NewText], None]


class ModelRequest(msgspec.Struct, frozen=True):
    """A request for one turn of the model.

    `tools` and `choice` as in `GenerateRequest`; `max_tokens` 0: up to the context.
    """

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    choice: str = "auto"
    sampling: Sampling = Sampling()
    reasoning: Reasoning = "auto"
    max_tokens: int = 0


class ModelResponse(msgspec.Struct, frozen=True):
    """The result of a `ModelRequest`. With `error` the text so far stands."""

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: ErrorInfo | None = None
    notices: tuple[ErrorInfo, ...] = ()


class Measured(msgspec.Struct, frozen=True):
    """Token counts of a whole prompt, template and tools included, and of each text alone.

    `exact` False: estimated, never too low, because the model's own tokenizer cannot be asked.
    """

    prompt: int
    texts: tuple[int, ...] = ()
    exact: bool = True


class ChatModel(Protocol):
    """A model that answers requests. Methods block and may be called from any thread but the GUI's.

    They raise UserError when there is no model to ask (`engine.*`, `model.*`, `remote.*`).
    """

    @property
    def name(self) -> str: ...

    @property
    def remote(self) -> bool:
        """Whether text leaves this machine."""
        ...

    def ready(self) -> int:
        """Wait until the model can answer; returns its context length in tokens."""
        ...

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured: ...

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        """Send the request and wait for the end of the answer.

        `cancelled` is polled at least ten times a second; once it is true the turn ends within 200 ms with
        the text so far (`finish_reason` "cancelled").
        """
        ...
