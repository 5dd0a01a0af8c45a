"""A conversation without words yet: what this is for, and a few ways to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.text.remote_marks import leaving
from app.desktop.widgets.buttons import push_button, word_button
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column


class EmptyState(TranslatedWidget):
    """Offers starters; `suggestion_chosen` carries the words. `origin_wanted`: back to where the chat was begun."""

    suggestion_chosen = Signal(str)
    origin_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._model: str | None = None  # not known yet
        self._title = text_label(self, "title", wraps=True)
        self._sentence = text_label(self, "value", wraps=True)
        for label in (self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._starters = [push_button(self, "bar") for _ in range(3)]
        self._origin_title = ""
        self.origin = word_button(self)
        self.origin.clicked.connect(self.origin_wanted)
        self.origin.hide()
        layout = Column(2, self._title, self._sentence, parent=self, spacing=8)
        layout.addSpacing(10)
        for button in self._starters:
            button.clicked.connect(lambda _=False, chosen=button: self.suggestion_chosen.emit(chosen.text()))
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.origin, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.retranslate()

    def show_model(self, model: str) -> None:
        """The path or the name of the model in use."""
        if model != self._model:
            self._model = model
            self.retranslate()

    def show_origin(self, title: str) -> None:
        """The chat that this one was begun from; "" for none."""
        self._origin_title = title
        self.origin.setVisible(bool(title))
        self.retranslate()

    def resizeEvent(self, event: object) -> None:
        self._fit_starters()

    def _fit_starters(self) -> None:
        """Leave out those that are too wide, and all where the window is low: none is cut."""
        for button in self._starters:
            button.setVisible(button.sizeHint().width() <= self.width())
        if self.layout().totalHeightForWidth(self.width()) > self.height():
            for button in self._starters:
                button.hide()

    def retranslate(self) -> None:
        self.origin.setText(self.tr("Back to “{title}”").format(title=self._origin_title.replace("&", "&&")))
        self._title.setText(self.tr("What can I help with?"))
        remote = leaving(self._model or "")
        words = self.tr("The model runs on your computer. Nothing you write leaves it.")
        if remote is not None:
            words = self.tr("The model runs on {host}. What you write is sent there.").format(
                host=remote.host
            )
        self._sentence.setText(words)
        self._sentence.setVisible(self._model is not None)  # where it is sent is not guessed
        texts = (
            self.tr("Explain how mixture-of-experts models work, in plain words"),
            self.tr("Help me write a friendly but firm letter"),
            self.tr("Plan a three-day trip with a small budget"),
        )
        for button, text in zip(self._starters, texts, strict=True):
            button.setText(text)
        self._fit_starters()
