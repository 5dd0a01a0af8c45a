"""The page of the first run while it is there: it stands in the place of the words, and goes for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from app.desktop.base.service_calls import ServiceCalls
from app.services.events import ServiceEvent
from app.services.models.events import ModelChanged
from app.services.settings.settings import Settings

if TYPE_CHECKING:
    from app.desktop.chat.first_run.welcome import WelcomePage


class Onboarding(QObject):
    """Shows the page among `views` and takes it away. `begun`: a person wants to chat. `models_wanted` carries
    whether the downloads are wanted, rather than all models."""

    begun = Signal()
    models_wanted = Signal(bool)

    def __init__(self, calls: ServiceCalls, views: QStackedWidget) -> None:
        super().__init__(views)
        self._calls, self._views = calls, views
        self.page: WelcomePage | None = None

    def show(self, settings: Settings, model: ModelChanged | None) -> None:
        from app.desktop.chat.first_run.welcome import WelcomePage  # once in a life

        page = self.page = WelcomePage(self._calls, self._views)
        page.take_settings(settings)
        if model is not None:
            page.show_model(model)
        page.left.connect(self._begin)
        page.models_wanted.connect(self._go_to_models)
        self._views.addWidget(page)
        self._views.setCurrentWidget(page)

    def leave(self) -> None:
        """Not to come again, at no later start either. What stood in its place before is shown by others."""
        page, self.page = self.page, None
        if page is not None:
            self._views.removeWidget(page)
            page.deleteLater()
            self._calls.do(lambda s: s.settings.change(welcomed=True))

    def take_settings(self, settings: Settings) -> None:
        if self.page is not None:
            self.page.take_settings(settings)

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.page is not None:
            self.page.take_events(events)

    def _begin(self) -> None:
        self.leave()
        self.begun.emit()

    def _go_to_models(self, downloads: bool) -> None:
        self.leave()
        self.models_wanted.emit(downloads)
