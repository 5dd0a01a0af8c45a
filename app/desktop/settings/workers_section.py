"""Workers on other PCs: which there are, how they are, and adding or removing one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.controls import Section
from app.desktop.widgets.dot import Dot
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_size
from app.services.connections.events import WorkersChanged, WorkerState
from app.services.events import ServiceEvent
from engine.errors import UserError


class WorkerLine(QWidget):
    """One worker: its address, its state in words, and a button that removes it."""

    def __init__(self, worker: WorkerState, parent: QWidget) -> None:
        super().__init__(parent)
        self.address = worker.address
        colour = {"ready": "good", "away": "bad"}.get(worker.state, "faint")
        name = text_label(self, text=worker.address, selectable=True)
        self.words = text_label(self, "small", text=self._state(worker), wraps=True)
        self.remove = push_button(self, "bar", text=self.tr("Remove"))
        self.remove.setAccessibleName(self.tr("Remove {address}").format(address=worker.address))
        Row(
            (Dot(self, colour), 0, Qt.AlignmentFlag.AlignVCenter),
            (Column(name, self.words, spacing=2), 1),
            (self.remove, 0, Qt.AlignmentFlag.AlignVCenter),
            parent=self,
            spacing=12,
        )

    def _state(self, worker: WorkerState) -> str:
        if worker.state == "ready":
            memory = sum(device.free for device in worker.devices)
            if not worker.devices:
                return self.tr("Ready, in use by the loaded model")
            return self.tr("Ready, {size} free").format(size=format_size(memory))
        if worker.error is not None:
            return languages.tell(worker.error)
        if worker.state == "checking":
            return self.tr("Checking…")
        return self.tr("Not checked yet")


class WorkersList(ThemedWidget):
    """The lines, with a field to add one below them. `grew`: there is more of it, which may be out of sight."""

    grew = Signal()

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._workers: tuple[WorkerState, ...] = ()
        self._error: UserError | None = None
        self.lines: list[WorkerLine] = []
        self._rows = Column(spacing=10)
        self.field = QLineEdit(self)
        self.add = QPushButton(self)
        self.check = QPushButton(self)
        for button in (self.add, self.check):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.error = text_label(self, wraps=True)
        self.error.hide()
        Column(
            self._rows,
            Row((self.field, 1), self.add, self.check, spacing=8),
            self.error,
            parent=self,
            spacing=10,
        )
        self.add.clicked.connect(self._add)
        self.field.returnPressed.connect(self._add)
        self.field.textEdited.connect(lambda _: self._say(None))
        self.check.clicked.connect(self.check_all)
        self.refresh()

    def show_workers(self, workers: tuple[WorkerState, ...]) -> None:
        """The lines are made anew; where a removed one had the focus, the field takes it."""
        self._workers = tuple(workers)
        focused = any(line.remove.hasFocus() for line in self.lines)
        self._rows.drop(*self.lines)
        self.lines = []
        for worker in self._workers:
            line = WorkerLine(worker, self)
            line.remove.clicked.connect(lambda _=False, address=worker.address: self._remove(address))
            self._rows.addWidget(line)
            self.lines.append(line)
        if focused:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        busy = any(worker.state == "checking" for worker in self._workers)
        self.check.setVisible(bool(self._workers))
        self.check.setEnabled(not busy)

    def check_all(self) -> None:
        """Ask each of them again."""
        self._calls.do(lambda s: s.placements.check_workers(), None, self._say, executor="io", owner=self)

    def _add(self) -> None:
        address = self.field.text().strip()
        if not address:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._say(None)
        self._calls.do(
            lambda s: s.placements.add_worker(address), self._added, self._say, executor="io", owner=self
        )

    def _added(self, _: WorkerState) -> None:
        self.field.clear()
        self.grew.emit()

    def _remove(self, address: str) -> None:
        self._calls.do(
            lambda s: s.placements.remove_worker(address), None, self._say, executor="io", owner=self
        )

    def _say(self, error: UserError | None) -> None:
        self._error = error
        self.error.setText("" if error is None else languages.tell(error))
        self.error.setVisible(error is not None)
        if error is not None:
            self.grew.emit()

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Address and port, such as 192.168.0.7:50052"))
        self.field.setAccessibleName(self.tr("Address of the PC to add"))
        set_texts(self.add, self.tr("Add"), self.tr("Add this PC"))
        set_texts(self.check, self.tr("Check again"), self.tr("Check all PCs again"))
        self.show_workers(self._workers)
        self._say(self._error)

    def restyle(self) -> None:
        palette = self.error.palette()
        palette.setColor(palette.ColorRole.WindowText, QColor(themes.current.bad))
        self.error.setPalette(palette)


class WorkersSection(Section):
    """The section of the settings page, with the plain warning that comes with it."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._told = 0  # how often the workers were told to have changed
        self.list = WorkersList(calls, self)
        self._row = self.add_row(self.list, below=True)
        self.refresh()

    def refresh_workers(self) -> None:
        told = self._told
        self._calls.do(lambda s: s.placements.workers(), lambda read: self._take_read(told, read), owner=self)

    def _take_read(self, told: int, workers: tuple[WorkerState, ...]) -> None:
        # What was read before a change was told is older than that.
        if told == self._told:
            self.list.show_workers(workers)

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, WorkersChanged):
                self._told += 1
                self.list.show_workers(event.workers)

    def retranslate(self) -> None:
        self.set_title(self.tr("Other PCs"))
        self._row.set_words(
            self.tr("Other PCs that share their memory"),
            self.tr(
                "A PC that runs llama.cpp’s ggml-rpc-server can hold part of a model. The connection has "
                "no password and no encryption: anyone who can reach that PC can read what you write, "
                "and could take it over. Use it only on a network you trust."
            ),
        )
