"""A line of text that is looked at before it counts, with the reason under it where it cannot."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.base.text_field import TextField
from app.desktop.widgets.labels import announce
from app.desktop.widgets.layouts import Column, Row
from engine.errors import UserError


class Complaint(QLabel):
    """A sentence in the colour of errors, hidden while there is none; a new one is told to screen readers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error: UserError | None = None
        self.setProperty("kind", "complaint")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def say(self, error: UserError | None) -> None:
        news = error is not None and self._error is None
        self._error = error
        self.retranslate()
        if news:
            announce(self, self.text())

    def retranslate(self) -> None:
        self.setText("" if self._error is None else languages.tell(self._error))
        self.setVisible(self._error is not None)


class CheckedField(QWidget):
    """`changed` carries the text once it is entered or left. It counts when the answer is `say(None)`."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = ""
        self.field = TextField(self)
        self.complaint = Complaint(self)
        self.beside = Row((self.field, 1), spacing=8)
        Column(self.beside, self.complaint, parent=self, spacing=6)
        self.setFocusProxy(self.field)
        self.field.editingFinished.connect(self._entered)
        self.field.textEdited.connect(lambda _: self.say(None))

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)

    def show_text(self, text: str) -> None:
        """What is kept; not while a person types here, nor in the place of what could not be kept."""
        if not self.field.hasFocus() and self.complaint.isHidden():
            self.field.setText(text)
            self._told = text

    def enter(self, text: str) -> None:
        """As if a person had typed it."""
        self.field.setText(text)
        self._entered()

    def say(self, error: UserError | None) -> None:
        """Why what was entered does not count; None when it does."""
        self.complaint.say(error)
        self.field.setAccessibleDescription(self.complaint.text())

    def _entered(self) -> None:
        text = self.field.text().strip()
        if text != self._told:
            self._told = text
            self.changed.emit(text)
