"""The bar over a run: what it is, where it works, how far it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.desktop.live import LiveWidget
from app.desktop.models.chip import Chip
from app.desktop.models.elided import ElidedLabel
from app.desktop.runs.words import folder_text, is_under_way, mode_name, mode_sentence, progress_text
from app.desktop.theme import themes
from app.services.run_values import RunRecord

# Below these widths the words and then the chips give their room to the title and the buttons.
PROGRESS_FROM, CHIPS_FROM = 720, 560


class RunHeader(LiveWidget):
    """Shows a run's record; tells what a person wants."""

    pause_wanted = Signal()
    stop_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunRecord | None = None
        self._seconds = 0.0
        self._ending = False  # it was told to pause or stop, and has not yet
        self.title = ElidedLabel(self, bold=True)
        self.folder, self.mode = Chip(self), Chip(self)
        self.progress = QLabel(self)
        self.progress.setProperty("kind", "small")
        self.pause, self.stop, self.resume = QPushButton(self), QPushButton(self), QPushButton(self)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.title)
        self._row.addWidget(self.folder)
        self._row.addWidget(self.mode)
        self._row.addStretch(1)
        self._row.addWidget(self.progress)
        for button in (self.pause, self.stop, self.resume):
            button.setProperty("kind", "bar")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._row.addWidget(button)
        self.pause.clicked.connect(self._pause)
        self.stop.clicked.connect(self._stop)
        self.resume.clicked.connect(self.resume_wanted)
        self.refresh()

    def show_run(self, run: RunRecord, seconds: float) -> None:
        """`seconds` is how long it took so far, without waiting for a person."""
        if self._run is None or self._run.id != run.id or not is_under_way(run):
            self._ending = False
        self._run, self._seconds = run, seconds
        self._show()

    def _pause(self) -> None:
        self._ending = True
        self._show()
        self.pause_wanted.emit()

    def _stop(self) -> None:
        self._ending = True
        self._show()
        self.stop_wanted.emit()

    def _show(self) -> None:
        run = self._run
        if run is None:
            return
        self.title.set_whole(run.title)
        self.folder.say(folder_text(run.workspace), explanation=run.workspace)
        self.mode.say(mode_name(run.mode), explanation=mode_sentence(run.mode))
        self.progress.setText(progress_text(run, self._seconds))
        under_way = is_under_way(run)
        self.pause.setVisible(under_way)
        self.stop.setVisible(under_way)
        self.pause.setEnabled(not self._ending)
        self.resume.setVisible(run.state in ("paused", "stopped", "failed", "interrupted"))
        self._fit()

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def _fit(self) -> None:
        px = themes.current.px
        self.progress.setVisible(self.width() >= px(PROGRESS_FROM) and bool(self.progress.text()))
        for chip in (self.folder, self.mode):
            chip.setVisible(self.width() >= px(CHIPS_FROM))

    def retranslate(self) -> None:
        for button, name in (
            (self.pause, self.tr("Pause")),
            (self.stop, self.tr("Stop")),
            (self.resume, self.tr("Resume")),
        ):
            button.setText(name)
            button.setAccessibleName(name)
        self.pause.setToolTip(self.tr("End after this step; the run can be resumed"))
        self.stop.setToolTip(self.tr("End now; the run can be resumed"))
        self._show()

    def restyle(self) -> None:
        px = themes.current.px
        self.setFixedHeight(px(52))
        self._row.setContentsMargins(px(20), 0, px(20), px(1))
        self._row.setSpacing(px(12))
        self.title.setMinimumWidth(px(100))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, QColor(themes.current.line))
