"""Replies of the starter model within grammars: each is a call that its tool takes."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from engine.formats.dialect import Dialect
from engine.formats.grammar.call_grammar import ToolGrammar, tool_grammar
from engine.formats.writing import WrittenCall, written
from tests.engine.formats import dialect_examples as examples
from tests.support.grammar_samples import Sample, SampleRequest, samples

pytestmark = pytest.mark.long

PROMPT = "<|im_start|>user\nWhat is the weather in Paris?<|im_end|>\n<|im_start|>assistant\n"
ARGUMENTS = {"city": "Oslo", "days": 2, "unit": "celsius", "hours": [7]}
PARAMETERS = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "days": {"type": "integer", "minimum": 1, "maximum": 14},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "hours": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 23}, "maxItems": 2},
    },
    "required": ["city", "unit"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
_ELEMENT = re.compile(r"\s*<parameter=(\w+)>\n(.*?)\n?</parameter>", re.DOTALL)


def prompt_with_example(dialect: Dialect) -> str:
    """The prompt behind a call of the same kind, so that the model goes on in long tokens and not in letters."""
    call = written(dialect, [WrittenCall("get_weather", ARGUMENTS)])
    return f"<|im_start|>user\nWeather in Oslo?<|im_end|>\n<|im_start|>assistant\n{call}<|im_end|>\n{PROMPT}"


def hermes_arguments(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"\s*<tool_call>(.*)</tool_call>\s*", text, re.DOTALL)
    assert match, text
    call = json.loads(match[1])
    assert call["name"] == "get_weather"
    return dict(call["arguments"])


def named_arguments(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"\s*\[TOOL_CALLS\]get_weather\[ARGS\](.*)", text, re.DOTALL)
    assert match, text
    return dict(json.loads(match[1]))


def tagged_arguments(text: str) -> dict[str, Any]:
    match = re.fullmatch(
        r"\s*<tool_call>\s*<function=get_weather>(.*)</function>\s*</tool_call>\s*", text, re.DOTALL
    )
    assert match, text
    found = {}
    for name, value in _ELEMENT.findall(match[1] + "\n"):
        found[name] = value if name in ("city", "unit") else json.loads(value)
    assert _ELEMENT.sub("", match[1]).strip() == "", text
    return found


@pytest.mark.model
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("dialect", "arguments", "count"),
    [
        (examples.HERMES, hermes_arguments, 8),
        (examples.NAMED, named_arguments, 8),
        (examples.CODER, tagged_arguments, 8),
        # All two hundred.
        pytest.param(examples.HERMES, hermes_arguments, 72, marks=pytest.mark.agents),
        pytest.param(examples.NAMED, named_arguments, 64, marks=pytest.mark.agents),
        pytest.param(examples.CODER, tagged_arguments, 64, marks=pytest.mark.agents),
    ],
    ids=lambda value: value.name if isinstance(value, Dialect) else None,
)
def test_every_reply_within_a_grammar_is_a_call_that_its_tool_takes(
    dialect: Dialect, arguments: Any, count: int
) -> None:
    grammar = tool_grammar(dialect, [TOOL], "get_weather")
    drawn = samples(SampleRequest(grammar, prompt_with_example(dialect), count, temperature=1.3))
    assert [sample for sample in drawn if not sample.ended] == []
    for sample in drawn:
        jsonschema.validate(arguments(sample.text), PARAMETERS)
    assert len({sample.text for sample in drawn}) > count // 4


def _lazy(opening: str, count: int = 4, **changes: Any) -> list[Sample]:
    dialect = examples.HERMES
    grammar = tool_grammar(dialect, [TOOL])
    grammar = ToolGrammar(grammar.gbnf, True, changes.pop("triggers", grammar.triggers))
    return samples(SampleRequest(grammar, PROMPT, count, opening, **changes))


@pytest.mark.model
def test_a_lazy_grammar_waits_for_its_mark_and_reads_on_from_within_a_token() -> None:
    # The mark ends within a token, which holds what the grammar has to read next as well.
    for sample in _lazy('Let me look. <tool_call>{"name": "', max_tokens=60):
        assert sample.text.startswith('Let me look. <tool_call>{"name": "get_weather"')


@pytest.mark.model
def test_a_mark_that_is_followed_by_something_else_leaves_the_reply_free() -> None:
    for sample in _lazy("I write <tool_call> in words, ", count=2, max_tokens=40):
        assert sample.text.startswith("I write <tool_call> in words, ")
        assert len(sample.text) > len("I write <tool_call> in words, ")


@pytest.mark.model
def test_a_grammar_that_cannot_be_read_leaves_the_reply_free() -> None:
    for grammar in (ToolGrammar("root ::= ("), ToolGrammar("root ::= (", True, ("(Paris)",))):
        drawn = samples(SampleRequest(grammar, PROMPT, 1, "Paris is", max_tokens=12))
        assert drawn[0].text.startswith("Paris is")


@pytest.mark.model
def test_a_model_may_open_its_reasoning_before_a_call_that_is_required() -> None:
    grammar = tool_grammar(examples.HERMES, [TOOL], "required")
    (sample,) = samples(SampleRequest(grammar, PROMPT, 1, "<think>", max_tokens=8))
    assert sample.text.startswith("<think>")
