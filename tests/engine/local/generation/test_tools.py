"""Tools in a real host: what the model calls comes with the end of its answer."""

import jsonschema
import pytest

from engine.api import GenerateRequest
from engine.values import Message, Sampling, ToolCall
from tests.engine.local.conftest import Running
from tests.engine.local.generation.test_grammar_trigger import PARAMETERS, TOOL

pytestmark = pytest.mark.long

QUESTION = Message("user", "What is the weather in Paris?")
GREEDY = Sampling(temperature=0.0)


@pytest.mark.model
def test_a_named_tool_is_called_and_its_result_goes_back(running: Running) -> None:
    request = GenerateRequest(
        1, (QUESTION,), sampling=GREEDY, max_tokens=200, tools=(TOOL,), tool_choice="get_weather"
    )
    text, end = running.told.answer(running.engine, request)
    (call,) = end.tool_calls
    assert (call.name, text.strip(), end.reason) == ("get_weather", "", "stop")
    jsonschema.validate(call.arguments, PARAMETERS)
    history = (
        QUESTION,
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", '{"sky": "clear"}', tool_call_id=call.id, name=call.name),
    )
    follow_up = GenerateRequest(2, history, sampling=GREEDY, max_tokens=24, tools=(TOOL,), tool_choice="none")
    _, end = running.told.answer(running.engine, follow_up)
    assert end.error is None
    assert end.usage.completion_tokens > 0


@pytest.mark.model
def test_a_tool_that_is_not_there_is_told_before_anything_is_read(running: Running) -> None:
    request = GenerateRequest(4, (QUESTION,), tools=(TOOL,), tool_choice="get_time")
    _, end = running.told.answer(running.engine, request)
    assert end.error is not None
    assert (end.error.code, end.error.params) == ("tools.unknown_choice", {"name": "get_time"})


def test_a_message_with_calls_has_the_shape_of_openai() -> None:
    message = Message("assistant", "", tool_calls=(ToolCall("c1", "f", {"a": 1}, ("a: string to integer",)),))
    assert message.as_dict() == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}],
    }
