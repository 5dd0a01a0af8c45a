"""Code gets its colours by the language that its fence names."""

from __future__ import annotations

import pytest

from app.desktop.base.theme import load_theme
from app.desktop.markdown.highlight import MAX_COLOURED, spans, utf16_length, warm


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_line_has_its_spans(theme: str):
    lines = spans("def f():\n    return 1  # one\n", "python", load_theme(theme).code_style)
    assert len(lines) == 3
    assert lines[0][0].start == 0 and lines[0][0].length == 3 and lines[0][0].colour
    assert lines[1][0].start == 4


@pytest.mark.parametrize("theme", ["light", "dark", "light-contrast", "dark-contrast"])
def test_kinds_that_a_style_does_not_name_look_like_those_above_them(theme: str):
    style = load_theme(theme).code_style
    lines = spans("key: value  # note\nlist:\n- 'item'\n", "yaml", style)
    assert lines[0][0].start == 0 and lines[0][0].length == len("key")
    assert lines[2][-1].start + lines[2][-1].length == len("- 'item'")


@pytest.mark.parametrize("language", ["", "nosuchlanguage", "../../etc"])
def test_an_unknown_language_stays_plain(language: str):
    assert spans("def f(): pass", language, "friendly") == ()


def test_too_much_code_stays_plain():
    assert spans("x = 1\n" * (MAX_COLOURED // 6 + 1), "python", "friendly") == ()


def test_columns_count_as_qt_counts():
    (line,) = spans("s = '😀' + x  # c", "python", "friendly")
    assert line[-1].start == utf16_length("s = '😀' + x  ")


def test_warming_colours_something():
    assert warm("friendly") > 0
