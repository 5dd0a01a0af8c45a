"""Requests as OpenAI's Responses have them. Fields that nobody here reads are left out, and ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

_LOGPROBS = "message.output_text.logprobs"
Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class Content(msgspec.Struct):
    """A part of a message, of a tool's output or of a thought."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None


class Item(msgspec.Struct, kw_only=True):
    """An item of the history, of whatever kind: each has some of the fields. Without a `type` it is a message."""

    type: str = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | list[Content] | None = None
    summary: list[Content] | None = None
    call_id: str = ""
    name: str = ""
    namespace: str | None = None
    arguments: str | None = None
    input: str | None = None
    output: str | list[Content] | None = None


class Tool(msgspec.Struct, kw_only=True):
    """A tool, or with `tools` a namespace of some. `format` of a tool for free text."""

    type: str
    name: str = ""
    description: str | None = None
    parameters: dict[str, Any] | None = None
    tools: list[Tool] | None = None
    format: dict[str, Any] | None = None


class Reasoning(msgspec.Struct):
    effort: str | None = None


class TextFormat(msgspec.Struct):
    type: Literal["text", "json_object", "json_schema"]
    name: str = ""
    schema: dict[str, Any] | None = None


class Text(msgspec.Struct):
    format: TextFormat | None = None
    verbosity: str | None = None


class PromptRequest(msgspec.Struct, kw_only=True):
    """The body of POST /v1/responses/input_tokens. `tools` and `tool_choice` are told back as they came."""

    input: str | list[Item] | None = None
    model: str | None = None
    instructions: str | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    text: Text | None = None
    previous_response_id: str | None = None
    conversation: Any = None
    prompt: Any = None


class ResponsesRequest(PromptRequest, kw_only=True):
    """The body of POST /v1/responses."""

    stream: bool | None = None
    background: bool | None = None
    max_output_tokens: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0.0, le=2.0)] | None = None
    top_p: Probability | None = None
    top_logprobs: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None
    include: list[str] | None = None
    metadata: dict[str, str] | None = None
    prompt_cache_key: str | None = None
    safety_identifier: str | None = None

    @property
    def wanted_logprobs(self) -> int | None:
        """How many likeliest tokens are told of each, None where no token is."""
        return (self.top_logprobs or 0) if self.top_logprobs or _LOGPROBS in (self.include or ()) else None
