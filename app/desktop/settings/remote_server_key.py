"""The key of a server: a field to give one, and who keeps it. What is typed is shown nowhere."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.services.settings.secrets import TokenPlace


class KeyField(ThemedWidget):
    """`forget_wanted`: the kept one shall go. `typed`: there is another text in the field."""

    forget_wanted = Signal()
    typed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place: TokenPlace | None = None  # None: nobody was asked yet
        self.field = QLineEdit(self)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.forget = push_button(self, "bar")
        self.state = wrapped_label(self, "small")
        Column(Row((self.field, 1), self.forget, spacing=8), self.state, parent=self, spacing=4)
        self.setFocusProxy(self.field)
        self.field.textEdited.connect(lambda _: self.typed.emit())
        self.forget.clicked.connect(self.forget_wanted)
        self.refresh()

    def key(self) -> str | None:
        """What was typed, None for nothing."""
        return self.field.text().strip() or None

    def show_place(self, place: TokenPlace) -> None:
        """Who keeps the key now; what was typed is forgotten."""
        self._place = place
        self.field.clear()
        self.retranslate()

    def retranslate(self) -> None:
        place = self._place
        self.field.setPlaceholderText(
            self.tr("New key to replace the saved one")
            if place in ("keyring", "session")
            else self.tr("Only if the server requires one")
        )
        self.field.setAccessibleName(self.tr("API key"))
        words = {
            "keyring": self.tr("Stored in the system keyring."),
            "session": self.tr("Kept until Coterie quits: this system has no keyring."),
        }.get(place or "", "")
        self.state.setText(words)
        self.state.setVisible(bool(words))
        set_texts(self.forget, self.tr("Forget"), self.tr("Forget the API key"))
        self.forget.setVisible(place in ("keyring", "session"))
