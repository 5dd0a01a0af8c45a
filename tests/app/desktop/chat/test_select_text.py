"""The conversation as one text: all of it, in order, found and copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.desktop.chat.select_text import SelectTextView
from tests.app.desktop.chat.conversations import conversation, message


@pytest.fixture
def text_view(qtbot):
    # A window of its own would pass each change of its layout's least size on to the platform.
    window = QWidget()
    qtbot.addWidget(window)
    view = SelectTextView(window)
    window.resize(900, 600)
    view.resize(900, 600)
    window.show()
    yield view
    view.close_view()


def opened(qtbot, view: SelectTextView, messages):
    view.page_wanted.connect(lambda ids: view.take_page([messages[i] for i in ids]))
    view.open(list(messages))
    qtbot.waitUntil(lambda: view.is_complete, timeout=10_000)
    return view._text.toPlainText()


def test_every_message_is_there_in_order(qtbot, text_view):
    text = opened(qtbot, text_view, conversation(250))
    places = [text.index(f"Answer {number}.") for number in range(2, 251, 2)]
    assert places == sorted(places)
    assert text.count("You · ") == 125


def test_code_and_formulas_are_text(qtbot, text_view):
    text = opened(qtbot, text_view, {1: message(1, "assistant", "a $x^2$\n\n```c\nint y;\n```\n\nend")})
    assert "x^2" in text and "int y;" in text and "end" in text


def test_finding_counts_and_goes_around(qtbot, text_view):
    opened(
        qtbot, text_view, {1: message(1, "user", "needle 😀 Needle"), 2: message(2, "assistant", "needle")}
    )
    text_view._field.setText("NEEDLE")
    qtbot.waitUntil(lambda: text_view._count.text() == "1 of 3")
    for expected in ("2 of 3", "3 of 3", "1 of 3"):
        qtbot.keyClick(text_view._field, Qt.Key.Key_Return)
        assert text_view._count.text() == expected
        assert text_view._text.textCursor().selectedText().lower() == "needle"
    text_view._previous.click()
    assert text_view._count.text() == "3 of 3"
    text_view._field.setText("nothing like it")
    qtbot.waitUntil(lambda: text_view._count.text() == "Not found")


def test_the_whole_is_copied_as_markdown(qtbot, text_view):
    opened(qtbot, text_view, {1: message(1, "user", "hi"), 2: message(2, "assistant", "**yes**")})
    text_view._copy.click()
    assert QGuiApplication.clipboard().text() == "**You**\n\nhi\n\n**Assistant**\n\n**yes**\n"


def test_escape_closes_and_nothing_runs_on(qtbot, text_view):
    text_view.open(list(range(1, 500)))
    text_view.take_page(list(conversation(100).values()))
    text_view.activateWindow()
    text_view._text.setFocus()
    with qtbot.waitSignal(text_view.closed):
        qtbot.keyClick(text_view._text, Qt.Key.Key_Escape)
    assert not text_view._slices.isActive()
