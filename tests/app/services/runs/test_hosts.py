"""Commands reach the hosts that a person has allowed, one by one, and others are asked about by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.events import Approval, SnapshotTaken, ToolResult
from agents.network.gate import HostGate
from agents.permissions.hosts import HOSTS, REGISTRIES
from agents.permissions.values import ApprovalRequest, Decision, Grant
from agents.sandbox.find import find_sandbox
from app.services import services as composed
from app.services.runs import host_gate
from engine.errors import UserError
from tests.support.agents.house import House, allow, deny, no_one
from tests.support.agents.servers.registry import Leading, Registry, registry
from tests.support.servers.openai_script import Call, Reply, in_order
from tests.support.servers.openai_server import OpenAiServer

FOUND = find_sandbox()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(FOUND is None or not FOUND.filters, reason="no sandbox here leads to a proxy"),
]
Decide = Callable[[ApprovalRequest], Decision | None]
NAMES = ("pages.example.org", "other.example.org", "pypi.org", "files.pythonhosted.org")


class Place:
    """A workspace, and a server that goes by NAMES."""

    def __init__(self, folder: Path, server: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.server = folder, server
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        (self.workspace / "get.sh").write_text('curl -sSf "http://$1/page"\n')
        (self.workspace / "make.sh").write_text('echo made >> made.txt; curl -sSf "http://$1/page"\n')
        self.upstream = Leading({(name, 80): server.port for name in NAMES})
        self.settings: dict[str, Any] = {}
        self.always: tuple[str, ...] = ()
        monkeypatch.setattr(composed, "host_gate", self._gate)

    def _gate(self, settings: object) -> HostGate:
        return HostGate(self.upstream, lambda: self.always)

    def run(
        self, commands: Sequence[str | Call], decide: Decide, grants: Sequence[Grant] = (), **wish: Any
    ) -> Ran:
        """A run whose model makes these calls one after the other."""
        calls = [each if isinstance(each, Call) else Call("shell", {"command": each}) for each in commands]
        script = in_order(*(Reply(tool_calls=(each,)) for each in calls))
        with OpenAiServer(script, kind="vllm", context=16_000) as server:
            house = House(self.folder / "data", server.model, decide)
            try:
                for grant in grants:
                    house.services.store.grants.put(grant)
                return Ran(house, house.run("Do it.", self.workspace, **wish))
            finally:
                house.close()


class Ran:
    def __init__(self, house: House, run: int) -> None:
        self.asked = tuple(house.asked)
        self.results: list[ToolResult] = house.events(run, ToolResult)
        self.approvals: list[Approval] = house.events(run, Approval)
        self.snapshots: list[SnapshotTaken] = house.events(run, SnapshotTaken)
        self.grants = house.runs.grants.all()

    @property
    def texts(self) -> list[str]:
        return [result.text for result in self.results]

    @property
    def hosts(self) -> list[tuple[str, ...]]:
        return [request.hosts for request in self.asked]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with registry(tmp_path, tls=False) as (server, _):
        server.pages["/page"] = b"a page"
        yield Place(tmp_path, server, monkeypatch)


def answering(scope: str) -> Decide:
    return lambda request: Decision(True, scope)  # type: ignore[arg-type]


def granted(place: Place, pattern: str) -> Grant:
    return Grant("g", "workspace", HOSTS, 1.0, pattern, str(place.workspace))


def test_a_host_that_is_foreseen_is_asked_about_before(place: Place) -> None:
    ran = place.run(["curl -sSf http://pages.example.org/page"], allow)
    [asked] = ran.asked
    assert (asked.hosts, asked.only_hosts, asked.refused) == (("pages.example.org",), True, False)
    assert (asked.reasons, asked.scopes) == (("shell", "hosts"), ("workspace", "network"))
    assert ran.texts[0].startswith("a page") and ran.grants == ()
    assert not ran.results[0].own, "what came from the network is strangers' text"


def test_one_that_is_not_foreseen_is_asked_about_once_it_was_tried(place: Place) -> None:
    ran = place.run(["sh get.sh pages.example.org"], allow)
    [asked] = ran.asked
    assert (asked.hosts, asked.refused, asked.subject) == (
        ("pages.example.org",),
        True,
        "sh get.sh pages.example.org",
    )
    assert ran.texts[0].startswith("a page") and "second try" in ran.texts[0]
    assert [taken.phase for taken in ran.snapshots] == ["before", "after"]
    assert [one.decision for one in ran.approvals] == ["allowed", "asked", "allowed"]
    assert len(place.server.asked) == 1


def test_what_has_changed_something_is_not_run_again_by_itself(place: Place) -> None:
    ran = place.run(["sh make.sh pages.example.org"] * 2, allow)
    assert "403" in ran.texts[0] and "make the same call again" in ran.texts[0]
    assert ran.texts[1].startswith("a page") and len(ran.asked) == 1
    assert (place.workspace / "made.txt").read_text() == "made\nmade\n"


def test_a_no_is_told_to_the_model_and_not_asked_again(place: Place) -> None:
    ran = place.run(
        ["sh get.sh pages.example.org", "sh ./get.sh pages.example.org"],
        lambda _: Decision(False, message="Not that."),
    )
    assert "does not allow it. They say: Not that." in ran.texts[0]
    assert "does not allow it" in ran.texts[1] and len(ran.asked) == 1
    assert place.server.asked == [] and place.upstream.resolved == []
    assert all(result.own for result in ran.results)


def test_a_host_of_the_folder_is_asked_about_no_more_until_it_is_revoked(place: Place) -> None:
    first = place.run(["sh get.sh pages.example.org"], answering("workspace"))
    assert [(grant.tool, grant.scope, grant.pattern) for grant in first.grants] == [
        (HOSTS, "workspace", "pages.example.org")
    ]
    again = place.run(["curl -s http://pages.example.org/page"], deny)
    assert again.asked == () and again.texts[0].startswith("a page") and again.grants[0].used
    other = place.run(["sh get.sh other.example.org"], deny)
    assert other.hosts == [("other.example.org",)]


def test_package_registries_are_allowed_together(place: Place) -> None:
    ran = place.run(["sh get.sh pypi.org"], answering("registries"))
    [asked] = ran.asked
    assert asked.scopes == ("workspace", "registries", "network")
    assert asked.hosts == ("pypi.org", "files.pythonhosted.org"), "what it will ask for next"
    assert [grant.pattern for grant in ran.grants] == [REGISTRIES]
    again = place.run(["sh get.sh files.pythonhosted.org"], deny)
    assert again.asked == () and again.texts[0].startswith("a page")


def test_after_text_from_outside_a_granted_host_is_asked_about_again(place: Place) -> None:
    commands = [
        "sh get.sh pages.example.org",
        "curl -s http://pages.example.org/page",
        "sh get.sh pages.example.org",
    ]
    ran = place.run(commands, deny, [granted(place, "*.example.org")])
    assert ran.texts[0].startswith("a page")
    assert [(one.hosts, one.scopes) for one in ran.asked] == [(("pages.example.org",), ("network",))] * 2
    assert all("untrusted" in one.reasons for one in ran.asked)
    assert len(place.server.asked) == 1


def test_a_program_that_did_without_is_not_asked_about(place: Place) -> None:
    ran = place.run(["sh get.sh pages.example.org || echo offline"], deny)
    assert (
        ran.asked == () and "offline" in ran.texts[0] and "not allowed it: pages.example.org" in ran.texts[0]
    )


def test_where_nobody_is_there_what_was_named_at_the_start_is_reached(place: Place) -> None:
    ran = place.run(["sh get.sh pages.example.org"], no_one, hosts=("*.example.org",))
    assert ran.texts[0].startswith("a page")
    assert [(grant.scope, grant.pattern) for grant in ran.grants] == [("run", "*.example.org")]
    ran = place.run(["sh get.sh pages.example.org"], no_one)
    assert "Only hosts that the user allows" in ran.texts[0] and len(place.server.asked) == 1


def test_registries_can_be_allowed_always(place: Place) -> None:
    place.always = (REGISTRIES,)
    ran = place.run(["sh get.sh pypi.org"], deny)
    assert ran.asked == () and ran.texts[0].startswith("a page")


def test_in_a_mode_that_asks_one_question_covers_the_command_and_its_hosts(place: Place) -> None:
    ran = place.run(["git ls-remote http://pages.example.org/x.git"], answering("workspace"), mode="ask")
    [asked] = ran.asked
    assert not asked.led
    assert (asked.only_hosts, asked.pattern) == (False, "git ls-remote")
    assert asked.scopes == ("run", "workspace", "network")
    assert sorted((grant.tool, grant.pattern) for grant in ran.grants) == [
        (HOSTS, "pages.example.org"),
        ("shell", "git ls-remote"),
    ]
    again = place.run(["make all"], deny, mode="ask")
    assert [one.led for one in again.asked] == [True], "it reaches what was allowed"


def test_the_whole_network_is_an_answer_of_its_own_and_for_once(place: Place) -> None:
    direct = f"sh get.sh pages.example.org || curl -sSf http://127.0.0.1:{place.server.port}/page"
    (place.workspace / "both.sh").write_text(direct)
    ran = place.run(["sh both.sh"], answering("network"))
    assert ran.asked[0].scopes == ("workspace", "network") and ran.asked[0].refused
    assert ran.texts[0].startswith("a page") and ran.approvals[-1].scope == "network"
    assert ran.grants == () and not ran.results[0].own
    again = place.run(["sh both.sh"], deny)
    assert again.hosts == [("pages.example.org",)]


def test_this_machines_own_servers_are_not_reached_and_the_sandboxs_need_no_question(place: Place) -> None:
    ran = place.run([f"curl -sS http://localhost:{place.server.port}/page"], deny)
    assert ran.asked == () and "connect" in ran.texts[0].lower()
    assert place.server.asked == []


def test_where_hosts_cannot_be_told_apart_they_are_not_promised(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_gate, "found_sandbox", lambda: type("Landlock", (), {"filters": False}))
    with pytest.raises(UserError, match=r"run\.no_host_filter"):
        place.run([], no_one, hosts=("example.org",))
    assert place.run([], no_one).texts == []
