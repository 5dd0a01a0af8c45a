"""What stands beside the buttons of the composer: what is done with what was sent, or with what is being written."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.language import languages
from app.desktop.text.remote_marks import leaving, short_host
from app.desktop.widgets.elided import ElidedLabel
from app.format import format_duration
from app.services.models.events import ModelChanged
from app.services.models.reading_time import disk_reading_seconds

# Waiting that is told before something is sent, in seconds.
LONG_READING = 5.0
# What is done sooner needs no words.
UNDER_WAY_MS = 400


class ComposerHint(ElidedLabel):
    """Hidden while there is nothing to say; `changed` tells that it needs another room."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, pixels=13, mode=Qt.TextElideMode.ElideRight)
        self.setProperty("kind", "small")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._model: ModelChanged | None = None
        self._text, self._answering, self._under_way = "", False, ""
        self._patience = QTimer(self, singleShot=True, interval=UNDER_WAY_MS)
        self._patience.timeout.connect(self.refresh)
        self.hide()

    def show_model(self, state: ModelChanged) -> None:
        self._model = state
        self.refresh()

    def show_written(self, text: str) -> None:
        self._text = text
        self.refresh()

    def show_answering(self, answering: bool) -> None:
        self._answering = answering
        self.refresh()

    def show_under_way(self, words: str) -> None:
        """What is done with what was sent before it is seen among the messages, where that takes a while; "" once it
        is there."""
        self._under_way = words
        if words:
            self._patience.start()
        else:
            self._patience.stop()
        self.refresh()

    def refresh(self) -> None:
        words, short = self._words()
        self.set_forms((words, short or words))
        self.setVisible(bool(words))
        self.changed.emit()

    def _words(self) -> tuple[str, str]:
        """Those to show, and shorter ones."""
        state = self._model
        if self._under_way and not self._patience.isActive():
            return self._under_way, ""
        if state is None:
            return "", ""
        if state.tuning:
            return self.tr("Tuning the model; it answers when that is done. You can send now."), ""
        if state.state == "loading":
            free = self.tr("Loading the model. You can send now.")
            return self.tr("Loading the model…") if self._answering else free, ""
        if state.resting:
            return self.tr("Loads when you start typing."), ""
        if (remote := leaving(state.path)) is not None:
            words = self.tr("Sent to {host}, outside this computer").format(host=short_host(remote))
            return words, self.tr("Leaves this computer")
        return self._reading_words()

    def _reading_words(self) -> tuple[str, str]:
        """How long the model reads what is written, where its experts are on the disk."""
        facts = self._model.facts if self._model is not None else None
        seconds = disk_reading_seconds(facts.plan if facts is not None else None, self._text)
        if seconds < LONG_READING:
            return "", ""
        time = format_duration(round(seconds), languages.current)
        words = self.tr("Reading this from the disk takes about {time}").format(time=time)
        return words, self.tr("About {time}").format(time=time)
