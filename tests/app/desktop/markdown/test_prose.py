"""One stretch of prose in its place."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.desktop.markdown.body import segments
from app.desktop.markdown.prose import ProseBlock
from app.markdown.markdown import Prose, parse

TEXT = """# Head

| a | b |
|---|---|
| 1 | 2 |
"""


def test_a_block_as_tall_as_its_text_is_never_scrolled(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    ((prose, _),) = segments(parse(TEXT))
    assert isinstance(prose, Prose)
    block = ProseBlock(parent, prose)
    block.setGeometry(0, 0, 400, block.fit(400))
    parent.show()
    bar = block.verticalScrollBar()
    assert bar.maximum() > 0  # what Qt keeps below a table
    bar.setValue(bar.maximum())
    assert bar.value() == 0
