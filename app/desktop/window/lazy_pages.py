"""The pages that are built when they are first wanted: models and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from app.services.events import ServiceEvent
from app.services.models.engine_names import of_run

if TYPE_CHECKING:
    from app.desktop.base.service_calls import ServiceCalls
    from app.desktop.model_picker.tool_checking import ToolChecking
    from app.desktop.models.models_page import ModelsPage
    from app.desktop.runs.run_state import RunListState
    from app.desktop.runs.runs_page import RunsPage
    from app.desktop.widgets.toast import Toast


class LaterPages(QObject):
    """`chat_wanted` carries the path of a model to chat with, `hub_wanted` asks for the hub's settings, `said`
    carries a `Said` for the foot of the window, `shown_changed` comes when another run may be shown, or none."""

    chat_wanted = Signal(str)
    hub_wanted = Signal()
    said = Signal(object)
    shown_changed = Signal()

    def __init__(
        self,
        calls: ServiceCalls,
        checking: ToolChecking,
        shelf: RunListState,
        toast: Toast,
        pages: QStackedWidget,
        side: QStackedWidget,
    ) -> None:
        super().__init__(pages)
        self._calls, self._checking, self._shelf, self._toast = calls, checking, shelf, toast
        self._pages, self._side = pages, side
        self._models: ModelsPage | None = None
        self._runs: RunsPage | None = None

    @property
    def models(self) -> ModelsPage:
        if self._models is None:
            from app.desktop.models.models_page import ModelsPage

            page = self._models = ModelsPage(self._calls, self._checking, self._pages)
            page.use_wanted.connect(self.chat_wanted)
            page.settings_wanted.connect(self.hub_wanted)
            self._take_up(page)
        return self._models

    @property
    def runs(self) -> RunsPage:
        if self._runs is None:
            from app.desktop.runs.runs_page import RunsPage

            page = self._runs = RunsPage(self._calls, self._shelf, self._pages)
            tools, checking = page.form.model.tools, self._checking
            tools.check_wanted.connect(checking.start)
            tools.stop_wanted.connect(checking.cancel)
            checking.changed.connect(lambda: tools.show_checking(checking.now))
            self._toast.stand_above(page.form.foot)
            page.looked_at.connect(lambda run: self._toast.drop(("run", run)))
            page.shown_changed.connect(self.shown_changed)
            self._take_up(page)
        return self._runs

    def _take_up(self, page: ModelsPage | RunsPage) -> None:
        page.said.connect(self.said)
        self._pages.addWidget(page)
        self._side.addWidget(page.side)
        if self._calls.services is not None:
            page.take_events([self._calls.services.models.state])

    def take_events(self, events: list[ServiceEvent]) -> None:
        for page in (self._models, self._runs):
            if page is not None:
                page.take_events(events)

    def take_settings(self) -> None:
        if self._models is not None:
            self._models.take_settings()

    def shows_downloads(self) -> bool:
        """Whether a person looks at the downloads."""
        return self._models is not None and self._models.downloads.isVisible()

    def shows_run(self, run: int) -> bool:
        """Whether a person looks at this run, if the window is in front."""
        return self._runs is not None and self._runs.shows(run)

    def in_front(self) -> str:
        """What the engine calls the run that is shown; "" where none is."""
        shown = (
            self._runs.shown if self._runs is not None and self._runs is self._pages.currentWidget() else None
        )
        return "" if shown is None else of_run(shown)

    def find(self) -> bool:
        """Ctrl+F on one of these pages; False when none is shown."""
        if self._models is not None and self._models.isVisible():
            self._models.find_model()
        elif self._runs is not None and self._runs.isVisible():
            self._runs.find_run()
        else:
            return False
        return True

    def close_something(self) -> bool:
        """Esc on one of these pages; False when nothing was open."""
        return self._runs is not None and self._runs.isVisible() and self._runs.close_something()

    def leave(self) -> None:
        """The window closes."""
        if self._models is not None:
            self._models.leave()
