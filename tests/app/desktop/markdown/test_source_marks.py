"""Numbers of sources in the HTML of prose, as marks."""

from __future__ import annotations

import pytest

from app.desktop.markdown.source_marks import Cited, Marks, cited, marked, numbers_in
from app.markdown.markdown import Prose, parse

MARKS = Marks({1: "one", 2: "two", 3: "three"})


def html(markdown: str) -> str:
    return "".join(block.html for block in parse(markdown) if isinstance(block, Prose))


def links(markdown: str) -> list[Cited]:
    """What the links of an answer stand for, in their order."""
    pieces = marked(html(markdown), MARKS, 0).split('href="')[1:]
    return [found for piece in pieces if (found := cited(piece.split('"')[0])) is not None]


@pytest.mark.parametrize(
    ("answer", "places"),
    [
        ("Yes [1].", [(0, 1)]),
        ("Yes [1][2], and *no [3]*.", [(0, 1), (1, 2), (2, 3)]),
        ("Both [1, 2] and [3].", [(0, 1), (0, 2), (1, 3)]),
        ("Not `a[1]` nor [a link [1]](https://a.example) but [2].", [(0, 2)]),
        ("```\na[1]\n```\n\nThen [1].", [(0, 1)]),
        ("Unknown [9] keeps its place before [1].", [(1, 1)]),
        ("그렇습니다【1】.", [(0, 1)]),
        ("[1000] and [] and [x] and [1.5]", []),
    ],
)
def test_numbers_of_sources_become_links_in_their_order(answer: str, places: list[tuple[int, int]]) -> None:
    assert [(each.mark, each.number) for each in links(answer)] == places


def test_a_number_without_a_source_stays_text_and_all_is_copied_as_it_was() -> None:
    answer = "Yes [1, 2], no [9]."
    shown = marked(html(answer), MARKS, 0)
    assert 'class="unknown" name="source:unknown">[9]</a>' in shown
    plain = "".join(piece.rpartition(">")[2] for piece in shown.split("<"))
    assert plain.strip() == answer


def test_the_numbers_of_marks_are_told() -> None:
    assert numbers_in(html("A [1-3], b [2; 5], c `[4]`.")) == [{1, 2, 3}, {2, 5}]
    assert numbers_in(html("No mark")) == []


def test_a_model_cannot_write_such_a_link_itself() -> None:
    assert cited("https://a.example") is None
    assert "href" not in html("[x](source:0.1) and <source:0.1>")
