"""The button that puts what a bug report needs on the clipboard."""

from __future__ import annotations

import logging

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from app.desktop.base.language import languages
from app.desktop.base.tasks import run_in_background
from app.desktop.widgets.labels import set_texts

log = logging.getLogger(__name__)
COPIED_MS = 4000


class CopyDiagnostics(QPushButton):
    """Collects in the background, for seconds; its own text says how far it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._back = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._back.timeout.connect(self.retranslate)
        self.clicked.connect(self._collect)
        languages.changed.connect(self.retranslate)
        self.retranslate()

    def _collect(self) -> None:
        self._back.stop()
        self.setEnabled(False)
        set_texts(self, self.tr("Collecting…"))
        run_in_background(_diagnostics, self._copy, self._failed, executor="net", owner=self)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._end(self.tr("Copied"))

    def _failed(self, error: Exception) -> None:
        log.error("The diagnostics could not be collected", exc_info=error)
        self._end(self.tr("Could not collect them"))

    def _end(self, said: str) -> None:
        self.setEnabled(True)
        set_texts(self, said)
        self._back.start()

    def retranslate(self) -> None:
        if self.isEnabled():
            set_texts(self, self.tr("Copy diagnostics"))


def _diagnostics() -> str:
    from app.services.diagnostics.bundle import diagnostics

    return diagnostics()
