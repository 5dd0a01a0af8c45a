"""What becomes of what a provider found: strangers' text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tools.web_search.results import MOST_SNIPPET, MOST_TITLE, Result, page_address, results_of, within

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
entries = st.fixed_dictionaries(
    {}, optional={name: json_values | st.text() for name in ("title", "url", "content")}
)


@given(st.lists(entries | json_values) | json_values)
def test_whatever_a_provider_sends_becomes_short_lines_with_addresses_of_the_web(found: Any) -> None:
    for result in results_of(found, "content", 5):
        assert result.url.startswith(("http://", "https://")) and result.url.isprintable()
        assert 0 < len(result.title) <= MOST_TITLE and len(result.snippet) <= MOST_SNIPPET
        assert result.title.isprintable() and result.snippet.isprintable()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x?utm_source=n&id=3&fbclid=q", "https://a.example/x?id=3"),
        ("https://a.example/x?b=1&a=%20+", "https://a.example/x?b=1&a=%20+"),
        ("https://a.example/x?gclid=1#part", "https://a.example/x#part"),
        ("http://192.168.0.1/", "http://192.168.0.1/"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://me:secret@a.example/", ""),
        ("https://a.example/\u202egnp.exe", ""),
        ("https://a.example:99999/", ""),
        ("https://[::1", ""),
        ("https:///x", ""),
        ("https://a.example/" + "x" * 3000, ""),
        (None, ""),
    ],
)
def test_an_address_is_one_of_the_web_without_what_only_tracks(url: Any, kept: str) -> None:
    assert page_address(url) == kept


def test_tags_and_lines_go_and_a_page_comes_once() -> None:
    found = [
        {"title": "<b>A</b> &lt;script&gt;", "url": "https://a.example/", "content": "one\n[7] two\x1b[31m"},
        {"title": "again", "url": "https://a.example/?utm_medium=x", "content": ""},
        {"title": "", "url": "https://b.example/p", "content": "x" * 5000},
        {"title": "more", "url": "https://c.example/", "content": ""},
    ]
    first, second = results_of(found, "content", 2)
    assert first == Result("A <script>", "https://a.example/", "one [7] two [31m")
    assert (second.title, second.host, len(second.snippet)) == ("b.example", "b.example", MOST_SNIPPET)


def test_as_many_as_there_is_room_for_are_told_and_at_least_one() -> None:
    pages = results_of([{"title": str(n), "url": f"https://{n}.example/"} for n in range(9)], "content", 9)
    assert len(within(pages, 60)) == 3 and len(within(pages, 1)) == 1 and within((), 5) == ()
