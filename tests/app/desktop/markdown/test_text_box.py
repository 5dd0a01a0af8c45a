"""A box with text that somebody else wrote."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextOption

from app.desktop.base.theme import themes
from app.desktop.markdown.text_box import MOST_LINES, TextBox, diff_colour
from tests.support.window.pressing import button
from tests.support.window.timing import stop_ticking

pytestmark = pytest.mark.usefixtures("looks")


@pytest.fixture
def box(qtbot: Any) -> TextBox:
    box = TextBox()
    qtbot.addWidget(box)
    box.resize(600, 300)
    box.show()
    return box


@pytest.mark.parametrize(
    ("text", "anywhere"),
    [("x" * 300_000, True), ("word " * 60_000, True), ("line of text\n" * 30_000, False)],
)
def test_the_words_of_a_very_long_line_are_not_looked_for(box: TextBox, text: str, anywhere: bool) -> None:
    box.show_text(text)
    box.fit(600)
    box.repaint()
    wrap = QTextOption.WrapMode
    assert (box.text.wordWrapMode() == wrap.WrapAnywhere) == anywhere
    assert box.text.toPlainText() == text


def test_it_is_as_high_as_its_lines_up_to_a_height_at_which_it_scrolls(box: TextBox) -> None:
    heights = []
    for lines in (1, 2, MOST_LINES, 2 * MOST_LINES, 500):
        box.show_text("\n".join(["한글 line"] * lines))
        heights.append(box.fit(600))
        box.resize(600, heights[-1])
        assert (box.text.verticalScrollBar().maximum() > 0) == (lines > MOST_LINES)
    assert heights[0] < heights[1] < heights[2] == heights[3] == heights[4]


def test_what_scrolls_can_be_reached_by_keys(box: TextBox) -> None:
    box.show_text("line\n" * 10)
    assert box.text.focusPolicy() == Qt.FocusPolicy.ClickFocus
    box.set_most_lines(5)
    assert box.text.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_long_lines_are_wrapped_and_counted(box: TextBox) -> None:
    box.show_text("word " * 100)
    assert box.fit(300) > box.fit(600) > box.fit(4000)


def test_lines_of_a_diff_have_the_colours_of_the_theme(box: TextBox) -> None:
    box.show_text("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same", diff=True)
    block, seen = box.text.document().firstBlock(), []
    while block.isValid():
        formats = block.layout().formats()
        seen.append(formats[0].format.foreground().color().name().upper() if formats else "")
        block = block.next()
    theme = themes.current
    assert seen == [theme.muted, theme.muted, theme.muted, theme.bad, theme.good, ""]
    assert diff_colour("rename from a") == "muted" and diff_colour("") == ""


def test_all_of_it_is_copied(box: TextBox) -> None:
    box.show_text("a\n" * 200 + "end")
    copy = button(box, "Copy this text")
    copy.click()
    assert QGuiApplication.clipboard().text() == "a\n" * 200 + "end"
    assert copy.text() == "Copied"
    stop_ticking(box)
