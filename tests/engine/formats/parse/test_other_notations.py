"""Notations that models write although their template asks for another."""

from __future__ import annotations

from engine.formats.dialect import ARGUMENTS, NAME, Dialect
from tests.engine.formats.dialects import parse
from tests.engine.formats.parse.test_slips import calls_of

V3 = Dialect(
    "deepseek",
    section_start="<｜tool▁calls▁begin｜>",
    call=("<｜tool▁call▁begin｜>", NAME, "<｜tool▁sep｜>", ARGUMENTS, "<｜tool▁call▁end｜>"),
    section_end="<｜tool▁calls▁end｜>",
)


def test_the_notation_in_which_a_known_tool_is_called_counts() -> None:
    reply = (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n"
        '```json\n{"text": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
    )
    for pieces in ([reply], list(reply)):
        message = parse(V3, pieces)
        assert (calls_of(message), message.content) == ([("search", {"text": "a"})], "")


def test_a_call_that_no_notation_knows_stays_as_its_own_reads_it() -> None:
    reply = (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>other<｜tool▁sep｜>"
        '{"text": "a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
    )
    assert calls_of(parse(V3, reply)) == [("other", {"text": "a"})]
