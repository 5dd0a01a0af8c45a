"""The server is as a person left it: it listens again at the next start, and only where they had it on."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
from PySide6.QtCore import Qt

from app.services.server_keys import KeyRing
from tests.app.desktop.conftest import Running
from tests.support.servers.free_port import free_port

Make = Callable[..., Running]


def test_a_server_that_was_on_listens_again_without_its_page(make_desktop: Make) -> None:
    port = free_port()
    running = make_desktop(settings={"server_port": port}).ready()
    page = running.window.later.server
    running.qtbot.mouseClick(page.switch.power, Qt.MouseButton.LeftButton)
    running.until(lambda: bool(page.keys.text))
    running.close()
    again = make_desktop(settings={"server_port": port}).start()
    again.until(lambda: again.window.server.state is not None and not again.window.server.is_changing)
    assert httpx.get(f"http://127.0.0.1:{port}/v1/models", timeout=300).status_code == 401
    assert len(KeyRing(again.services.store.server_keys).all()) == 1
    again.window.server.switch(False)
    again.until(lambda: not again.services.settings.current.server_on)


def test_a_port_that_is_taken_at_the_start_is_told_and_the_wish_stays(make_desktop: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = make_desktop(settings={"server_port": port, "server_on": True}).start()
        running.until(running.window.strip.isVisible)
        assert str(port) in running.window.strip.text()
        running.window.go.show_page("server")
        assert not running.window.later.server.switch.power.isChecked()
        assert running.window.later.server.switch.state_words().startswith("Off for now.")
        assert running.services.settings.current.server_on


def test_what_could_not_be_switched_on_is_not_remembered(make_desktop: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = make_desktop(settings={"server_port": taken.getsockname()[1]}).start()
        running.window.server.switch(True)
        running.until(running.window.strip.isVisible)
        assert not running.services.settings.current.server_on


def test_what_is_wanted_while_it_changes_is_done_afterwards(make_desktop: Make) -> None:
    running = make_desktop(settings={"server_port": free_port()}).start()
    server = running.window.server
    server.switch(True)
    assert server.is_changing
    server.switch(False)
    server.switch(True)
    server.pause()
    running.until(lambda: not server.is_changing)
    assert server.state is None and server.is_paused
    assert running.services.settings.current.server_on
