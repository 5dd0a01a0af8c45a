"""Selecting with the mouse beyond one text: what is marked, and what is copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.desktop.chat.find.parts import Text, texts_of
from app.desktop.chat.selection.text_selection import TextSelection, words_of
from app.desktop.chat.transcript import TranscriptView
from app.store.records import Message
from tests.app.desktop.chat.conversations import Loader, message
from tests.support.window.chat import card, scroll_bar
from tests.support.window.timing import ticking

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
Show = Callable[[dict[int, Message]], TranscriptView]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """Shows messages, the first one in sight where all fit."""
    views: list[TranscriptView] = []

    def shown(messages: dict[int, Message]) -> TranscriptView:
        view = TranscriptView()
        qtbot.addWidget(view)
        view.resize(900, 700)
        view.show()
        views.append(view)

        def read(ids: Sequence[int], take: Callable[[list[str]], None]) -> None:
            take([words_of(messages[id]) for id in ids])

        TextSelection(view.area, read)
        Loader(view, messages)
        view.show_path(list(messages))
        qtbot.waitUntil(lambda: not ticking(view))
        return view

    yield shown
    for view in views:
        view.clear()
    qtbot.waitUntil(lambda: not any(map(isValid, views)))


def talk(*texts: str) -> dict[int, Message]:
    roles = ("user", "assistant")
    return {n: message(n, roles[(n - 1) % 2], text) for n, text in enumerate(texts, 1)}  # type: ignore[arg-type]


def texts(view: TranscriptView, number: int) -> list[Text]:
    return texts_of(card(view, number))


def send(
    widget: QWidget,
    kind: QEvent.Type,
    point: QPoint,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    keys: Qt.KeyboardModifier = PLAIN,
) -> None:
    local = QPointF(widget.mapFromGlobal(point))
    QApplication.sendEvent(widget, QMouseEvent(kind, local, QPointF(point), button, held, keys))


def at(text: Text, position: int) -> QPoint:
    """Where a character of a text stands on the screen."""
    cursor = text.textCursor()
    cursor.setPosition(position)
    rect = text.cursorRect(cursor)
    return text.viewport().mapToGlobal(QPoint(rect.left(), rect.center().y()))


def press(text: Text, position: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
    text.setFocus(Qt.FocusReason.MouseFocusReason)
    send(text.viewport(), QEvent.Type.MouseButtonPress, at(text, position), LEFT, LEFT, keys)


def drag(text: Text, point: QPoint) -> None:
    send(text.viewport(), QEvent.Type.MouseMove, point, NONE, LEFT)


def let_go(text: Text, point: QPoint) -> None:
    send(text.viewport(), QEvent.Type.MouseButtonRelease, point, LEFT, NONE)


def selected(text: Text) -> str:
    return text.textCursor().selectedText().replace("\u2029", "\n").rstrip()


def copied(qtbot: QtBot, text: QWidget) -> str:
    QGuiApplication.clipboard().setText("nothing")
    qtbot.keyClick(text, Qt.Key.Key_C, CTRL)
    return QGuiApplication.clipboard().text()


def test_a_drag_goes_on_in_the_next_blocks_and_messages_and_all_of_it_is_copied(
    show: Show, qtbot: QtBot
) -> None:
    answer = "Prose with **bold** words.\n\n```python\nx = 1\ny = 2\n```\n\nAnd an end."
    view = show(talk("The question", answer, "Another question"))
    (first,), (last,) = texts(view, 1), texts(view, 3)
    press(first, 4)
    drag(first, at(last, 7))
    assert selected(first) == "question" and selected(last) == "Another"
    assert [selected(text) for text in texts(view, 2)] == [
        "Prose with bold words.",
        "x = 1\ny = 2",
        "And an end.",
    ]
    let_go(first, at(last, 7))
    whole = "question\n\nProse with bold words.\n\nx = 1\ny = 2\n\nAnd an end.\n\nAnother"
    assert copied(qtbot, first) == whole
    drag_back = at(first, 7)
    press(first, 4)
    assert selected(last) == "" and selected(texts(view, 2)[0]) == ""
    drag(first, drag_back)
    assert selected(first) == "que" and copied(qtbot, first) == "que"


def test_a_drag_upwards_selects_from_the_end(show: Show, qtbot: QtBot) -> None:
    view = show(talk("The question", "The answer", "Another question"))
    (first,), (last,) = texts(view, 1), texts(view, 3)
    press(last, 7)
    drag(last, at(first, 4))
    let_go(last, at(first, 4))
    assert copied(qtbot, last) == "question\n\nThe answer\n\nAnother"


def test_shift_and_a_click_go_on_to_there(show: Show, qtbot: QtBot) -> None:
    view = show(talk("The question", "The answer", "Another question"))
    (first,), (middle,), (last,) = (texts(view, number) for number in (1, 2, 3))
    press(first, 4)
    let_go(first, at(first, 4))
    press(last, 7, SHIFT)
    let_go(last, at(last, 7))
    assert copied(qtbot, last) == "question\n\nThe answer\n\nAnother"
    press(middle, 3, SHIFT)
    let_go(middle, at(middle, 3))
    assert selected(last) == "" and copied(qtbot, middle) == "question\n\nThe"
    press(last, 2)
    assert selected(first) == selected(middle) == ""


def test_messages_that_are_not_built_are_copied_too(show: Show, qtbot: QtBot) -> None:
    count = 300
    view = show({n: message(n, "assistant", f"The **answer** {n}.") for n in range(1, count + 1)})
    (last,) = texts(view, count)
    press(last, 3)
    let_go(last, at(last, 3))
    view.scroll_to(1)
    qtbot.waitUntil(lambda: view.shows(1) and not ticking(view))
    assert not view.shows(150)
    (first,) = texts(view, 1)
    press(first, 4, SHIFT)
    lines = copied(qtbot, first).split("\n\n")
    assert lines[0] == "answer 1." and lines[-1] == "The" and len(lines) == count
    assert lines[149] == "The answer 150."


def test_a_drag_beyond_the_edge_scrolls(show: Show, qtbot: QtBot) -> None:
    view = show({n: message(n, "assistant", f"The answer {n}.") for n in range(1, 101)})
    view.scroll_to(1)
    qtbot.waitUntil(lambda: view.shows(1) and not ticking(view))
    (first,) = texts(view, 1)
    press(first, 0)
    below = view.mapToGlobal(QPoint(400, view.height() + 60))
    QCursor.setPos(below)  # Qt asks for it while a text is dragged beyond
    drag(first, below)
    qtbot.waitUntil(lambda: scroll_bar(view).value() > 1000)
    let_go(first, below)
    place = scroll_bar(view).value()
    qtbot.wait(80)
    assert scroll_bar(view).value() == place
    assert copied(qtbot, first).startswith("The answer 1.\n\nThe answer 2.\n\nThe answer 3.")


def test_formulas_are_copied_as_tex(show: Show, qtbot: QtBot) -> None:
    view = show(talk("Why?", "Here $a_1$ and $b^2$ stand.", "So"))
    (first,), (formula,), (last,) = (texts(view, number) for number in (1, 2, 3))
    qtbot.waitUntil(lambda: formula.toPlainText().count("\ufffc") == 2)
    press(first, 0)
    drag(first, at(last, 2))
    assert copied(qtbot, first) == "Why?\n\nHere a_1 and b^2 stand.\n\nSo"


def test_a_drag_may_begin_beside_the_texts(show: Show, qtbot: QtBot) -> None:
    view = show(talk("The question", "The answer", "Another question"))
    (first,), (last,) = texts(view, 1), texts(view, 3)
    column = view.column
    start = column.mapToGlobal(QPoint(4, 4))
    send(column, QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    send(column, QEvent.Type.MouseMove, at(last, 7), NONE, LEFT)
    send(column, QEvent.Type.MouseButtonRelease, at(last, 7), LEFT, NONE)
    assert selected(first) == "The question" and selected(last) == "Another"
    view.area.setFocus()
    assert copied(qtbot, view.area) == "The question\n\nThe answer\n\nAnother"
