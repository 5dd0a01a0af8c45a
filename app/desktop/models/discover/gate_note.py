"""The note of a repository that not everybody may download from: why, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.desktop.base.language import languages
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column
from engine.errors import UserError
from engine.hub.values import HubModel

# Errors that say that the door is shut, not that something is broken.
SHUT = ("hub.gated", "hub.needs_token", "hub.bad_token")


class GateNote(ThemedWidget):
    """Hidden unless there is a gate. `page_wanted` carries the repository, `token_wanted` asks for the settings."""

    page_wanted = Signal(str)
    token_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: HubModel | None = None
        self._error: UserError | None = None
        self.words = wrapped_label(self)
        self.page = push_button(self, "bar")
        self.token = push_button(self, "bar")
        self.page.clicked.connect(lambda: self._model is not None and self.page_wanted.emit(self._model.repo))
        self.token.clicked.connect(self.token_wanted)
        self._frame = QFrame(self)
        self._frame.setProperty("kind", "note")
        self._bar = FlowRow(self._frame, self.page, self.token)
        Column(self.words, self._bar, parent=self._frame, margins=(14, 10, 14, 12), spacing=8)
        Column(self._frame, parent=self)
        self.refresh()

    @staticmethod
    def explains(error: UserError) -> bool:
        return error.code in SHUT

    def show_gate(self, model: HubModel, error: UserError | None) -> None:
        self._model = model
        self._error = error if error is not None and self.explains(error) else None
        self.setVisible(bool(model.gate) or self._error is not None)
        self.retranslate()

    def retranslate(self) -> None:
        gate = self._model.gate if self._model is not None else ""
        if self._error is not None:
            words = languages.tell(self._error)
        elif gate == "manual":
            words = self.tr(
                "The author must approve access first. Request it on the model page; then Coterie "
                "downloads the model with your access token."
            )
        else:
            words = self.tr(
                "The author asks you to accept terms first. Accept them on the model page; then Coterie "
                "downloads the model with your access token."
            )
        self.words.setText(words)
        set_texts(self.page, self.tr("Open the model page"), self.tr("Open the model page in the browser"))
        set_texts(self.token, self.tr("Access token in Settings"))
        self._bar.refit()
