"""Each field that the vendors publish for a request: it is honored, refused, or ignored because the answer is the
same without it. A field that is new in a vendor's schema fails here until somebody has decided."""

from __future__ import annotations

from typing import Any

import msgspec
import ollama._types
import pytest

from app.server.anthropic import schema as anthropic
from app.server.ollama import schema as lines
from app.server.openai import embeddings
from app.server.openai import schema as openai
from app.server.openai.responses import schema as responses
from tests.support.servers.served import Served
from tests.support.servers.vendor_schemas import properties

pytestmark = pytest.mark.process


class Fields(msgspec.Struct):
    """What becomes of the fields of one schema. `refused` and `ignored` have a value each that asks for something."""

    kind: type[msgspec.Struct]
    honored: str
    refused: dict[str, Any] = {}
    ignored: dict[str, Any] = {}


_CACHED: Any = {"type": "ephemeral"}
_MESSAGE_IGNORED: dict[str, Any] = {
    "cache_control": _CACHED,
    "metadata": {"user_id": "u"},
    "service_tier": "auto",
    "inference_geo": "us",
}
_BETA_IGNORED: dict[str, Any] = {
    "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]},
    "diagnostics": {"previous_message_id": None},
    "speed": "fast",
    "user_profile_id": "u",
}
_TOOL_SERVER: Any = [{"type": "url", "url": "https://example.com", "name": "x"}]
_CHAT = Fields(
    openai.ChatRequest,
    "frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages model n "
    "parallel_tool_calls presence_penalty reasoning_effort response_format seed stop stream stream_options "
    "temperature tool_choice tools top_logprobs top_p",
    refused={
        "audio": {"voice": "alloy", "format": "mp3"},
        "modalities": ["text", "audio"],
        "verbosity": "low",
        "web_search_options": {},
    },
    ignored={
        "metadata": {"a": "b"},
        "prediction": {"type": "content", "content": "x"},
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "safety_identifier": "u",
        "service_tier": "flex",
        "store": True,
        "user": "u",
    },
)
_COMPLETION = Fields(
    openai.CompletionRequest,
    "echo frequency_penalty logit_bias logprobs max_tokens model n presence_penalty prompt seed stop stream "
    "stream_options suffix temperature top_p",
    refused={"best_of": 3},
    ignored={"user": "u"},
)
_RESPONSE = Fields(
    responses.ResponsesRequest,
    "include input instructions max_output_tokens metadata model parallel_tool_calls prompt_cache_key reasoning "
    "safety_identifier stream temperature text tool_choice tools top_logprobs top_p",
    refused={
        "background": True,
        "conversation": "conv_1",
        "previous_response_id": "resp_1",
        "prompt": {"id": "pmpt_1"},
    },
    ignored={
        "context_management": [{"type": "compaction", "compact_threshold": 1000}],
        "max_tool_calls": 3,
        "prompt_cache_retention": "24h",
        "service_tier": "flex",
        "store": True,
        "stream_options": {"include_obfuscation": False},
        "truncation": "auto",
        "user": "u",
    },
)
_TOKENS = Fields(
    responses.PromptRequest,
    "input instructions model parallel_tool_calls reasoning text tool_choice tools",
    refused={"conversation": "conv_1", "previous_response_id": "resp_1"},
    ignored={"truncation": "auto"},
)
_EMBEDDING = Fields(
    embeddings.EmbeddingRequest, "dimensions encoding_format input model", ignored={"user": "u"}
)
_COUNTED = "messages model output_config system thinking tool_choice tools"
_MESSAGE = Fields(
    anthropic.MessageRequest,
    f"{_COUNTED} max_tokens stop_sequences stream temperature top_k top_p",
    refused={"container": "container_1"},
    ignored=_MESSAGE_IGNORED,
)
_BETA_MESSAGE = Fields(
    anthropic.MessageRequest,
    f"{_MESSAGE.honored} output_format",
    refused={**_MESSAGE.refused, "mcp_servers": _TOOL_SERVER},
    ignored={**_MESSAGE_IGNORED, **_BETA_IGNORED},
)
_COUNT = Fields(anthropic.CountRequest, _COUNTED, ignored={"cache_control": _CACHED})
_BETA_COUNT = Fields(
    anthropic.CountRequest,
    f"{_COUNTED} output_format",
    refused={"mcp_servers": _TOOL_SERVER},
    ignored={
        "cache_control": _CACHED,
        "context_management": _BETA_IGNORED["context_management"],
        "speed": "fast",
    },
)
_ENDPOINTS: list[tuple[str, str, str, Fields, Any]] = [
    (
        "openai",
        "CreateChatCompletionRequest",
        "/v1/chat/completions",
        _CHAT,
        {"messages": [{"role": "user", "content": "Hi"}]},
    ),
    ("openai", "CreateCompletionRequest", "/v1/completions", _COMPLETION, {"prompt": "Hi"}),
    ("openai", "CreateResponse", "/v1/responses", _RESPONSE, {"input": "Hi"}),
    ("openai", "TokenCountsBody", "/v1/responses/input_tokens", _TOKENS, {"input": "Hi"}),
    ("openai", "CreateEmbeddingRequest", "", _EMBEDDING, {}),
]
_HELLO: Any = {"messages": [{"role": "user", "content": "Hi"}]}
_ENDPOINTS += [
    ("anthropic", "CreateMessageParams", "/v1/messages", _MESSAGE, {**_HELLO, "max_tokens": 9}),
    ("anthropic", "BetaCreateMessageParams", "/v1/messages", _BETA_MESSAGE, {**_HELLO, "max_tokens": 9}),
    ("anthropic", "CountMessageTokensParams", "/v1/messages/count_tokens", _COUNT, _HELLO),
    ("anthropic", "BetaCountMessageTokensParams", "/v1/messages/count_tokens", _BETA_COUNT, _HELLO),
]
# The schemas within requests: those of their fields that are read, and those that change no answer. What is neither
# is a kind of part, of tool or of source that is refused by its type.
_WITHIN: list[tuple[str, str, type[msgspec.Struct], str, str]] = [
    ("openai", "ChatCompletionRequestSystemMessage", openai.ChatMessage, "content role", "name"),
    ("openai", "ChatCompletionRequestDeveloperMessage", openai.ChatMessage, "content role", "name"),
    ("openai", "ChatCompletionRequestUserMessage", openai.ChatMessage, "content role", "name"),
    (
        "openai",
        "ChatCompletionRequestAssistantMessage",
        openai.ChatMessage,
        "audio content function_call refusal role tool_calls",
        "name",
    ),
    ("openai", "ChatCompletionRequestToolMessage", openai.ChatMessage, "content role tool_call_id", ""),
    ("openai", "ChatCompletionRequestFunctionMessage", openai.ChatMessage, "content name role", ""),
    ("openai", "ChatCompletionTool", openai.Tool, "function type", ""),
    # Calls are held to their parameters, strict or not.
    ("openai", "FunctionObject", openai.Function, "description name parameters", "strict"),
    ("openai", "ChatCompletionFunctions", openai.Function, "description name parameters", ""),
    ("openai", "ResponseFormatJsonSchema", openai.ResponseFormat, "json_schema type", ""),
    ("openai", "Reasoning", responses.Reasoning, "effort", "generate_summary summary"),
    ("openai", "ResponseTextParam", responses.Text, "format verbosity", ""),
    (
        "openai",
        "TextResponseFormatJsonSchema",
        responses.TextFormat,
        "name schema type",
        "description strict",
    ),
    ("openai", "FunctionTool", responses.Tool, "description name parameters type", "defer_loading strict"),
    ("openai", "CustomToolParam", responses.Tool, "description format name type", "defer_loading"),
    ("openai", "NamespaceToolParam", responses.Tool, "name tools type", "description"),
    ("openai", "InputTextContent", responses.Content, "text type", ""),
    ("openai", "InputImageContent", responses.Content, "image_url type", "detail file_id"),
    ("openai", "OutputMessage", responses.Item, "content role type", "id phase status"),
    ("openai", "EasyInputMessage", responses.Item, "content role type", "phase"),
    (
        "openai",
        "FunctionToolCall",
        responses.Item,
        "arguments call_id name namespace type",
        "id status",
    ),
    ("openai", "FunctionCallOutputItemParam", responses.Item, "call_id output type", "id status"),
    ("openai", "ReasoningItem", responses.Item, "content summary type", "encrypted_content id status"),
    ("anthropic", "BetaInputMessage", anthropic.GivenMessage, "content role", ""),
    (
        "anthropic",
        "BetaTool",
        anthropic.Tool,
        "description input_schema name type",
        "allowed_callers cache_control defer_loading eager_input_streaming input_examples strict",
    ),
    ("anthropic", "ThinkingConfigEnabled", anthropic.Thinking, "budget_tokens display type", ""),
    ("anthropic", "ThinkingConfigAdaptive", anthropic.Thinking, "display type", ""),
    ("anthropic", "BetaOutputConfig", anthropic.OutputConfig, "effort format", "task_budget"),
    ("anthropic", "JsonOutputFormat", anthropic.OutputFormat, "schema type", ""),
    ("anthropic", "RequestTextBlock", anthropic.Block, "text type", "cache_control citations"),
    ("anthropic", "RequestImageBlock", anthropic.Block, "source type", "cache_control"),
    (
        "anthropic",
        "RequestDocumentBlock",
        anthropic.Block,
        "citations context source title type",
        "cache_control",
    ),
    (
        "anthropic",
        "RequestSearchResultBlock",
        anthropic.Block,
        "citations content source title type",
        "cache_control",
    ),
    ("anthropic", "RequestToolUseBlock", anthropic.Block, "id input name type", "cache_control caller"),
    (
        "anthropic",
        "RequestToolResultBlock",
        anthropic.Block,
        "content is_error tool_use_id type",
        "cache_control",
    ),
    ("anthropic", "RequestThinkingBlock", anthropic.Block, "signature thinking type", ""),
    ("anthropic", "RequestToolReferenceBlock", anthropic.Block, "tool_name type", "cache_control"),
    ("anthropic", "RequestMidConvSystemBlock", anthropic.Block, "content type", "cache_control"),
    ("anthropic", "ToolChoiceTool", anthropic.ToolChoice, "disable_parallel_tool_use name type", ""),
]
# Ollama publishes no schema: its own client says what it sends. How a model is loaded is up to this computer, and
# what its own engine has taken out is ignored there as well.
_LOADING = (
    "numa num_ctx num_batch num_gpu main_gpu low_vram f16_kv logits_all vocab_only use_mmap use_mlock embedding_only "
    "num_thread num_keep"
)
_LINES: list[tuple[Any, type[msgspec.Struct], str, str]] = [
    (
        ollama._types.ChatRequest,
        lines.ChatRequest,
        "model stream options format keep_alive messages tools think logprobs top_logprobs",
        "",
    ),
    (
        ollama._types.GenerateRequest,
        lines.GenerateRequest,
        "model stream options format keep_alive prompt suffix system template context raw images think logprobs "
        "top_logprobs",
        "width height steps",
    ),
    (
        ollama._types.Options,
        lines.Options,
        "seed num_predict top_k top_p temperature repeat_penalty presence_penalty frequency_penalty stop",
        f"{_LOADING} tfs_z typical_p repeat_last_n mirostat mirostat_tau mirostat_eta penalize_newline",
    ),
    (ollama._types.EmbedRequest, lines.EmbedRequest, "model input dimensions truncate", "options keep_alive"),
    (ollama._types.EmbeddingsRequest, lines.EmbedRequest, "model prompt", "options keep_alive"),
    (ollama._types.PullRequest, lines.PullRequest, "model stream", "insecure"),
    (
        ollama._types.Message,
        lines.ChatMessage,
        "role content thinking images tool_name tool_calls",
        "",
    ),
    (ollama._types.Tool, lines.Tool, "type function", ""),
]


