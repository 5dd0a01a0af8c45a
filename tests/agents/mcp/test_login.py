"""Logging in to a server elsewhere: only when somebody asked for it, kept for one address, renewed by itself."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp.client.auth import OAuthFlowError

from agents.mcp.host import Host
from agents.mcp.login import check_address
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import ApprovalRequest, Decision
from engine.errors import UserError
from tests.agents.mcp.test_host import tools_of
from tests.support.agents.here import here_in
from tests.support.agents.servers.http_tools import serving
from tests.support.agents.servers.login_server import LoginServer, visit
from tests.support.waiting import wait_until

ONCE = ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"]


class Keeper:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def load(self, server: str) -> str:
        return self.kept.get(server, "")

    def save(self, server: str, text: str) -> None:
        self.kept[server] = text


class Browser:
    """Opens pages beside whoever asks for them."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self._threads: list[threading.Thread] = []

    def open(self, url: str) -> None:
        self._threads.append(threading.Thread(target=lambda: self.pages.append(visit(url))))
        self._threads[-1].start()

    def close(self) -> None:
        for thread in self._threads:
            thread.join()


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


Make = Callable[[], Host]


@pytest.fixture
def make(tmp_path: Path, keeper: Keeper) -> Iterator[Make]:
    """Hosts with the same keeper, as another start of the program has."""
    made: list[Host] = []

    def one() -> Host:
        made.append(Host(lambda: None, tmp_path / "homes", lambda spec: Values(), keeper=keeper))
        return made[-1]

    yield one
    for host in made:
        host.close()


def spec_of(address: str, name: str = "far") -> ServerSpec:
    return ServerSpec(name, url=f"{address}/mcp")


def test_somebody_logs_in_once_and_later_starts_need_nobody(
    make: Make, keeper: Keeper, browser: Browser, workspace: Path
) -> None:
    server = LoginServer()
    with serving(server) as address:
        first = make()
        link = first.login(spec_of(address), browser.open)
        assert {one.name for one in link.definitions} == {"add", "book", "count", "grow"}
        browser.close()
        assert "go back to Coterie" in browser.pages[0]
        first.close()
        asked = len(server.seen)
        second = make()
        again = tools_of(second, spec_of(address), workspace)
        assert again["far_add"].run({"a": 1, "b": 2}, here_in(workspace)).text.startswith("3")
        assert set(server.seen[asked:]) == {"/mcp"} and server.grants == ["authorization_code"]
        second.close()
    assert json.loads(keeper.kept["far"])["url"] == f"{address}/mcp"


def test_where_nobody_is_no_page_opens_and_nothing_is_registered(make: Make, workspace: Path) -> None:
    server = LoginServer()
    with serving(server) as address:
        host = make()
        link = host.link(spec_of(address), workspace)
        with pytest.raises(UserError) as caught:
            link.start()
        assert caught.value.code == "mcp.login_needed" and link.error == caught.value.info
        assert set(server.seen) == {"/mcp"}
        host.close()


def test_what_has_expired_is_renewed_without_anybody(
    make: Make, keeper: Keeper, browser: Browser, workspace: Path
) -> None:
    server = LoginServer()
    with serving(server) as address:
        make().login(spec_of(address), browser.open)
        kept = json.loads(keeper.kept["far"])
        keeper.kept["far"] = json.dumps(kept | {"expires": time.time() - 1})
        host = make()
        tools = tools_of(host, spec_of(address), workspace)
        assert tools["far_add"].run({"a": 1, "b": 2}, here_in(workspace)).status == "ok"
        assert server.grants == ["authorization_code", "refresh_token"]
        assert json.loads(keeper.kept["far"])["expires"] > time.time()
        host.close()


def test_another_address_under_the_same_name_gets_nothing_of_it(
    make: Make, browser: Browser, workspace: Path
) -> None:
    first, second = LoginServer(), LoginServer()
    with serving(first) as address, serving(second) as other:
        make().login(spec_of(address), browser.open)
        host = make()
        with pytest.raises(UserError) as caught:
            host.link(spec_of(other), workspace).start()
        assert caught.value.code == "mcp.login_needed" and set(second.keys) == {""}
        host.close()


def test_who_refuses_on_the_page_is_not_logged_in(make: Make, browser: Browser) -> None:
    with serving(LoginServer(refuses="access_denied")) as address:
        host = make()
        with pytest.raises(UserError) as caught:
            host.login(spec_of(address), browser.open)
        assert (caught.value.code, caught.value.params["detail"]) == ("mcp.login_failed", "access_denied")
        host.close()


