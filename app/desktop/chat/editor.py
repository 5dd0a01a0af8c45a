"""Changing a message where it stands: Enter saves, Esc cancels, Shift+Enter breaks the line."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.widgets.buttons import PillButton

MAX_LINES = 18


class _Field(QTextEdit):
    """A text field that knows whether an input method is composing, whose keys are not ours then."""

    saved = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.composing = False
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self.composing:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.saved.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


class MessageEditor(TranslatedWidget):
    """A field with Save and Cancel. `saved` carries the new text; an empty text cannot be saved."""

    saved = Signal(str)
    cancelled = Signal()
    height_changed = Signal()

    def __init__(self, parent: QWidget, text: str) -> None:
        super().__init__(parent)
        self.setProperty("kind", "accent-card")
        self._field = _Field(self)
        self._field.setPlainText(text)
        self._save = PillButton(self, primary=True)
        self._cancel = PillButton(self)
        self.setFocusProxy(self._field)
        self._save.clicked.connect(self._accept)
        self._cancel.clicked.connect(self.cancelled)
        self._field.saved.connect(self._accept)
        self._field.cancelled.connect(self.cancelled)
        self._field.textChanged.connect(self._changed)
        self._field.moveCursor(self._field.textCursor().MoveOperation.End)
        self._height = 0
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        self._field.setAccessibleName(self.tr("Edit message"))
        self._save.setText(self.tr("Save"))
        self._cancel.setText(self.tr("Cancel"))

    def restyle(self) -> None:
        theme = themes.current
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.card))
        self._field.setPalette(palette)
        self._field.setFont(theme.font())
        self._save.restyle()
        self._cancel.restyle()

    def _accept(self) -> None:
        text = self._field.toPlainText().strip()
        if text:
            self.saved.emit(text)

    def _changed(self) -> None:
        self._save.setEnabled(bool(self._field.toPlainText().strip()))
        if self._wanted(self.width()) != self._height:
            self.height_changed.emit()

    def _wanted(self, width: int) -> int:
        theme = themes.current
        document = self._field.document()
        document.setTextWidth(width - 2 * theme.px(14))
        most = MAX_LINES * theme.px(22)
        # A bar that is not needed takes width, so that lines break earlier and it is needed after all.
        full = document.size().height() > most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._field.setVerticalScrollBarPolicy(policy)
        lines = min(document.size().height(), most)
        return math.ceil(lines) + 2 * theme.px(10) + theme.px(30) + theme.px(10)

    def fit(self, width: int) -> int:
        theme = themes.current
        self._height = height = self._wanted(width)
        pad, button = theme.px(14), theme.px(30)
        self._field.setGeometry(pad, theme.px(10), width - 2 * pad, height - button - theme.px(26))
        x = width - theme.px(10)
        for widget in (self._save, self._cancel):
            size = widget.sizeHint()
            x -= size.width()
            widget.setGeometry(x, height - size.height() - theme.px(8), size.width(), size.height())
            x -= 8
        return height
