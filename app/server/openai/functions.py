"""The older way to offer tools, `functions` and `function_call`, as the present one. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from app.server.openai.schema import CalledFunction, ChatMessage, ChatRequest, Tool
from app.server.refusal import bad_request


def with_tools(request: ChatRequest) -> ChatRequest:
    """The request with its functions as tools, of which one is called at most. Raises Refusal 400."""
    if request.functions is None:
        if request.function_call is not None:
            raise bad_request("There are no functions in the request.", "function_call")
        return request
    if request.tools is not None or request.tool_choice is not None:
        raise bad_request("It doesn’t go with tools.", "functions")
    choice: Any = request.function_call
    if isinstance(choice, CalledFunction):
        choice = {"type": "function", "function": {"name": choice.name}}
    elif choice not in (None, "auto", "none"):
        raise bad_request("It has to be auto, none or a function.", "function_call")
    return msgspec.structs.replace(
        request,
        tools=[Tool("function", function) for function in request.functions],
        tool_choice=choice,
        parallel_tool_calls=False,
    )


def calls_of(message: ChatMessage, at: int) -> list[tuple[str, CalledFunction]]:
    """The calls of a message, each with its id; those of the older way have none, and get one."""
    calls = []
    for each in message.tool_calls or ():
        if each.function is None:
            raise bad_request("Only calls of functions are read.", f"messages[{at}].tool_calls")
        calls.append((each.id, each.function))
    if message.function_call is not None:
        calls.append((f"call_{at}", message.function_call))
    return calls
