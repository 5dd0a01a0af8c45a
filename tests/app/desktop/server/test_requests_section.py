"""Requests on the Server page: who asks, how it goes, and how one is stopped."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest
from PySide6.QtCore import Qt

from app.desktop.server.request_words import how, who
from app.desktop.server.requests_section import FIRST, RequestsSection
from app.desktop.server.server_page import ServerPage
from app.server.http.request_log import LoggedRequest
from tests.app.desktop.conftest import Running
from tests.support.servers.free_port import free_port

Make = Callable[..., Running]

LEFT = Qt.MouseButton.LeftButton
DONE = LoggedRequest(
    "1",
    1_700_000_000.0,
    "editor",
    "agent/1",
    "",
    "",
    "anthropic",
    "starter",
    "ended",
    200,
    "",
    4.2,
    1204,
    1000,
    300,
)


def of(**fields: Any) -> LoggedRequest:
    return msgspec.structs.replace(DONE, **fields)


@pytest.fixture
def running(make_desktop: Make) -> Running:
    return make_desktop(settings={"server_port": free_port()}).ready()


def test_a_request_is_seen_while_it_goes_on_and_stopped(running: Running) -> None:
    running.window.go.show_page("server")
    page: ServerPage = running.window.later.server
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(lambda: bool(page.keys.text))
    assert page.requests.isHidden()
    running.engine.hold.set()
    ask = {
        "url": f"{page.switch.shown_address}/v1/chat/completions",
        "headers": {"Authorization": f"Bearer {page.keys.text}", "User-Agent": "agent/1"},
        "json": {"messages": [{"role": "user", "content": "Hello"}]},
        "timeout": 60,
    }
    with ThreadPoolExecutor(1) as thread:
        try:
            asked = thread.submit(httpx.post, **ask)
            running.until(lambda: len(page.requests.shown) == 1 and len(running.engine.requests) == 1)
            (row,) = page.requests.shown.values()
            assert row.name.text() == "First key · agent/1" and not row.stop.isHidden()
            row.stop.click()
            running.until(asked.done)
            assert asked.result().status_code == 403
        finally:
            running.engine.hold.clear()
    running.until(lambda: row.stop.isHidden() and "stopped here" in row.words.text())
    assert list(page.requests.shown.values()) == [row]
    running.qtbot.mouseClick(page.switch.power, LEFT)
    running.until(page.requests.isHidden)


def test_rows_stay_with_their_requests_and_more_are_shown_on_demand(running: Running) -> None:
    section = RequestsSection()
    running.qtbot.addWidget(section)
    ended = tuple(of(id=str(number)) for number in range(30))
    goes_on = tuple(of(id=f"go {number}", stage="writing", status=0) for number in range(FIRST + 2))
    section.show_requests((*goes_on, *ended))
    assert list(section.shown) == [each.id for each in goes_on]  # all that go on, however many
    first = section.shown["go 0"]
    section.show_requests((*goes_on[1:], of(id="go 0"), *ended))
    assert list(section.shown) == [each.id for each in goes_on[1:]]
    section.show_requests((of(id="go 0"), *ended))
    assert list(section.shown) == ["go 0", "0", "1", "2", "3"] and section.shown["go 0"] is not first
    kept = section.shown["0"]
    section.more.click()
    assert len(section.shown) == FIRST + 20 and section.shown["0"] is kept
    section.more.click()
    assert len(section.shown) == 31 and section.more.isHidden()


def test_a_request_in_words() -> None:
    assert who(DONE) == "editor · agent/1"
    said = how(DONE)
    assert said.endswith(
        "Anthropic · starter · 1,204 tokens in, 1,000 of them reused · 300 tokens out · 4.2 s"
    )
    assert "being answered" in how(of(stage="writing", status=0))
    assert who(of(key="")) == "Without a key · agent/1"
    assert who(of(key="", client="", status=401)) == "Unknown program"


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "invalid_api_key", "refused: no valid key"),
        (403, "origin_not_allowed", "refused: pages of app://x aren’t let in"),
        (403, "host_not_allowed", "refused: evil.example isn’t a listed name"),
        (403, "no_right_to_load", "refused: its key doesn’t allow this"),
        (403, "request_stopped", "stopped here"),
        (404, "model_not_found", "refused: there’s no such model"),
        (429, "too_many_requests", "refused: too many at once"),
        (499, "client_closed", "the program hung up"),
        (400, "invalid_value", "refused (400)"),
        (500, "internal_error", "failed (500)"),
        (503, "model_busy", "refused: another model is in use"),
    ],
)
def test_why_a_request_came_to_nothing(status: int, code: str, words: str) -> None:
    nothing = {"model": "", "prompt_tokens": 0, "cached_tokens": 0, "completion_tokens": 0}
    request = of(status=status, code=code, origin="app://x", host="evil.example", **nothing)
    assert how(request).endswith(f"Anthropic · {words}")
