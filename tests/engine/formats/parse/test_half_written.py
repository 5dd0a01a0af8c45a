"""Tags that were written by halves are those of the tool that is meant, and words where none is."""

from __future__ import annotations

from typing import Any

import pytest

from engine.formats import ContentDelta
from tests.engine.formats.dialects import DIALECTS, parser_for
from tests.engine.formats.parse.test_call_streams import told
from tests.engine.formats.parse.test_slips import both, calls_of

CALL = [("search", {"text": "a b"})]


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        (
            "qwen-coder",
            "<tool_call>\n<function search>\n<parameter=text>\na b\n</parameter>\n</function>\n</tool_call>",
        ),
        ("qwen-coder", "<tool_call><functionsearch><parametertext>a b</parameter></function></tool_call>"),
        (
            "qwen-coder",
            "<tool_call><function=search\n<parameter=text\na b\n</parameter></function></tool_call>",
        ),
        (
            "qwen-coder",
            '<tool_call><function="search"><parameter "text">a b</parameter></function></tool_call>',
        ),
        (
            "qwen-coder",
            "<tool_call><function=function=search><parameter=parameter=text>a b</parameter></function></tool_call>",
        ),
        (
            "minimax",
            "<minimax:tool_call><invoke search><parameter text>a b</parameter></invoke></minimax:tool_call>",
        ),
        (
            "minimax",
            '<minimax:tool_call><invoke name=search><parametername="text">a b</parameter></invoke>'
            "</minimax:tool_call>",
        ),
        ("glm", "<tool_call>search\n<arg_key>text<arg_value>a b</arg_value>\n</tool_call>"),
        ("glm", "<tool_call>search\n<arg_key>text</arg_key>\na b</arg_value>\n</tool_call>"),
    ],
)
def test_half_a_tag_with_a_known_name_is_that_tag(name: str, reply: str) -> None:
    message = both(name, reply)
    assert [(tool, {"text": given["text"].strip()}) for tool, given in calls_of(message)] == CALL
    assert message.content == "" and message.tool_calls[0].repaired
    whole = told(name, [reply])
    for size in (2, 3, 7):
        assert told(name, [reply[at : at + size] for at in range(0, len(reply), size)]) == whole


@pytest.mark.parametrize(
    ("reply", "arguments"),
    [
        ("<arg_key>text</arg_key>", {}),
        ("<arg_key>text</arg_key>\n<arg_key>count</arg_key>\n<arg_value>3</arg_value>", {"count": 3}),
        ("<arg_key>count</arg_key>\n<arg_value>3</arg_value>\n<arg_key>text</arg_key>", {"count": 3}),
    ],
)
def test_the_name_of_an_argument_without_a_value_is_no_argument(
    reply: str, arguments: dict[str, Any]
) -> None:
    message = both("glm", f"<tool_call>search\n{reply}\n</tool_call>\n<tool_call>get_time\n</tool_call>")
    assert calls_of(message) == [("search", arguments), ("get_time", {})]
    assert message.tool_calls[0].repaired


@pytest.mark.parametrize(
    "reply",
    [
        "<tool_call>\n<function unknown>\n<parameter=text>\na\n</parameter>\n</function>\n</tool_call>",
        "A <tool_call> holds a <function search> and its text.",
        "Write <tool_call><function search> to begin.",
        "Between <tool_call> and\n<function search\n",
    ],
)
def test_half_a_tag_in_words_is_words(reply: str) -> None:
    message = both("qwen-coder", reply)
    assert (message.content.strip(), message.tool_calls) == (reply.strip(), ())


def test_half_the_tag_of_an_argument_that_the_tool_does_not_have_is_no_argument() -> None:
    text = "see <parameter other>\nx"
    reply = (
        f"<tool_call>\n<function=search>\n<parameter=text>\n{text}\n</parameter>\n</function>\n</tool_call>"
    )
    assert calls_of(both("qwen-coder", reply)) == [("search", {"text": text})]


def test_what_begins_like_half_a_tag_is_not_held_back_for_long() -> None:
    reply = "<tool_call>\n<function " + "words " * 100
    parser = parser_for(DIALECTS["qwen-coder"])
    told = [delta for character in reply for delta in parser.feed(character)]
    assert "".join(delta.text for delta in told if isinstance(delta, ContentDelta)) == reply.rstrip()
