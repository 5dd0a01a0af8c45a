"""A run as a file of a person's choice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.file_names import file_name
from app.services.runs.export import ENDINGS, ExportFormat
from app.services.runs.values import RunRecord
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services


def write_export(services: Services, run: int, format: ExportFormat, path: str) -> None:
    """Write the run to a file. Raises UserError `run.missing`, `run.not_exported`."""
    text = services.runs.export(run, format)
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError("run.not_exported", path=path, detail=error.strerror or str(error)) from error


class Exporting(QObject):
    """Asks where to, and writes it off the GUI thread. `said` carries that it is done."""

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._window = calls, window

    def ask(self, run: RunRecord, format: ExportFormat) -> None:
        """Let a person choose the file."""
        dialog = QFileDialog(self._window, self.tr("Export the run"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(file_name(run.title, f"run-{run.id}", ENDINGS[format]))
        dialog.fileSelected.connect(lambda path: self.write(run.id, format, path))
        dialog.open()

    def write(self, run: int, format: ExportFormat, path: str) -> None:
        self._calls.do(
            lambda s: write_export(s, run, format, path),
            lambda _: self.said.emit(Notification(self.tr("Saved to {path}").format(path=path))),
            executor="io",
            owner=self,
        )
