"""How much memory is in use now, of the machine and of its graphics cards, in the header of the chat."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Row
from app.format import format_size_of
from app.services.events import ServiceEvent
from app.services.memory_pressure import MemoryReading, read_memory
from app.services.models.events import ActivityChanged

LOOK_MS = 2000


class MemoryChip(ThemedWidget):
    """Looks every other second while it is in sight. What cards hold is known while a model is loaded."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._reading: MemoryReading | None = None
        self._cards: tuple[tuple[str, int, int], ...] = ()
        self._words: QLabel = text_label(self, "small")
        Row(self._words, parent=self)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.refresh()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, ActivityChanged):
                self._cards = () if event.activity is None else event.activity.cards
                self.retranslate()

    def text(self) -> str:
        return self._words.text()

    def _look(self) -> None:
        self._calls.do(lambda _: read_memory(), self._show, executor="io", owner=self)

    def _show(self, reading: MemoryReading) -> None:
        self._reading = reading
        self.retranslate()

    def _lines(self) -> list[str]:
        if self._reading is None:
            return []
        language = languages.current
        used = self._reading.total - self._reading.available
        lines = [self.tr("RAM {size}").format(size=format_size_of(used, self._reading.total, language))]
        return lines + [
            f"{name} {format_size_of(total - free, total, language)}" for name, free, total in self._cards
        ]

    def retranslate(self) -> None:
        lines = self._lines()
        self._words.setText("  ·  ".join(lines))
        said = self.tr("Memory in use: {places}").format(places=", ".join(lines)) if lines else ""
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.updateGeometry()

    def showEvent(self, event: object) -> None:
        self._look()
        self._timer.start()

    def hideEvent(self, event: object) -> None:
        self._timer.stop()
