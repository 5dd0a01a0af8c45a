"""Responses with OpenAI's own client, each answer and event judged by the published schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from engine.api import Delta, PrefillProgress, TokenLogprobs
from engine.errors import ErrorInfo
from engine.values import TokenLogprob, ToolCall
from tests.app.server.test_chat_completions import failing
from tests.support.servers.served import Reply, Served
from tests.support.servers.vendor_schemas import mistakes

pytestmark = pytest.mark.process
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
CALL = ToolCall("call_1", "get_weather", {"city": "부산, a city with a long name"})
# What has to be there, null where unknown, by the specification that several vendors share.
REQUIRED = set(
    "id object created_at completed_at status incomplete_details model previous_response_id instructions output "
    "error tool_choice truncation parallel_tool_calls text top_p presence_penalty frequency_penalty top_logprobs "
    "tools temperature reasoning usage max_output_tokens max_tool_calls store background service_tier metadata "
    "safety_identifier prompt_cache_key".split()
)


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.address}/v1", api_key=served.key, max_retries=0) as client:
        yield client


def judged(schema: str, value: Any) -> Any:
    plain = value if isinstance(value, dict) else value.model_dump(mode="json", exclude_unset=True)
    assert mistakes("openai", schema, plain) == []
    return value


def asked(served: Served, input: Any = "Hello", **fields: Any) -> Reply:
    return served.ask("/v1/responses", {"model": "default", "input": input, **fields})


def events_of(reply: Reply) -> list[Any]:
    """The events of a stream, each under the name that it is sent by, numbered from 0."""
    names = [line[7:] for line in reply.body.decode().split("\n") if line.startswith("event: ")]
    assert names == [event["type"] for event in reply.events]
    assert [event["sequence_number"] for event in reply.events] == list(range(len(names)))
    return reply.events


def thinking(served: Served) -> None:
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        Delta(request.id, "reasoning", "Let me"),
        Delta(request.id, "reasoning", " see."),
    )


def test_a_response_and_its_stream_are_what_is_published_and_end_the_same(served: Served) -> None:
    thinking(served)
    served.engine.calls = (CALL,)
    whole = judged("Response", asked(served, tools=[WEATHER]).json)
    assert set(whole) >= REQUIRED and whole["store"] is False and whole["tools"] == [WEATHER]
    assert [item["type"] for item in whole["output"]] == ["reasoning", "message", "function_call"]
    events = events_of(asked(served, tools=[WEATHER], stream=True))
    for event in events:
        judged("ResponseStreamEvent", event)
    kinds = list(dict.fromkeys(event["type"] for event in events))
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.reasoning_text.delta",
        "response.reasoning_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.output_text.delta",
        "response.output_text.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.completed",
    ]
    streamed = events[-1]["response"]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == streamed["output"]
    for item in [*whole["output"], *streamed["output"]]:
        item.pop("id")
    assert streamed["output"] == whole["output"] and streamed["usage"] == whole["usage"]


def test_a_tool_is_called_and_the_history_comes_back_as_it_was(client: openai.OpenAI, served: Served) -> None:
    thinking(served)
    served.engine.calls = lambda request: () if len(request.messages) > 1 else (CALL,)
    first = client.responses.create(model="default", input="Weather?", tools=[WEATHER])
    history: list[Any] = [{"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]}]
    history += [item.model_dump() for item in first.output]
    output = [{"type": "input_text", "text": "Rain"}]
    history += [{"type": "function_call_output", "call_id": "call_1", "output": output}]
    second = client.responses.create(model="default", input=history, tools=[WEATHER])
    assert second.output_text == "Hello from the script."
    question, answer, result = served.engine.requests[-1].messages
    assert question.content == "Weather?"
    assert (answer.reasoning_content, answer.content) == ("Let me see.", "Hello from the script.")
    assert answer.tool_calls[0].arguments == CALL.arguments
    assert (result.role, result.name, result.content) == ("tool", "get_weather", "Rain")


def test_namespaces_are_flat_for_the_model_free_text_is_an_argument_and_other_kinds_are_left_out(
    served: Served,
) -> None:
    tools = [
        {"type": "namespace", "name": "files", "description": "", "tools": [{**WEATHER, "name": "read"}]},
        {"type": "custom", "name": "patch", "description": "Free text", "format": {"type": "text"}},
        {"type": "web_search"},
    ]
    served.engine.calls = (
        ToolCall("call_1", "files__read", {"city": "a"}),
        ToolCall("call_2", "patch", {"input": "*** Begin"}),
    )
    reply = asked(served, tools=tools, stream=True)
    told = served.engine.requests[-1]
    assert [tool["function"]["name"] for tool in told.tools] == ["files__read", "patch"]
    for event in events_of(reply):
        if event["type"] not in ("response.created", "response.in_progress", "response.completed"):
            judged("ResponseStreamEvent", event)
    _, read, patch = reply.events[-1]["response"]["output"]
    assert (read["type"], read["namespace"], read["name"]) == ("function_call", "files", "read")
    assert (patch["type"], patch["name"], patch["input"]) == ("custom_tool_call", "patch", "*** Begin")
    served.engine.calls = ()
    history = [{"role": "user", "content": "Go"}, read, patch, {"type": "web_search_call", "id": "ws_1"}]
    history += [
        {"type": "function_call_output", "call_id": "call_1", "output": "one"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "two"},
    ]
    assert asked(served, history, tools=tools).status == 200
    messages = served.engine.requests[-1].messages
    assert [call.name for call in messages[1].tool_calls] == ["files__read", "patch"]
    assert messages[1].tool_calls[1].arguments == {"input": "*** Begin"}
    assert [message.name for message in messages[2:]] == ["files__read", "patch"]


def test_instructions_and_developers_texts_come_together_in_front(served: Served) -> None:
    history = [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "One"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "message", "role": "developer", "content": "Two"},
    ]
    assert asked(served, history, instructions="Zero", reasoning={"effort": "none"}).status == 200
    told = served.engine.requests[-1]
    assert [(message.role, message.content) for message in told.messages] == [
        ("system", "Zero\n\nOne\n\nTwo"),
        ("user", "Hi"),
    ]
    assert told.reasoning == "off"


def test_a_reply_is_held_to_a_schema(client: openai.OpenAI, served: Served) -> None:
    class City(BaseModel):
        name: str

    served.engine.answer = lambda _: ('{"name": ', '"부산"}')
    parsed = client.responses.parse(model="default", input="A city", text_format=City)
    assert parsed.output_parsed == City(name="부산")
    reply = served.engine.requests[-1].reply
    assert reply is not None and reply["required"] == ["name"]


def test_tokens_come_with_their_probabilities_where_they_are_asked_for(served: Served) -> None:
    tops = (TokenLogprob(7, b"He", -0.1), TokenLogprob(8, b"Ho", -2.5))
    served.engine.answer = lambda _: ()
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        TokenLogprobs(request.id, (TokenLogprob(7, b"He", -0.1, tops), TokenLogprob(9, b"llo", -0.2))),
        Delta(request.id, "content", "Hel"),
        Delta(request.id, "content", "lo"),
    )
    fields: Any = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    whole = judged("Response", asked(served, **fields).json)
    tokens = whole["output"][0]["content"][0]["logprobs"]
    assert [(each["token"], each["logprob"]) for each in tokens] == [("He", -0.1), ("llo", -0.2)]
    assert [each["token"] for each in tokens[0]["top_logprobs"]] == ["He", "Ho"]
    events = events_of(asked(served, stream=True, **fields))
    for event in events:
        judged("ResponseStreamEvent", event)
    deltas = [event for event in events if event["type"] == "response.output_text.delta"]
    assert [token for event in deltas for token in event["logprobs"]] == tokens
    assert events[-1]["response"]["output"][0]["content"][0]["logprobs"] == tokens
    assert served.engine.requests[-1].top_logprobs == 2
    assert asked(served).status == 200 and served.engine.requests[-1].top_logprobs is None


def test_an_answer_that_is_cut_is_incomplete(client: openai.OpenAI, served: Served) -> None:
    response = served.ask("/v1/responses", {"input": "Hi", "max_output_tokens": 7}).json
    assert served.engine.requests[-1].max_tokens == 7 and response["max_output_tokens"] == 7
    with client.responses.stream(model="default", input="Hi") as stream:
        kinds = [event.type for event in stream]
        assert kinds[-1] == "response.completed"
        assert stream.get_final_response().output_text == "Hello from the script."


def test_tokens_are_counted(client: openai.OpenAI) -> None:
    count = client.responses.input_tokens.count(model="default", input="Hello")
    judged("TokenCountsResource", count)
    assert count.input_tokens > 0


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"input": []}, "input"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
        ({"tool_choice": {"type": "function", "name": "nothing"}}, "tool_choice"),
        ({"tools": [{"name": "x"}]}, "tools"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"reasoning": {"effort": "endless"}}, "reasoning_effort"),
    ],
)
def test_what_is_not_possible_is_refused_with_the_field(served: Served, fields: Any, param: str) -> None:
    refused = served.ask("/v1/responses", {"input": "Hi", **fields})
    assert (refused.status, refused.error["param"]) == (400, param)
    assert served.engine.requests == []


def test_a_stream_that_breaks_off_ends_failed(served: Served) -> None:
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        Delta(request.id, "content", "Once"),
        *failing(ErrorInfo("engine.died", {}))(request),
    )
    events = events_of(asked(served, stream=True))
    last = judged("ResponseStreamEvent", events[-1])
    assert last["type"] == "response.failed" and last["response"]["error"]["code"] == "server_error"
    assert json.dumps(events).count("Once") >= 2
