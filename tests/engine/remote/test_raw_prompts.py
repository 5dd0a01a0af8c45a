"""Raw prompts to models elsewhere, by /v1/completions."""

import pytest

from engine.api import Delta, Finished, GenerateRequest
from engine.values import RawPrompt, Sampling
from tests.engine.remote.conftest import Connect, Connected
from tests.support.servers.openai_script import in_order, say


def asked(connected: Connected, prompt: RawPrompt, **options: object) -> tuple[str, Finished]:
    connected.engine.generate(GenerateRequest(1, (), prompt=prompt, **options))  # type: ignore[arg-type]
    return connected.told.finish(1)


@pytest.mark.parametrize("prompt", ["The sea", (3, 4, 5)])
def test_a_raw_prompt_goes_as_it_is_and_what_comes_back_is_content(
    connect: Connect, prompt: str | tuple[int, ...]
) -> None:
    connected = connect(in_order(say(" <think>is</think> deep")))
    sampling = Sampling(temperature=0.5, presence_penalty=0.25)
    text, end = asked(connected, RawPrompt(prompt), sampling=sampling, max_tokens=9, stop=("END",))
    assert text == " <think>is</think> deep" and (end.reason, end.error) == ("stop", None)
    assert {e.channel for e in connected.told.seen if isinstance(e, Delta)} == {"content"}
    body = connected.server.asked[0].body
    assert connected.server.posts == ["/v1/completions"]
    assert body["prompt"] == (prompt if isinstance(prompt, str) else list(prompt))
    assert (body["temperature"], body["presence_penalty"], body["max_tokens"]) == (0.5, 0.25, 9)
    assert body["stop"] == ["END"] and not {"messages", "tools", "reasoning_effort"} & body.keys()


def test_a_server_without_completions_is_an_error_that_says_so(connect: Connect) -> None:
    connected = connect(completes=False)
    _, end = asked(connected, RawPrompt("The sea"))
    assert end.reason == "error" and end.error is not None
    assert end.error.code == "raw_prompt.elsewhere" and str(end.error.params["host"]).startswith("127.0.0.1")


def test_fields_that_a_server_refuses_are_left_out_of_completions_too(connect: Connect) -> None:
    refusal = say("", fault="status", status=400, message="unknown field top_k")
    connected = connect(in_order(refusal, say("deep")))
    text, end = asked(connected, RawPrompt("The sea"), sampling=Sampling(top_k=3, seed=1))
    assert (text, end.error) == ("deep", None)
    first, second = (each.body for each in connected.server.asked)
    assert first.keys() - second.keys() == {"top_k"}
