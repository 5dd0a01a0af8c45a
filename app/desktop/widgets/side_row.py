"""A row of the list beside the page: a name at the left, a figure at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import one_of_many
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import Row, discard

# A note that leaves less of a name gives way to it, and is read in the tool tip.
NAME = 120


class SideRow(QPushButton):
    """A choice of the list, or with a `symbol` something to do there. Up and down go to the neighbors."""

    def __init__(self, parent: QWidget | None = None, *, symbol: str = "") -> None:
        super().__init__(parent)
        self.setProperty("kind", "side-row")
        if not symbol:
            one_of_many(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._symbol, self._picture = symbol, QLabel(self)
        # Names that differ at their end are told apart where they are cut in the middle.
        mode = Qt.TextElideMode.ElideRight if symbol else Qt.TextElideMode.ElideMiddle
        self._words = ElidedLabel(self, pixels=13 if symbol else 14, mode=mode)
        self._words.setProperty("kind", "value" if symbol else "")
        self._note = text_label(self, "fine")
        for label in (self._picture, self._words, self._note):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._picture.setVisible(bool(symbol))
        Row(self._picture, (self._words, 1), self._note, parent=self, margins=(8, 0, 8, 0), spacing=8)
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_words(self, text: str, note: str = "", described: str = "") -> None:
        """`described` is what a screen reader says, where the note alone is too short."""
        self._words.set_whole(text)
        show_text(self._note, note)
        self._fit()
        self.setAccessibleName(described or (f"{text}, {note}" if note else text))
        self.setToolTip(self.accessibleName())

    def text(self) -> str:
        return self._words.whole()

    def note(self) -> str:
        return self._note.text()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Keys go on from what was clicked, where they were at a neighbor.
        if isinstance(QApplication.focusWidget(), SideRow):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._note.text():
            px = themes.current.px
            room = self.width() - 3 * px(8) - self._note.sizeHint().width()
            self._note.setVisible(room >= min(px(NAME), self._words.sizeHint().width()))

    def nextCheckState(self) -> None:
        # Clicked again it stays chosen; the list unchecks the others.
        if self.isCheckable():
            self.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def _restyle(self) -> None:
        if self._symbol:
            self._picture.setPixmap(icon(self._symbol, "muted", 16).pixmap(themes.current.px(16)))
        self._fit()


def fit_rows(
    rows: list[SideRow], count: int, column: QBoxLayout, parent: QWidget, clicked: Callable[[SideRow], None]
) -> None:
    """Make `rows` so many, those that are there staying; new ones go to the end of `column`."""
    while len(rows) < count:
        row = SideRow(parent)
        row.clicked.connect(lambda _=False, row=row: clicked(row))
        column.addWidget(row)
        rows.append(row)
    for row in rows[count:]:
        discard(row, column)
    del rows[count:]
