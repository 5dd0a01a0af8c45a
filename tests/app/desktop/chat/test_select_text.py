"""The conversation as one text: all of it, in order, found and copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.desktop.chat.select_text import SelectTextView
from tests.app.desktop.chat.conversations import conversation, message
from tests.support.window.finding import find
from tests.support.window.pressing import press
from tests.support.window.reading import content, labels
from tests.support.window.timing import ticking
from tests.support.window.writing import field


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


def whole(view: SelectTextView) -> QPlainTextEdit:
    return find(view, "The whole chat", QPlainTextEdit)


def opened(qtbot, view: SelectTextView, messages):
    view.page_wanted.connect(lambda ids: view.take_page([messages[i] for i in ids]))
    view.open(list(messages))
    qtbot.waitUntil(lambda: view.is_complete)
    return content(whole(view))


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
    search = field(text_view, "Find in this chat")
    search.setText("NEEDLE")
    qtbot.waitUntil(lambda: labels(text_view) == ["1 of 3"])
    for expected in ("2 of 3", "3 of 3", "1 of 3"):
        qtbot.keyClick(search, Qt.Key.Key_Return)
        assert labels(text_view) == [expected]
        assert whole(text_view).textCursor().selectedText().lower() == "needle"
    press(text_view, "Previous")
    assert labels(text_view) == ["3 of 3"]
    search.setText("nothing like it")
    qtbot.waitUntil(lambda: labels(text_view) == ["Not found"])


def test_the_whole_is_copied_as_markdown(qtbot, text_view):
    opened(qtbot, text_view, {1: message(1, "user", "hi"), 2: message(2, "assistant", "**yes**")})
    press(text_view, "Copy as Markdown")
    assert QGuiApplication.clipboard().text() == "**You**\n\nhi\n\n**Assistant**\n\n**yes**\n"


def test_escape_closes_and_nothing_runs_on(qtbot, text_view):
    text_view.open(list(range(1, 500)))
    text_view.take_page(list(conversation(100).values()))
    text_view.activateWindow()
    whole(text_view).setFocus()
    with qtbot.waitSignal(text_view.closed):
        qtbot.keyClick(whole(text_view), Qt.Key.Key_Escape)
    assert ticking(text_view) == []
