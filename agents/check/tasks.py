"""The tasks of the agent check: small, with one right thing to do, so that no judge is needed but a comparison.

They ask what agents need most: to call when a tool is needed, the right one, with the right arguments, to leave tools
alone when none is needed, and to use what a tool said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from agents.brain import Turn
from engine.api import Message, ToolCall

Kind = Literal["call", "choose", "arguments", "restrain", "answer"]


class CheckTask(msgspec.Struct, frozen=True):
    """One question to a model. `calls` are right, each a tool's name with the arguments that matter; () when no call
    is. `says`, a pattern, is what the answer must hold."""

    name: str
    kind: Kind
    messages: tuple[Message, ...]
    tools: tuple[str, ...]
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    says: str = ""


def _tool(name: str, description: str, **parameters: Any) -> dict[str, Any]:
    required = [key for key, schema in parameters.items() if not schema.pop("optional", False)]
    schema = {"type": "object", "properties": parameters, "required": required}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema},
    }


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


TOOLS: dict[str, dict[str, Any]] = {
    tool["function"]["name"]: tool
    for tool in (
        _tool("get_weather", "The weather in a city now.", city=_text("The city's English name")),
        _tool("read_file", "Read a text file.", path=_text("Path of the file")),
        _tool(
            "write_file",
            "Write a text file, replacing what is there.",
            path=_text("Path of the file"),
            content=_text("The whole new content"),
        ),
        _tool("delete_file", "Delete a file.", path=_text("Path of the file")),
        _tool("calculator", "Work out an arithmetic expression.", expression=_text("Such as 2 * (3 + 4)")),
        _tool(
            "set_timer",
            "Set a timer.",
            minutes={"type": "integer", "description": "How many minutes"},
            label=_text("What it is for", optional=True),
        ),
        _tool(
            "search_flights",
            "Search for flights between two airports on a day.",
            origin=_text("Airport code to fly from"),
            destination=_text("Airport code to fly to"),
            date=_text("YYYY-MM-DD"),
            cabin=_text("Cabin class", enum=["economy", "business"], optional=True),
        ),
    )
}


def _asked(text: str) -> tuple[Message, ...]:
    return (Message("user", text),)


def _after(text: str, name: str, arguments: dict[str, Any], result: str) -> tuple[Message, ...]:
    """A conversation in which the tool was called already and has answered."""
    call = ToolCall("call_1", name, arguments)
    return (
        Message("user", text),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", result, tool_call_id="call_1", name=name),
    )


_FEW = ("get_weather", "read_file", "calculator")
_MANY = tuple(TOOLS)

# In this order, so that a check whose time ends early has seen something of each kind.
TASKS: tuple[CheckTask, ...] = (
    CheckTask(
        "call",
        "call",
        _asked("What is the weather in Paris right now?"),
        ("get_weather",),
        (("get_weather", {"city": "paris"}),),
    ),
    CheckTask(
        "restrain",
        "restrain",
        _asked("Say hello to me in French. Just the greeting."),
        _FEW,
        says=r"(?i)bonjour|salut",
    ),
    CheckTask(
        "choose",
        "choose",
        _asked("Please show me what is in the file notes.txt."),
        _FEW,
        (("read_file", {"path": "notes.txt"}),),
    ),
    CheckTask(
        "answer",
        "answer",
        _after("What is the weather in Oslo?", "get_weather", {"city": "Oslo"}, "-7 degrees, snow"),
        ("get_weather",),
        says=r"7",
    ),
    CheckTask(
        "two arguments",
        "arguments",
        _asked('Create the file hello.txt with the content "Good morning".'),
        _MANY,
        (("write_file", {"path": "hello.txt", "content": "good morning"}),),
    ),
    CheckTask(
        "number",
        "arguments",
        _asked("Set a timer for 25 minutes."),
        _MANY,
        (("set_timer", {"minutes": 25}),),
    ),
    CheckTask(
        "korean",
        "choose",
        _asked("지금 서울 날씨 알려 줘."),
        _FEW,
        (("get_weather", {"city": "seoul|서울"}),),
    ),
    CheckTask(
        "many arguments",
        "arguments",
        _asked("Find business class flights from ICN to CDG on 3 May 2027."),
        _MANY,
        (
            (
                "search_flights",
                {"origin": "icn", "destination": "cdg", "date": "2027-05-03", "cabin": "business"},
            ),
        ),
    ),
    CheckTask(
        "nothing to call",
        "restrain",
        _asked("Which is larger, a mouse or an elephant? Answer in one word."),
        _MANY,
        says=r"(?i)elephant",
    ),
    CheckTask(
        "after an error",
        "answer",
        _after(
            "Read report.txt and tell me its first word.",
            "read_file",
            {"path": "report.txt"},
            "Error: there is no file report.txt. There is: report-2027.txt",
        ),
        _MANY,
        (("read_file", {"path": "report-2027.txt"}),),
    ),
)


def is_passed(task: CheckTask, turn: Turn) -> bool:
    """Whether a turn does what the task asks, and nothing else."""
    if turn.error is not None or len(turn.tool_calls) != len(task.calls):
        return False
    pairs = zip(turn.tool_calls, task.calls, strict=True)
    if not all(_is_call(call, name, arguments) for call, (name, arguments) in pairs):
        return False
    return bool(re.search(task.says, turn.content)) if task.says else True


def _is_call(call: ToolCall, name: str, wanted: Mapping[str, Any]) -> bool:
    if call.name != name or not isinstance(call.arguments, dict):
        return False
    required = TOOLS[name]["function"]["parameters"]["required"]
    return all(key in call.arguments for key in required) and all(
        _is_value(call.arguments.get(key), value) for key, value in wanted.items()
    )


def _is_value(given: Any, wanted: Any) -> bool:
    """Texts are compared without their case and what stands around them; "|" divides those that are right."""
    if isinstance(wanted, str):
        said = str(given).casefold().strip(" .!\"'\n")
        return any(said == each or said.startswith(f"{each},") for each in wanted.split("|"))
    return bool(given == wanted)
