"""Switching the local server, from wherever a person does it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls, Work
from app.desktop.server.window_server import WindowServer
from engine.errors import UserError

if TYPE_CHECKING:
    from app.server.http.request_log import LoggedRequest
    from app.server.server import ServerState
    from app.services.services import Services
    from app.services.settings.settings import Settings
    from app.store.records import ServerKey


class ServerControl(QObject):
    """The server of the window. It goes on when its page is left, and ends with the services.

    `changed` comes when it was switched, or is about to be; `made` carries the key that the first time makes and its
    text, `failed` the UserError for which it is off.
    """

    changed = Signal()
    made = Signal(object)
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._server = calls, WindowServer(home)
        self._services: Services | None = None
        self._first_name = ""
        self.is_changing = False
        self._paused = False
        self._wish: Callable[[], None] | None = None  # what came while it was changing; of several the last

    @property
    def state(self) -> ServerState | None:
        """What it does now, None while it is off. Waits for nothing."""
        return self._server.state

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The addresses at which other devices reach it, none where they do not."""
        return self._server.elsewhere

    @property
    def is_paused(self) -> bool:
        """Off until a person has it go on, or the program ends."""
        return self._paused and self.state is None

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """As `Server.requests`; none while it is off."""
        return self._server.requests

    def stop_request(self, id: str) -> None:
        """End one that goes on. Waits for nothing."""
        self._server.stop_request(id)

    @property
    def served(self) -> int:
        """How many answers other programs get, or wait for."""
        state = self.state
        return 0 if state is None else state.running + state.waiting

    def switch(self, on: bool) -> None:
        """As a person wants it, at the next start too."""
        self._first_name = self.tr("First key")
        self._change(self._switched_on if on else self._switched_off)

    def begin(self, settings: Settings) -> None:
        """The data is open: listen where a person had it on."""
        if settings.server_on:
            self._change(self._turn_on)

    def pause(self) -> None:
        self._change(lambda _: self._server.turn_off(), pauses=True)

    def go_on(self) -> None:
        self._change(self._turn_on)

    def _change(self, work: Work, *, pauses: bool = False) -> None:
        services = self._calls.services
        if self.is_changing:
            self._wish = partial(self._change, work, pauses=pauses)
        elif services is not None:
            if services is not self._services:
                self._services = services
                services.above.callback(self._server.end)
            self.is_changing = True
            then = partial(self._changed, pauses=pauses)
            self._calls.do(work, then, self._failed, executor="io", owner=self)
        self.changed.emit()

    # --- in a thread ---

    def _switched_on(self, services: Services) -> tuple[ServerKey, str] | None:
        """Returns the key that the first time makes."""
        from app.services.server_keys import KeyRing  # brings the database along

        self._turn_on(services)
        services.settings.change(server_on=True)
        ring = KeyRing(services.store.server_keys)
        return ring.add(self._first_name) if ring.is_empty else None

    def _turn_on(self, services: Services) -> None:
        self._server.turn_on(services)

    def _switched_off(self, services: Services) -> None:
        self._server.turn_off()
        services.settings.change(server_on=False)

    # --- back in the window ---

    def _changed(self, made: tuple[ServerKey, str] | None, *, pauses: bool) -> None:
        self._paused = pauses
        self._end_change()
        if made is not None:
            self.made.emit(made)

    def _failed(self, error: UserError) -> None:
        self._end_change()
        self.failed.emit(error)

    def _end_change(self) -> None:
        self.is_changing = False
        wish, self._wish = self._wish, None
        if wish is None:
            self.changed.emit()
        else:
            wish()
