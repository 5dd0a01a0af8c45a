"""The list beside the page: the models with their speeds, and what this machine has."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.measures import device_label
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, discard
from app.desktop.widgets.scroller import scroll_area
from app.desktop.widgets.side_row import SideRow, fit_rows
from app.format import format_rate, format_size, format_speed, format_tokens_per_second
from app.services.connections.events import WorkerState
from engine.errors import ErrorInfo
from engine.placement.plan import Device, Machine


class ModelLine(msgspec.Struct, frozen=True):
    """A model of the list. `measured` and `predicted` in tokens per second, 0: not known."""

    name: str
    path: str
    measured: float = 0.0
    predicted: float = 0.0
    fits: bool | None = None
    error: ErrorInfo | None = None


class SidePanel(ThemedWidget):
    """`model_wanted` carries a path; `worker_wanted` asks for the place where workers are added."""

    model_wanted = Signal(str)
    worker_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self._lines: list[ModelLine] = []
        self._machine: Machine | None = None
        self._workers: tuple[WorkerState, ...] = ()
        self._chosen = ""
        self._title = text_label(self, "heading")
        self._empty = text_label(self, "small", wraps=True)
        self._machine_title = text_label(self, "small")
        self.rows: list[SideRow] = []
        self.devices: list[QLabel] = []
        self.add_worker = SideRow(self, symbol="plus")
        self.add_worker.clicked.connect(self.worker_wanted)
        inside = QWidget(self)
        self._models = Column(spacing=2)
        self._devices = Column(self._machine_title, margins=(8, 16, 8, 8), spacing=10)
        Column(
            Column(self._title, margins=(8, 4, 0, 8)),
            self._models,
            Column(self._empty, margins=(8, 4, 8, 8)),
            self._devices,
            self.add_worker,
            STRETCH,
            parent=inside,
            margins=(12, 14, 12, 12),
            spacing=2,
        )
        Column(scroll_area(inside, self), parent=self)
        self.refresh()

    # What the page tells

    def show_models(self, lines: Sequence[ModelLine], chosen: str) -> None:
        self._lines, self._chosen = list(lines), chosen
        fit_rows(self.rows, len(self._lines), self._models, self, self._choose)
        self._show_lines()

    def take_focus(self) -> None:
        """Let the keys begin at the chosen model."""
        for row in self.rows:
            if row.isChecked():
                row.setFocus(Qt.FocusReason.OtherFocusReason)

    def change_line(self, line: ModelLine) -> None:
        """What is known of one model changed."""
        self._lines = [line if old.path == line.path else old for old in self._lines]
        self._show_lines()

    def lines(self) -> list[ModelLine]:
        return list(self._lines)

    def show_machine(self, machine: Machine | None, workers: Sequence[WorkerState] = ()) -> None:
        self._machine, self._workers = machine, tuple(workers)
        self._show_machine()

    # Inside

    def _choose(self, row: SideRow) -> None:
        self._chosen = self._lines[self.rows.index(row)].path
        for other in self.rows:
            other.setChecked(other is row)
        self.model_wanted.emit(self._chosen)

    def _figure(self, line: ModelLine) -> tuple[str, str]:
        """What stands at the right of a row, and the same as a whole sentence."""
        if line.error is not None:
            return self.tr("can’t be read"), languages.tell(line.error)
        if line.fits is False:
            return self.tr("doesn’t fit"), self.tr("doesn’t fit this computer")
        if line.measured > 0:
            speed = format_speed(line.measured)
            return (
                format_tokens_per_second(line.measured, languages.current),
                self.tr("{speed} tokens per second measured").format(speed=speed),
            )
        if line.predicted > 0:
            speed = format_speed(line.predicted)
            return (
                self.tr("~{speed} tok/s").format(speed=speed),
                self.tr("about {speed} tokens per second predicted").format(speed=speed),
            )
        return "", ""

    def _show_lines(self) -> None:
        self._empty.setVisible(not self._lines)
        for row, line in zip(self.rows, self._lines, strict=True):
            note, described = self._figure(line)
            row.show_words(line.name, note, f"{line.name}, {described}" if described else line.name)
            row.setChecked(line.path == self._chosen)

    def _machine_lines(self) -> list[str]:
        machine = self._machine
        if machine is None:
            return []
        lines = [self._device_line(machine, device) for device in machine.devices]
        known = {device.description for device in machine.devices}
        for worker in self._workers:
            away = worker.state == "away"
            if away and not any(worker.address in description for description in known):
                lines.append(self.tr("{address} · not connected").format(address=worker.address))
        ram = self.tr("{size} RAM").format(size=format_size(machine.ram.total))
        if machine.ram.bandwidth > 0:
            ram += f" · {format_rate(machine.ram.bandwidth)}"
        lines.append(ram)
        if not machine.devices:
            lines.append(self.tr("No GPU found: everything runs on the CPU."))
        return lines

    def _device_line(self, machine: Machine, device: Device) -> str:
        label = device_label(machine, device.name)
        if device.kind == "rpc":
            label = self.tr("Other PC {name}").format(name=label)
        line = f"{label} · {format_size(device.total)}"
        speed = device.bandwidth or device.link
        return f"{line} · {format_rate(speed)}" if speed > 0 else line

    def _show_machine(self) -> None:
        lines = self._machine_lines()
        while len(self.devices) < len(lines):
            label = text_label(self, wraps=True, selectable=True)
            self._devices.addWidget(label)
            self.devices.append(label)
        for label in self.devices[len(lines) :]:
            discard(label, self._devices)
        del self.devices[len(lines) :]
        for label, text in zip(self.devices, lines, strict=True):
            label.setText(text)
        self._machine_title.setVisible(bool(lines))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Placement"))
        self._empty.setText(self.tr("No models yet. Open a model file with Ctrl+O."))
        self._machine_title.setText(self.tr("This computer"))
        self.add_worker.show_words(self.tr("Add another PC"))
        self._show_lines()
        self._show_machine()