@pytest.mark.parametrize(
    ("protocol", "schema", "fields"),
    [(one[0], one[1], one[3]) for one in _ENDPOINTS],
    ids=lambda one: str(one)[:30],
)
def test_each_field_of_a_published_request_is_decided(protocol: str, schema: str, fields: Fields) -> None:
    honored = set(fields.honored.split())
    assert {*honored, *fields.refused, *fields.ignored} == properties(protocol, schema)
    assert honored | set(fields.refused) <= set(fields.kind.__struct_fields__) | {"best_of"}


@pytest.mark.parametrize(
    ("protocol", "schema", "kind", "honored", "ignored"), _WITHIN, ids=[one[1] for one in _WITHIN]
)
def test_each_field_within_a_published_request_is_decided(
    protocol: str, schema: str, kind: type[msgspec.Struct], honored: str, ignored: str
) -> None:
    assert {*honored.split(), *ignored.split()} == properties(protocol, schema)
    assert set(honored.split()) <= set(kind.__struct_fields__)


@pytest.mark.parametrize(
    ("sent", "kind", "honored", "ignored"), _LINES, ids=[one[0].__name__ for one in _LINES]
)
def test_each_field_that_ollamas_client_sends_is_decided(
    sent: Any, kind: type[msgspec.Struct], honored: str, ignored: str
) -> None:
    assert {*honored.split(), *ignored.split()} == set(sent.model_fields)
    assert set(honored.split()) <= set(kind.__struct_fields__)


