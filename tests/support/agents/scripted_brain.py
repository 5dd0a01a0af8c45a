"""A model whose turns are written in advance, and tools that note what was done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from agents.api import Measured, ModelRequest, ModelResponse, NewText, OnText, Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from engine.errors import ErrorInfo
from engine.values import ToolCall, Usage

Reply = ModelResponse | Exception | Callable[[ModelRequest], ModelResponse]


def says(text: str, **fields: Any) -> ModelResponse:
    return ModelResponse(text, usage=Usage(completion_tokens=max(1, len(text) // 4)), **fields)


def calls(*wanted: tuple[str, dict[str, Any] | str], text: str = "", **fields: Any) -> ModelResponse:
    made = tuple(ToolCall(f"id{n}", name, arguments) for n, (name, arguments) in enumerate(wanted))
    return ModelResponse(text, tool_calls=made, usage=Usage(completion_tokens=10), **fields)


def broken(code: str = "engine.lost") -> ModelResponse:
    return ModelResponse("half a sen", finish_reason="error", error=ErrorInfo(code))


class ScriptedBrain:
    """Says its `replies`, then the last one for ever. Four characters are a token. `slow` seconds pass before each
    turn, in which it can be cancelled; texts are told in pieces of 50 characters."""

    name = "scripted"
    remote = False

    def __init__(self, *replies: Reply, context: int = 16_384, slow: float = 0.0) -> None:
        self.replies: list[Reply] = list(replies)
        self.context, self.slow = context, slow
        self.asks: list[ModelRequest] = []

    def ready(self) -> int:
        return self.context

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        whole = sum(5 + len(str(message.as_dict())) // 4 for message in ask.messages)
        whole += sum(len(str(tool)) // 4 for tool in ask.tools)
        return Measured(whole, tuple(-(-len(text) // 4) for text in texts))

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        self.asks.append(ask)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        end = time.monotonic() + self.slow
        while time.monotonic() < end:
            if cancelled():
                return ModelResponse(finish_reason="cancelled")
            time.sleep(0.01)
        if isinstance(reply, Exception):
            raise reply
        turn = reply(ask) if callable(reply) else reply
        for start in range(0, len(turn.content), 50):
            if cancelled():
                return msgspec.structs.replace(
                    turn, content=turn.content[:start], tool_calls=(), finish_reason="cancelled"
                )
            on_text(NewText("content", turn.content[start : start + 50]))
        for call in turn.tool_calls:
            text = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
            for start in range(0, max(1, len(text)), 50):
                on_text(NewText("arguments", text[start : start + 50], call.id, call.name))
        return turn


def schema(required: Sequence[str] = (), **properties: str) -> dict[str, Any]:
    """A schema of arguments by their types."""
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


class NotedTool:
    """A tool that notes its calls in `done` and answers with `answer`."""

    server = ""

    def __init__(
        self,
        name: str,
        answer: str | Outcome | Exception | Callable[[dict[str, Any], ToolContext], Outcome | str] = "done",
        *,
        parameters: dict[str, Any] | None = None,
        facts: ToolFacts = ToolFacts(read_only=True, destructive=False),  # noqa: B008
        effects: Effects = Effects("read"),  # noqa: B008
    ) -> None:
        self.name, self.answer, self.facts = name, answer, facts
        self.description = f"The tool {name}."
        self.parameters = parameters or schema()
        self.done: list[dict[str, Any]] = []
        self._effects = effects

    def effects(self, arguments: dict[str, Any], here: ToolContext) -> Effects:
        return self._effects

    def run(self, arguments: dict[str, Any], here: ToolContext) -> Outcome:
        self.done.append(arguments)
        answer = self.answer(arguments, here) if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return Outcome(answer) if isinstance(answer, str) else answer
