"""The scenarios of people's programs with Ollama's own client, and how they find models."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import ollama
import pytest

from engine.api import Delta, PrefillProgress, TokenLogprobs
from engine.errors import ErrorInfo
from engine.values import FillIn, RawPrompt, TokenLogprob, ToolCall
from tests.app.server.test_chat_completions import WEATHER, failing
from tests.support.servers.served import Reply, Served

pytestmark = pytest.mark.process
HELLO: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(served: Served) -> Iterator[ollama.Client]:
    client = ollama.Client(host=served.address, headers={"Authorization": f"Bearer {served.key}"})
    yield client
    client._client.close()


def thinking(served: Served) -> None:
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        Delta(request.id, "reasoning", "Let me see."),
    )


def lines_of(reply: Reply) -> list[Any]:
    assert reply.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in reply.body.splitlines()]


def test_a_chat_and_its_stream_say_the_same(client: ollama.Client, served: Served) -> None:
    thinking(served)
    served.engine.calls = (ToolCall("call_1", "get_weather", {"city": "부산"}),)
    whole = client.chat("default", HELLO, tools=[WEATHER], think=True)
    assert (whole.message.content, whole.message.thinking) == ("Hello from the script.", "Let me see.")
    assert whole.message.tool_calls is not None
    assert whole.message.tool_calls[0].function.arguments == {"city": "부산"}
    assert whole.done and whole.done_reason == "stop" and whole.prompt_eval_count == 1200
    parts = list(client.chat("default", HELLO, tools=[WEATHER], think=True, stream=True))
    assert "".join(part.message.content or "" for part in parts) == whole.message.content
    assert "".join(part.message.thinking or "" for part in parts) == whole.message.thinking
    assert [call for part in parts for call in part.message.tool_calls or ()] == whole.message.tool_calls
    assert [part.done for part in parts[:-1]] == [False] * (len(parts) - 1) and parts[-1].done
    assert parts[-1].eval_count == whole.eval_count
    assert served.engine.requests[-1].reasoning == "on"


def test_a_call_is_answered_by_the_name_of_its_tool(client: ollama.Client, served: Served) -> None:
    call = {"function": {"name": "get_weather", "arguments": {"city": "Busan"}}}
    said = [*HELLO, {"role": "assistant", "content": "", "tool_calls": [call]}]
    said += [{"role": "tool", "tool_name": "get_weather", "content": "Rain"}]
    client.chat("default", said, tools=[WEATHER])
    _, answer, result = served.engine.requests[-1].messages
    assert answer.tool_calls[0].arguments == {"city": "Busan"}
    assert (result.name, result.content) == ("get_weather", "Rain")


def test_prompts_raw_ones_and_gaps_reach_the_engine_as_they_are(
    client: ollama.Client, served: Served
) -> None:
    assert client.generate("default", "Hi", system="Be brief.").response == "Hello from the script."
    told = served.engine.requests[-1].messages
    assert [(message.role, message.content) for message in told] == [("system", "Be brief."), ("user", "Hi")]
    client.generate("default", "Once", raw=True)
    served.engine.fills = True
    client.generate("default", "def a(", suffix="return 1")
    served.engine.fills = False
    raw, gap = served.engine.requests[-2:]
    assert (raw.prompt, gap.prompt) == (RawPrompt("Once"), FillIn("def a(", "return 1"))


def test_options_schemas_and_efforts_reach_the_engine(client: ollama.Client, served: Served) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    options = {"num_predict": 7, "temperature": 0.5, "seed": -1, "stop": ["END"], "num_ctx": 4096, "top_k": 3}
    client.chat("default", HELLO, options=options, format=schema, think="low")
    client.chat("default", HELLO, format="json", think=False)
    first, second = served.engine.requests
    assert (first.max_tokens, first.stop, first.reply, first.reasoning) == (7, ("END",), schema, "auto")
    assert (first.sampling.temperature, first.sampling.top_k, first.sampling.seed) == (0.5, 3, None)
    assert (second.reply, second.reasoning, second.max_tokens) == ({"type": "object"}, "off", 0)


def test_clients_find_models_and_what_they_can(client: ollama.Client, served: Served) -> None:
    assert served.ask("/", key="").body == b"Ollama is running"
    assert served.ask("/", key="", method="HEAD").status == 200
    version = served.ask("/api/version").json["version"]
    assert tuple(map(int, version.split("."))) >= (0, 12)
    (listed,) = client.list().models
    assert listed.model == "starter" and listed.size and listed.details and listed.details.format == "gguf"
    shown = client.show("starter")
    assert shown.capabilities is not None and {"completion", "tools"} <= set(shown.capabilities)
    assert shown.modelinfo is not None
    assert shown.modelinfo["general.architecture"] == "llama" and shown.modelinfo["llama.context_length"] > 0
    assert client.generate("starter").done_reason == "load"
    (running,) = client.ps().models
    assert running.model == "starter" and running.context_length and running.expires_at
    assert client.generate("starter", keep_alive=0).done_reason == "unload"
    assert served.services.models.state.resting == "wanted" and client.ps().models == []
    assert served.chat().status == 200  # and the next question loads it again
    asks_only = served.add_key("only asks", ("ask",))
    body = {"model": "starter", "keep_alive": 0}
    assert served.ask("/api/generate", body, key=asks_only).status == 403


def test_tokens_come_with_their_probabilities(client: ollama.Client, served: Served) -> None:
    served.engine.answer = lambda _: ()
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        TokenLogprobs(request.id, (TokenLogprob(7, b"He", -0.1), TokenLogprob(9, b"llo", -0.2))),
        Delta(request.id, "content", "Hello"),
    )
    whole = client.chat("default", HELLO, logprobs=True, top_logprobs=3)
    assert served.engine.requests[-1].top_logprobs == 3
    parts = list(client.generate("default", "Hi", logprobs=True, stream=True))
    for told in (whole.logprobs, parts[0].logprobs):
        assert [(each.token, each.logprob) for each in told or ()] == [("He", -0.1), ("llo", -0.2)]


def test_a_body_needs_no_content_type_but_a_page_does(served: Served) -> None:
    body = json.dumps({"model": "default", "messages": HELLO, "stream": False}).encode()
    assert served.ask("/api/chat", body).status == 200
    assert served.ask("/api/chat", body, origin="https://notes.example").status == 415


def test_pictures_are_base64_and_no_picture_is_refused(served: Served) -> None:
    wrong = base64.b64encode(b"no picture").decode()
    said = [{"role": "user", "content": "What?", "images": [wrong]}]
    refused = served.ask("/api/chat", {"model": "default", "messages": said})
    assert refused.status == 400 and refused.error.startswith("messages[0].images[0]:")


def test_errors_have_this_protocols_shape(client: ollama.Client, served: Served) -> None:
    with pytest.raises(ollama.ResponseError) as raised:
        client.chat("nobody/nothing", HELLO)
    assert raised.value.status_code == 404
    assert served.ask("/api/pull", {"model": "x"}).status == 403
    for path in ("delete", "copy", "create", "push"):
        assert served.ask(f"/api/{path}", {"model": "x"}).status == 501
    assert isinstance(served.ask("/api/nothing", {}).json["error"], str)
    assert served.ask("/api/nothing", {}).status == 404
    for wrong in ({"template": "x"}, {"format": "xml"}, {"think": "endless"}):
        assert served.ask("/api/generate", {"model": "default", "prompt": "Hi", **wrong}).status == 400
    served.engine.first = lambda request: (
        PrefillProgress(request.id, 10, 10, 0),
        Delta(request.id, "content", "Once"),
        *failing(ErrorInfo("engine.died", {}))(request),
    )
    lines = lines_of(served.ask("/api/chat", {"model": "default", "messages": HELLO}))
    assert lines[0]["message"]["content"] == "Once" and list(lines[-1]) == ["error"]
