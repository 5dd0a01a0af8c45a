"""What this program is, and what a bug report needs of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QWidget

from app import paths
from app.desktop.forms.copy_diagnostics import CopyDiagnostics
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.labels import set_texts, text_label
from app.version import VERSION


class AboutSection(FormSection):
    """The version, the diagnostics for the clipboard, and the folder with the logs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self.version = text_label(self, text=VERSION, selectable=True)
        self.copy = CopyDiagnostics(self)
        self.shortcuts = QPushButton(self)
        self.logs = QPushButton(self)
        logs = QUrl.fromLocalFile(str(paths.logs()))
        self.logs.clicked.connect(lambda: QDesktopServices.openUrl(logs))
        self.refresh()

    def retranslate(self) -> None:
        super().retranslate()
        self.copy.setAccessibleName(self.copy.text())
        set_texts(self.shortcuts, self.tr("Show"), self.tr("Show the keyboard shortcuts"))
        set_texts(self.logs, self.tr("Open the folder"), self.tr("Open the folder with the logs"))

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("About"))
        license = self.tr("MIT License. With Qt (LGPL), llama.cpp (MIT) and other free software.")
        copied = self.tr(
            "For a bug report: versions, devices, settings and the last log lines. Nothing you wrote, no tokens."
        )
        logs = self.tr("What Coterie did, in files of at most 4 MB.")
        return (
            Field("version", self.tr("Coterie"), license, self.version),
            Field("shortcuts", self.tr("Keyboard shortcuts"), "F1", self.shortcuts),
            Field("diagnostics", self.tr("Diagnostics"), copied, self.copy),
            Field("logs", self.tr("Logs"), logs, self.logs),
        )
