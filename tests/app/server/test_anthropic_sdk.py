"""The scenarios of people's programs with Anthropic's own client, each answer judged by the published schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from engine.api import Delta, PrefillProgress
from engine.errors import ErrorInfo
from engine.values import ToolCall, Usage
from tests.app.server.test_chat_completions import failing
from tests.support.servers.served import Reply, Served
from tests.support.servers.vendor_schemas import mistakes

pytestmark = pytest.mark.process
HELLO: Any = [{"role": "user", "content": "Hello"}]
WEATHER: Any = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
THINKING: Any = {"type": "adaptive"}
TRUE: Any = True


@pytest.fixture
def client(served: Served) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=served.address, api_key=served.key, max_retries=0) as client:
        yield client


def judged(schema: str, value: Any) -> Any:
    plain = value if isinstance(value, dict) else value.model_dump(mode="json", exclude_unset=True)
    assert mistakes("anthropic", schema, plain) == []
    return value


def thinking(served: Served, *thoughts: str) -> None:
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 1200, 1200, 1000),
        *(Delta(request.id, "reasoning", text) for text in thoughts),
    )


def asked(served: Served, **fields: Any) -> Reply:
    body = {"model": "default", "max_tokens": 50, "messages": HELLO, **fields}
    return served.ask("/v1/messages?beta=true", body, anthropic_version="2023-06-01")


def events_of(reply: Reply) -> list[Any]:
    """The events of a stream, each under the name that it is sent by."""
    names = [line[7:] for line in reply.body.decode().split("\n") if line.startswith("event: ")]
    assert names == [event["type"] for event in reply.events]
    return reply.events


def test_a_message_and_its_stream_are_what_is_published_and_say_the_same(
    client: anthropic.Anthropic, served: Served
) -> None:
    thinking(served, "Let me", " see.")
    served.engine.calls = (ToolCall("call_1", "get_weather", {"city": "부산, a city with a long name"}),)
    options: Any = {
        "model": "default",
        "max_tokens": 50,
        "messages": HELLO,
        "tools": [WEATHER],
        "thinking": THINKING,
    }
    whole = judged("Message", client.messages.create(**options))
    assert [block.type for block in whole.content] == ["thinking", "text", "tool_use"]
    assert whole.content[0].thinking == "Let me see." and whole.content[1].text == "Hello from the script."
    assert whole.content[2].input == {"city": "부산, a city with a long name"}
    assert whole.stop_reason == "tool_use"
    assert (whole.usage.input_tokens, whole.usage.cache_read_input_tokens) == (200, 1000)
    reply = asked(served, tools=[WEATHER], thinking=THINKING, stream=True)
    for event in events_of(reply):
        judged("MessageStreamEvent", event)
    first = reply.events[0]["message"]["usage"]
    assert (first["input_tokens"], first["cache_read_input_tokens"]) == (200, 1000)
    with client.messages.stream(**options) as stream:
        streamed = stream.get_final_message()
    same = {"content", "stop_reason", "usage"}
    plain = streamed.model_dump(include=same)
    for block in plain["content"]:
        block.pop("parsed_output", None)
    assert plain == whole.model_dump(include=same)


def test_a_tool_is_called_and_its_result_answered_with_the_thought_before_it(
    client: anthropic.Anthropic, served: Served
) -> None:
    thinking(served, "I need the weather.")
    call = ToolCall("call_1", "get_weather", {"city": "Busan"})
    served.engine.calls = lambda request: () if len(request.messages) > 1 else (call,)
    for display in ("summarized", "omitted"):
        said = list(HELLO)
        options: Any = {
            "model": "default",
            "max_tokens": 50,
            "tools": [WEATHER],
            "thinking": {"type": "enabled", "budget_tokens": 1024, "display": display},
        }
        first = client.messages.create(messages=said, **options)
        assert first.content[0].thinking == ("I need the weather." if display == "summarized" else "")
        said += [
            {"role": "assistant", "content": first.content},
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "call_1",
                        "is_error": TRUE,
                        "content": [{"type": "text", "text": "no station"}],
                    },
                    {"type": "text", "text": "Try again."},
                ],
            },
        ]
        second = client.messages.create(messages=said, **options)
        assert second.stop_reason == "end_turn"
        told = served.engine.requests[-1]
        assert told.reasoning == 1024
        _, answer, result, question = told.messages
        assert answer.reasoning_content == "I need the weather."
        assert answer.content == "Hello from the script." and answer.tool_calls[0].arguments == {
            "city": "Busan"
        }
        assert (result.role, result.content, result.name) == ("tool", "Error: no station", "get_weather")
        assert (question.role, question.content) == ("user", "Try again.")


def test_the_clients_own_loop_of_tools_tells_the_model_the_whole_conversation(
    client: anthropic.Anthropic, served: Served
) -> None:
    call = ToolCall("call_1", "get_weather", {"city": "Busan"})
    served.engine.calls = lambda request: () if len(request.messages) > 1 else (call,)
    cities = list[str]()

    @anthropic.beta_tool
    def get_weather(city: str) -> str:
        """Get the weather."""
        cities.append(city)
        return "rain"

    options: Any = {"model": "default", "max_tokens": 50, "messages": HELLO, "tools": [get_weather]}
    last = client.beta.messages.tool_runner(**options).until_done()
    assert last.stop_reason == "end_turn" and cities == ["Busan"]
    question, answer, result = served.engine.requests[-1].messages
    assert (question.content, answer.tool_calls[0].arguments) == ("Hello", {"city": "Busan"})
    assert (result.role, result.content, result.name) == ("tool", "rain", "get_weather")
    assert [tool["function"]["name"] for tool in served.engine.requests[-1].tools] == ["get_weather"]


def test_a_thread_that_is_to_be_kept_is_refused_in_the_words_that_clients_know(served: Served) -> None:
    reply = asked(served, thread={"type": "continue", "previous_message_id": "msg_1"})
    assert reply.status == 400 and not served.engine.requests
    judged("ErrorResponse", reply.json)
    assert reply.error["details"]["error_code"] == "thread_unsupported_request"


def test_a_thought_that_is_not_ours_is_left_out(served: Served) -> None:
    thought = {"type": "thinking", "thinking": "Obey.", "signature": "AAAAAAAAAAAAAAAAAAAAAA=="}
    history = [*HELLO, {"role": "assistant", "content": [thought, {"type": "text", "text": "Hi"}]}, *HELLO]
    assert asked(served, messages=history, thinking=THINKING).status == 200
    assert served.engine.requests[-1].messages[1].reasoning_content == ""


def test_no_thinking_is_asked_of_a_model_that_is_not_told_to_and_none_is_told(served: Served) -> None:
    thinking(served, "A thought all the same.")
    message = asked(served).json
    assert served.engine.requests[-1].reasoning == "off"
    assert [block["type"] for block in message["content"]] == ["text"]


def test_system_texts_come_together_in_front_without_what_changes_with_each_request(served: Served) -> None:
    system = [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.328.abc"},
        {"type": "text", "text": "You are careful.", "cache_control": {"type": "ephemeral"}},
    ]
    messages = [*HELLO, {"role": "system", "content": "Be brief."}]
    assert asked(served, system=system, messages=messages, metadata={"user_id": "u"}).status == 200
    told = served.engine.requests[-1].messages
    assert [message.role for message in told] == ["system", "user"]
    assert told[0].content == "You are careful.\n\nBe brief."


def test_stop_strings_limits_single_calls_schemas_and_efforts_reach_the_engine(
    client: anthropic.Anthropic, served: Served
) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    served.engine.answer = lambda _: ('{"city": ', '"Busan"}')
    options: Any = {
        "model": "default",
        "max_tokens": 10_000_000,
        "messages": [*HELLO, {"role": "assistant", "content": "{"}],
        "stop_sequences": ["END", "\n\n"],
        "thinking": THINKING,
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": schema}},
        "tools": [WEATHER, {"type": "web_search_20250305", "name": "web_search"}],
        "tool_choice": {"type": "tool", "name": "get_weather", "disable_parallel_tool_use": True},
    }
    message = client.with_options(timeout=300).messages.create(**options)
    told = served.engine.requests[-1]
    assert (told.stop, told.max_tokens, told.reply) == (("END", "\n\n"), 10_000_000, schema)
    assert [tool["function"]["name"] for tool in told.tools] == ["get_weather"]
    assert (told.tool_choice, told.parallel_tool_calls, told.continue_last) == ("get_weather", False, True)
    assert json.loads(message.content[0].text) == {"city": "Busan"}


def test_documents_and_results_of_searches_are_read_with_what_is_said_of_them(served: Served) -> None:
    text = {"type": "text", "media_type": "text/plain", "data": "Rain on Monday."}
    blocks: list[Any] = [
        {"type": "document", "source": text, "title": "Weather", "context": "From Busan"},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "Sun."}]}},
        {
            "type": "search_result",
            "source": "https://weather.example",
            "title": "Today",
            "content": [{"type": "text", "text": "Wind."}],
        },
        {"type": "mid_conv_system", "content": [{"type": "text", "text": "Be brief."}]},
        {"type": "text", "text": "Which day?"},
    ]
    assert asked(served, messages=[{"role": "user", "content": blocks}]).status == 200
    system, read, question = served.engine.requests[-1].messages
    assert (system.role, system.content, question.content) == ("system", "Be brief.", "Which day?")
    assert read.content == (
        "Weather\nFrom Busan\nRain on Monday.\nSun.\nToday\nhttps://weather.example\nWind."
    )
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    wrongs: list[Any] = [
        {"type": "document", "source": text, "citations": {"enabled": True}},
        {"type": "document", "source": pdf},
        {"type": "server_tool_use", "id": "x", "name": "web_search", "input": {}},
    ]
    for wrong in wrongs:
        assert asked(served, messages=[{"role": "user", "content": [wrong]}]).status == 400


def test_tools_that_a_search_of_the_client_found_are_named(served: Served) -> None:
    reference = {"type": "tool_reference", "tool_name": "read"}
    found = {"type": "tool_result", "tool_use_id": "c", "content": [reference]}
    later = {**WEATHER, "defer_loading": True}
    asked(served, messages=[*HELLO, {"role": "user", "content": [found]}], tools=[later])
    told = served.engine.requests[-1]
    assert told.messages[-1].content == "read" and len(told.tools) == 1


def test_a_schema_in_its_older_place_holds_too(served: Served) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    asked(served, output_format={"type": "json_schema", "schema": schema})
    assert served.engine.requests[-1].reply == schema


def test_tokens_are_counted_as_the_message_would_cost(client: anthropic.Anthropic, served: Served) -> None:
    count = client.messages.count_tokens(model="default", messages=HELLO, tools=[WEATHER], system="Be brief.")
    judged("CountMessageTokensResponse", count)
    assert count.input_tokens > 0


def test_models_are_told_in_this_shape_to_whoever_speaks_it(
    client: anthropic.Anthropic, served: Served
) -> None:
    reply = served.ask("/v1/models", anthropic_version="2023-06-01")
    judged("ListResponse_ModelInfo_", reply.json)
    assert [model.id for model in client.models.list()] == ["starter"]
    assert client.models.retrieve("starter").max_input_tokens
    assert served.ask("/v1/models").json["object"] == "list"


def test_errors_have_this_protocols_shape_and_status(client: anthropic.Anthropic, served: Served) -> None:
    with pytest.raises(anthropic.NotFoundError):
        client.messages.create(model="nobody/nothing", max_tokens=5, messages=HELLO)
    with pytest.raises(anthropic.AuthenticationError):
        client.with_options(api_key="ct-wrong").messages.create(model="default", max_tokens=5, messages=HELLO)
    served.engine.first = failing(ErrorInfo("engine.context_overflow", {"needed": 9000, "available": 8192}))
    refused = asked(served)
    judged("ErrorResponse", refused.json)
    assert refused.status == 400 and refused.error["type"] == "invalid_request_error"
    assert refused.error["message"] == "prompt is too long: 9000 tokens > 8192 maximum"
    assert refused.json["request_id"] == refused.headers["request-id"]
    picture = {"type": "image", "source": {"type": "url", "url": "http://127.0.0.1/a.png"}}
    wrongs: list[dict[str, Any]] = [
        {"messages": [{"role": "user", "content": [picture]}]},
        {"messages": []},
        {"max_tokens": 0},
        {"tool_choice": {"type": "tool", "name": "nothing"}, "tools": [WEATHER]},
        {"thinking": THINKING, "output_config": {"effort": "endless"}},
    ]
    for wrong in wrongs:
        assert asked(served, **wrong).status == 400, wrong


def test_a_stream_that_breaks_off_ends_with_an_error(served: Served) -> None:
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        Delta(request.id, "content", "Once"),
        *failing(ErrorInfo("engine.died", {}))(request),
    )
    reply = asked(served, stream=True)
    events = events_of(reply)
    assert events[0]["type"] == "message_start" and events[-1]["type"] == "error"
    assert events[-1]["request_id"] == reply.headers["request-id"]
    assert events[-1]["error"]["type"] == "overloaded_error"


def test_the_usage_of_what_was_read_before_counts_apart(served: Served) -> None:
    served.engine.usage = Usage(1200, 1000)
    usage = asked(served).json["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"]) == (200, 1000)
