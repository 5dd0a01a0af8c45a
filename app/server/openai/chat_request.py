"""From a request for a chat completion to the inner request. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from app.server.asks import Ask, call_of, with_system_in_front, with_tool_names
from app.server.openai.functions import calls_of, with_tools
from app.server.openai.schema import ChatMessage, ChatRequest, Part, ResponseFormat, Sampled, Tool
from app.server.pictures import SentPictures
from app.server.refusal import Refusal, bad_request, refuse_fields
from engine.values import LOGIT_BIAS_BOUNDS, SAMPLING_BOUNDS, Message, Picture, Reasoning, Sampling

_ROLES = {"developer": "system", "function": "tool"}
_EFFORTS: dict[str, Reasoning] = {
    "none": "off",
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
}
# What templates call the switch of reasoning.
_SWITCHES = ("enable_thinking", "thinking")
_MOST_STOPS = 64
_NOT_HERE = {
    "audio": "Answers are text.",
    "web_search_options": "Nothing is searched for on the web here.",
}
# What is longer, Python doesn't turn into a number at all.
_TOKEN = re.compile(r"[0-9]{1,9}")


def chat_asks(request: ChatRequest) -> list[Ask]:
    """An ask for each choice. Raises as `chat_ask`."""
    return choices_of(chat_ask(request), request.n or 1)


def choices_of(ask: Ask, count: int) -> list[Ask]:
    """The same ask for each choice, with the next seed where it has one."""
    return [
        msgspec.structs.replace(
            ask, sampling=msgspec.structs.replace(ask.sampling, seed=(seed + choice) % 2**32)
        )
        if (seed := ask.sampling.seed) is not None
        else ask
        for choice in range(count)
    ]


def chat_ask(request: ChatRequest) -> Ask:
    """Raises Refusal 400 for what isn't possible, with the field."""
    refuse_fields(request, _NOT_HERE)
    if set(request.modalities or ()) - {"text"}:
        raise bad_request("Answers are text.", "modalities", "unsupported_value")
    if request.verbosity not in (None, "medium"):
        raise bad_request("Say in the messages how long an answer may be.", "verbosity", "unsupported_value")
    request = with_tools(request)
    if request.top_logprobs is not None and not request.logprobs:
        raise bad_request("It goes with logprobs.", "top_logprobs")
    pictures = SentPictures()
    messages = tuple(message_of(message, at, pictures) for at, message in enumerate(request.messages))
    last = messages[-1]
    return Ask(
        with_system_in_front(with_tool_names(messages)),
        request.model or "",
        sampling_of(request),
        reasoning_of(request.reasoning_effort, request.chat_template_kwargs),
        most_tokens(request),
        stops_of(request.stop),
        last.role == "assistant" and not last.tool_calls,
        *tools_of(request),
        parallel_tool_calls=request.parallel_tool_calls is not False,
        logit_bias=biases_of(request.logit_bias),
        top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
        reply=reply_of(request.response_format),
        pictures=pictures,
    )


def reply_of(format: ResponseFormat | None) -> dict[str, Any] | None:
    """The schema that the reply is held to, None for text."""
    if format is None or format.type == "text":
        return None
    any_object = {"type": "object"}
    if format.type == "json_object":
        return any_object
    if format.json_schema is None:
        raise bad_request("It has no json_schema.", "response_format")
    return format.json_schema.schema or any_object


def message_of(message: ChatMessage, at: int, pictures: SentPictures) -> Message:
    if message.audio is not None:
        raise bad_request("Sounds aren’t kept here.", f"messages[{at}].audio", "unsupported_value")
    calls = []
    for id, function in calls_of(message, at):
        given = function.arguments
        calls.append(
            call_of(id, function.name, json.dumps(given) if isinstance(given, dict) else given or "")
        )
    role: Any = _ROLES.get(message.role, message.role)
    text, media = content_of(message.content, f"messages[{at}].content", pictures)
    text = text or message.refusal or ""
    return Message(
        role,
        text,
        message.reasoning_content or message.reasoning or "",
        tuple(calls),
        message.tool_call_id or "",
        message.name or "" if role == "tool" else "",
        media,
    )


def content_of(
    content: str | list[Part] | None, where: str, pictures: SentPictures
) -> tuple[str, tuple[Picture, ...]]:
    """The text of a message, whose parts follow each other on lines of their own, and its pictures."""
    if content is None or isinstance(content, str):
        return content or "", ()
    text, media = "", list[Picture]()
    for number, part in enumerate(content):
        said = part.refusal if part.type == "refusal" else part.text
        if part.type in ("text", "refusal") and said is not None:
            text += f"\n{said}" if text else said
        elif part.type == "image_url" and part.image_url is not None:
            url = part.image_url if isinstance(part.image_url, str) else part.image_url.url
            media.append(pictures.from_url(url, len(text), f"{where}[{number}]"))
        else:
            message = f"A part of type {part.type[:50]!r} isn’t read here."
            raise bad_request(message, f"{where}[{number}]", "unsupported_value")
    return text, tuple(media)


