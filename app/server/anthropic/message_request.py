"""From a request for a message to the inner request. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from app.server.anthropic.errors import NO_THREADS
from app.server.anthropic.schema import (
    Block,
    Citations,
    CountRequest,
    GivenMessage,
    MessageRequest,
    Source,
    Thinking,
    Tool,
)
from app.server.anthropic.signatures import signed_thought
from app.server.asks import Ask, call_of, with_system_in_front, with_tool_names
from app.server.pictures import SentPictures
from app.server.refusal import Refusal, bad_request, refuse_fields
from engine.values import Message, Picture, Reasoning, Sampling, ToolCall

_EFFORTS: dict[str, Reasoning] = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}
_MOST_STOPS = 64
# Claude Code's first block of the system text: it changes with each request, and would undo what was read before.
_BILLING = "x-anthropic-billing-header:"
_NOT_HERE = {"mcp_servers": "Tool servers are called by the client here: offer their tools in `tools`."}
_NO_CONTAINER = {"container": "There are no containers here."}
# What a tool says of itself that failed.
_TELLS_OF_FAILURE = ("error", "<tool_use_error")


def prompt_ask(request: CountRequest) -> Ask:
    """What makes the prompt of an answer. Raises Refusal 400 for what isn't possible, with the field."""
    if request.thread is not None:
        raise bad_request("Nothing is kept here: send the whole conversation.", "thread", NO_THREADS)
    refuse_fields(request, _NOT_HERE)
    pictures = SentPictures()
    system, _ = content_of(request.system, "system", pictures)
    messages = [Message("system", system)] if system else []
    for at, message in enumerate(request.messages):
        messages += messages_of(message, f"messages[{at}]", pictures)
    tools, choice = tools_of(request)
    last = request.messages[-1]
    format = (request.output_config and request.output_config.format) or request.output_format
    return Ask(
        with_system_in_front(with_tool_names(messages)),
        request.model,
        reasoning=reasoning_of(request),
        continue_last=last.role == "assistant" and not messages[-1].tool_calls,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=not (request.tool_choice and request.tool_choice.disable_parallel_tool_use),
        reply=None if format is None else format.schema,
        pictures=pictures,
    )


def message_ask(request: MessageRequest) -> Ask:
    """Raises as `prompt_ask`."""
    refuse_fields(request, _NO_CONTAINER)
    stops = request.stop_sequences or []
    if len(stops) > _MOST_STOPS:
        raise bad_request(f"There may be {_MOST_STOPS} at most.", "stop_sequences")
    ask = prompt_ask(request)
    return Ask(
        ask.messages,
        ask.model,
        Sampling(temperature=request.temperature, top_p=request.top_p, top_k=request.top_k),
        ask.reasoning,
        request.max_tokens,
        tuple(text for text in stops if text),
        ask.continue_last,
        ask.tools,
        ask.tool_choice,
        parallel_tool_calls=ask.parallel_tool_calls,
        reply=ask.reply,
        pictures=ask.pictures,
    )


def reasoning_of(request: CountRequest) -> Reasoning:
    """Whether and how long the model thinks: only where it is asked to."""
    thinking: Thinking | None = request.thinking
    if thinking is None or thinking.type == "disabled":
        return "off"
    if thinking.type == "enabled" and thinking.budget_tokens:
        return thinking.budget_tokens
    effort = request.output_config.effort if request.output_config else None
    if effort is None:
        return "auto" if thinking.type == "adaptive" else "on"
    if effort not in _EFFORTS:
        raise bad_request(f"It has to be one of {', '.join(_EFFORTS)}.", "output_config.effort")
    return _EFFORTS[effort]


def messages_of(message: GivenMessage, where: str, pictures: SentPictures) -> list[Message]:
    """One given message as the messages that templates know: results of tools are messages of their own."""
    if isinstance(message.content, str):
        return [Message(message.role, message.content)]
    if message.role == "assistant":
        return [_assistant(message.content, where)]
    made: list[Message] = []
    said: list[Block] = []
    for number, block in enumerate(message.content):
        if block.type == "tool_result" and message.role == "user":
            made += _said(message.role, said, where, pictures)
            said = []
            made.append(_result(block, f"{where}.content[{number}]", pictures))
        elif block.type == "mid_conv_system":
            made += _said(message.role, said, where, pictures)
            said = []
            made.append(Message("system", _texts(block.content, f"{where}.content[{number}]")))
        else:
            said.append(block)
    made += _said(message.role, said, where, pictures)
    return made or [Message(message.role, "")]


