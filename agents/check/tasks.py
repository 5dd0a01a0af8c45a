"""Tasks of the agent check, each with one correct result that a comparison can judge.

They ask what agents need most: to call when a tool is needed, the right one, with the right arguments, to
leave tools alone when none is needed, to use what a tool said, and to go on from there. All have the same
tools at hand, which a model therefore reads once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from agents.api import ModelResponse
from engine.values import Message, ToolCall


class Stage(msgspec.Struct, frozen=True):
    """One turn of a task.

    `calls` are right, each a tool's name with the arguments that matter; () when no call is. `says`, a
    pattern, is what the answer must hold. `result` is what the call gives, for the stage behind it.
    """

    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    says: str = ""
    result: str = ""


class CheckTask(msgspec.Struct, frozen=True):
    """A question to a model, passed when each of its stages is done correctly.

    `name` is a key of the messages.
    """

    name: str
    messages: tuple[Message, ...]
    stages: tuple[Stage, ...]

    @property
    def calls(self) -> bool:
        """Whether the correct result is a tool call."""
        return bool(self.stages[0].calls)


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
    """A conversation in which the tool has been called and has answered."""
    call = ToolCall("call_1", name, arguments)
    return (
        Message("user", text),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", result, tool_call_id="call_1", name=name),
    )


# Ordered so that a check that runs out of time has seen both tasks that need a tool and tasks that do not.
TASKS: tuple[CheckTask, ...] = (
    CheckTask(
        "call",
        _asked("What is the weather in Paris right now?"),
        (Stage((("get_weather", {"city": "paris"}),)),),
    ),
    CheckTask(
        "restrain",
        _asked("Say hello to me in French. Just the greeting."),
        (Stage(says=r"(?i)bonjour|salut"),),
    ),
    CheckTask(
        "arguments",
        _asked('Create the file hello.txt with the content "Good morning".'),
        (Stage((("write_file", {"path": "hello.txt", "content": "good morning"}),)),),
    ),
    CheckTask(
        "answer",
        _after("What is the weather in Oslo?", "get_weather", {"city": "Oslo"}, "-17 degrees, snow"),
        (Stage(says=r"17"),),
    ),
    CheckTask(
        "korean",
        _asked("지금 서울 날씨 알려 줘."),
        (Stage((("get_weather", {"city": "seoul|서울|서울특별시|서울시"}),)),),
    ),
    CheckTask(
        "two_calls",
        _asked("Copy the text that is in a.txt into a new file b.txt."),
        (
            Stage((("read_file", {"path": "a.txt"}),), result="The meeting is on Tuesday."),
            Stage((("write_file", {"path": "b.txt", "content": "the meeting is on tuesday"}),)),
        ),
    ),
    CheckTask(
        "many_arguments",
        _asked("Find business class flights from ICN to CDG on 3 May 2027."),
        (
            Stage(
                (
                    (
                        "search_flights",
                        {"origin": "icn", "destination": "cdg", "date": "2027-05-03", "cabin": "business"},
                    ),
                )
            ),
        ),
    ),
    CheckTask(
        "restrain_korean",
        _asked("쥐와 코끼리 가운데 어느 쪽이 더 큰가요? 한 단어로만 답해 주세요."),
        (Stage(says="코끼리"),),
    ),
    CheckTask(
        "error",
        _after(
            "Read report.txt and tell me its first word.",
            "read_file",
            {"path": "report.txt"},
            "Error: there is no file report.txt. There is: report-2027.txt",
        ),
        (Stage((("read_file", {"path": "report-2027.txt"}),)),),
    ),
    CheckTask(
        "number",
        _asked("Set a timer for 25 minutes."),
        (Stage((("set_timer", {"minutes": 25}),)),),
    ),
)


def is_done(stage: Stage, turn: ModelResponse) -> bool:
    """Whether a turn does what the stage asks, and nothing else."""
    if turn.error is not None or len(turn.tool_calls) != len(stage.calls):
        return False
    pairs = zip(turn.tool_calls, stage.calls, strict=True)
    if not all(_is_call(call, name, arguments) for call, (name, arguments) in pairs):
        return False
    return bool(re.search(stage.says, turn.content)) if stage.says else True


def gone_on(messages: tuple[Message, ...], stage: Stage, turn: ModelResponse) -> tuple[Message, ...]:
    """The conversation after a stage that was done correctly."""
    (call,) = turn.tool_calls
    return (
        *messages,
        Message("assistant", turn.content, tool_calls=turn.tool_calls),
        Message("tool", stage.result, tool_call_id=call.id, name=call.name),
    )


def _is_call(call: ToolCall, name: str, wanted: Mapping[str, Any]) -> bool:
    if call.name != name or not isinstance(call.arguments, dict):
        return False
    required = TOOLS[name]["function"]["parameters"]["required"]
    return all(key in call.arguments for key in required) and all(
        _is_value(call.arguments.get(key), value) for key, value in wanted.items()
    )


def _is_value(given: Any, wanted: Any) -> bool:
    """Compare a value, ignoring case and surrounding punctuation of texts; "|" separates the accepted ones."""
    if isinstance(wanted, str):
        said = str(given).casefold().removeprefix("./").strip(" .!\"'\n")
        return any(said == each or said.startswith(f"{each},") for each in wanted.split("|"))
    return bool(given == wanted)
