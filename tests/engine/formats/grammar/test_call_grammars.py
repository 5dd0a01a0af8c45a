"""What a parser reads, a grammar lets through: each dialect, each kind of arguments."""

from __future__ import annotations

import re
from functools import cache

import pytest

from engine.formats.grammar.call_grammar import tool_grammar
from tests.engine.formats.dialects import ARGUMENTS_OF, DIALECTS, PARALLEL, TOOLS, call, text_of
from tests.engine.formats.replies import reply_to
from tests.support.grammar_judge import Judge
from tests.support.models.real_templates import real_formats, real_templates


@cache
def judges(name: str) -> tuple[Judge, Judge, tuple[str, ...]]:
    lazy, required = tool_grammar(DIALECTS[name], TOOLS), tool_grammar(DIALECTS[name], TOOLS, "required")
    return Judge(lazy.gbnf), Judge(required.gbnf), lazy.triggers


def check(name: str, text: str) -> None:
    lazy, required, triggers = judges(name)
    assert required.accepts(text), f"{text!r} ends after {required.read(text)!r}"
    found = next(match for trigger in triggers if (match := re.search(trigger, text)))
    tail = text[found.start(1) :]
    assert lazy.accepts(tail), f"{tail!r} ends after {lazy.read(tail)!r}"


@pytest.mark.parametrize("given", ARGUMENTS_OF)
@pytest.mark.parametrize("name", DIALECTS)
def test_a_call_is_let_through(name: str, given: str) -> None:
    check(name, text_of(name, call("search", ARGUMENTS_OF[given])))


@pytest.mark.parametrize("name", PARALLEL)
def test_parallel_calls_are_let_through(name: str) -> None:
    first, second = call("search", ARGUMENTS_OF["plain"]), call("get_time", ARGUMENTS_OF["nested"], 1)
    check(name, text_of(name, first, second))


@pytest.mark.parametrize("name", real_templates())
def test_calls_in_the_history_of_a_real_template_are_let_through(name: str) -> None:
    chat_format = real_formats()[name]
    calls = [
        ("search", {"text": "한 <b>\n two", "count": 5, "flag": True, "items": [1, "two"]}),
        ("get_time", {}),
    ]
    text, prompt = reply_to(chat_format, calls if chat_format.dialect.parallel else calls[:1], TOOLS)
    closing = chat_format.markers.closing
    if closing in text[: text.index("search")]:
        text = text.partition(closing)[2]
    if chat_format.dialect.trigger and prompt.text.rstrip().endswith(chat_format.dialect.trigger):
        text = chat_format.dialect.trigger + text  # the prompt itself opens the call
    required, lazy = chat_format.tool_grammar(TOOLS, "required"), chat_format.tool_grammar(TOOLS)
    found = next((match for trigger in lazy.triggers if (match := re.search(trigger, text))), None)
    assert found, (lazy.triggers, text)
    # Behind the calls stands what the template writes between them and their results.
    last = text.index("get_time" if chat_format.dialect.parallel else "search")
    # A format that opens a new message for calls may write an empty answer before it.
    first = found.start(1) if chat_format.dialect.header else 0
    for judge, start in ((Judge(required.gbnf), first), (Judge(lazy.gbnf), found.start(1))):
        assert judge.accepts_to_some_place_behind(text[start:], last - start), (
            text[start:],
            judge.read(text[start:]),
        )