def content_of(
    content: str | Sequence[Block] | None, where: str, pictures: SentPictures
) -> tuple[str, tuple[Picture, ...]]:
    """The text of a content, whose blocks stand on lines of their own, and its pictures; without what only other
    models read."""
    if content is None or isinstance(content, str):
        return content or "", ()
    text, media = "", list[Picture]()
    for number, block in enumerate(content):
        source = block.source
        if block.type == "image" and isinstance(source, Source) and source.type == "base64":
            media.append(pictures.from_base64(source.data, len(text), f"{where}[{number}]"))
        elif not (said := _text(block, f"{where}[{number}]")).startswith(_BILLING):
            text += f"\n{said}" if text else said
    return text, tuple(media)


def tools_of(request: CountRequest) -> tuple[tuple[dict[str, Any], ...], str]:
    """The tools that a client calls itself, and the choice. Those of Anthropic's own computers are left out beside
    others, and refused alone: the request is about them."""
    tools = [tool for tool in request.tools or () if tool.type in (None, "custom")]
    if request.tools and not tools:
        names = ", ".join(str(tool.type)[:50] for tool in request.tools[:5])
        raise bad_request(f"Tools of these types aren’t here: {names}.", "tools", "unsupported_value")
    if any(not tool.name for tool in tools):
        raise Refusal(400, "invalid_value", "A tool has no name.", param="tools")
    given = request.tool_choice
    choice = (
        "auto" if given is None else {"any": "required", "tool": given.name or ""}.get(given.type, given.type)
    )
    if given is not None and given.type == "tool" and choice not in {tool.name for tool in tools}:
        raise bad_request(f"There is no tool {choice[:100]!r} in the request.", "tool_choice.name")
    if not tools:
        if choice == "required":
            raise bad_request("A call is required, and there are no tools.", "tool_choice")
        return (), "auto"
    return tuple(map(_definition, tools)), choice


def _said(role: Any, blocks: Sequence[Block], where: str, pictures: SentPictures) -> list[Message]:
    if not blocks:
        return []
    text, media = content_of(blocks, f"{where}.content", pictures)
    return [Message(role, text, media=media)]


def _assistant(blocks: Sequence[Block], where: str) -> Message:
    """An answer of before. Its texts belong together as they are: they were one before a call or a thought parted
    them."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[ToolCall] = []
    for number, block in enumerate(blocks):
        if block.type == "thinking":
            thoughts.append(signed_thought(block.thinking or "", block.signature or ""))
        elif block.type == "tool_use":
            calls.append(call_of(block.id, block.name, json.dumps(block.input or {}, ensure_ascii=False)))
        elif block.type != "redacted_thinking":
            texts.append(_text(block, f"{where}.content[{number}]"))
    return Message("assistant", "".join(texts), "".join(thoughts), tuple(calls))


def _result(block: Block, where: str, pictures: SentPictures) -> Message:
    text, media = content_of(block.content, f"{where}.content", pictures)
    if block.is_error and not text.lower().startswith(_TELLS_OF_FAILURE):
        text = f"Error: {text}" if text else "Error"
        media = ()
    return Message("tool", text, tool_call_id=block.tool_use_id, media=media)


def _texts(content: str | Sequence[Block] | None, where: str) -> str:
    """The text of a content that has no pictures."""
    return content_of(content, f"{where}.content", SentPictures())[0]


def _text(block: Block, where: str) -> str:
    if block.type == "text" and block.text is not None:
        return block.text
    if block.type == "tool_reference":
        return block.tool_name
    if block.type in ("document", "search_result"):
        return _document(block, where)
    if block.type == "image":
        message = "Pictures are read from base64 alone; no address is opened."
        raise bad_request(message, where, "unsupported_value")
    raise bad_request(f"A block of type {block.type[:50]!r} isn’t read here.", where, "unsupported_value")


def _document(block: Block, where: str) -> str:
    """The text of a document or of a search's result, below what is said of it."""
    if isinstance(block.citations, Citations) and block.citations.enabled:
        raise bad_request("Citations aren’t made here.", f"{where}.citations", "unsupported_value")
    source = block.source
    heads: tuple[str | None, ...]
    if isinstance(source, str):
        text, heads = _texts(block.content, where), (block.title, source)
    elif source is not None and source.type in ("text", "content"):
        text = source.data if source.type == "text" else _texts(source.content, f"{where}.source")
        heads = (block.title, block.context)
    else:
        raise bad_request("Documents are read as text alone.", where, "unsupported_value")
    return "\n".join([head for head in heads if head] + [text])


def _definition(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description or ""}
    parameters = tool.input_schema or {"type": "object", "properties": {}}
    return {"type": "function", "function": {**function, "parameters": parameters}}
