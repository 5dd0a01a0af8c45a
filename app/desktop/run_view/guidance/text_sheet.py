"""A sheet for texts that a person reads before agreeing to them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.overlay import Sheet

WIDTH = 680
# Lines of text that are seen at once, and the height of all around them.
LEAST, MOST, AROUND = 6, 30, 330


class TextSheet(Sheet):
    """`yes` and `no` are its buttons; what they are called and do is for who shows it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        inside = self.scroller.inside
        self.about = wrapped_label(inside, "small", selectable=False)
        self.text = QPlainTextEdit(inside)
        self.text.setReadOnly(True)
        self.text.setProperty("kind", "field")
        self.text.setTabChangesFocus(True)
        self.yes, self.no = push_button(self.card, "primary"), push_button(self.card)
        self.scroller.column.addWidget(self.about)
        self.scroller.column.addWidget(self.text)
        for item in (STRETCH, self.no, self.yes):
            self.foot.add(item)
        self.no.clicked.connect(self.close_overlay)

    def show_text(self, text: str) -> None:
        self.text.setPlainText(text)

    def open(self) -> None:
        super().open()
        self.text.verticalScrollBar().setValue(0)
        self.fit()
        self.text.setFocus(Qt.FocusReason.PopupFocusReason)

    def fit(self) -> None:
        """The text is as high as it is long, or as the window leaves room for."""
        line, px = max(1, self.text.fontMetrics().lineSpacing()), themes.current.px
        room = (self.height() - px(AROUND)) // line
        lines = max(LEAST, min(self.text.blockCount() + 1, MOST, room))
        self.text.setFixedHeight(line * lines + px(24))
        super().fit()

    def restyle(self) -> None:
        self.text.setFont(themes.current.fixed_font())
        super().restyle()
