"""Puts files back in the background: how far it is, once it takes a moment, and a way to stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from agents.events import Undone
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Overlay
from app.desktop.widgets.slim_bar import SlimBar
from app.format import format_count
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

WIDTH = 420
# What takes less is not worth a word.
SHOWN_MS = 400
# Between two times that progress is told; seconds.
_TOLD = 0.05
Stop = Callable[[], bool]
Progress = Callable[[int, int], None]


class RestoreProgress(Overlay):
    """Stays until the work has ended: a click beside it and Esc do nothing but stop it."""

    def __init__(self, parent: QWidget, stop: Callable[[], None]) -> None:
        super().__init__(parent, WIDTH)
        self._done = self._total = 0
        self._stops = False
        self._stop = stop
        self.title = text_label(self.card, "title")
        self.bar = SlimBar(self.card)
        self.words = text_label(self.card, "small")
        self.stop = push_button(self.card)
        self.inside.set_margins(20, 18, 20, 18)
        for item in (self.title, self.bar, self.words, Row(STRETCH, self.stop)):
            self.inside.add(item)
        self.stop.clicked.connect(self.stop_work)
        self.refresh()

    def show_progress(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self.retranslate()

    def stop_work(self) -> None:
        self._stops = True
        self._stop()
        self.retranslate()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.stop_work()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.stop.hasFocus():
            self.stop.click()

    def retranslate(self) -> None:
        done, total = format_count(self._done), format_count(self._total)
        self.title.setText(self.tr("Restoring files"))
        words = self.tr("{done} of {total}").format(done=done, total=total)
        self.bar.show_value(self._done / self._total if self._total else 0.0, words)
        self.words.setText(self.tr("Stopping after the file at hand…") if self._stops else words)
        self.stop.setText(self.tr("Stop"))
        self.stop.setEnabled(not self._stops)
        self.card.setAccessibleName(self.title.text())


class Restoring(QObject):
    """One piece of work at a time for each `do`; its progress covers `window`."""

    def __init__(self, calls: ServiceCalls, window: QWidget) -> None:
        super().__init__(window)
        self._calls, self._window = calls, window
        self.progress: RestoreProgress | None = None

    def do(
        self,
        work: Callable[[Services, Stop, Progress], Undone],
        then: Callable[[Undone], None],
        on_error: Callable[[UserError], None] | None = None,
    ) -> None:
        """`work` asks whether to stop and tells how many of how many it has done; `then` is given what came of it,
        also when it was stopped."""
        stopped = threading.Event()
        shown = QTimer(self, singleShot=True, interval=SHOWN_MS)
        progress = RestoreProgress(self._window.window(), stopped.set)
        shown.timeout.connect(lambda: self._open(progress))

        def ended() -> None:
            shown.stop()
            shown.deleteLater()
            if self.progress is progress:
                self.progress = None
            progress.close_overlay()
            progress.deleteLater()

        def done(undone: Undone) -> None:
            ended()
            then(undone)

        def failed(error: UserError) -> None:
            ended()
            (on_error or self._calls.failed.emit)(error)

        task = self._calls.stream(
            lambda services, task: work(
                services, lambda: stopped.is_set() or not task.keep_going(), _thinned(task.tell)
            ),
            lambda item: progress.show_progress(*item),
            done,
            failed,
            executor="io",
            owner=self,
        )
        if task is None:
            ended()
        else:
            shown.start()

    def _open(self, progress: RestoreProgress) -> None:
        self.progress = progress
        progress.open()
        progress.stop.setFocus(Qt.FocusReason.PopupFocusReason)


def _thinned(tell: Callable[[object], None]) -> Progress:
    """Tells only as often as can be seen."""
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= _TOLD:
            last = time.monotonic()
            tell((done, total))

    return progress
