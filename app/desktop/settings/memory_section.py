"""When the model is in memory: from when on, and how long it stays unused."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.widgets.controls import Section
from app.desktop.widgets.segmented import SegmentedControl
from app.desktop.widgets.switch import Switch
from app.format import format_duration
from app.services.settings.settings import Settings

# Minutes that are offered; another number from the file stands among them.
OFFERED = (5, 30, 120)
NEVER = 0


class MemorySection(Section):
    """`change(**fields)` changes fields of the settings."""

    def __init__(self, change: Callable[..., None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = Settings()
        self.load = SegmentedControl(self)
        self.unload = SegmentedControl(self)
        self.short = Switch(self)
        self._load_row = self.add_row(self.load)
        self._unload_row = self.add_row(self.unload)
        self._short_row = self.add_row(self.short)
        self.load.chosen.connect(lambda value: change(load_model=value))
        self.unload.chosen.connect(lambda value: change(unload_after=int(value)))
        self.short.clicked.connect(lambda on: change(unload_for_memory=on))
        self.refresh()

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.retranslate()

    def _minutes(self, minutes: int) -> str:
        if minutes == NEVER:
            return self.tr("Never")
        return format_duration(60 * minutes, languages.current)

    def retranslate(self) -> None:
        settings = self._settings
        self.set_title(self.tr("Memory"))
        self.load.set_choices(
            [("writing", self.tr("When I start typing")), ("start", self.tr("When Coterie starts"))],
            settings.load_model,
        )
        after = settings.unload_after
        times = (*sorted({*OFFERED, after} - {NEVER}), NEVER)
        self.unload.set_choices([(str(minutes), self._minutes(minutes)) for minutes in times], str(after))
        self.short.setChecked(settings.unload_for_memory)
        self._load_row.set_words(
            self.tr("Load the model"),
            self.tr(
                "“When I start typing” loads it with the first letters, so that it is ready when you send."
            ),
        )
        self._unload_row.set_words(
            self.tr("Unload when idle"),
            self.tr("Frees its memory for other apps. It loads again by itself when you start typing."),
        )
        self._short_row.set_words(
            self.tr("Unload when memory runs low"),
            self.tr("Only while it is idle: an answer or a run is never interrupted."),
        )
