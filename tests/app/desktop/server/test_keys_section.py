"""Keys on the Server page: what each allows, how long it holds, what it has used."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app.desktop.server.server_page import ServerPage
from app.services.server_keys import RIGHTS, KeyRing
from engine.values import Usage
from tests.app.desktop.conftest import Running
from tests.support.servers.free_port import free_port

Make = Callable[..., Running]


@pytest.fixture
def running(make_desktop: Make) -> Running:
    return make_desktop(settings={"server_port": free_port()}).ready()


def page_of(running: Running) -> ServerPage:
    running.window.go.show_page("server")
    page: ServerPage = running.window.later.server
    return page


def names(page: ServerPage) -> list[str]:
    return [line.name.text() for line in page.keys.list.lines]


def test_a_key_is_made_with_its_rights_and_its_end_and_revoked(running: Running) -> None:
    page = page_of(running)
    fold = page.keys.rights
    assert (
        fold.head.name.text() == "What it may do" and fold.head.summary.text() == "Ask models · Load models"
    )
    fold.form.editors["load"].click()
    fold.form.editors["tools"].click()
    assert fold.head.summary.text() == "Ask models · Use tools"
    page.keys.days.set_value(30)
    page.keys.field.setText("editor")
    page.keys.add.click()
    running.until(lambda: names(page) == ["editor"])
    ring = KeyRing(running.services.store.server_keys)
    (key,) = ring.all()
    assert key.rights == ("ask", "tools")
    assert key.expires is not None and 29 < (key.expires - time.time()) / 86_400 <= 30
    assert ring.recognized(page.keys.text) is not None
    said = page.keys.list.lines[0].words.text()
    assert "asks models, uses tools" in said and "until" in said and "not used yet" in said
    assert fold.rights == ("ask", "load") and page.keys.days.value() == 0  # the next key has the usual ones
    page.keys.list.lines[0].button.click()
    running.until(lambda: not page.keys.list.lines and not ring.all())
    assert page.keys.text == ""


def test_why_a_key_is_not_made_stands_below_its_name(running: Running) -> None:
    page = page_of(running)
    KeyRing(running.services.store.server_keys).add("editor")
    page.keys.field.setText("editor")
    page.keys.add.click()
    running.until(lambda: "already a key named editor" in page.keys.complaint.text())
    page.keys.field.setText("other")
    for right in ("ask", "load"):
        page.keys.rights.form.editors[right].click()
    assert page.keys.rights.head.summary.text() == "nothing"
    page.keys.add.click()
    running.until(lambda: page.keys.complaint.text().startswith("A key has to allow something."))
    assert page.keys.new.isHidden() and page.keys.field.text() == "other"


def test_what_a_key_has_used_stands_with_it_and_its_button_stays(running: Running) -> None:
    page = page_of(running)
    ring = KeyRing(running.services.store.server_keys)
    key, _ = ring.add("editor", RIGHTS, time.time() - 60)
    page.keys.read()
    running.until(lambda: names(page) == ["editor"])
    assert "expired" in page.keys.list.lines[0].words.text()
    button = page.keys.list.lines[0].button
    ring.note_usage(key, Usage(1200, 1000, 34))
    ring.write_usage()
    page.keys.read()
    running.until(lambda: "1,234 tokens today, 1,234 in all" in page.keys.list.lines[0].words.text())
    assert page.keys.list.lines[0].button is button
