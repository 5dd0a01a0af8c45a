"""The Server page: a switch, what programs ask, who may come in, and how each program connects."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.server.background_section import BackgroundSection
from app.desktop.server.connect_section import ConnectSection
from app.desktop.server.keys_section import KeysSection
from app.desktop.server.pages_section import PagesSection
from app.desktop.server.requests_section import RequestsSection
from app.desktop.server.server_control import ServerControl
from app.desktop.server.switch_section import SwitchSection
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.scroller import scroll_area
from app.services.events import ServiceEvent
from app.services.models.events import ModelChanged
from app.services.settings.settings import Settings
from engine.remote.names import is_remote

COLUMN = 744
LOOK_MS = 1000


class ServerPage(ThemedWidget):
    """Shows `server`, and switches it."""

    def __init__(self, calls: ServiceCalls, server: ServerControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.server = server
        self._title = text_label(self, "title")
        self.switch, self.keys = SwitchSection(calls, self), KeysSection(calls, self)
        self.connect_section = ConnectSection(self)
        self.background = BackgroundSection(calls, self)
        self.requests, self.pages = RequestsSection(self), PagesSection(calls, self)
        self._column = QWidget(self)
        Column(
            self._title, self.switch, self.requests, self.keys, self.connect_section, self.pages, self.background,
            STRETCH, parent=self._column, margins=(24, 22, 24, 32), spacing=20,
        )  # fmt: skip
        page = QWidget(self)
        Row(STRETCH, (self._column, 1000), STRETCH, parent=page)
        self.scroller = scroll_area(page, self)
        Column(self.scroller, parent=self)
        # What programs do comes without an event: it is looked at while somebody sees it.
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look_on)
        self.switch.switched.connect(server.switch)
        self.requests.stopped.connect(server.stop_request)
        server.changed.connect(self._look)
        server.made.connect(self.keys.show_made)
        self.keys.shown.connect(self.connect_section.show_key)
        self.refresh()

    def open(self) -> None:
        """The page comes to the front."""
        self._look()
        self.background.read()
        self.switch.power.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_settings(self, settings: Settings) -> None:
        self.switch.take_settings(settings)
        self.pages.take_settings(settings)
        self.background.take_settings(settings)
        self._show()

    def take_events(self, events: list[ServiceEvent]) -> None:
        """The model in use tells how much programs may send."""
        for event in events:
            if isinstance(event, ModelChanged):
                here = event.facts is not None and not is_remote(event.path)
                self.connect_section.show_context(event.facts.context if here else 0)

    def _look(self) -> None:
        self._show()
        self.keys.read()

    def _look_on(self) -> None:
        if self.server.state is None:
            self._show()
        else:
            self._look()

    def _show(self) -> None:
        self.switch.show_state(self.server.state, self.server.elsewhere, changing=self.server.is_changing)
        self.requests.show_requests(self.server.requests)
        self.connect_section.show_address(self.switch.shown_address)

    def showEvent(self, event: object) -> None:
        self._looking.start()

    def hideEvent(self, event: object) -> None:
        self._looking.stop()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Server"))

    def restyle(self) -> None:
        self._column.setMaximumWidth(themes.current.px(COLUMN))
