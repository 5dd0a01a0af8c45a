"""Runs as a journal has them, made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.api import Outcome, ToolContext
from agents.budget import Budget
from agents.events import ContextTrimmed, ModelTurn, RunEvent, RunStarted, ToolCalled, ToolResult
from agents.permissions.values import Effects, ToolFacts
from engine.errors import ErrorInfo
from engine.values import FinishReason, Timings, ToolCall, Usage

SYSTEM = "You do the user's task with tools."


def started(
    task: str = "Tidy the folder.",
    system: str = SYSTEM,
    context: int = 4096,
    model: str = "model",
    **more: Any,
) -> RunStarted:
    return RunStarted(task, "/folder", model, "ask", Budget(), (), system, context, **more)


def turn(
    step: int,
    content: str = "",
    calls: Sequence[str] = (),
    reasoning: str = "",
    error: ErrorInfo | None = None,
    finish: FinishReason = "stop",
) -> ModelTurn:
    made = tuple(ToolCall(name, "read_file", {"path": "a"}) for name in calls)
    return ModelTurn(step, content, reasoning, made, finish, Usage(), Timings(), error=error)


def called(step: int, call: str, name: str = "read_file", **arguments: Any) -> ToolCalled:
    return ToolCalled(step, call, name, arguments or {"path": f"{call}.txt"})


def result(call: str, text: str = "done", **more: Any) -> ToolResult:
    return ToolResult(call, more.pop("status", "ok"), text, **more)


def step(
    number: int, text: str = "done", content: str = "", reasoning: str = "", **more: Any
) -> list[RunEvent]:
    """A turn with one call and its result."""
    call = f"c{number}"
    return [
        turn(number, content, (call,), reasoning),
        called(number, call),
        result(call, text, **more),
    ]


def steps(count: int, text: str = "done", **more: Any) -> list[RunEvent]:
    return [event for number in range(1, count + 1) for event in step(number, text, **more)]


def nudge(text: str = "Try something else.") -> ContextTrimmed:
    return ContextTrimmed("nudge", text=text)


class NamedTool:
    """A tool that is only told of."""

    facts = ToolFacts()
    server = ""

    def __init__(self, name: str, description: str = "Does what its name says.", **properties: Any) -> None:
        self.name, self.description = name, description
        described = {key: {"type": "string", "description": text} for key, text in properties.items()}
        self.parameters: dict[str, Any] = {
            "type": "object",
            "properties": described,
            "required": [*properties],
        }

    def effects(self, arguments: dict[str, Any], here: ToolContext) -> Effects:
        return Effects()

    def run(self, arguments: dict[str, Any], here: ToolContext) -> Outcome:
        return Outcome("done")
