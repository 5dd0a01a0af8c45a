"""What a run serves in its sandbox, reached by a tool server in its own."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.api import ModelRequest, ModelResponse
from agents.events import Approval, ToolResult
from agents.mcp.host import Host
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import ApprovalRequest, Decision
from agents.sandbox.find import find_sandbox
from agents.tools.background import background
from agents.tools.executing import shell
from tests.agents.mcp.test_host import tools_of
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        (found := find_sandbox()) is None or not found.filters, reason="without namespaces there are no ports"
    ),
]
FETCHING = Path(__file__).parent.parent.parent / "support" / "agents" / "servers" / "fetching_server.py"
Order = tuple[str, dict[str, Any]]
PAGES = "python3 -u -m http.server --bind 127.0.0.1"
# Says back what it is sent, to each connection, once that has said all; ready once its file is there.
ECHO = """
import asyncio, pathlib, sys
async def answer(reader, writer):
    writer.write(await reader.read())
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(answer, sys.argv[2], int(sys.argv[1]), backlog=1024)
    pathlib.Path("ready").write_text("")
    await server.serve_forever()
asyncio.run(main())
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(find_sandbox, tmp_path / "homes", lambda spec: Values(dict(spec.env)))
    yield host
    host.close()


def spec(name: str = "web", **fields: Any) -> ServerSpec:
    command = ("python3", str(FETCHING))
    return ServerSpec(name, command, readable=(str(FETCHING),), timeout_s=150.0, start_s=150.0, **fields)


class Person(ScriptedApprover):
    """Allows each call, and ports where `ports` says so."""

    def __init__(self, ports: bool | None = True) -> None:
        super().__init__(self._answer)
        self._ports = ports

    def _answer(self, request: ApprovalRequest) -> Decision | None:
        if request.kind == "ports":
            return None if self._ports is None else Decision(self._ports, message="No.")
        return Decision(True, scope="run")

    @property
    def ports(self) -> list[str]:
        return [one.subject for one in self.asked if one.kind == "ports"]


def bench(
    folder: Path, host: Host, *orders: Order | Callable[[ModelRequest], ModelResponse], **fields: Any
) -> Bench:
    replies = (order if callable(order) else calls(order) for order in orders)
    made = Bench(folder, ScriptedBrain(*replies, says("Done.")), approver=Person(fields.pop("ports", True)))
    made.here = msgspec.structs.replace(made.here, sandbox=find_sandbox(), run=1)
    made.tools = (shell, background, *tools_of(host, spec(**fields), made.workspace).values())
    (made.workspace / "page.txt").write_text("served text")
    (made.workspace / "echo.py").write_text(ECHO)
    return made


def results(made: Bench) -> list[str]:
    made.run().go(started(mode="all-in-sandbox", tools=tuple(tool.name for tool in made.tools)))
    texts = [e.event.text for e in made.journal.entries() if isinstance(e.event, ToolResult)]
    print(*(text[:500] for text in texts), sep="\n----\n")  # for whoever looks at a failure
    return texts


def serve(command: str, url: str = "") -> list[Order]:
    """Start it in the background, and wait until it answers at `url`, or has written its file."""
    look = f"curl -sf {url} >/dev/null" if url else "[ -e ready ]"
    wait = f"for i in $(seq 300); do {look} && break; sleep 0.05; done; rm -f ready"
    return [("shell", {"command": command, "background": True}), ("shell", {"command": wait})]


def fetch(url: str) -> Order:
    return "web_fetch", {"url": url}