class Person:
    """Opens the page that a call asks for."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.asked: list[ApprovalRequest] = []

    def ask(self, request: ApprovalRequest) -> Decision:
        self.asked.append(request)
        self._browser.open(request.subject)
        return Decision(True)


def test_in_the_middle_of_a_run_the_person_behind_the_call_is_asked(
    make: Make, browser: Browser, workspace: Path
) -> None:
    person = Person(browser)
    server = LoginServer()
    with serving(server) as address:
        host = make()
        host.login(spec_of(address), browser.open)
        tools = tools_of(host, spec_of(address), workspace)
        server.valid.clear()  # it has thought better of it
        here = here_in(workspace, approver=person)
        assert tools["far_add"].run({"a": 1, "b": 2}, here).text.startswith("3")
        assert [(one.kind, one.server) for one in person.asked] == [("url", "far")]
        assert person.asked[0].subject.startswith(f"{address}/authorization?")
        server.valid.clear()
        alone = tools["far_add"].run({"a": 1, "b": 2}, here_in(workspace))
        assert alone.status == "error" and "asks the user to log in" in alone.text
        host.close()


def test_a_login_that_nobody_finishes_holds_up_no_end(make: Make) -> None:
    opened = threading.Event()
    with serving(LoginServer()) as address:
        host = make()
        errors: list[UserError] = []

        def log_in() -> None:
            try:
                host.login(spec_of(address), lambda url: opened.set())
            except UserError as error:
                errors.append(error)

        waiting = threading.Thread(target=log_in)
        waiting.start()
        assert opened.wait(30)
        host.close()
        waiting.join()
        assert len(errors) == 1


@pytest.mark.parametrize(
    ("url", "server", "fine"),
    [
        ("https://tools.example/token", "https://tools.example/mcp", True),
        ("http://127.0.0.1:9/token", "http://127.0.0.1:8/mcp", True),
        ("http://login.example/token", "https://tools.example/mcp", False),
        ("https://127.0.0.1/latest/meta-data", "https://tools.example/mcp", False),
        ("https://169.254.169.254/latest", "https://tools.example/mcp", False),
        ("https://[::1]/x", "https://tools.example/mcp", False),
        ("file:///etc/passwd", "http://127.0.0.1:8/mcp", False),
        ("javascript:alert(1)", "http://127.0.0.1:8/mcp", False),
        ("https://[", "https://tools.example/mcp", False),
    ],
)
def test_a_server_cannot_send_a_login_wherever_it_likes(url: str, server: str, fine: bool) -> None:
    if fine:
        asyncio.run(check_address(url, server))
    else:
        with pytest.raises(OAuthFlowError):
            asyncio.run(check_address(url, server))


def test_calls_that_are_refused_together_ask_once_and_all_go_on(
    make: Make, browser: Browser, workspace: Path
) -> None:
    person = Person(browser)
    server = LoginServer()
    with serving(server) as address, ThreadPoolExecutor(6) as pool:
        host = make()
        host.login(spec_of(address), browser.open)
        tools = tools_of(host, spec_of(address), workspace)
        server.valid.clear()
        here = here_in(workspace, approver=person)
        answers = list(pool.map(lambda _: tools["far_add"].run({"a": 1, "b": 2}, here).text, range(6)))
        host.close()
    assert [text[:1] for text in answers] == ["3"] * 6
    assert len(person.asked) == 1


def test_a_refusal_that_no_call_waits_for_asks_nobody_and_ends_nothing(
    make: Make, browser: Browser, workspace: Path
) -> None:
    person = Person(browser)
    server = LoginServer()
    with serving(server) as address:
        host = make()
        host.login(spec_of(address), browser.open)
        host.close()
        server.closed.add("subscriptions/listen")
        again = make()
        tools = tools_of(again, spec_of(address), workspace)
        wait_until(lambda: "subscriptions/listen" in server.turned_away)
        here = here_in(workspace, approver=person)
        assert tools["far_add"].run({"a": 1, "b": 2}, here).text.startswith("3")
        assert not person.asked
        again.close()


class RefusingBesideCalls(LoginServer):
    """Refuses a subscription only while a call goes on, and lets that end a moment later."""

    def __init__(self) -> None:
        super().__init__()
        self.called, self.refused = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        method = dict(scope.get("headers", ())).get(b"mcp-method")
        if method == b"subscriptions/listen":
            await self.called.wait()
        elif method == b"tools/call":
            self.called.set()
            await self.refused.wait()
            await asyncio.sleep(0.2)
        await super().__call__(scope, receive, send)
        if method == b"subscriptions/listen":
            self.refused.set()


def test_a_refusal_beside_a_call_that_is_answered_asks_nobody(
    make: Make, browser: Browser, workspace: Path
) -> None:
    person, server = Person(browser), RefusingBesideCalls()
    server.closed.add("subscriptions/listen")
    with serving(server) as address:
        host = make()
        server.called.set()
        host.login(spec_of(address), browser.open)
        server.called.clear()
        tools = tools_of(host, spec_of(address), workspace)
        here = here_in(workspace, approver=person)
        assert tools["far_add"].run({"a": 1, "b": 2}, here).text.startswith("3")
        host.close()
    assert not person.asked
