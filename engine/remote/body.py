"""A request as OpenAI's API takes it, and what to leave out for servers that refuse some of it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from engine.api import GenerateRequest
from engine.formats.picture_marks import marked
from engine.remote.described import NO_TOOLS, described_messages
from engine.remote.kinds import Kind
from engine.remote.pictures import in_parts, pictures_of
from engine.remote.reasoning import reasoning_fields
from engine.values import Message, RawPrompt, ToolCall

# What OpenAI's API knows beside what a request cannot do without; a server may refuse each of them.
_OPTIONAL = tuple(
    """
    stream_options top_k min_p repeat_penalty repetition_penalty chat_template_kwargs reasoning_effort
    continue_final_message add_generation_prompt parallel_tool_calls seed stop top_p temperature tool_choice
    max_tokens presence_penalty frequency_penalty logit_bias
    """.split()
)
# Those that servers know which render a template themselves; each is left out first.
_EXTENSIONS = _OPTIONAL[: _OPTIONAL.index("seed")]
REASONING_CONTENT = "reasoning_content"
TOOLS, PROMPT = "tools", "prompt"
MAX_COMPLETION = "max_completion_tokens"


def request_body(request: GenerateRequest, model: str, kind: Kind, refused: frozenset[str]) -> dict[str, Any]:
    """The body, with stand-ins for pictures, of a chat or of a completion. `refused` are the fields that this server
    does not take."""
    if isinstance(request.prompt, RawPrompt):
        body = {"model": model, PROMPT: request.prompt.prompt} | _sampling_fields(request, kind)
    else:
        body = _chat(request, model, kind, refused)
    if "max_tokens" in refused and request.max_tokens:  # OpenAI's reasoning models
        body[MAX_COMPLETION] = request.max_tokens
    return {name: value for name, value in body.items() if value is not None and name not in refused}


def _chat(request: GenerateRequest, model: str, kind: Kind, refused: frozenset[str]) -> dict[str, Any]:
    conversation, sign = marked(request.messages)
    if TOOLS in refused:
        offered = request.tool_choice != "none"
        messages = described_messages(conversation, request.tools, offered=offered)
    else:
        messages = chat_messages(conversation, with_reasoning=REASONING_CONTENT not in refused)
    pictures = pictures_of(request.messages)
    messages = [in_parts(message, sign, pictures) for message in messages]
    body: dict[str, Any] = {"model": model, "messages": messages} | _sampling_fields(request, kind)
    # Not offered at all where none is to be called: many servers pass over the choice "none".
    if request.tools and request.tool_choice != "none" and TOOLS not in refused:
        body[TOOLS] = list(request.tools)
        body["tool_choice"] = _choice(request.tool_choice)
        body["parallel_tool_calls"] = None if request.parallel_tool_calls else False
    if request.continue_last and kind == "vllm":
        body |= {"continue_final_message": True, "add_generation_prompt": False}
    return body | reasoning_fields(request.reasoning, template=kind in ("vllm", "llama-server"))


def _sampling_fields(request: GenerateRequest, kind: Kind) -> dict[str, Any]:
    """What chats and completions share; None for what is left out."""
    sampling = request.sampling
    penalty = "repetition_penalty" if kind == "vllm" else "repeat_penalty"
    return {
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        penalty: sampling.repeat_penalty,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "logit_bias": {str(token): bias for token, bias in request.logit_bias} or None,
        "max_tokens": request.max_tokens or None,
        "stop": list(request.stop) or None,
        "response_format": _response_format(request.reply),
    }


def chat_messages(messages: Sequence[Message], *, with_reasoning: bool = True) -> list[dict[str, Any]]:
    """In OpenAI's shape. Reasoning goes along in the turn under way only: models were trained so, and most servers
    drop what is older."""
    users = [place for place, message in enumerate(messages) if message.role == "user"]
    turn = users[-1] if users else -1
    return [_chat_message(message, with_reasoning and place > turn) for place, message in enumerate(messages)]


def _chat_message(message: Message, with_reasoning: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        shown["tool_calls"] = [_call(call) for call in message.tool_calls]
        shown["content"] = message.content or None
    if message.reasoning_content and with_reasoning:
        shown[REASONING_CONTENT] = message.reasoning_content
    if message.role == "tool":
        shown["tool_call_id"] = message.tool_call_id
        if message.name:
            shown["name"] = message.name
    return shown


def _call(call: ToolCall) -> dict[str, Any]:
    # Servers read the arguments again for their template: what is no JSON object would fail there, each time.
    arguments = {"unreadable": call.arguments} if isinstance(call.arguments, str) else call.arguments
    function = {"name": call.name or "unknown", "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {"id": call.id, "type": "function", "function": function}


def _response_format(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    if schema is None:
        return None
    if schema == {"type": "object"}:  # which servers know that know no schemas
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}


def _choice(choice: str) -> Any:
    if choice in ("auto", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def refused_fields(status: int, said: str, body: dict[str, Any]) -> frozenset[str]:
    """What to leave out after a server refused `body`, empty when that would not help: the fields that it names,
    else all that only some servers know."""
    if TOOLS in body and NO_TOOLS.search(said):
        return frozenset({TOOLS})
    if status not in (400, 422):
        return frozenset()
    optional = [name for name in _OPTIONAL if name in body]
    if any(REASONING_CONTENT in message for message in body.get("messages", ())):
        optional.append(REASONING_CONTENT)
    named = frozenset(name for name in optional if re.search(rf"\b{name}\b", said))
    if named:
        return named
    if re.search(r"context|token|length|model .*not|image|api key", said, re.IGNORECASE):
        return frozenset()
    return frozenset(name for name in optional if name in (*_EXTENSIONS, REASONING_CONTENT))
