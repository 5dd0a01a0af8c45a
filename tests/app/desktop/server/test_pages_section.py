"""Web pages and names on the Server page: listed as they are typed, and held to at once."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from PySide6.QtCore import Qt

from app.desktop.server.server_page import ServerPage
from tests.app.desktop.conftest import Running
from tests.support.servers.free_port import free_port

Make = Callable[..., Running]

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def running(make_desktop: Make) -> Running:
    return make_desktop(
        settings={"server_port": free_port(), "server_names": ["Odd one", "coterie.example"]}
    ).ready()


def page_of(running: Running) -> ServerPage:
    running.window.go.show_page("server")
    page: ServerPage = running.window.later.server
    return page


def shown(page: ServerPage) -> list[str]:
    return [line.name.text() for line in page.pages.pages.list.lines]


def test_what_is_typed_is_listed_as_browsers_send_it_or_refused_with_a_sentence(running: Running) -> None:
    page, settings = page_of(running), running.services.settings
    pages = page.pages.pages
    pages.field.setText("localhost:3000")
    pages.add.click()
    assert pages.complaint.text().startswith("“localhost:3000” isn’t the address of a web page.")
    running.qtbot.keyClicks(pages.field, "x")
    assert pages.complaint.isHidden()
    pages.field.setText("HTTPS://Notes.example/today?x")
    pages.add.click()
    running.until(lambda: shown(page) == ["https://notes.example"])
    assert settings.current.server_origins == ("https://notes.example",) and not pages.field.text()
    pages.field.setText("https://notes.example:443")  # the same one
    pages.add.click()
    assert pages.complaint.isHidden()
    pages.list.lines[0].button.click()
    running.until(lambda: not shown(page) and not settings.current.server_origins)


def test_known_pages_have_a_switch_and_stand_in_no_list(running: Running) -> None:
    page, settings = page_of(running), running.services.settings
    for key in ("here", "obsidian", "vscode"):
        running.qtbot.mouseClick(page.pages.editors[key], LEFT)
        running.until(page.pages.editors[key].isChecked)
    listed = ("http://localhost:*", "http://127.0.0.1:*", "app://obsidian.md", "vscode-webview://*")
    running.until(lambda: settings.current.server_origins == listed)
    assert shown(page) == []
    running.qtbot.mouseClick(page.pages.editors["here"], LEFT)
    running.until(lambda: settings.current.server_origins == listed[2:])


def test_a_wrong_name_of_the_file_is_told_and_can_be_removed_and_then_pages_come_in_at_once(
    running: Running,
) -> None:
    page = page_of(running)
    running.window.server.switch(True)
    running.until(running.window.strip.isVisible)
    assert "“Odd one”" in running.window.strip.text() and page.server.state is None
    page.pages.names.list.lines[0].button.click()
    running.until(lambda: running.services.settings.current.server_names == ("coterie.example",))
    running.window.server.switch(True)
    running.until(lambda: page.server.state is not None and bool(page.keys.text))
    headers = {"Authorization": f"Bearer {page.keys.text}", "Origin": "app://obsidian.md"}

    def status(**more: str) -> int:
        asked = httpx.get(f"{page.switch.shown_address}/v1/models", headers=headers | more, timeout=300)
        return asked.status_code

    assert (status(), status(Host="coterie.example")) == (403, 403)
    running.qtbot.mouseClick(page.pages.editors["obsidian"], LEFT)
    running.until(lambda: status() == 200)  # written by another thread
    assert (status(), status(Host="coterie.example"), status(Host="other.example")) == (200, 200, 403)
