"""A setting that names one of the models there are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.forms.form import FormSection
from app.desktop.widgets.choice_button import ChoiceButton
from app.services.events import ServiceEvent
from app.services.library.events import LibraryChanged
from app.services.services import Services
from app.services.settings.settings import Settings


class ModelChoiceSection(FormSection):
    """`model` changes the setting `key`. What `look` finds off the GUI thread comes to `_take`, anew whenever the
    page comes to the front or the library changes while it is there."""

    def __init__(
        self, calls: ServiceCalls, key: str, look: Callable[[Services], Any], parent: QWidget | None
    ) -> None:
        super().__init__(None, parent)
        self._calls, self._look = calls, look
        self._looking: Task | None = None
        self.model = ChoiceButton(self)
        self.model.chosen.connect(
            lambda chosen: calls.do(lambda s: s.settings.change(**{key: chosen}), owner=self)
        )

    def open(self) -> None:
        """The page comes to the front: look which models there are."""
        self._looking = self._calls.do(
            self._look, self._take, executor="io", owner=self, instead_of=self._looking
        )

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, LibraryChanged) for event in events):
            self.open()

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self._show_choices()

    def retranslate(self) -> None:
        super().retranslate()
        self._show_choices()

    @abstractmethod
    def _take(self, found: Any) -> None:
        """Keep what was found, and show it."""

    @abstractmethod
    def _show_choices(self) -> None:
        """Show the models in the language at hand, and which of them is chosen."""
