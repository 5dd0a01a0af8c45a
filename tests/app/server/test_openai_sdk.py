"""The scenarios of people's programs with OpenAI's own client, each answer judged by the published schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from engine.api import Delta, PrefillProgress, TokenLogprobs
from engine.values import FillIn, RawPrompt, TokenLogprob, ToolCall
from tests.app.server.test_chat_completions import WEATHER, failing
from tests.support.servers.served import Served
from tests.support.servers.vendor_schemas import mistakes

pytestmark = pytest.mark.process
HELLO: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.address}/v1", api_key=served.key, max_retries=0) as client:
        yield client


def judged(schema: str, value: Any) -> Any:
    plain = value if isinstance(value, dict) else value.model_dump(mode="json", exclude_unset=True)
    assert mistakes("openai", schema, plain) == []
    return value


def test_an_answer_and_a_stream_are_what_is_published(client: openai.OpenAI) -> None:
    whole = judged(
        "CreateChatCompletionResponse", client.chat.completions.create(model="default", messages=HELLO)
    )
    assert whole.choices[0].message.content == "Hello from the script."
    options: Any = {"stream": True, "stream_options": {"include_usage": True}}
    text, usage = "", None
    for chunk in client.chat.completions.create(model="default", messages=HELLO, **options):
        judged("CreateChatCompletionStreamResponse", chunk)
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage = chunk.usage or usage
    assert text == whole.choices[0].message.content and usage == whole.usage


def test_a_tool_is_called_and_its_result_answered(client: openai.OpenAI, served: Served) -> None:
    served.engine.calls = lambda request: (
        () if request.messages[-1].role == "tool" else (ToolCall("call_1", "get_weather", {"city": "부산"}),)
    )
    tools: Any = [WEATHER]
    said: list[Any] = [{"role": "user", "content": "Weather in 부산?"}]
    first = judged(
        "CreateChatCompletionResponse",
        client.chat.completions.create(model="default", messages=said, tools=tools),
    )
    (call,) = first.choices[0].message.tool_calls
    assert first.choices[0].finish_reason == "tool_calls"
    assert json.loads(call.function.arguments) == {"city": "부산"}
    said += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "Rain"}]
    second = client.chat.completions.create(
        model="default", messages=said, tools=tools, parallel_tool_calls=False
    )
    assert second.choices[0].finish_reason == "stop"
    told = served.engine.requests[-1]
    assert told.messages[-1].content == "Rain" and told.messages[-1].name == "get_weather"
    assert not told.parallel_tool_calls and told.client == "tests"


def test_a_reply_is_held_to_a_schema(client: openai.OpenAI, served: Served) -> None:
    class City(BaseModel):
        name: str
        people: int | None

    served.engine.answer = lambda _: ('{"name": "부산", ', '"people": 3300000}')
    parsed = client.chat.completions.parse(model="default", messages=HELLO, response_format=City)
    assert parsed.choices[0].message.parsed == City(name="부산", people=3_300_000)
    anything: Any = {"type": "json_object"}
    client.chat.completions.create(model="default", messages=HELLO, response_format=anything)
    first, second = served.engine.requests
    assert first.reply is not None and first.reply["required"] == ["name", "people"]
    assert second.reply == {"type": "object"}


def test_the_helper_for_streams_puts_calls_together(client: openai.OpenAI, served: Served) -> None:
    served.engine.calls = (ToolCall("call_1", "get_weather", {"city": "a city with a long name " * 3}),)
    tools: Any = [WEATHER]
    with client.chat.completions.stream(model="default", messages=HELLO, tools=tools) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert {"chunk", "content.delta", "tool_calls.function.arguments.delta"} <= kinds
    (call,) = final.choices[0].message.tool_calls or ()
    assert json.loads(call.function.arguments) == served.engine.calls[0].arguments  # type: ignore[index]


def test_penalties_biases_and_probabilities_reach_the_engine_and_come_back(
    client: openai.OpenAI, served: Served
) -> None:
    tops = (TokenLogprob(7, b"He", -0.1), TokenLogprob(8, b"Ho", -2.5))
    tokens = (TokenLogprob(7, b"He", -0.1, tops), TokenLogprob(9, b"llo", -0.2))
    served.engine.answer = lambda _: ()
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        TokenLogprobs(request.id, (TokenLogprob(1, b"<think>", 0.0), TokenLogprob(2, b"Hm", -1.0))),
        Delta(request.id, "reasoning", "Hm"),
        TokenLogprobs(request.id, (TokenLogprob(3, b"</think>", 0.0), *tokens)),
        Delta(request.id, "content", "Hel"),
        Delta(request.id, "content", "lo"),
    )
    options: Any = {
        "logprobs": True,
        "top_logprobs": 2,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "logit_bias": {"7": 3},
    }
    whole = judged(
        "CreateChatCompletionResponse",
        client.chat.completions.create(model="default", messages=HELLO, **options),
    )
    content = whole.choices[0].logprobs.content
    assert [(each.token, each.logprob) for each in content] == [("He", -0.1), ("llo", -0.2)]
    assert [each.token for each in content[0].top_logprobs] == ["He", "Ho"]
    streamed: list[Any] = []
    for chunk in client.chat.completions.create(model="default", messages=HELLO, stream=True, **options):
        judged("CreateChatCompletionStreamResponse", chunk)
        for choice in chunk.choices:
            streamed += choice.logprobs.content if choice.logprobs else []
    assert streamed == content
    request = served.engine.requests[0]
    assert (request.top_logprobs, request.logit_bias) == (2, ((7, 3.0),))
    assert (request.sampling.presence_penalty, request.sampling.frequency_penalty) == (0.5, -0.5)


def test_functions_of_the_older_way_are_called_and_answered(client: openai.OpenAI, served: Served) -> None:
    function = WEATHER["function"]
    options: Any = {"model": "default", "functions": [function], "function_call": {"name": "get_weather"}}
    served.engine.answer = lambda _: ()
    served.engine.calls = (ToolCall("call_1", "get_weather", {"city": "a city with a long name " * 3}),)
    whole = client.chat.completions.create(messages=HELLO, **options)
    judged("CreateChatCompletionResponse", whole)
    choice = whole.choices[0]
    assert choice.finish_reason == "function_call" and choice.message.tool_calls is None
    called = choice.message.function_call
    assert called is not None and json.loads(called.arguments) == served.engine.calls[0].arguments  # type: ignore[index]
    told = served.engine.requests[-1]
    assert (told.tool_choice, told.parallel_tool_calls) == ("get_weather", False)
    name = arguments = reason = ""
    for chunk in client.chat.completions.create(messages=HELLO, stream=True, **options):
        judged("CreateChatCompletionStreamResponse", chunk)
        part = chunk.choices[0].delta.function_call
        name += (part and part.name) or ""
        arguments += (part and part.arguments) or ""
        reason = chunk.choices[0].finish_reason or reason
    assert (name, arguments, reason) == ("get_weather", called.arguments, "function_call")
    served.engine.calls = ()
    said: Any = [*HELLO, choice.message, {"role": "function", "name": "get_weather", "content": "Rain"}]
    client.chat.completions.create(messages=said, model="default", functions=[function])  # type: ignore[call-overload]
    _, call, result = served.engine.requests[-1].messages
    assert call.tool_calls[0].name == result.name == "get_weather"
    assert call.tool_calls[0].id == result.tool_call_id != "" and result.content == "Rain"


@pytest.mark.parametrize(
    "wrong",
    [
        {"function_call": "auto"},
        {"functions": [WEATHER["function"]], "tools": [WEATHER]},
        {"functions": [WEATHER["function"]], "function_call": {"name": "gone"}},
        {"functions": [WEATHER["function"]], "function_call": "any"},
    ],
)
def test_functions_that_cannot_be_called_are_refused(served: Served, wrong: Any) -> None:
    assert served.chat(**wrong).status == 400 and not served.engine.requests


def test_raw_text_is_continued_and_gaps_are_filled(client: openai.OpenAI, served: Served) -> None:
    ask: Any = {"model": "default", "max_tokens": 5}
    whole = judged("CreateCompletionResponse", client.completions.create(prompt="Once", echo=True, **ask))
    assert whole.choices[0].text == "OnceHello from the script."
    text = ""
    for chunk in client.completions.create(prompt=["Once"], echo=True, stream=True, **ask):
        text += chunk.choices[0].text
    assert text == whole.choices[0].text
    several = client.completions.create(prompt=["a", "b"], n=2, **ask)
    assert [choice.index for choice in several.choices] == [0, 1, 2, 3]
    assert (several.usage.prompt_tokens, several.usage.completion_tokens) == (2400, 16)  # type: ignore[union-attr]
    client.completions.create(prompt=[1, 2, 3], **ask)
    served.engine.fills = True
    client.completions.create(prompt="def f(", suffix="return x", **ask)
    served.engine.fills = False
    with pytest.raises(openai.BadRequestError, match="can’t fill in"):
        client.completions.create(prompt="def f(", suffix="return x", **ask)
    client.completions.create(prompt="x", model="default")
    prompts = [request.prompt for request in served.engine.requests[2:]]
    assert sorted(map(str, prompts[:4])) == [str(RawPrompt(text)) for text in ("a", "a", "b", "b")]
    assert prompts[4:6] == [RawPrompt((1, 2, 3)), FillIn("def f(", "return x")]
    assert served.engine.requests[-1].max_tokens == 16


@pytest.mark.parametrize("prompt", [[], [[]], [1, "x"], [{"a": 1}], [[-1]], 7])
def test_prompts_that_are_none_are_refused(served: Served, prompt: Any) -> None:
    reply = served.ask("/v1/completions", {"prompt": prompt})
    assert (reply.status, reply.error["param"]) == (400, "prompt")
    assert not served.engine.requests


def test_models_are_listed(client: openai.OpenAI, served: Served) -> None:
    listed = judged("ListModelsResponse", served.ask("/v1/models").json)
    assert "starter" in {model["id"] for model in listed["data"]}
    assert [model.id for model in client.models.list()] == [model["id"] for model in listed["data"]]
    assert client.models.retrieve("starter").id == "starter"


def test_mistakes_raise_what_programs_catch(client: openai.OpenAI, served: Served) -> None:
    ask = client.chat.completions.create
    with pytest.raises(openai.NotFoundError) as missing:
        ask(model="gpt-4o", messages=HELLO)
    assert missing.value.code == "model_not_found" and missing.value.param == "model"
    with pytest.raises(openai.BadRequestError):
        ask(model="default", messages=[])
    strangers = client.with_options(api_key="sk-none")
    with pytest.raises(openai.AuthenticationError):
        strangers.chat.completions.create(model="default", messages=HELLO)
    reply = served.chat(model="gpt-4o")
    assert mistakes("openai", "ErrorResponse", reply.json) == []


def test_a_stream_that_breaks_off_raises(client: openai.OpenAI, served: Served) -> None:
    from engine.errors import ErrorInfo

    broken = failing(ErrorInfo("engine.killed"))
    served.engine.first = lambda request: (Delta(request.id, "content", "Half"), *broken(request))
    stream = client.chat.completions.create(model="default", messages=HELLO, stream=True)
    with stream, pytest.raises(openai.APIError, match="stopped from outside"):
        for _ in stream:
            pass
