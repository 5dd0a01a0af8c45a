"""Chat completions over a real socket: what clients send, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.server.asks import with_tool_names
from app.server.words import words_of
from engine.api import Delta, Event, Finished, GenerateRequest
from engine.errors import ErrorInfo
from engine.values import Message, Timings, ToolCall, Usage
from tests.support.servers.served import Reply, Served, read_until, request_head
from tests.support.waiting import wait_until

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
CALL = ToolCall("call_1", "get_weather", {"city": "부산", "note": "a longer text than one piece"})


def put_together(reply: Reply) -> dict[str, Any]:
    """The message and the finish reason that a stream says."""
    events = reply.events
    assert reply.status == 200 and events[-1] == "[DONE]"
    whole: dict[str, Any] = {"content": "", "reasoning_content": "", "tool_calls": {}, "finish_reason": None}
    for chunk in events[:-1]:
        for choice in chunk["choices"]:
            delta = choice["delta"]
            for name in ("content", "reasoning_content"):
                whole[name] += delta.get(name) or ""
            for call in delta.get("tool_calls", ()):
                kept = whole["tool_calls"].setdefault(call["index"], {"id": "", "name": "", "arguments": ""})
                kept["id"] += call.get("id", "")
                kept["name"] += call["function"].get("name", "")
                kept["arguments"] += call["function"]["arguments"]
            whole["finish_reason"] = choice["finish_reason"] or whole["finish_reason"]
    return whole


def failing(error: ErrorInfo) -> Callable[[GenerateRequest], tuple[Event, ...]]:
    """What an engine tells first when it fails."""
    return lambda request: (Finished(request.id, "error", Usage(), Timings(), error),)


def test_an_answer_has_what_the_protocol_asks_for(served: Served) -> None:
    reply = served.chat(max_tokens=50)
    answer = reply.json
    assert reply.status == 200 and answer["id"].startswith("chatcmpl-")
    assert (answer["object"], answer["model"]) == ("chat.completion", "starter")
    (choice,) = answer["choices"]
    assert choice["message"] == {
        "role": "assistant",
        "content": "Hello from the script.",
        "refusal": None,
        "annotations": [],
    }
    assert (choice["index"], choice["finish_reason"], choice["logprobs"]) == (0, "stop", None)
    assert answer["usage"] == {
        "prompt_tokens": 1200,
        "completion_tokens": 4,
        "total_tokens": 1204,
        "prompt_tokens_details": {"cached_tokens": 1000},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    assert reply.headers["x-request-id"].startswith("req_")


def test_a_stream_begins_with_the_role_and_ends_with_done(served: Served) -> None:
    chunks = served.chat(stream=True).events[:-1]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[-1]["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop"}
    assert {chunk["id"] for chunk in chunks} == {chunks[0]["id"]}
    assert all(chunk["choices"] and "usage" not in chunk for chunk in chunks)


def test_the_usage_comes_last_in_a_stream_that_asks_for_it(served: Served) -> None:
    *_, last, done = served.chat(stream=True, stream_options={"include_usage": True}).events
    assert (last["choices"], last["usage"]["completion_tokens"], done) == ([], 4, "[DONE]")


@pytest.mark.parametrize("calls", [(), (CALL,), (CALL, ToolCall("call_2", "get_weather", '{"ci'))])
def test_what_streams_is_what_does_not(served: Served, calls: tuple[ToolCall, ...]) -> None:
    served.engine.answer = lambda _: ("<think>Hm", "<think>m.", "To ", "부산", " 🌊")
    served.engine.calls = calls
    told = put_together(served.chat(stream=True, tools=[WEATHER]))
    choice = served.chat(tools=[WEATHER]).json["choices"][0]
    message = choice["message"]
    assert told["content"] == message["content"] == "To 부산 🌊"
    assert told["reasoning_content"] == message["reasoning_content"] == message["reasoning"] == "Hmm."
    assert told["finish_reason"] == choice["finish_reason"] == ("tool_calls" if calls else "stop")
    whole = [{"id": call["id"], **call["function"]} for call in message.get("tool_calls", ())]
    assert list(told["tool_calls"].values()) == whole
    if calls:
        assert json.loads(whole[0]["arguments"]) == CALL.arguments


def test_what_is_asked_reaches_the_engine(served: Served) -> None:
    served.chat(
        [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "text", "text": "here"}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "get_weather", "arguments": '{"city":"X"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "Rain"}]},
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "And now?"},
        ],
        tools=[WEATHER, {"type": "web_search"}],
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
        temperature=0.5,
        top_p=0.9,
        top_k=20,
        min_p=0.1,
        repetition_penalty=1.1,
        seed=-7,
        stop="END",
        max_tokens=5,
        max_completion_tokens=7,
        reasoning_effort="none",
        user="somebody",
    )
    (request,) = served.engine.requests
    said = [(message.role, message.content) for message in request.messages]
    assert said == [
        ("system", "You help.\n\nBe brief."),
        ("user", "Look\nhere"),
        ("assistant", ""),
        ("tool", "Rain"),
        ("user", "And now?"),
    ]
    assert request.messages[2].tool_calls == (ToolCall("c1", "get_weather", {"city": "X"}),)
    assert request.messages[3].name == "get_weather"
    assert [tool["function"]["name"] for tool in request.tools] == ["get_weather"]
    assert (request.tool_choice, request.stop, request.max_tokens) == ("get_weather", ("END",), 7)
    sampling = request.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k, sampling.min_p) == (0.5, 0.9, 20, 0.1)
    assert (sampling.repeat_penalty, sampling.seed, request.reasoning) == (1.1, 2**32 - 7, "off")
    assert request.conversation == ""


@pytest.mark.parametrize("stream", [False, True])
def test_several_choices_are_answers_with_seeds_of_their_own(served: Served, stream: bool) -> None:
    served.engine.answer = lambda request: (f"Seed {request.sampling.seed}", " it is.")
    reply = served.chat(
        n=3, seed=7, stream=stream, stream_options={"include_usage": True} if stream else None
    )
    told = {0: "", 1: "", 2: ""}
    if stream:
        *chunks, last, done = reply.events
        for chunk in chunks:
            (choice,) = chunk["choices"]
            told[choice["index"]] += choice["delta"].get("content", "")
        assert (last["choices"], done) == ([], "[DONE]")
    else:
        last = reply.json
        told = {choice["index"]: choice["message"]["content"] for choice in last["choices"]}
    assert told == {number: f"Seed {7 + number} it is." for number in range(3)}
    assert (last["usage"]["prompt_tokens"], last["usage"]["completion_tokens"]) == (1200, 6)


def test_the_switch_of_reasoning_has_the_names_that_templates_have(served: Served) -> None:
    for name in ("enable_thinking", "thinking"):
        for on in (True, False):
            assert served.chat(chat_template_kwargs={name: on}).status == 200
        assert (
            served.chat(chat_template_kwargs={name: "yes"}).error["param"] == f"chat_template_kwargs.{name}"
        )
    assert [request.reasoning for request in served.engine.requests] == ["on", "off"] * 2


def test_whole_numbers_may_be_written_with_a_point(served: Served) -> None:
    assert served.chat(max_tokens=10.0, seed=7.0, top_k=4e1, temperature=1).status == 200
    told = served.engine.requests[-1]
    assert (told.max_tokens, told.sampling.seed, told.sampling.top_k) == (10, 7, 40)
    assert served.chat(max_tokens=10.5).error["param"] == "max_tokens"


def test_an_answer_that_was_begun_is_continued(served: Served) -> None:
    served.chat([{"role": "user", "content": "Count"}, {"role": "assistant", "content": "One, "}])
    assert served.engine.requests[0].continue_last


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages[0].content[0]"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": -1}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"n": 9}, "n"),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "gone"}}},
            "tool_choice",
        ),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "custom"}}, "tool_choice"),
        ({"reasoning_effort": "huge"}, "reasoning_effort"),
        ({"chat_template_kwargs": {"enable_thinking": "yes"}}, "chat_template_kwargs.enable_thinking"),
        ({"stop": 7}, "stop"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"logit_bias": {"x": 1}}, "logit_bias"),
        ({"logit_bias": {"1" * 5000: 1}}, "logit_bias"),
    ],
)
def test_a_wrong_field_is_named(served: Served, fields: dict[str, Any], param: str) -> None:
    reply = served.ask("/v1/chat/completions", {"messages": [{"role": "user", "content": "x"}], **fields})
    assert (reply.status, reply.error["type"]) == (400, "invalid_request_error"), reply.body
    assert reply.error["param"] == param and reply.error["message"].endswith((".", "!"))
    assert not served.engine.requests


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"messages": [{"role": "user", "content": "\xff"}]}',
        b'{"temperature": NaN, "messages": [{"role": "user", "content": "x"}]}',
        b'{"temperature": 1e400, "messages": [{"role": "user", "content": "x"}]}',
        b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b', "messages": []}',
        b"[]",
        b"null",
    ],
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions"])
def test_a_body_that_is_no_request_is_a_mistake_of_the_client(served: Served, path: str, body: bytes) -> None:
    reply = served.ask(path, body)
    assert reply.status == 400 and reply.error["message"]
    assert not served.engine.requests


def test_an_error_of_the_engine_has_its_status_streamed_or_not(served: Served) -> None:
    for code, status in (("engine.context_overflow", 400), ("engine.killed", 503)):
        error = ErrorInfo(code, {"needed": 9000, "available": 8192})
        served.engine.first = failing(error)
        for stream in (False, True):
            reply = served.chat(stream=stream)
            assert (reply.status, reply.error["message"]) == (status, words_of(error)), reply.body
            assert (
                code == "engine.killed" or "maximum context length is 8192 tokens" in reply.error["message"]
            )


def test_an_answer_that_breaks_off_ends_its_stream_with_the_error(served: Served) -> None:
    error = ErrorInfo("engine.killed")
    served.engine.first = lambda request: (
        Delta(request.id, "content", "Half"),
        *failing(error)(request),
    )
    *_, told, done = served.chat(stream=True).events
    assert (told["error"]["message"], done) == (words_of(error), "[DONE]")


def test_models_are_listed_and_found_by_their_ids(served: Served) -> None:
    served.add_model("owner/Model-GGUF:Q4_K_M")
    served.chat()
    listed = {model["id"]: model for model in served.ask("/v1/models").json["data"]}
    assert listed["starter"]["state"] == "loaded" and listed["starter"]["context_length"] == 8192
    assert listed["owner/Model-GGUF:Q4_K_M"]["owned_by"] == "owner"
    assert served.ask("/v1/models/owner/Model-GGUF:Q4_K_M").json["id"] == "owner/Model-GGUF:Q4_K_M"
    assert served.ask("/models/default").json["id"] == "starter"
    assert served.ask("/models/starter:latest").json["id"] == "starter"
    gone = served.ask("/v1/models/nobody/knows")
    assert (gone.status, gone.error["code"]) == (404, "model_not_found")


def test_a_damaged_model_is_not_listed_and_says_why(served: Served) -> None:
    model = served.add_model("owner/Damaged-GGUF:Q8_0")
    served.services.store.models.change(model.id, state="damaged")
    assert model.id not in [each["id"] for each in served.ask("/v1/models").json["data"]]
    for reply in (served.ask(f"/v1/models/{model.id}"), served.chat(model=model.id)):
        assert (reply.status, reply.error["code"]) == (503, "model_damaged")


@pytest.mark.parametrize(
    "name", ["gpt-4o", "/etc/passwd", "openai:http://127.0.0.1:1/v1#x", "../starter", "\x00"]
)
def test_no_path_and_no_address_is_a_model(served: Served, name: str) -> None:
    reply = served.chat(model=name)
    assert (reply.status, reply.error["code"], reply.error["param"]) == (404, "model_not_found", "model")


def test_another_model_is_loaded_where_nobody_uses_the_present_one(served: Served) -> None:
    served.add_model("owner/Other-GGUF:Q8_0")
    assert served.chat(model="Other").json["model"] == "owner/Other-GGUF:Q8_0"
    only_asks = served.add_key("asks", ("ask",))
    body = {"model": "starter", "messages": [{"role": "user", "content": "x"}]}
    refused = served.ask("/v1/chat/completions", body, key=only_asks)
    assert (refused.status, refused.error["code"]) == (403, "no_right_to_load")
    assert served.chat(model="starter").json["model"] == "starter"


def test_results_without_an_id_belong_to_the_calls_in_their_order() -> None:
    calls = (ToolCall("a", "first", {}), ToolCall("b", "second", {}))
    results = [Message("tool", "1"), Message("tool", "2"), Message("tool", "3", name="third")]
    _, *told = with_tool_names([Message("assistant", "", tool_calls=calls), *results])
    assert [(each.tool_call_id, each.name) for each in told] == [
        ("a", "first"),
        ("b", "second"),
        ("", "third"),
    ]


def test_no_model_is_taken_from_an_answer(served: Served) -> None:
    served.add_model("owner/Other-GGUF:Q8_0")
    served.engine.hold.set()
    with served.raw() as opened:
        body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
        opened.sendall(request_head(served, len(body)) + body)
        wait_until(lambda: bool(served.engine.requests))
        busy = served.chat(model="Other")
        assert (busy.status, busy.error["code"]) == (503, "model_busy")
        assert int(busy.headers["retry-after"]) > 0
        served.engine.hold.clear()
        read_until(opened, b"Hello")
    wait_until(lambda: not served.services.models.is_answering)
