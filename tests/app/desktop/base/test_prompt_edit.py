"""What is composed is never written over the placeholder, in any field that has one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.prompt_edit import PromptEdit
from app.desktop.chat.message_edit import MessageEdit
from app.desktop.forms.controls import TextArea
from app.desktop.runs.new_run import NewRun
from tests.app.desktop.conftest import Running

pytestmark = pytest.mark.usefixtures("looks")


def compose(field: QWidget, preedit: str) -> None:
    QApplication.sendEvent(field, QInputMethodEvent(preedit, []))


def drawn(field: QWidget) -> QImage:
    QApplication.processEvents()
    return field.grab().toImage()


@pytest.mark.parametrize("preedit", ["ㅎ", "にほ", "ni hao"], ids=["Hangul", "kana", "pinyin"])
@pytest.mark.parametrize("kind", [MessageEdit, TextArea, QLineEdit, QTextEdit])
def test_a_placeholder_gives_way_to_what_is_composed(
    qtbot: QtBot, kind: Callable[[], QLineEdit], preedit: str
) -> None:
    field = kind()
    qtbot.addWidget(field)
    field.resize(320, 80)
    field.setPlaceholderText("Ask anything at all")
    field.show()
    empty = drawn(field)
    compose(field, preedit)
    composed = drawn(field)
    field.setPlaceholderText("")
    assert composed == drawn(field)
    compose(field, "")
    field.setPlaceholderText("Ask anything at all")
    assert drawn(field) == empty


def test_no_page_has_a_field_of_several_lines_whose_placeholder_stays(running: Running) -> None:
    for page in ("runs", "models", "placement", "settings"):
        running.window.go.show_page(page)
    running.window.go.new_run()
    assert running.window.findChildren(NewRun)
    fields = [f for f in running.window.findChildren(QPlainTextEdit) if not f.isReadOnly()]
    assert len(fields) >= 4 and all(isinstance(field, PromptEdit) for field in fields)
