"""How the model is loaded: context and threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.controls import Bounds
from app.desktop.forms.form import Field, FormSection, Number
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished, ModelChanged

CONTEXT = Bounds(512, 1_048_576, 1024, 0)
THREADS = Bounds(1, 256, 1, 0)


class ModelSection(FormSection):
    """A change loads the model again, after the answers that are being written."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls = calls
        self._reload_wanted = False
        self._context_in_use: int | None = None
        self.refresh()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, ModelChanged) and event.facts is not None:
                # What a model elsewhere has is not chosen here.
                self._context_in_use = None if event.facts.remote else event.facts.context
                self.retranslate()
        if self._reload_wanted and any(isinstance(event, AnswerFinished) for event in events):
            self._reload()

    def _change(self, **fields: int | None) -> None:
        chosen = {key: value or 0 for key, value in fields.items()}
        self._calls.do(lambda s: s.settings.change(**chosen), lambda _: self._reload(), owner=self)

    def _reload(self) -> None:
        services = self._calls.services
        self._reload_wanted = bool(services.answers.answering())
        # A model that is not loaded takes the new values when it is.
        if not self._reload_wanted and services.models.state.state != "empty":
            self._calls.do(lambda s: s.models.reload(), executor="io")

    def value_of(self, key: str) -> Any:
        return getattr(self.settings, key) or None

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Model"))
        words = self.tr("Automatic")
        return (
            Field(
                "context",
                self.tr("Context"),
                self.tr("How many tokens the model can see at once. More takes more memory."),
                Number(CONTEXT, words, None if self.settings.context else self._context_in_use),
            ),
            Field(
                "threads",
                self.tr("Threads"),
                self.tr("How many processor cores work on an answer."),
                Number(THREADS, words),
            ),
        )
