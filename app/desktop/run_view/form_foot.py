"""The foot of the form of a new run."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import GUTTER

COLUMN = 744
# Beside the buttons the hint has at least this much room, or is left out: in a narrow strip it would fill the form.
HINT = 150


class FormFoot(ThemedWidget):
    """The button that starts it, always in sight, and why it could not be where that is no single field's fault."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "foot")
        self.start = push_button(self, "primary")
        self.later = push_button(self)
        self.hint = wrapped_label(self, "small", selectable=False)
        self.complaint = Complaint(self)
        self._inside = QWidget(self)
        self._row = Row(self.start, self.later, (self.hint, 1), 0, spacing=12)
        self._column = Column(self.complaint, self._row, parent=self._inside, spacing=8)
        middle = Row(parent=self)
        middle.setContentsMargins(0, 0, GUTTER, 0)
        middle.addStretch(1)
        middle.addWidget(self._inside, 1000)
        middle.addStretch(1)
        self.refresh()

    def retranslate(self) -> None:
        set_texts(self.start, self.tr("Start"), self.tr("Start the run"))
        set_texts(self.later, self.tr("Schedule…"), self.tr("Start it at a time, or when files change"))
        self.hint.setText(self.tr("Ctrl+Enter starts it. You can pause or stop it, and undo what it did."))

        self._fit()

    def restyle(self) -> None:
        px = themes.current.px
        self._inside.setMaximumWidth(px(COLUMN))
        self._column.setContentsMargins(px(28), px(10), px(28) - GUTTER, px(12))
        self._fit()

    def _fit(self) -> None:
        px = themes.current.px
        buttons = self.start.sizeHint().width() + self.later.sizeHint().width()
        room = min(self.width(), px(COLUMN)) - 2 * px(28) - buttons - 2 * px(12)
        self.hint.setVisible(room >= px(HINT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
