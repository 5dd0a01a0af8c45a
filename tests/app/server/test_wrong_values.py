"""Whatever stands in a field of a request, in every protocol: the answer is one, or a mistake of the client."""

from __future__ import annotations

import contextlib
import copy
import http.client
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.servers.served import PATIENCE_S, Served

_SCHEMA: Any = {"type": "object", "properties": {"city": {"type": "string"}}}
_FUNCTION: Any = {"name": "get_weather", "description": "Weather.", "parameters": _SCHEMA}
_SAMPLED: Any = {
    "max_tokens": 3,
    "temperature": 1,
    "top_p": 1,
    "top_k": 4,
    "seed": 1,
    "stop": ["x"],
    "stream": False,
}
_CHAT: Any = {
    **_SAMPLED,
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {
            "role": "assistant",
            "reasoning_content": "Let me see.",
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c", "content": "rain"},
    ],
    "min_p": 0.1,
    "repeat_penalty": 1,
    "n": 1,
    "presence_penalty": 0,
    "logit_bias": {"1": 1},
    "logprobs": True,
    "top_logprobs": 2,
    "tools": [{"type": "function", "function": _FUNCTION}],
    "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": _SCHEMA}},
    "reasoning_effort": "low",
    "chat_template_kwargs": {"enable_thinking": True},
}
_RESPONSE: Any = {
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "x"}]},
        {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "rain"},
    ],
    "instructions": "Be short.",
    "tools": [
        {"type": "function", **_FUNCTION},
        {"type": "custom", "name": "patch", "description": "Patch."},
        {"type": "namespace", "name": "n", "tools": [{"type": "function", **_FUNCTION}]},
    ],
    "tool_choice": {"type": "function", "name": "get_weather"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "text": {"format": {"type": "json_schema", "name": "x", "schema": _SCHEMA}},
    "max_output_tokens": 16,
    "previous_response_id": None,
}
_MESSAGE: Any = {
    "max_tokens": 20,
    "system": [{"type": "text", "text": "Be short."}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Let me see.", "signature": "s"},
                {"type": "tool_use", "id": "c", "name": "get_weather", "input": {"city": "Busan"}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "rain"}]},
    ],
    "tools": [{"name": "get_weather", "input_schema": _SCHEMA}],
    "tool_choice": {"type": "tool", "name": "get_weather"},
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "stop_sequences": ["x"],
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": _SCHEMA}},
    "thread": None,
}
_LINES: Any = {
    "model": "default",
    "stream": False,
    "messages": [
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "tool_calls": [{"function": {"name": "get_weather", "arguments": {"city": "Busan"}}}],
        },
        {"role": "tool", "tool_name": "get_weather", "content": "rain"},
    ],
    "think": True,
    "format": _SCHEMA,
    "tools": [{"type": "function", "function": _FUNCTION}],
    "options": {
        "num_predict": 3,
        "temperature": 1,
        "top_k": 3,
        "seed": 1,
        "stop": ["x"],
        "repeat_penalty": 1,
    },
    "keep_alive": "5m",
}
_BODIES: list[tuple[str, Any]] = [
    ("/v1/chat/completions", _CHAT),
    ("/v1/completions", {**_SAMPLED, "prompt": ["Once"], "suffix": None, "logprobs": 1, "echo": False}),
    ("/v1/responses", _RESPONSE),
    ("/v1/messages", _MESSAGE),
    ("/v1/messages/count_tokens", _MESSAGE),
    ("/api/chat", _LINES),
    ("/api/generate", {"model": "default", "prompt": "Hi", "system": "x", "stream": False, "images": None}),
    ("/tokenize", {"content": "Hi", "add_special": True}),
    ("/detokenize", {"tokens": [72, 105]}),
    ("/infill", {"input_prefix": "a", "input_suffix": "b", "input_extra": [{"text": "x"}], "stream": False}),
]
_WRONG: list[Any] = [
    None,
    True,
    -1,
    2**31,
    2**70,
    1e308,
    "",
    "1" * 5000,
    "\x00",
    [],
    [None],
    [[{}]],
    {},
    {"type": "x"},
    {"1" * 5000: 1},
    {"$ref": "#"},
]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each field and item within a value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(value[key], (*at, key))


def with_value(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


@pytest.mark.parametrize(("path", "body"), _BODIES, ids=[path for path, _ in _BODIES])
def test_no_value_in_any_field_is_the_servers_fault(served: Served, path: str, body: Any) -> None:
    headers = {"Authorization": f"Bearer {served.key}"}
    values, statuses = itertools.cycle(_WRONG), set[int]()
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE_S)
    ) as connection:
        for place in places(body):
            for value in itertools.islice(values, 0 if place == ("stream",) else 2):
                changed = json.dumps(with_value(body, place, value))
                connection.request("POST", path, changed, headers)
                answer = connection.getresponse()
                text = answer.read()
                assert answer.status in (200, 400, 404, 501), (place, str(value)[:99], text)
                assert isinstance(json.loads(text), dict)
                statuses.add(answer.status)
    assert 400 in statuses
