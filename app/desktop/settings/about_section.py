"""What this program is, and what a bug report needs of it."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QWidget

from app import paths
from app.desktop.forms.controls import Section
from app.desktop.forms.copy_diagnostics import CopyDiagnostics
from app.desktop.widgets.labels import set_texts, text_label
from app.version import VERSION


class AboutSection(Section):
    """The version, the diagnostics for the clipboard, and the folder with the logs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.version = text_label(self, text=VERSION, selectable=True)
        self.copy = CopyDiagnostics(self)
        self.logs = QPushButton(self)
        self._version_row = self.add_row(self.version)
        self._copy_row = self.add_row(self.copy)
        self._logs_row = self.add_row(self.logs)
        self.logs.clicked.connect(_open_logs)
        self.refresh()

    def retranslate(self) -> None:
        self.set_title(self.tr("About"))
        self._version_row.set_words(
            self.tr("Coterie"),
            self.tr("MIT License. With Qt (LGPL), llama.cpp (MIT) and other free software."),
        )
        self._copy_row.set_words(
            self.tr("Diagnostics"),
            self.tr(
                "For a bug report: versions, devices, settings and the last log lines. Nothing you wrote, no"
                " tokens."
            ),
        )
        self.copy.setAccessibleName(self.copy.text())
        self._logs_row.set_words(self.tr("Logs"), self.tr("What Coterie did, in files of at most 4 MB."))
        set_texts(self.logs, self.tr("Open the folder"), self.tr("Open the folder with the logs"))


def _open_logs() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs())))
