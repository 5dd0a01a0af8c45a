"""Workers on other PCs: which there are, how they are, and adding or removing one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.text_field import TextField
from app.desktop.forms.form import Field
from app.desktop.settings.connection_list import (
    ConnectionKind,
    ConnectionLine,
    ConnectionList,
    ConnectionsSection,
)
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.dot import Dot
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import Row
from app.format import format_size
from app.services.connections.events import WorkersChanged, WorkerState
from engine.errors import UserError


class WorkerLine(ConnectionLine):
    """One worker: its address, its state in words, and a button that removes it."""

    def __init__(self, worker: WorkerState, calls: ServiceCalls, parent: QWidget) -> None:
        dot = Dot(parent)
        super().__init__(worker, worker.address, parent, before=(dot,))
        self.dot = dot
        self.refresh()

    def retranslate(self) -> None:
        self.dot.show_tone({"ready": "good", "away": "bad"}.get(self.value.state, "faint"))
        self.name.setText(self.value.address)
        self.words.setText(self._state(self.value))
        super().retranslate()

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


KIND = ConnectionKind(
    lambda s: (s.placements.workers.all(), ()),
    lambda worker: worker.address,
    WorkerLine,
    lambda s, address: s.placements.workers.remove(address),
    lambda s, removed: None,
    WorkersChanged,
)


class WorkersList(ConnectionList):
    """The lines, with a field to add one below them. `grew`: there is more of it, which may be out of sight."""

    grew = Signal()

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(calls, KIND, parent)
        self.field = TextField(self)
        self.add, self.check = push_button(self), push_button(self)
        self.column.insertLayout(2, Row((self.field, 1), self.add, self.check, spacing=8))
        self.empty.hide()
        self.check.hide()
        self.add.clicked.connect(self._add)
        self.field.returnPressed.connect(self._add)
        self.field.textEdited.connect(lambda _: self.complaint.say(None))
        self.check.clicked.connect(self.check_all)
        self.line_gone.connect(self._take_focus)
        self.refresh()

    def show_values(self, values: Sequence[WorkerState]) -> None:
        super().show_values(values)
        self.check.setVisible(bool(values))
        self.check.setEnabled(not any(worker.state == "checking" for worker in values))

    def check_all(self) -> None:
        """Ask each of them again."""
        self._calls.do(lambda s: s.placements.workers.check(), None, self._say, executor="io", owner=self)

    def _take_focus(self, had_focus: bool) -> None:
        if had_focus:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        address = self.field.text().strip()
        if not address:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.complaint.say(None)
        self._calls.do(
            lambda s: s.placements.workers.add(address),
            lambda _: self._added(address),
            self._say,
            executor="io",
            owner=self,
        )

    def _added(self, address: str) -> None:
        if self.field.text().strip() == address:  # the next one may be there by now
            self.field.clear()
        self.grew.emit()

    def _say(self, error: UserError) -> None:
        self.complaint.say(error)
        self.grew.emit()

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Address and port, such as 192.168.0.7:50052"))
        self.field.setAccessibleName(self.tr("Address of the PC to add"))
        set_texts(self.add, self.tr("Add PC"), self.tr("Add this PC"))
        set_texts(self.check, self.tr("Check again"), self.tr("Check all PCs again"))


class WorkersSection(ConnectionsSection):
    """The section of the settings page, with the plain warning that comes with it."""

    list: WorkersList

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(WorkersList(calls), parent)
        self.list.grew.connect(lambda: self.grew.emit(self))
        self.refresh()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Other PCs"))
        explanation = self.tr(
            "A PC that runs llama.cpp’s ggml-rpc-server can hold part of a model. The connection has "
            "no password and no encryption: anyone who can reach that PC can read what you write, "
            "and could take it over. Use it only on a network you trust."
        )
        label = self.tr("Other PCs that share their memory")
        return [Field("list", label, explanation, self.list, below=True)]