@pytest.mark.parametrize(
    ("path", "name", "value", "body"),
    [
        (path, name, value, body)
        for _, _, path, fields, body in _ENDPOINTS
        for name, value in fields.refused.items()
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_field_that_is_not_possible_is_refused_by_its_name(
    served: Served, path: str, name: str, value: Any, body: Any
) -> None:
    reply = served.ask(path, {"model": "default", **body, name: value})
    assert reply.status == 400 and not served.engine.requests, reply.body
    told = reply.error["message"] if path.startswith("/v1/messages") else reply.error["param"]
    assert name in told


@pytest.mark.parametrize(
    ("path", "fields", "body"),
    [(path, fields, body) for _, _, path, fields, body in _ENDPOINTS if path],
    ids=[schema for _, schema, path, _, _ in _ENDPOINTS if path],
)
def test_fields_that_change_no_answer_are_taken(served: Served, path: str, fields: Fields, body: Any) -> None:
    nothing = dict.fromkeys(fields.refused)
    reply = served.ask(path, {"model": "default", **body, **nothing, **fields.ignored})
    assert reply.status == 200, reply.body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {**_HELLO, "tools": [{"type": "web_search"}]}),
        ("/v1/chat/completions", {**_HELLO, "tools": [{"type": "custom", "custom": {"name": "x"}}]}),
        (
            "/v1/messages",
            {**_HELLO, "max_tokens": 9, "tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        ),
        (
            "/v1/responses",
            {"input": "Hi", "tools": [{"type": "web_search"}], "tool_choice": {"type": "web_search"}},
        ),
        ("/v1/responses", {"input": "Hi", "text": {"verbosity": "low"}}),
        ("/api/generate", {"model": "default", "prompt": "Hi", "context": [1, 2]}),
        ("/api/generate", {"model": "default", "prompt": "Hi", "template": "x"}),
    ],
)
def test_what_the_request_is_about_and_is_not_here_is_refused(served: Served, path: str, body: Any) -> None:
    reply = served.ask(path, body)
    assert reply.status == 400 and not served.engine.requests, reply.body


def test_tools_that_are_left_out_are_not_told_back_as_offered(served: Served) -> None:
    tool = {"type": "function", "name": "x", "parameters": {}, "strict": False}
    reply = served.ask("/v1/responses", {"input": "Hi", "tools": [{"type": "web_search"}, tool]})
    assert reply.json["tools"] == [tool]
