"""One download as a card: name, bar, a line of numbers, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.models.download_text import download_line, download_state, download_title, fraction
from app.desktop.models.focus import FocusCard
from app.desktop.models.library_state import is_foreign
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.slim_bar import SlimBar
from app.services.hub.events import DownloadProgress
from app.store.records import Download

# The least room of the name beside the buttons.
TITLE = 190
CTRL = Qt.KeyboardModifier.ControlModifier


class DownloadCard(FocusCard):
    """Takes the focus: arrows walk, Ctrl and an arrow move it in the queue, Space pauses, Delete cancels, Enter does
    what its first button says. `dragged` carries where the pointer is, in the coordinates of the parent."""

    pause_wanted = Signal(int)
    resume_wanted = Signal(int)
    cancel_wanted = Signal(int)
    use_wanted = Signal(int)
    show_wanted = Signal(int)
    forget_wanted = Signal(int)
    move_wanted = Signal(int, int)
    walked = Signal(int, int)
    dragged = Signal(int, QPoint)
    dropped = Signal(int)

    def __init__(self, download: Download, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.download = download
        self._progress: DownloadProgress | None = None
        self._queue = (0, 1)  # its place, from 0, and how many there are
        self._pressed: QPoint | None = None
        self._dragging = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.title = ElidedLabel(self, bold=True)
        self.foreign = Chip(self)
        self.up, self.down = push_button(self, "icon"), push_button(self, "icon")
        self.first, self.second = push_button(self, "bar"), push_button(self, "bar")
        self.bar = SlimBar(self)
        self.line = wrapped_label(self, "small", selectable=False)
        self._buttons = FlowRow(self, self.foreign, self.up, self.down, self.first, self.second)
        self._head = FoldingRow(self, (self.title, 1, TITLE), self._buttons)
        Column(self._head, self.bar, self.line, parent=self, margins=(18, 12, 14, 14), spacing=8)
        self.up.clicked.connect(lambda: self.move_wanted.emit(self.download.id, -1))
        self.down.clicked.connect(lambda: self.move_wanted.emit(self.download.id, 1))
        self.first.clicked.connect(self._first)
        self.second.clicked.connect(self._second)
        self.refresh()

    # What the view tells

    def show_download(
        self, download: Download, progress: DownloadProgress | None, queue: tuple[int, int]
    ) -> None:
        """`queue` is its place among those that are not finished, from 0, and how many they are."""
        self.download, self._queue = download, queue
        self.title.set_whole(download_title(download))
        foreign = is_foreign(download) and download.state in ("running", "verifying", "queued")
        self.foreign.setVisible(foreign)
        self.foreign.say(
            self.tr("from a terminal"),
            explanation=self.tr("A command in a terminal is downloading this. Pause it there."),
        )
        self._show_buttons(foreign)
        self.show_progress(progress)
        self._show_arrows()

    def show_progress(self, progress: DownloadProgress | None) -> None:
        self._progress = progress
        download = self.download
        words = download_line(download, progress)
        self.line.setText(words)
        kind = "bad" if download.state == "failed" else "small"
        set_kind(self.line, kind)
        self.bar.setVisible(download.state not in ("done", "failed"))
        moving = download.state in ("running", "verifying")
        self.bar.show_value(fraction(download, progress), words, quiet=not moving)
        self.setAccessibleName(f"{self.title.whole()}, {download_state(download)}, {words}")

    def _show_buttons(self, foreign: bool) -> None:
        name, state = self.title.whole(), self.download.state
        first, second = {
            "running": (self.tr("Pause"), self.tr("Cancel")),
            "queued": (self.tr("Pause"), self.tr("Cancel")),
            "verifying": ("", self.tr("Cancel")),
            "paused": (self.tr("Resume"), self.tr("Cancel")),
            "failed": (self.tr("Try again"), self.tr("Remove")),
            "done": (self.tr("Use"), self.tr("Show in library")),
            "cancelled": ("", ""),
        }[state]
        for button, text in ((self.first, first), (self.second, second)):
            button.setVisible(bool(text) and not foreign)
            set_texts(button, text, f"{text}: {name}")

    def _show_arrows(self) -> None:
        """The arrows of the queue show where hand or keys are, and only where there is a queue."""
        place, count = self._queue
        wanted = self.underMouse() or self.hasFocus() or self.up.hasFocus() or self.down.hasFocus()
        movable = count > 1 and self.download.state != "done" and wanted
        for button, name, possible in (
            (self.up, self.tr("Earlier in the queue"), place > 0),
            (self.down, self.tr("Later in the queue"), place < count - 1),
        ):
            button.setVisible(movable)
            button.setEnabled(possible)
            button.setAccessibleName(f"{name}: {self.title.whole()}")
            button.setToolTip(name)
        self._buttons.refit()
        self._head.fold()

    # What a person does

    def _first(self) -> None:
        state, id = self.download.state, self.download.id
        if state in ("running", "queued"):
            self.pause_wanted.emit(id)
        elif state in ("paused", "failed"):
            self.resume_wanted.emit(id)
        elif state == "done":
            self.use_wanted.emit(id)

    def _second(self) -> None:
        state, id = self.download.state, self.download.id
        if state == "done":
            self.show_wanted.emit(id)
        elif state == "failed":
            self.forget_wanted.emit(id)
        elif state != "cancelled":
            self.cancel_wanted.emit(id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, id = event.key(), self.download.id
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key), 0)
        if step and event.modifiers() & CTRL:
            self.move_wanted.emit(id, step)
        elif step:
            self.walked.emit(id, step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.first.isVisible():
            self.first.click()
        elif key == Qt.Key.Key_Delete and self.download.state == "done":
            self.forget_wanted.emit(id)
        elif key == Qt.Key.Key_Delete and self.second.isVisible():
            self.second.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or self.download.state == "done" or self._queue[1] < 2:
            return
        place = event.position().toPoint()
        far = (place - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._dragging:
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.raise_()
        if self._dragging:
            self.dragged.emit(self.download.id, self.mapToParent(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if self._dragging:
            self._dragging = False
            self.unsetCursor()
            self.dropped.emit(self.download.id)

    # Looks

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self._show_arrows()
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_arrows()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_arrows()  # they stay where it goes to one of them

    def has_ring(self) -> bool:
        return self.hasFocus() or self._dragging

    def retranslate(self) -> None:
        self.show_download(self.download, self._progress, self._queue)

    def restyle(self) -> None:
        self.title.setMinimumHeight(themes.current.px(30))
        set_icon(self.up, "arrow-up", "muted", 16)
        set_icon(self.down, "arrow-down", "muted", 16)
        self.show_progress(self._progress)
