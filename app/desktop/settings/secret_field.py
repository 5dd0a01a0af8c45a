"""A secret in the settings: a field to give one, and who keeps it. What is typed is shown nowhere."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.settings.server_text import place_words
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import Column
from app.services.settings.secrets import TokenPlace

# The least of the field beside its buttons.
FIELD = 120


class SecretField(ThemedWidget):
    """`given` carries what was typed once it is entered; `forget_wanted`: the kept one shall go. A subclass sets the
    words in `retranslate`."""

    given = Signal(str)
    forget_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place: TokenPlace | None = None  # None: nobody was asked yet
        self.name, self.state = wrapped_label(self), wrapped_label(self, "small")
        self.field = TextField(self)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep, self.forget = push_button(self), push_button(self)
        row = FoldingRow(self, (self.field, 1, FIELD), self.keep, self.forget)
        for button in (self.keep, self.forget):
            row.align(button, Qt.AlignmentFlag.AlignLeft)
        self.column = Column(self.name, row, self.state, parent=self, spacing=4)
        for widget in (self.name, self.keep, self.forget):
            widget.hide()
        self.setFocusProxy(self.field)
        self.keep.clicked.connect(self._give)
        self.field.returnPressed.connect(self._give)
        self.forget.clicked.connect(self.forget_wanted)

    def typed(self) -> str:
        return self.field.text().strip()

    def show_place(self, place: TokenPlace) -> None:
        """Who keeps the secret now."""
        self.place = place
        self.retranslate()

    @property
    def is_kept(self) -> bool:
        """Whether there is one that can be forgotten."""
        return self.place in ("keyring", "session")

    def _give(self) -> None:
        if self.typed():
            self.given.emit(self.typed())
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)


class KeyField(SecretField):
    """The key of a server of models; the form around it keeps what is typed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.refresh()

    def show_place(self, place: TokenPlace) -> None:
        self.field.clear()
        super().show_place(place)

    def retranslate(self) -> None:
        self.field.setPlaceholderText(
            self.tr("New key to replace the saved one")
            if self.is_kept
            else self.tr("Only if the server requires one")
        )
        self.field.setAccessibleName(self.tr("API key"))
        show_text(self.state, place_words(self.place) if self.place and self.is_kept else "")
        set_texts(self.forget, self.tr("Forget"), self.tr("Forget the API key"))
        self.forget.setVisible(self.is_kept)
