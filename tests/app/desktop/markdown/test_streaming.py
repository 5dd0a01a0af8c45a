"""An answer in pieces is in the end what it is as a whole, wherever it was cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from app.desktop.markdown import streaming
from app.desktop.markdown.streaming import Change, StreamingDocument
from app.markdown.markdown import Block, Code, Prose, parse, tokens_of

PIECES = st.sampled_from(
    [
        "# Title\n", "para ", "para\n", "\n", "\n\n", "```", "```python\n", "```\n", "~~~\n", "    code\n",
        "- item\n", "1. one\n", "  - nested\n", "> quote\n", "|a|b|\n", "|--|--|\n", "---\n", "===\n", "#",
        "#tag\n", "$$\n", "$x$", "\\(y\\)", "\\[\n", "\\]\n", "[^1]", "[^1]: note\n", "[a]: http://x.y\n",
        "[a]", "<b>", "**", "*", "`", "한국어 ", "😀", "\t", "\r\n", "\x00", "\u2028", "![i](/x)",
        "- [ ] t\n", "\\", "&amp;", "www.x",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200)


def stream(text: str, cuts: list[int]) -> tuple[StreamingDocument, list[Change]]:
    document = StreamingDocument()
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    changes = [document.append(text[a:b]) for a, b in itertools.pairwise(edges)]
    return document, changes


def shown(changes: list[Change]) -> tuple[Block, ...]:
    settled = [block for change in changes for block in change.settled]
    return (*settled, *(changes[-1].tail if changes else ()))


def all_text(block: Block) -> str:
    """What a block shows, its formulas included."""
    if isinstance(block, Prose):
        return block.html + "".join(formula.tex for formula in block.formulas)
    return block.text


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=30))
def test_the_end_is_the_whole_parse_for_any_cut(text: str, cuts: list[int]):
    document, _ = stream(text, cuts)
    assert document.text == text
    assert document.finish() == parse(text)


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=30))
@example("$$\n한국어 $$\n", [])
def test_what_is_shown_does_not_depend_on_the_cuts_of_finished_lines(text: str, cuts: list[int]):
    """The words are all there at every moment: none is lost between a settled block and the tail."""
    _, changes = stream(text, cuts)
    words = "".join(all_text(block) for block in shown(changes))
    for word in ("한국어", "😀"):
        if "[^1]:" not in text and "[a]:" not in text and "`" not in text and "~" not in text:
            assert words.count(word) == text.count(word)


ORDINARY = """# A title

Some words that go on
over two lines.

- one
- two
  - nested

1. first
2. second

> a quote

```python
def f():

    return 1
```

| a | b |
|---|---|
| 1 | 2 |

$$
x = 1
$$

\\[
y
\\]

#tag is no title
***
last words"""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_an_ordinary_answer_looks_final_before_the_end(size: int):
    document = StreamingDocument()
    changes = [document.append(ORDINARY[i : i + size]) for i in range(0, len(ORDINARY), size)]
    assert shown(changes) == parse(ORDINARY)


def test_a_hash_does_not_end_the_paragraph_above_before_its_line_is_known():
    document = StreamingDocument()
    document.append("some words\n#")
    change = document.append("tag\n")
    assert not change.settled
    assert "#tag" in change.tail[0].html


def test_an_open_fence_shows_its_lines_and_hides_what_may_be_its_end():
    document = StreamingDocument()
    assert document.append("```py\na\n``").tail == (Code("py", "a", closed=False),)
    change = document.append("`\nafter")
    assert change.settled == (Code("py", "a"),)
    assert "after" in change.tail[0].html


def test_a_formula_that_is_being_written_is_one_block():
    document = StreamingDocument()
    change = document.append("$$\na = b\n- c\n# d\n")
    assert len(change.tail) == 1 and not change.settled
    change = document.append("$$\n")
    assert change.tail[0].formulas


def test_items_of_a_long_list_settle():
    document = StreamingDocument()
    text = "".join(f"{number}. an item with a few words in it\n" for number in range(1, 201))
    changes = [document.append(text[i : i + 20]) for i in range(0, len(text), 20)]
    assert max(len(change.tail[0].html) for change in changes) < 3000
    words = "".join(block.html for block in shown(changes) if isinstance(block, Prose))
    assert words.count("an item") == 200
    assert '<ol start="' in words


@pytest.mark.parametrize(
    "text",
    [
        "a paragraph of words without an end " * 600,
        "```\n" + "a line of code\n" * 600,
        "- an item of a list\n" * 300,
        "words and words\n\n" * 600,
    ],
    ids=["paragraph", "fence", "list", "blocks"],
)
def test_what_the_parser_reads_grows_with_the_length_of_the_text(text: str, monkeypatch: pytest.MonkeyPatch):
    def characters_read(part: str) -> int:
        read = 0

        def counted(source: str, *, streaming: bool = False) -> list[Token]:
            nonlocal read
            read += len(source)
            return tokens_of(source, streaming=streaming)

        monkeypatch.setattr(streaming, "tokens_of", counted)
        document = StreamingDocument()
        for start in range(0, len(part), 40):
            document.append(part[start : start + 40])
        return read

    half, whole = characters_read(text[: len(text) // 2]), characters_read(text)
    assert whole < 2.5 * half + 4000 and whole < 60 * len(text)
