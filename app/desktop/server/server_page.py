"""The Server page: a switch, the keys that let programs in, and how each program connects."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.server.connect_section import ConnectSection
from app.desktop.server.keys_section import KeysSection
from app.desktop.server.switch_section import SwitchSection
from app.desktop.server.window_server import WindowServer
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.scroller import scroll_area
from app.services.events import ServiceEvent
from app.services.server_keys import KeyRing
from app.services.services import Services
from app.services.settings.settings import Settings
from app.store.records import ServerKey
from engine.errors import UserError

COLUMN = 744
LOOK_MS = 1000
ALL_ADDRESSES = ("0.0.0.0",)


class ServerPage(ThemedWidget):
    """The server goes on when the page is left, and ends with the services."""

    def __init__(self, calls: ServiceCalls, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls, self.server = calls, WindowServer(home)
        self._services: Services | None = None
        self._changing = False
        self._title = text_label(self, "title")
        self.switch, self.keys = SwitchSection(calls, self), KeysSection(calls, self)
        self.connect_section = ConnectSection(self)
        self._column = QWidget(self)
        Column(
            self._title, self.switch, self.keys, self.connect_section, STRETCH,
            parent=self._column, margins=(24, 22, 24, 32), spacing=20,
        )  # fmt: skip
        page = QWidget(self)
        Row(STRETCH, (self._column, 1000), STRETCH, parent=page)
        self.scroller = scroll_area(page, self)
        Column(self.scroller, parent=self)
        # What programs do comes without an event: it is looked at while somebody sees it.
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look_on)
        self.switch.switched.connect(self._switch)
        self.keys.shown.connect(self.connect_section.show_key)
        self.refresh()

    def open(self) -> None:
        """The page comes to the front."""
        self._look()
        self.switch.power.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_settings(self, settings: Settings) -> None:
        self.switch.take_settings(settings)
        self._show()

    def take_events(self, events: list[ServiceEvent]) -> None:
        """None tells of the server."""

    def _switch(self, on: bool) -> None:
        services = self._calls.services
        if services is None or self._changing:
            self._show()
            return
        if services is not self._services:
            self._services = services
            services.above.callback(self.server.end)
        self._changing = True
        self._show()
        work = self._turned_on if on else self._turned_off
        self._calls.do(work, self._switched, self._failed, executor="io", owner=self)

    def _turned_on(self, services: Services) -> tuple[ServerKey, str] | None:
        """In a thread: listen. Returns the key that the first time makes."""
        from app.server.server import ServerOptions

        settings = services.settings.current
        options = ServerOptions(
            port=settings.server_port,
            hosts=ALL_ADDRESSES if settings.server_for_devices else (),
            may_load=settings.server_may_load,
        )
        self.server.turn_on(services, options)
        ring = KeyRing(services.store.server_keys)
        return ring.add(self._first_name) if ring.is_empty else None

    def _turned_off(self, services: Services) -> None:
        self.server.turn_off()

    def _switched(self, made: tuple[ServerKey, str] | None) -> None:
        self._changing = False
        self._look()
        if made is not None:
            self.keys.show_made(made)

    def _failed(self, error: UserError) -> None:
        self._changing = False
        self._look()
        self._calls.failed.emit(error)

    def _look(self) -> None:
        self._show()
        self.keys.read()

    def _look_on(self) -> None:
        if self.server.state is None:
            self._show()
        else:
            self._look()

    def _show(self) -> None:
        self.switch.show_state(self.server.state, self.server.elsewhere, changing=self._changing)
        self.connect_section.show_address(self.switch.shown_address)

    def showEvent(self, event: object) -> None:
        self._looking.start()

    def hideEvent(self, event: object) -> None:
        self._looking.stop()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Server"))
        self._first_name = self.tr("First key")

    def restyle(self) -> None:
        self._column.setMaximumWidth(themes.current.px(COLUMN))