def test_after_a_yes_a_server_reaches_what_a_run_serves_and_is_not_asked_about_again(
    tmp_path: Path, host: Host
) -> None:
    url = "http://localhost:8123/page.txt"
    made = bench(
        tmp_path,
        host,
        ("web_number", {}),
        *serve(f"{PAGES} 8123", url),
        fetch(url),
        fetch("http://127.0.0.1:8123/page.txt"),
        fetch("http://[::1]:8123/page.txt"),
        fetch("http://localhost:8124/"),
    )
    before, _, _, *fetched, nothing = results(made)
    assert all(text.startswith("200 11 served text") for text in fetched)
    assert "was started anew" in fetched[0] and "anew" not in fetched[1] and before.isdigit()
    assert "refused" in nothing
    assert made.approver.ports == [f"localhost:8123  {PAGES} 8123"]  # type: ignore[attr-defined]
    asked = next(one for one in made.approver.asked if one.kind == "ports")
    assert (asked.server, asked.tool, asked.scopes) == ("web", "web_fetch", ())
    assert "ports" in asked.reasons and asked.sandboxed
    allowed = [e.event for e in made.journal.entries() if isinstance(e.event, Approval)]
    assert ("allowed", "user", "run") in [(one.decision, one.by, one.scope) for one in allowed]
    # It was the run's own, and has ended with it.
    assert [link.state for link in host.links("web")] == ["off"]


@pytest.mark.parametrize(("answer", "words"), [(False, "They say: No."), (None, "nobody")])
def test_without_a_yes_the_call_is_not_carried_out(
    tmp_path: Path, host: Host, answer: bool | None, words: str
) -> None:
    url = "http://localhost:8123/page.txt"
    made = bench(
        tmp_path,
        host,
        *serve(f"{PAGES} 8123", url),
        fetch(url),
        fetch(f"{url}?again"),
        ("web_talk", {"port": 8123, "text": "GET / HTTP/1.0\r\n\r\n", "host": "127.0.0.1"}),
        ports=answer,
    )
    *_, first, second, third = results(made)
    assert all("does not let web reach port 8123" in text for text in (first, second, third))
    assert words in first or answer is None
    assert len(made.approver.ports) == (1 if answer is False else 3)  # type: ignore[attr-defined]
    done = [e.event for e in made.journal.entries() if isinstance(e.event, ToolResult)]
    assert [one.status for one in done][-3:] == ["denied"] * 3


def test_a_port_of_another_run_and_of_this_computer_is_not_reached(tmp_path: Path, host: Host) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        mine = ours.getsockname()[1]
        url = "http://localhost:8123/page.txt"
        inner: list[list[str]] = []

        def other(_: ModelRequest) -> ModelResponse:
            """Meanwhile another run in the same folder uses the same server."""
            second = bench(tmp_path, host, fetch(url), fetch(f"http://localhost:{mine}/"))
            second.here = msgspec.structs.replace(second.here, run=2)
            second.journal.run = 2
            inner.append(results(second))
            return calls(fetch(url))

        made = bench(
            tmp_path,
            host,
            *serve(f"{PAGES} 8123", url),
            fetch(url),
            fetch(f"http://localhost:{mine}/"),
            other,
        )
        *_, reached, unreached, again = results(made)
    assert "served text" in reached and "served text" in again
    assert "refused" in unreached
    assert all("refused" in text for text in inner[0])


def test_a_yes_ends_with_the_command_and_does_not_hold_for_another_that_takes_the_port(
    tmp_path: Path, host: Host
) -> None:
    url = "http://localhost:8123/page.txt"
    made = bench(
        tmp_path,
        host,
        *serve(f"{PAGES} 8123", url),
        fetch(url),
        ("background", {"id": "b1", "stop": True}),
        fetch(f"{url}?gone"),
        *serve(f"{PAGES} 8123 --directory .", url),
        ("web_number", {}),
        fetch(f"{url}?new"),
    )
    texts = results(made)
    assert "served text" in texts[2] and "refused" in texts[4] and "served text" in texts[8]
    assert made.approver.ports == [  # type: ignore[attr-defined]
        f"localhost:8123  {PAGES} 8123",
        f"localhost:8123  {PAGES} 8123 --directory .",
    ]


@pytest.mark.long
def test_a_port_that_two_commands_share_is_led_to_neither(tmp_path: Path, host: Host) -> None:
    made = bench(
        tmp_path,
        host,
        *serve("python3 echo.py 8123 127.0.0.1"),
        ("web_talk", {"port": 8123, "text": "one"}),
        *serve("python3 echo.py 8123 ::1"),
        ("web_number", {}),
        ("web_talk", {"port": 8123, "text": "two", "host": "127.0.0.1"}),
        ("web_talk", {"port": "8123", "text": "three"}),
    )
    made.approver.answers = [  # type: ignore[attr-defined]
        lambda asked: Decision(asked.kind != "ports" or "::1" not in asked.subject, scope="run")
    ]
    texts = results(made)
    assert texts[2].startswith("1 of 1"), texts
    assert "does not let web reach port 8123" in texts[-2]
    # The yes for the first still stands, and yet nothing is led there: it could be the second that answers.
    assert texts[-1].startswith("0 of 1"), texts


