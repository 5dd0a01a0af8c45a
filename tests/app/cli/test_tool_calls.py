"""`coterie chat --tools`: the calls a model would make, printed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from app.cli.tool_calls import call_lines, call_objects
from app.store.records import Message
from engine.values import ToolCall
from tests.support.command import here

pytestmark = pytest.mark.long

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 12}, "days": {"type": "integer", "maximum": 9}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
GREEDY = ("--temperature", "0", "--max-tokens", "120")


@pytest.fixture
def tools(tmp_path: Path) -> str:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps([TOOL]))
    return str(file)


@pytest.mark.model
def test_the_calls_are_printed_in_words_and_as_json(tools: str) -> None:
    asked = ("chat", "Weather in Paris?", "--tools", tools, "--tool-choice", "get_weather", *GREEDY)
    done = here(*asked, "--json")
    assert done.code == 0, done.err
    (call,) = json.loads(done.out)["tool_calls"]
    assert set(call) == {"id", "name", "arguments"} and call["name"] == "get_weather" and call["id"]
    jsonschema.validate(call["arguments"], PARAMETERS)
    done = here(*asked)
    assert done.out == f"get_weather({json.dumps(call['arguments'], ensure_ascii=False)})\n"


@pytest.mark.model
def test_an_answer_that_ends_within_a_call_says_so(tools: str) -> None:
    done = here(
        "chat", "Weather?", "--tools", tools, "--tool-choice", "required", "--max-tokens", "8", "--json"
    )
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["finish_reason"] == "length"
    assert [notice["code"] for notice in answer["notices"]] == ["tools.cut_in_call"]
    assert answer["notices"][0]["message"] in done.err


@pytest.mark.model
def test_a_file_that_is_wrong_is_told_before_a_model_is_loaded(tools: str) -> None:
    for arguments, code in (
        (("--tools", tools + ".not"), "tools.file_missing"),
        (("--tools", tools, "--tool-choice", "get_time"), "tools.unknown_choice"),
    ):
        done = here("chat", "Hi", *arguments, "--json", LANG="en_US.UTF-8", LC_ALL="")
        assert done.code == 1
        error = json.loads(done.out)["error"]
        assert error["code"] == code and done.err.strip() == error["message"]
    assert here("chat", "Hi", "--tool-choice", "required").code == 2


def test_what_was_done_to_read_a_call_is_said() -> None:
    calls = (
        ToolCall("c1", "f", {"도시": "서울"}),
        ToolCall("c2", "f", {"a": 3}, ("a: string to integer",), repaired=True),
        ToolCall("c3", "", '{"a\x1b[0m\n'),
        ToolCall("c4", "f", {"a": "half a wo"}, cut=True),
    )
    message = Message(1, 1, None, "assistant", "", "", "done", 0.0, tool_calls=calls)
    plain, changed, malformed, cut = call_lines(message, "en")
    assert plain == 'f({"도시": "서울"})'
    assert (
        changed.startswith('f({"a": 3})  [') and "a: string to integer" in changed and "repaired" in changed
    )
    assert cut.endswith("[cut short because there was no room left]")
    assert "can’t be read" in malformed and malformed.isprintable()
    assert "읽을 수 없는" in call_lines(message, "ko")[2]
    assert call_objects(message)[2] == {"id": "c3", "name": "", "arguments": '{"a\x1b[0m\n'}
