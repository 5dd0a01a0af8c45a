"""What a parser reads, a grammar lets through: each dialect, each kind of arguments."""

from __future__ import annotations

import re
from functools import cache

import pytest

from engine.formats import ChatFormat
from engine.formats.grammar import tool_grammar
from tests.engine.formats.dialects import ARGUMENTS_OF, DIALECTS, PARALLEL, TOOLS, call, text_of
from tests.engine.formats.replies import reply_to
from tests.support.grammar_judge import Judge
from tests.support.real_templates import real_templates


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
    chat_format = ChatFormat.from_template(real_templates()[name], "<s>", "</s>")
    calls = [
        ("search", {"text": "한 <b>\n two", "count": 5, "flag": True, "items": [1, "two"]}),
        ("get_time", {}),
    ]
    text, prompt = reply_to(chat_format, calls if chat_format.dialect.parallel else calls[:1], TOOLS)
    if prompt.opens_reasoning or text.lstrip().startswith(chat_format.markers.opening):
        text = text.partition(chat_format.markers.closing)[2]
    required, lazy = chat_format.tool_grammar(TOOLS, "required"), chat_format.tool_grammar(TOOLS)
    judge = Judge(required.gbnf)
    found = next((match for trigger in lazy.triggers if (match := re.search(trigger, text))), None)
    assert found, (lazy.triggers, text)
    tail = text[found.start(1) :]
    lazy_judge = Judge(lazy.gbnf)
    assert lazy_judge.accepts(tail), f"{tail!r} ends after {lazy_judge.read(tail)!r}"
    assert judge.accepts(text), f"{text!r} ends after {judge.read(text)!r}"
