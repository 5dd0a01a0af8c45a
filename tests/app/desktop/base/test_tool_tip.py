"""Tool tips show words as they are."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from app.desktop.base.tool_tip import plain_tip
from app.desktop.widgets.elided import ElidedLabel


@pytest.mark.parametrize(
    "text", ["plain", "a < b", "shell(cat <b>x</b>)", "<img src='file:///etc/passwd'>", "a & b <i>"]
)
def test_what_looks_like_markup_is_shown_as_it_is(qapp: QApplication, text: str) -> None:
    tip = plain_tip(text)
    document = QTextDocument()
    document.setHtml(tip) if tip != text else document.setPlainText(tip)
    assert document.toPlainText() == text


def test_a_label_without_room_tells_its_whole_text_in_a_tip(qtbot: object, looks: None) -> None:
    label = ElidedLabel()
    label.resize(40, 20)
    label.set_whole("shell(<b>bold</b> and much more)")
    assert label.toolTip() == plain_tip(label.whole()) and "&lt;b&gt;" in label.toolTip()
    label.close()
