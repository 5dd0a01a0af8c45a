"""A string that is open says by itself when it ends."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formats.parse.literals import read_json
from engine.formats.parse.strings import STRINGS, IncompleteError, OpenString, unescaped

TEXTS = st.text(st.sampled_from("ab \n\\\"'/u0041xn한😀"), max_size=20)


@given(st.sampled_from(sorted(STRINGS)), TEXTS, st.integers(1, 3))
def test_it_goes_on_as_long_as_nothing_ends_it(quote: str, text: str, size: int) -> None:
    whole = quote + text
    string, fed = OpenString(quote, 0), quote
    for at in range(1, len(whole), size):
        piece = whole[at : at + size]
        fed += piece
        assert string.takes(piece) is (STRINGS[quote].match(fed) is None)
        if STRINGS[quote].match(fed):
            break


@given(TEXTS)
def test_what_json_wrote_is_read_as_it_was(text: str) -> None:
    for ascii in (True, False):
        assert unescaped(json.dumps(text, ensure_ascii=ascii)[1:-1]) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\x41\0", "A\0"),
        (r"it\'s", "it's"),
        ('say "so"\\n', 'say "so"\n'),
        ("a\\\nb", "ab"),
        (r"\ud83d\ude00", "😀"),
    ],
)
def test_escapes_of_python_are_read_too(body: str, text: str) -> None:
    assert unescaped(body) == text


def test_a_value_that_is_incomplete_names_the_string_that_is_open() -> None:
    with pytest.raises(IncompleteError) as told:
        read_json('{"a": 1, "b": "c', 0)
    assert told.value.open is not None
    assert told.value.open.takes("d")
    assert not told.value.open.takes('"')
    with pytest.raises(IncompleteError) as told:
        read_json('{"a": 1, "b": ', 0)
    assert told.value.open is None