def sampling_of(request: Sampled) -> Sampling:
    penalty = request.repeat_penalty if request.repeat_penalty is not None else request.repetition_penalty
    low, high = SAMPLING_BOUNDS["repeat_penalty"]
    if penalty is not None and not low <= penalty <= high:
        raise bad_request(f"It has to be between {low} and {high}.", "repeat_penalty")
    return Sampling(
        temperature=request.temperature,
        top_k=None if request.top_k is None else max(0, request.top_k),
        top_p=request.top_p,
        min_p=request.min_p,
        repeat_penalty=penalty,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        seed=None if request.seed in (None, -1) else request.seed % 2**32,
    )


def biases_of(biases: dict[str, float] | None) -> tuple[tuple[int, float], ...]:
    """Tokens by their numbers, each with what is added to its logit."""
    low, high = LOGIT_BIAS_BOUNDS
    given = biases or {}
    for token, bias in given.items():
        if not (_TOKEN.fullmatch(token) and low <= bias <= high):
            message = f"It maps numbers of tokens to numbers between {low:g} and {high:g}."
            raise bad_request(message, "logit_bias")
    return tuple((int(token), bias) for token, bias in given.items())


def reasoning_of(effort: str | None, template: dict[str, Any] | None) -> Reasoning:
    if effort is not None:
        if effort not in _EFFORTS:
            raise bad_request(f"It has to be one of {', '.join(_EFFORTS)}.", "reasoning_effort")
        return _EFFORTS[effort]
    name = next((name for name in _SWITCHES if name in (template or {})), _SWITCHES[0])
    wanted = (template or {}).get(name)
    if wanted is not None and not isinstance(wanted, bool):
        raise bad_request("It has to be true or false.", f"chat_template_kwargs.{name}")
    return "auto" if wanted is None else "on" if wanted else "off"


def most_tokens(request: Sampled) -> int:
    """The limit; 0 and what other servers write as -1 are none."""
    name = "max_tokens" if request.max_completion_tokens is None else "max_completion_tokens"
    wanted = getattr(request, name)
    if wanted is None or wanted == -1:
        return 0
    if not 1 <= wanted < 2**31:
        raise bad_request("It has to be at least 1.", name)
    return int(wanted)


def stops_of(stop: str | list[str] | None) -> tuple[str, ...]:
    given = [stop] if isinstance(stop, str) else stop or []
    if len(given) > _MOST_STOPS:
        raise bad_request(f"There may be {_MOST_STOPS} at most.", "stop")
    return tuple(text for text in given if text)


def tools_of(request: ChatRequest) -> tuple[tuple[dict[str, Any], ...], str]:
    """The tools that a call can be made of, and the choice. Kinds of tools that are not ours to call are left out
    beside others, and refused alone: the request is about them."""
    if any(tool.type == "custom" for tool in request.tools or ()):
        message = "Tools for free text aren’t taken here: offer a function with one string."
        raise bad_request(message, "tools", "unsupported_value")
    tools = [tool for tool in request.tools or () if tool.type == "function" and tool.function is not None]
    if request.tools and not tools:
        types = ", ".join(tool.type[:50] for tool in request.tools[:5])
        raise bad_request(f"Tools of these types aren’t here: {types}.", "tools", "unsupported_value")
    choice, only = choice_of(request.tool_choice)
    names = {tool.function.name for tool in tools if tool.function}
    if only is not None:
        tools = [tool for tool in tools if tool.function and tool.function.name in only]
    wanted = {choice} - {"auto", "none", "required"} | (only or set())
    if missing := wanted - names:
        raise bad_request(f"There is no tool {min(missing)[:100]!r} in the request.", "tool_choice")
    if not tools:
        if choice == "required":
            raise bad_request("A call is required, and there are no tools.", "tool_choice")
        return (), "auto"
    return tuple(map(_definition, tools)), choice


def choice_of(choice: str | dict[str, Any] | None) -> tuple[str, set[str] | None]:
    """The choice as the engine has it, and the names of the tools that alone may be called, None for all."""
    if choice is None:
        return "auto", None
    if isinstance(choice, str):
        if choice not in ("auto", "none", "required"):
            raise bad_request("It has to be auto, none, required or a tool.", "tool_choice")
        return choice, None
    try:
        if choice.get("type") == "allowed_tools":
            allowed = msgspec.convert(choice.get("allowed_tools", choice), _Allowed)
            return allowed.mode, {tool.function.name for tool in allowed.tools if tool.function}
        return msgspec.convert(choice, _Named).function.name, None
    except msgspec.ValidationError as error:
        raise bad_request("It names no tool.", "tool_choice") from error


class _Name(msgspec.Struct):
    name: str


class _Named(msgspec.Struct):
    function: _Name


class _Allowed(msgspec.Struct):
    tools: list[Tool]
    mode: str = "auto"

    def __post_init__(self) -> None:
        if self.mode not in ("auto", "required"):
            raise ValueError("mode")


def _definition(tool: Tool) -> dict[str, Any]:
    assert tool.function is not None
    if not tool.function.name:
        raise Refusal(400, "invalid_value", "A tool has no name.", param="tools")
    function = {"name": tool.function.name, "description": tool.function.description or ""}
    parameters = tool.function.parameters or {"type": "object", "properties": {}}
    return {"type": "function", "function": {**function, "parameters": parameters}}
