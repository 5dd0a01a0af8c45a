"""Where downloaded models are kept, and moving them somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.file_dialog import choose_folder
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.slim_bar import Gauge
from app.format import format_size_of
from app.services.library.events import MoveProgress
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.hub.transfer.stop import StopToken

STOPPED = "library.stopped"
PATH = 160


class LibraryFolder(ThemedWidget):
    """Shows the folder; "Change…" moves what is in it, with progress, and can be stopped. `moved` carries the new
    folder."""

    moved = Signal(str)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._stop: StopToken | None = None
        self._progress: MoveProgress | None = None
        self.path = wrapped_label(self, "value")
        self.gauge = Gauge(self)
        self.cancel = push_button(self)
        self.change = push_button(self)
        self.complaint = Complaint(self)
        row = FoldingRow(self, (self.path, 1, PATH), self.gauge, self.cancel, self.change, spacing=12)
        for button in (self.cancel, self.change):
            row.align(button, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        Column(row, self.complaint, parent=self, spacing=6)
        self.setFocusProxy(self.change)
        self.change.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.stop)
        self.refresh()

    def read(self) -> None:
        """Ask where the library is now."""
        self._calls.do(lambda s: str(s.library.folder), self._show_path)

    def _show_path(self, path: str) -> None:
        set_texts(self.path, path, self.tr("Library folder: {path}").format(path=path))

    def take(self, progress: MoveProgress) -> None:
        if self._stop is not None:
            self._progress = progress
            self._show()

    def move_to(self, folder: str) -> None:
        """Keep the library in `folder` from now on; nothing happens while it moves already."""
        if self._stop is not None:
            return
        from engine.hub.transfer.stop import StopToken  # brings all of the transfer

        stop = self._stop = StopToken()
        self._progress = None
        self.complaint.say(None)
        self._show()
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._calls.do(
            lambda s: s.library.move_to(folder, stop),
            lambda _: self._ended(None),
            self._ended,
            executor="io",
            owner=self,
        )

    def stop(self) -> None:
        """End a move that is under way: everything stays where it was."""
        if self._stop is not None:
            self._stop.cancel()
            self.cancel.setEnabled(False)

    def _ended(self, error: UserError | None) -> None:
        self._stop = None
        self.complaint.say(error if error is None or error.code != STOPPED else None)
        had_focus = self.cancel.hasFocus()
        self._show()
        if had_focus:
            self.change.setFocus(Qt.FocusReason.OtherFocusReason)
        self.read()
        if error is None:
            self.moved.emit(self.path.text())

    def _choose(self) -> None:
        choose_folder(self, self.tr("Folder for models"), self.move_to, self.path.text())

    def _show(self) -> None:
        moving = self._stop is not None
        self.change.setVisible(not moving)
        self.gauge.setVisible(moving)
        self.cancel.setVisible(moving)
        self.cancel.setEnabled(self._stop is not None and not self._stop.stopped)
        if not moving:
            return
        progress = self._progress
        if progress is None or not progress.total:
            self.gauge.show_value(self.tr("Moving…"), 0.0, self.tr("Moving the library"))
            return
        amount = format_size_of(progress.done, progress.total, languages.current)
        said = self.tr("Moving the library: {amount}").format(amount=amount)
        self.gauge.show_value(amount, progress.done / progress.total, said)

    def retranslate(self) -> None:
        set_texts(self.change, self.tr("Change…"), self.tr("Change the library folder"))
        set_texts(self.cancel, self.tr("Cancel"), self.tr("Stop moving the library"))
        self._show_path(self.path.text())
        self._show()
