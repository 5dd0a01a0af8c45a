"""Requests as Anthropic's messages have them. Fields that nobody here reads are left out, and ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class Source(msgspec.Struct):
    """Where a picture or a document comes from; `data` is base64, or plain text for a `type` of "text", and `content`
    are blocks for one of "content"."""

    type: str
    media_type: str = ""
    data: str = ""
    content: str | list[Block] | None = None


class Citations(msgspec.Struct):
    enabled: bool | None = None


class Block(msgspec.Struct, kw_only=True):
    """A block of a message's content, of whatever kind: each has some of the fields. `source` is a text in results of
    a search, `citations` of a text are those of an earlier answer."""

    type: str
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    source: Source | str | None = None
    title: str | None = None
    context: str | None = None
    citations: Citations | list[Any] | None = None
    tool_name: str = ""
    id: str = ""
    name: str = ""
    input: Any = None
    tool_use_id: str = ""
    content: str | list[Block] | None = None
    is_error: bool | None = None


class GivenMessage(msgspec.Struct):
    role: Literal["user", "assistant", "system"]
    content: str | list[Block]


class Tool(msgspec.Struct, kw_only=True):
    """A tool. `type` is "custom" or absent for those that a client calls itself."""

    name: str = ""
    type: str | None = None
    description: str | None = None
    input_schema: dict[str, Any] | None = None


class ToolChoice(msgspec.Struct):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(msgspec.Struct):
    """`budget_tokens` of an enabled one; `display` "omitted": thoughts are kept, and not shown."""

    type: Literal["enabled", "disabled", "adaptive"]
    budget_tokens: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    display: Literal["summarized", "omitted", "full"] | None = None


class OutputFormat(msgspec.Struct):
    type: Literal["json_schema"]
    schema: dict[str, Any]


class OutputConfig(msgspec.Struct):
    effort: str | None = None
    format: OutputFormat | None = None


class CountRequest(msgspec.Struct, kw_only=True):
    """The body of POST /v1/messages/count_tokens. `thread` asks for a conversation that the server keeps,
    `output_format` is the older name of `output_config.format`."""

    messages: Annotated[list[GivenMessage], msgspec.Meta(min_length=1)]
    model: str = ""
    system: str | list[Block] | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    output_format: OutputFormat | None = None
    mcp_servers: list[Any] | None = None
    thread: dict[str, Any] | None = None

    @property
    def shows_thoughts(self) -> bool:
        return self.thinking is not None and self.thinking.display != "omitted"


class MessageRequest(CountRequest, kw_only=True):
    """The body of POST /v1/messages."""

    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    stream: bool | None = None
    temperature: Probability | None = None
    top_p: Probability | None = None
    top_k: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    stop_sequences: list[str] | None = None
    container: Any = None
