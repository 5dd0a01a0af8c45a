"""The Server page: what a person switches, sees and copies, with real programs at the other end."""

from __future__ import annotations

import contextlib
import io
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.desktop.server.server_page import ServerPage
from app.desktop.server.snippets import ANY_KEY
from app.services.server_keys import KeyRing
from tests.app.desktop.conftest import Running
from tests.support.servers.free_port import free_port

Make = Callable[..., Running]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def running(make_desktop: Make) -> Running:
    return make_desktop(settings={"server_port": free_port()}).ready()


def page_of(running: Running) -> ServerPage:
    running.window.go.show_page("server")
    return running.window.later.server


def switched_on(running: Running) -> ServerPage:
    """The page, once the server listens and its first key is shown."""
    page = page_of(running)
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(lambda: bool(page.keys.text) and len(page.keys.list.lines) == 1)
    return page


def models(page: ServerPage, key: str) -> int:
    """The status of a question for the models."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{page.switch.shown_address}/v1/models", headers=headers, timeout=300).status_code


def test_the_first_switch_on_makes_a_key_that_lets_in_and_off_ends_the_server(running: Running) -> None:
    page = switched_on(running)
    assert page.server.state is not None
    assert models(page, page.keys.text) == 200
    assert models(page, "ct-wrong") == 401
    assert page.keys.text in page.connect_section.snippet
    assert page.keys.text not in page.keys.list.lines[0].words.text()
    page.keys.copy.click()
    assert QGuiApplication.clipboard().text() == page.keys.text
    QGuiApplication.clipboard().clear()
    page.connect_section.program.set_value("Open WebUI")
    page.connect_section.retranslate()
    page.connect_section.lines.lines[1].copy.click()
    assert QGuiApplication.clipboard().text() == page.keys.text
    page.keys.done.click()
    assert page.keys.new.isHidden()
    assert ANY_KEY in page.connect_section.snippet
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(lambda: page.server.state is None and page.switch.state_words().startswith("Off"))
    with pytest.raises(httpx.ConnectError):
        models(page, "ct-any")
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(lambda: page.switch.state_words().startswith("On"))
    assert len(KeyRing(running.services.store.server_keys).all()) == 1


def test_quitting_asks_while_a_program_is_answered(running: Running) -> None:
    page = switched_on(running)
    running.engine.hold.set()
    ask = {
        "url": f"{page.switch.shown_address}/v1/chat/completions",
        "headers": {"Authorization": f"Bearer {page.keys.text}"},
        "json": {"messages": [{"role": "user", "content": "Hello"}]},
        "timeout": 60,
    }
    with ThreadPoolExecutor(1) as thread:
        try:
            asked = thread.submit(httpx.post, **ask)
            running.until(lambda: page.switch.state_words().startswith("1 answer"))
            running.window.quit()
            assert running.window.isVisible() and running.window.quit_sheet.isVisible()
            assert running.window.quit_sheet.words.text().startswith("Other programs are being answered.")
            running.window.quit_sheet.stay.click()
        finally:
            running.engine.hold.clear()
        running.until(asked.done)
        assert asked.result().status_code == 200
    running.until(lambda: page.switch.state_words().startswith("On"))


def test_the_server_ends_with_the_program(running: Running) -> None:
    page = switched_on(running)
    port = int(page.switch.shown_address.rpartition(":")[2])
    running.window.quit()
    assert page.server.state is None
    assert not (running.home / "server.json").exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.skipif(sys.platform == "darwin", reason="127.0.0.1 is its only loopback address")
def test_other_devices_are_let_in_only_where_a_person_says_so(running: Running) -> None:
    page = switched_on(running)
    key, port = page.keys.text, page.switch.shown_address.rpartition(":")[2]
    elsewhere = f"http://127.0.0.2:{port}/v1/models"  # another address of this computer
    with pytest.raises(httpx.ConnectError):
        httpx.get(elsewhere, timeout=300)
    assert not page.switch.editors["server_for_devices"].isEnabled()
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(page.switch.editors["server_for_devices"].isEnabled)
    running.qtbot.mouseClick(page.switch.editors["server_for_devices"], LEFT)
    running.until(lambda: running.services.settings.current.server_for_devices)
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(lambda: page.switch.state_words().startswith("On"))
    assert httpx.get(elsewhere, timeout=300).status_code == 401
    assert httpx.get(elsewhere, headers={"Authorization": f"Bearer {key}"}, timeout=300).status_code == 200
    assert not any("127." in address for address in page.server.elsewhere)


def test_a_port_that_is_taken_is_told_and_the_switch_is_off(make_desktop: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = make_desktop(settings={"server_port": taken.getsockname()[1]}).ready()
        page = page_of(running)
        running.qtbot.mouseClick(page.switch.power, LEFT)
        running.until(running.window.strip.isVisible)
        assert not page.switch.power.isChecked()
        assert page.switch.editors["server_port"].isEnabled()


def test_nothing_of_a_web_server_is_imported_before_the_switch(running: Running) -> None:
    loaded = {"starlette", "uvicorn"} & set(sys.modules)
    page_of(running)
    assert {"starlette", "uvicorn"} & set(sys.modules) == loaded


@pytest.mark.parametrize("program", ["Python, openai", "Python, anthropic"])
def test_what_a_program_is_given_works(running: Running, program: str) -> None:
    page = switched_on(running)
    page.connect_section.program.set_value(program)
    page.connect_section.retranslate()
    said, names = io.StringIO(), dict[str, Any]()
    with ThreadPoolExecutor(1) as thread, contextlib.redirect_stdout(said):
        done = thread.submit(exec, page.connect_section.snippet, names)
        running.until(done.done)
        done.result()
    names["client"].close()
    assert said.getvalue().strip()
