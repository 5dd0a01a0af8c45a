"""Requests as Ollama's protocol has them. Fields that nobody here reads are left out, and ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class Options(msgspec.Struct, kw_only=True):
    """How an answer is drawn. `num_ctx` is no part of it: the context is the one that the model was loaded with."""

    num_predict: int | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0.0, le=10.0)] | None = None
    top_k: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    top_p: Probability | None = None
    min_p: Probability | None = None
    repeat_penalty: Annotated[float, msgspec.Meta(ge=0.1, le=10.0)] | None = None
    presence_penalty: Annotated[float, msgspec.Meta(ge=-2.0, le=2.0)] | None = None
    frequency_penalty: Annotated[float, msgspec.Meta(ge=-2.0, le=2.0)] | None = None
    seed: int | None = None
    stop: str | list[str] | None = None


class CalledFunction(msgspec.Struct):
    name: str
    arguments: Any = None


class Called(msgspec.Struct):
    function: CalledFunction
    id: str = ""


class ChatMessage(msgspec.Struct, kw_only=True):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    thinking: str | None = None
    images: list[str] | None = None
    tool_calls: list[Called] | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None


class Function(msgspec.Struct):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(msgspec.Struct):
    function: Function
    type: str = "function"


class Asked(msgspec.Struct, kw_only=True):
    """What chats and prompts have in common. Both stream unless told otherwise."""

    model: str
    stream: bool | None = None
    format: str | dict[str, Any] | None = None
    options: Options | None = None
    think: bool | str | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None
    keep_alive: str | float | None = None

    @property
    def streams(self) -> bool:
        return self.stream is not False


class ChatRequest(Asked, kw_only=True):
    """The body of POST /api/chat. Without messages the model is only loaded."""

    messages: list[ChatMessage] = []
    tools: list[Tool] | None = None


class GenerateRequest(Asked, kw_only=True):
    """The body of POST /api/generate. Without a prompt the model is only loaded."""

    prompt: str | None = None
    suffix: str | None = None
    system: str | None = None
    images: list[str] | None = None
    raw: bool | None = None
    template: str | None = None
    context: list[Any] | None = None


class NamedModel(msgspec.Struct, kw_only=True):
    """The body of POST /api/show; older clients say `name`."""

    model: str = ""
    name: str = ""


class PullRequest(NamedModel, kw_only=True):
    """The body of POST /api/pull. It streams unless told otherwise."""

    stream: bool | None = None


class EmbedRequest(msgspec.Struct, kw_only=True):
    """The body of POST /api/embed, and with `prompt` of the older POST /api/embeddings. Texts that are too long are
    truncated unless told otherwise."""

    model: str
    input: str | list[str] = ""
    prompt: str | None = None
    dimensions: Annotated[int, msgspec.Meta(ge=1)] | None = None
    truncate: bool | None = None

    @property
    def truncates(self) -> bool:
        return self.truncate is not False
