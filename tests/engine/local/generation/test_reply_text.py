"""What is told of a reply while it is written, and where it is over."""

from __future__ import annotations

from typing import Any

import pytest

from engine.api import Delta, GenerateRequest, ToolCallDelta, ToolCalled
from engine.errors import UserError
from engine.formats import ChatFormat
from engine.formats.grammar.gbnf.ending import Endings
from engine.local.generation.reply_text import ReplyText
from engine.values import Message, Reasoning
from tests.engine.formats import templates
from tests.engine.local.generation.test_next_message import TOOL
from tests.support.models.real_templates import real_formats

FORMAT = ChatFormat.from_template(templates.TOOLS)
CALL = '<tool_call>\n{"name": "search", "arguments": {"text": "%s"}}\n</tool_call>'


def written(*pieces: str, **options: Any) -> tuple[ReplyText, list[Any]]:
    told: list[Any] = []
    request = GenerateRequest(1, (Message("user", "Hi"),), tools=(TOOL,), **options)
    prompt = FORMAT.render(request.messages, tools=list(request.tools))
    text = ReplyText(request, FORMAT.parser(prompt), ("\n\nUser:",), told.append)
    for piece in pieces:
        if text.is_over:
            break
        text.show(piece.encode())
    return text, told


def test_the_stop_string_of_the_request_that_ends_a_reply_is_named_and_not_shown() -> None:
    text, told = written("Hello ", "EN", "D and more", stop=("never", "END"))
    text.finish()
    assert (text.is_over, text.stop) == (True, "END")
    assert "".join(event.text for event in told) == "Hello "


def test_an_end_that_only_the_format_knows_is_not_named() -> None:
    text, _ = written("Hello\n", "\nUser: x", stop=("END",))
    assert (text.is_over, text.stop) == (True, "")


def test_a_reply_that_may_call_once_is_over_with_its_first_call() -> None:
    for pieces in ((CALL % "a", "\n", CALL % "b"), (CALL % "a" + "\n" + CALL % "b",)):
        text, told = written(*pieces, parallel_tool_calls=False)
        text.finish()
        assert text.is_over
        assert [call.arguments for call in text.tool_calls] == [{"text": "a"}]
        assert [event.call for event in told if isinstance(event, ToolCalled)] == text.tool_calls
        assert len({event.call for event in told if isinstance(event, ToolCallDelta)}) == 1
        assert not [event for event in told if isinstance(event, Delta)]


def test_a_reply_that_may_call_often_goes_on_behind_a_call() -> None:
    text, _ = written(CALL % "a", "\n", CALL % "b")
    text.finish()
    assert (text.is_over, len(text.tool_calls)) == (False, 2)


@pytest.mark.long
@pytest.mark.parametrize("reasoning", ["off", "on"])
def test_in_a_document_nothing_is_a_mark_whatever_the_template(reasoning: Reasoning) -> None:
    document = '{"a": "x <think> </think> <tool_call>{} [TOOL_CALLS] <|end|> y"}'
    messages = (Message("user", "Hi"),)
    for name, form in real_formats().items():
        request = GenerateRequest(1, messages, tools=(TOOL,), reasoning=reasoning, reply={"type": "object"})
        try:
            prompt = form.render(messages, tools=[TOOL], reasoning=reasoning)
        except UserError:
            continue  # the template asks for more
        told: list[Any] = []
        grammar = form.reply_grammar(request.reply, request.tools)
        calls = Endings(grammar.gbnf, grammar.calls) if grammar.calls else None
        text = ReplyText(request, form.parser(prompt), prompt.stops, told.append, "", form.markers, calls)
        thought = f"Hm.{form.markers.block('', closed=True)}" if prompt.opens_reasoning else ""
        for character in f"{thought or form.markers.early_answer_opening}{document}":
            text.show(character.encode())
        text.finish()
        said = "".join(event.text for event in told if getattr(event, "channel", "") == "content")
        assert (said, text.tool_calls) == (document, []), name
