"""The local server as the window switches it."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from msgspec.structs import replace

from app.services.settings.settings import SettingsChanged
from engine.errors import UserError

if TYPE_CHECKING:
    from app.server.http.request_log import LoggedRequest
    from app.server.server import Server, ServerState
    from app.services.services import Services


class WindowServer:
    """The server over the services of the window, made anew each time it is switched on. `turn_on`, `turn_off` and
    `end` wait for a thread: call them off the GUI thread."""

    def __init__(self, home: Path) -> None:
        self._home, self._lock = home, threading.Lock()
        self._server: Server | None = None
        self._ended = False
        self._elsewhere: tuple[str, ...] = ()

    @property
    def state(self) -> ServerState | None:
        """What it does now, None while it is off. Waits for nothing."""
        server = self._server
        return server.state if server is not None and server.is_on else None

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The addresses at which other devices reach it, none where they do not."""
        return self._elsewhere if self.state is not None else ()

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """As `Server.requests`; none while it is off."""
        server = self._server
        return server.requests if server is not None and server.is_on else ()

    def stop_request(self, id: str) -> None:
        """End one that goes on. Waits for nothing."""
        if (server := self._server) is not None:
            server.stop_request(id)

    def turn_on(self, services: Services) -> None:
        """Listen as it is set. Raises UserError as `Server.start`."""
        from app.mcp_server.over_http import OverHttp
        from app.server.options import ALL_ADDRESSES, options_of
        from app.server.server import Server

        with self._lock:
            if self._server is None and not self._ended:
                settings = services.settings
                tools = OverHttp(
                    services, self._home, in_window=True, may_load=lambda: settings.current.server_may_load
                )
                hosts = ALL_ADDRESSES if settings.current.server_for_devices else ()
                options = replace(options_of(settings.current), hosts=hosts)
                server = Server(services, self._home, options, tools=tools)
                address = server.start()
                self._elsewhere = _addresses(address) if hosts else ()
                self._server = server
                self._forget = services.settings.events.subscribe(SettingsChanged, self._follow)

    def _follow(self, event: SettingsChanged) -> None:
        """Let in what is listed from now on, without ending anything."""
        from app.server.options import options_of

        if (server := self._server) is not None:
            with contextlib.suppress(UserError):  # edited by hand: what was listed before goes on
                server.change_rules(options_of(event.settings))

    def turn_off(self) -> None:
        """End open answers; does nothing to one that is off."""
        with self._lock:
            server, self._server = self._server, None
            if server is not None:
                self._forget()
                server.stop()

    def end(self) -> None:
        """Turn it off for good: its services close."""
        self._ended = True
        self.turn_off()


def _addresses(address: str) -> tuple[str, ...]:
    """Those of this computer in its networks, with the port of `address`."""
    port = address.rpartition(":")[2]
    found = [each for addresses in psutil.net_if_addrs().values() for each in addresses]
    hosts = {each.address for each in found if each.family == socket.AF_INET}
    usable = {host for host in hosts if not _stays_here(ipaddress.ip_address(host))}
    return tuple(f"http://{host}:{port}" for host in sorted(usable))


def _stays_here(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_loopback or address.is_link_local
