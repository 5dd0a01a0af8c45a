"""How the model is loaded: context and threads."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.widgets.controls import Bounds, OptionalNumber, Section
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished, ModelChanged
from app.services.settings.settings import Settings

CONTEXT = Bounds(512, 1_048_576, 1024, 0)
THREADS = Bounds(1, 256, 1, 0)


class ModelSection(Section):
    """A change loads the model again, after the answers that are being written."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._reload_wanted = False
        self._settings: Settings | None = None
        self._context_in_use: int | None = None
        self.context = OptionalNumber(CONTEXT, self)
        self.threads = OptionalNumber(THREADS, self)
        self._context_row = self.add_row(self.context)
        self._threads_row = self.add_row(self.threads)
        self.context.changed.connect(lambda value: self._change(context=round(value or 0)))
        self.threads.changed.connect(lambda value: self._change(threads=round(value or 0)))
        self.refresh()

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.retranslate()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, ModelChanged) and event.facts is not None:
                # What a model elsewhere has is not chosen here.
                self._context_in_use = None if event.facts.remote else event.facts.context
                self.retranslate()
        if self._reload_wanted and any(isinstance(event, AnswerFinished) for event in events):
            self._reload()

    def _change(self, **fields: int) -> None:
        self._calls.do(lambda s: s.settings.change(**fields), lambda _: self._reload(), owner=self)

    def _reload(self) -> None:
        services = self._calls.services
        self._reload_wanted = bool(services.conversations.answering())
        # A model that is not loaded takes the new values when it is.
        if not self._reload_wanted and services.models.state.state != "empty":
            self._calls.do(lambda s: s.models.reload(), executor="io")

    def retranslate(self) -> None:
        self.set_title(self.tr("Model"))
        self._context_row.set_words(
            self.tr("Context"),
            self.tr("How many tokens the model can see at once. More takes more memory."),
        )
        self._threads_row.set_words(
            self.tr("Threads"), self.tr("How many processor cores work on an answer.")
        )
        if self._settings is not None:
            words = self.tr("Automatic")
            chosen = self._settings.context or None
            in_use = self._context_in_use if chosen is None else None
            self.context.show_value(chosen, in_use, words)
            self.threads.show_value(self._settings.threads or None, None, words)
