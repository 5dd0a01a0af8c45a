"""The model behind a run, whether it is here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import msgspec

from engine.errors import ErrorInfo
from engine.values import FinishReason, Message, Reasoning, Sampling, Timings, ToolCall, Usage

# Called from another thread with new text as it comes.
OnText = Callable[[Literal["reasoning", "content"], str], None]


class ModelRequest(msgspec.Struct, frozen=True):
    """One turn that is wanted. `tools` and `choice` as in `GenerateRequest`; `max_tokens` 0: up to the context."""

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    choice: str = "auto"
    sampling: Sampling = Sampling()
    reasoning: Reasoning = "auto"
    max_tokens: int = 0


class ModelResponse(msgspec.Struct, frozen=True):
    """What came of an `ModelRequest`. With `error` the text so far stands."""

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: ErrorInfo | None = None
    notices: tuple[ErrorInfo, ...] = ()


class Measured(msgspec.Struct, frozen=True):
    """Tokens of a whole prompt, template and tools included, and of each text alone. `exact` False: estimated,
    never too low, because the model's own tokenizer cannot be asked."""

    prompt: int
    texts: tuple[int, ...] = ()
    exact: bool = True


class ChatModel(Protocol):
    """A model that can be asked. Methods block and may be called from any thread but the GUI's.

    They raise UserError when there is no model to ask (`engine.*`, `model.*`, `remote.*`).
    """

    @property
    def name(self) -> str: ...

    @property
    def remote(self) -> bool:
        """Whether text leaves this machine."""
        ...

    def ready(self) -> int:
        """Wait until it can be asked; returns the length of its context in tokens."""
        ...

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured: ...

    def turn(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        """Ask, and wait for the end of the answer. `cancelled` is looked at at least ten times a second; once it
        is true the turn ends within 200 ms with what there is (`finish_reason` "cancelled")."""
        ...
