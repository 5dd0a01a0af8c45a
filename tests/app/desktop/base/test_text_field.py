"""Words stand in the middle of a field, in whatever face they are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.text_field import TextField, line_height
from app.desktop.base.theme import themes
from app.desktop.forms.clearable import ClearableField
from app.desktop.forms.controls import Bounds, NumberField


def ink(widget: QWidget) -> tuple[int, int]:
    """The first and the last row with dark dots; the outline is left out."""
    widget.ensurePolished()
    widget.resize(themes.current.px(200), widget.sizeHint().height())
    image = widget.grab().toImage()
    columns = range(14, image.width() - 14)
    rows = [
        y
        for y in range(4, image.height() - 4)
        if any(image.pixelColor(x, y).lightness() < 140 for x in columns)
    ]
    return rows[0], rows[-1]


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("words", ["Hello", "한글", "Hello 한글", "123"])
def test_words_stand_as_high_in_fields_as_on_buttons(
    qtbot: QtBot, looks: None, words: str, scale: float
) -> None:
    themes.choose("light", scale)
    button, field, number = QPushButton(words), TextField(words), NumberField(Bounds(0, 9, 1, 0))
    number.set_fallback(None, words)
    for widget in (button, field, number):
        qtbot.addWidget(widget)
    expected = ink(button)
    for widget in (field, number):
        found = ink(widget)
        assert all(abs(one - other) <= 2 * scale - 1 for one, other in zip(found, expected, strict=True))


def test_what_is_composed_is_centered_like_what_is_written(qtbot: QtBot, looks: None) -> None:
    field = TextField("Hello")
    qtbot.addWidget(field)
    field.grab()
    assert field.textMargins().top() == 0
    QApplication.sendEvent(field, QInputMethodEvent("한", []))
    field.grab()
    composed = field.textMargins().top()
    event = QInputMethodEvent()
    event.setCommitString("한")
    QApplication.sendEvent(field, event)
    field.grab()
    higher = line_height("한", field.font()) - field.fontMetrics().height()
    assert field.textMargins().top() == composed == max(0, round(higher))


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_search_is_emptied_by_a_button_as_large_as_the_text(
    qtbot: QtBot, looks: None, scale: float
) -> None:
    themes.choose("light", scale)
    field = ClearableField()
    qtbot.addWidget(field)
    field.resize(themes.current.px(200), field.sizeHint().height())
    field.show()
    assert field.clearing.isHidden()
    qtbot.keyClicks(field, "a" * 60)
    field.grab()  # which scrolls to the cursor
    assert field.clearing.isVisible() and field.clearing.iconSize().width() == round(16 * scale)
    assert field.rect().contains(field.clearing.geometry())
    assert field.cursorRect().right() <= field.clearing.geometry().left() + 2 * scale
    qtbot.mouseClick(field.clearing, Qt.MouseButton.LeftButton)
    assert field.text() == "" and field.clearing.isHidden()