@pytest.mark.long
def test_many_connections_big_bodies_and_half_closed_streams_come_through(tmp_path: Path, host: Host) -> None:
    made = bench(
        tmp_path,
        host,
        *serve("python3 echo.py 8123 ::1"),
        ("web_talk", {"port": 8123, "text": "x" * 3_000_000, "host": "::1"}),
        ("web_talk", {"port": 8123, "text": "hello", "times": 140}),
    )
    *_, big, many = results(made)
    assert big.startswith("1 of 1"), big[:200]
    assert many.startswith("140 of 140"), many[:300]


def test_what_is_open_ends_with_the_command(tmp_path: Path, host: Host) -> None:
    server = (
        "import socket, time\n"
        "with socket.create_server(('127.0.0.1', 8123)) as s:\n"
        "    open('ready', 'w').close()\n"
        "    c = s.accept()[0]\n"
        "    c.sendall(b'begun')\n"
        "    time.sleep(1)\n"
    )
    made = bench(
        tmp_path,
        host,
        *serve("python3 once.py"),
        ("web_slow", {"port": 8123}),
        fetch("http://localhost:8123/"),
    )
    (made.workspace / "once.py").write_text(server)
    *_, ended, after = results(made)
    assert ended.startswith("ended after: begun") and after.startswith("failed")


@pytest.mark.long
def test_a_port_that_the_server_uses_itself_is_said(tmp_path: Path, host: Host) -> None:
    made = bench(
        tmp_path,
        host,
        *serve("python3 echo.py 8123 127.0.0.1"),
        *serve("python3 echo.py 8200 127.0.0.1"),
        ("web_talk", {"port": 8123, "text": "one"}),
        ("web_listen", {"port": 8300}),
        *serve("python3 echo.py 8300 127.0.0.1"),
        ("web_talk", {"port": 8300, "text": "two", "host": "::1"}),
    )
    texts = results(made)
    assert re.search(r"8123.*\n.*8200", made.approver.ports[0])  # type: ignore[attr-defined]
    assert texts[4].startswith("1 of 1")
    assert "port 8300" in texts[-1] and "something of its own" in texts[-1]


@pytest.mark.long
def test_a_server_that_is_killed_is_led_there_again_when_it_is_back(tmp_path: Path, host: Host) -> None:
    def kill(_: ModelRequest) -> ModelResponse:
        own = next(link for link in host.links("web") if link.led is not None)
        own.stop()
        return calls(fetch(f"{url}?after"))

    url = "http://localhost:8123/page.txt"
    made = bench(tmp_path, host, *serve(f"{PAGES} 8123", url), fetch(url), kill)
    *_, before, after = results(made)
    assert "served text" in before and "served text" in after
    assert len(made.approver.ports) == 1  # type: ignore[attr-defined]


def test_a_server_with_the_computers_network_is_told_that_it_is_not_there(tmp_path: Path, host: Host) -> None:
    url = "http://localhost:8123/page.txt"
    made = bench(tmp_path, host, *serve(f"{PAGES} 8123", url), fetch(url), network=True)
    assert "uses the network of the user's computer, in which port 8123" in results(made)[-1]
    assert made.approver.ports == []  # type: ignore[attr-defined]


def test_where_there_are_no_networks_of_its_own_that_is_said(tmp_path: Path, host: Host) -> None:
    class Unfiltered:
        filters = False

        def __getattr__(self, name: str) -> Any:
            return getattr(find_sandbox(), name)

    url = "http://localhost:8123/page.txt"
    made = bench(tmp_path, host, *serve(f"{PAGES} 8123", url), fetch(url))
    made.here = msgspec.structs.replace(made.here, sandbox=Unfiltered())
    text = results(made)[-1]
    assert "refused" in text and "no networks of its own" in text
