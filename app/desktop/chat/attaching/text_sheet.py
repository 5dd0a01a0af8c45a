"""The text of an attachment over the window, as the model is given it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.markdown.text_box import TextBox
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.overlay import Sheet

WIDTH, MOST_LINES = 760, 24


class TextSheet(Sheet):
    """Shows the text alone: what was attached may come from anybody, so no other program is given it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self.box = TextBox(self.scroller.inside, most_lines=MOST_LINES)
        self.scroller.column.addWidget(self.box)
        self._done = push_button(self.card, "primary")
        self._done.clicked.connect(self.close_overlay)
        self.foot.add(STRETCH)
        self.foot.add(self._done)
        self.refresh()

    def show_text(self, name: str, text: str) -> None:
        self.title.setText(name)
        self.box.show_text(text or self.tr("What it held is no longer kept."))
        self.open()
        self.fit()
        self._done.setFocus()

    def confirm(self) -> None:
        self.close_overlay()

    def retranslate(self) -> None:
        self.box.set_head(self.tr("As the model reads it"))
        self._done.setText(self.tr("Done"))
