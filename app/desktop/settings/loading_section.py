"""When the model is in memory: from when on, and how long it stays unused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.forms.form import Field, FormSection
from app.format import format_duration

# Minutes that are offered; another number from the file stands among them.
OFFERED = (5, 30, 120)
NEVER = 0


class LoadingSection(FormSection):
    """From when on, and until when."""

    def __init__(self, change: Callable[..., None], parent: QWidget | None = None) -> None:
        super().__init__(change, parent)
        self.refresh()

    def _minutes(self, minutes: int) -> str:
        return self.tr("Never") if minutes == NEVER else format_duration(60 * minutes, languages.current)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Loading and unloading"))
        times = (*sorted({*OFFERED, self.settings.unload_after} - {NEVER}), NEVER)
        return (
            Field(
                "load_model",
                self.tr("Load the model"),
                self.tr(
                    "“When I start typing” loads it with the first letters, so that it is ready when you send."
                ),
                [("writing", self.tr("When I start typing")), ("start", self.tr("When Coterie starts"))],
            ),
            Field(
                "unload_after",
                self.tr("Unload when idle"),
                self.tr("Frees its memory for other apps. It loads again by itself when you start typing."),
                [(minutes, self._minutes(minutes)) for minutes in times],
            ),
            Field(
                "unload_for_memory",
                self.tr("Unload when memory runs low"),
                self.tr("Only while it is idle: an answer or a run is never interrupted."),
            ),
        )
