"""From a request for a response to the inner request. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.server.asks import Ask, call_of, with_system_in_front, with_tool_names
from app.server.openai.chat_request import reasoning_of
from app.server.openai.responses.schema import Content, Item, PromptRequest, ResponsesRequest
from app.server.openai.responses.tools import INPUT, Offered, choice_of, offered_of
from app.server.pictures import SentPictures
from app.server.refusal import Refusal, bad_request
from engine.values import Message, Picture, Sampling, ToolCall

_TEXTS = ("input_text", "output_text", "text", "reasoning_text", "summary_text")
_ANY_OBJECT = {"type": "object"}


def prompt_ask(request: PromptRequest) -> Ask:
    """What makes the prompt of an answer. Raises Refusal 400 for what isn't possible, with the field."""
    _check_is_whole(request)
    if request.text is not None and request.text.verbosity not in (None, "medium"):
        message = "Say in the instructions how long an answer may be."
        raise bad_request(message, "text.verbosity", "unsupported_value")
    pictures = SentPictures()
    messages = [Message("system", request.instructions)] if request.instructions else []
    if isinstance(request.input, str):
        messages.append(Message("user", request.input))
    else:
        messages += messages_of(request.input or (), pictures)
    if not any(message.role != "system" for message in messages):
        raise bad_request("There is nothing to answer.", "input")
    choice, offered = choice_of(request.tool_choice, offered_of(request.tools))
    last = messages[-1]
    return Ask(
        with_system_in_front(with_tool_names(messages)),
        request.model or "",
        reasoning=reasoning_of(request.reasoning.effort if request.reasoning else None, None),
        continue_last=last.role == "assistant" and bool(last.content) and not last.tool_calls,
        tools=tuple(tool.definition() for tool in offered.values()),
        tool_choice=choice if offered else "auto",
        parallel_tool_calls=request.parallel_tool_calls is not False,
        reply=_reply(request),
        pictures=pictures,
    )


def response_ask(request: ResponsesRequest) -> Ask:
    """Raises as `prompt_ask`."""
    if request.background:
        raise bad_request("Answers aren’t kept here, so none can be fetched later.", "background")
    return msgspec.structs.replace(
        prompt_ask(request),
        sampling=Sampling(temperature=request.temperature, top_p=request.top_p),
        max_tokens=request.max_output_tokens or 0,
        top_logprobs=request.wanted_logprobs,
    )


def messages_of(items: Sequence[Item], pictures: SentPictures) -> list[Message]:
    """The history. What a model wrote in one turn came back as several items, and is one message again."""
    messages: list[Message] = []
    turn: Message | None = None
    for at, item in enumerate(items):
        part = _of_turn(item, f"input[{at}]")
        if part is not None:
            turn = part if turn is None else _joined(turn, part)
            continue
        other = _other(item, f"input[{at}]", pictures)
        if other is None:
            continue
        if turn is not None:
            messages.append(turn)
            turn = None
        messages.append(other)
    return messages if turn is None else [*messages, turn]


def content_of(
    content: str | Sequence[Content] | None, where: str, pictures: SentPictures
) -> tuple[str, tuple[Picture, ...]]:
    """The text of a content, whose parts stand on lines of their own, and its pictures."""
    if content is None or isinstance(content, str):
        return content or "", ()
    text, media = "", list[Picture]()
    for number, part in enumerate(content):
        said = part.text if part.type in _TEXTS else part.refusal if part.type == "refusal" else None
        if part.type == "input_image" and part.image_url:
            media.append(pictures.from_url(part.image_url, len(text), f"{where}[{number}]"))
        elif said is not None:
            text += f"\n{said}" if text else said
        else:
            message = f"A part of type {part.type[:50]!r} isn’t read here."
            raise bad_request(message, f"{where}[{number}]", "unsupported_value")
    return text, tuple(media)


def _check_is_whole(request: PromptRequest) -> None:
    """Nothing is kept between requests, so none may lean on an earlier one."""
    if request.previous_response_id:
        raise Refusal(
            400,
            "previous_response_not_found",
            "Answers aren’t kept here: send the whole history.",
            param="previous_response_id",
        )
    for name in ("conversation", "prompt"):
        if getattr(request, name):
            raise bad_request("Nothing is kept here: send the whole history.", name, "unsupported_parameter")


def _of_turn(item: Item, where: str) -> Message | None:
    """What an item adds to the model's own turn, None where it is no part of one."""
    if item.type == "message" and item.role == "assistant":
        return Message("assistant", _own_text(item.content, where))
    if item.type == "reasoning":
        return Message("assistant", "", _own_text(item.content, where) or _own_text(item.summary, where))
    if item.type in ("function_call", "custom_tool_call"):
        name = Offered(item.name, item.namespace or "").flat_name
        if item.type == "function_call":
            call = call_of(item.call_id, name, item.arguments or "")
        else:
            call = ToolCall(item.call_id, name, {INPUT: item.input or ""})
        return Message("assistant", "", tool_calls=(call,))
    return None


def _other(item: Item, where: str, pictures: SentPictures) -> Message | None:
    """A message or a tool's output; None for kinds that only OpenAI's own tools have."""
    if item.type == "message":
        role: Any = "system" if item.role == "developer" else item.role
        if role is None:
            raise bad_request("It has no role.", f"{where}.role")
        text, media = content_of(item.content, f"{where}.content", pictures)
        return Message(role, text, media=media)
    if item.type in ("function_call_output", "custom_tool_call_output"):
        text, media = content_of(item.output, f"{where}.output", pictures)
        return Message("tool", text, tool_call_id=item.call_id, media=media)
    if item.type == "item_reference":
        raise bad_request("Nothing is kept here: send the whole item.", where, "unsupported_value")
    return None


def _own_text(content: str | Sequence[Content] | None, where: str) -> str:
    """What the model wrote, which has no pictures."""
    return content_of(content, f"{where}.content", SentPictures())[0]


def _joined(turn: Message, part: Message) -> Message:
    return Message(
        "assistant",
        turn.content + part.content,
        turn.reasoning_content + part.reasoning_content,
        turn.tool_calls + part.tool_calls,
    )


def _reply(request: PromptRequest) -> dict[str, Any] | None:
    format = request.text.format if request.text else None
    if format is None or format.type == "text":
        return None
    return format.schema or _ANY_OBJECT
