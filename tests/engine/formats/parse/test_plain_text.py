"""What continues a raw prompt."""

from engine.formats import ChatFormat, ContentDelta, Prompt
from tests.engine.formats import templates


def test_nothing_is_a_mark_in_what_continues_a_raw_prompt() -> None:
    parser = ChatFormat.from_template(templates.TOOLS).parser(Prompt("", is_raw=True))
    pieces = ["  <thi", "nk>no</think>", '<tool_call>\n{"name": "x"', ""]
    told = [delta for piece in pieces for delta in parser.feed(piece)]
    assert told == [ContentDelta(piece) for piece in pieces if piece]
    assert (parser.flush(), parser.in_reasoning, parser.is_within_mark) == ([], False, False)
    assert parser.finish().content == "".join(pieces)
