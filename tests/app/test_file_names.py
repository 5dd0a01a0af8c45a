"""Names of files made of titles."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.file_names import MAX_BYTES, FileNames, file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A walk by the sea", "A walk by the sea.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ("C:\\Windows\\x", "C Windows x.md"),
        ("a/b|c?d*e", "a b c d e.md"),
        (" . . ", "chat-1.md"),
        ("", "chat-1.md"),
        ("CON", "_CON.md"),
        ("nul.tar", "_nul.tar.md"),
        ("Com¹", "_Com¹.md"),
        ("Console", "Console.md"),
        (".hidden", "hidden.md"),
        ("two\nlines\x00\x1b[31m", "two lines [31m.md"),
        ("exe.\u202egpj", "exe. gpj.md"),
        ("여행 계획", "여행 계획.md"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_holds(title: str, name: str) -> None:
    assert file_name(title, "chat-1", ".md") == name


@given(st.lists(st.text(st.characters()), max_size=12))
def test_names_are_short_harmless_and_never_given_twice(titles: list[str]) -> None:
    names = FileNames(".html")
    given = [names.take(title, f"chat-{number}") for number, title in enumerate(titles)]
    assert len({name.casefold() for name in given}) == len(titles)
    for name in given:
        assert name.endswith(".html") and len(name.encode()) <= MAX_BYTES
        assert not set('/\\:*?"<>|') & set(name) and not name.startswith((".", " "))
        assert all(unicodedata.category(character)[0] != "C" for character in name)


def test_a_thousand_of_one_title_are_numbered() -> None:
    names = FileNames(".md")
    given = [names.take("x" * 500, "chat") for _ in range(1000)]
    assert len(set(given)) == 1000 and given[0] == "x" * 117 + ".md" and given[-1].endswith("x 1000.md")
    assert names.take("X" * 500, "chat").endswith("X 1001.md")
