"""The shortest end of a call that has begun: llama.cpp's own grammar engine takes it, wherever the call broke off."""

from __future__ import annotations

import json
from functools import cache

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formats.grammar.call_grammar import tool_grammar
from engine.formats.grammar.gbnf.ending import Endings
from engine.formats.grammar.schema_grammar import schema_grammar
from engine.formats.render.fallback import FALLBACK
from tests.engine.formats.dialects import ARGUMENTS_OF, DIALECTS, PARALLEL, TOOLS, call, text_of
from tests.support.grammar_judge import Judge

PLAN = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 3, "maxLength": 9},
        "steps": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "state": {"enum": ["todo", "in work", "done"]}},
                "required": ["text", "state"],
                "additionalProperties": False,
            },
        },
        "days": {"type": "integer", "minimum": 14, "maximum": 365},
        "start": {"type": "string", "format": "date"},
    },
    "required": ["title", "steps", "days", "start"],
    "additionalProperties": False,
}
WRITTEN = (
    '{"title": "한국어 \\u00e9!", "steps": [{"text": "a \\"b\\" \\\\ 끝", "state": "todo"},'
    ' {"text": "", "state": "in work"}, {"text": "c", "state": "done"}], "days": 120, "start": "2027-05-03"}'
)


@cache
def made(name: str) -> tuple[Endings, Judge]:
    gbnf = tool_grammar(DIALECTS[name], TOOLS, "required").gbnf
    return Endings(gbnf), Judge(gbnf)


def ended(endings: Endings, text: str) -> str:
    end = endings.shortest(endings.after(endings.start, text))
    assert end is not None, text
    return text + end


@pytest.mark.parametrize("name", DIALECTS)
def test_a_call_of_each_dialect_is_ended_from_wherever_it_broke_off(name: str) -> None:
    endings, judge = made(name)
    parts = [call("search", ARGUMENTS_OF["nested"])]
    if name in PARALLEL:
        parts.append(call("get_time", ARGUMENTS_OF["plain"], 1))
    text = text_of(name, *parts)
    assert endings.shortest(endings.after(endings.start, text)) is not None, judge.read(text)
    for place in range(0, len(text) + 1, max(1, len(text) // 12)):
        whole = ended(endings, text[:place])
        assert judge.accepts(whole), f"{whole!r} ends after {judge.read(whole)!r}"


@cache
def plan() -> Endings:
    return Endings(schema_grammar(PLAN).gbnf)


@given(st.integers(0, len(WRITTEN)))
def test_the_end_satisfies_the_schema_with_as_little_as_it_asks_for(place: int) -> None:
    value = json.loads(ended(plan(), WRITTEN[:place]))
    jsonschema.validate(value, PLAN, format_checker=jsonschema.FormatChecker())
    assert len(value["steps"]) <= 3 and (place > 0 or value["steps"][0]["text"] == "")


def test_what_is_whole_needs_no_end_and_what_is_wrong_has_none() -> None:
    endings = Endings(tool_grammar(FALLBACK, TOOLS, "required").gbnf)
    text = '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>'
    assert endings.shortest(endings.after(endings.start, text)) == ""
    assert endings.after(endings.start, "I will look.") == frozenset()
    assert endings.shortest(frozenset()) is None


@pytest.mark.parametrize(
    ("gbnf", "begun", "end"),
    [
        ('root ::= "a" [x-z]{2,4} "b"\n', "ax", "xb"),
        ('root ::= ( "long way" | [0-9]+ "." )\n', "", "1."),
        ('root ::= "(" root? ")" | "x"\n', "((", "))"),
        ('root ::= [^"\\\\\\x0A]* "\\""\n', "so", '"'),
        ('root ::= "x" | never\nnever ::= [\\x00]\n', "", "x"),
        ('# two\nroot ::= "\\u00e9\\t" item{2}\nitem ::= "i" | "" # nothing\n', "", "é\t"),
    ],
)
def test_gbnf_is_read_as_llama_reads_it(gbnf: str, begun: str, end: str) -> None:
    endings = Endings(gbnf)
    assert endings.shortest(endings.after(endings.start, begun)) == end
    assert Judge(gbnf).accepts(begun + end)


def test_a_grammar_that_can_never_end_says_so() -> None:
    endings = Endings('root ::= "a" root\n')
    assert endings.shortest(endings.after(endings.start, "aa")) is None


@pytest.mark.parametrize("gbnf", ["root ::= (", "root ::= [a", 'other ::= "a"', 'root ::= "\\q"', "root = a"])
def test_what_is_no_gbnf_is_refused(gbnf: str) -> None:
    with pytest.raises(ValueError):
        Endings(gbnf)
