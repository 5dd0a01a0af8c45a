"""Calls that the process with the window or the server carries out: what is asked, by whom, and what ends them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mcp_types import CallToolResult

from agents.permissions.values import ApprovalRequest, Decision
from app.mcp_server.calls import Call, Done
from app.mcp_server.door import SERVER, WINDOW, Door, carried_out_elsewhere
from app.mcp_server.entrance import Entrance
from app.services.runs.events import RunAsks
from app.store.records import ServerKey
from tests.support.servers.mcp_client import NAME, answering, speaking_to, text_of
from tests.support.servers.scripted_mcp import NOTES, SAID, opened
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process
Decide = Callable[[ApprovalRequest], Decision | None]


class Window:
    """The services of a window, and the person at it: `decide` answers what is asked, None leaves it open."""

    def __init__(self, home: Path, *, in_window: bool = True) -> None:
        self.home, self.services = home, opened(home)
        self.decide: Decide = lambda request: None
        self.asked: list[ApprovalRequest] = []
        self.services.lifecycle.begin()
        self.services.events.subscribe(RunAsks, self._hear)
        Entrance(self.services, home, in_window=in_window).open()

    def _hear(self, event: RunAsks) -> None:
        if event.request is not None:
            self.asked.append(event.request)
            if (decision := self.decide(event.request)) is not None:
                self.services.runs.decide(event.run, event.request.call, decision)


class Program:
    """Implements `Caller`."""

    key: ServerKey | None = None

    def __init__(self, decide: Decide | None = None) -> None:
        self.decide, self.can_ask = decide, decide is not None
        self.asked: list[ApprovalRequest] = []
        self.gone = threading.Event()
        self.heard: list[str] = []

    def told(self, text: str) -> None:
        self.heard.append(text)

    def is_gone(self) -> bool:
        return self.gone.is_set()

    def ask(self, request: ApprovalRequest) -> Decision | None:
        self.asked.append(request)
        return None if self.decide is None else self.decide(request)


@pytest.fixture
def window(coterie_home: Path) -> Iterator[Window]:
    made = Window(coterie_home)
    yield made
    made.services.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def task(folder: Path, mode: str = "ask", program: str = NAME) -> Call:
    return Call("run_task", {"task": "Write a word", "folder": str(folder), "mode": mode}, program)


def begun(window: Window, call: Call, program: Program) -> tuple[threading.Thread, list[Done | None]]:
    """The call on a thread, and its result once there is one."""
    results: list[Done | None] = []
    thread = threading.Thread(
        target=lambda: results.append(carried_out_elsewhere(window.home, call, program))
    )
    thread.start()
    return thread, results


def done(window: Window, call: Call) -> Done:
    result = carried_out_elsewhere(window.home, call, Program())
    assert result is not None
    return result


def allow_folder(request: ApprovalRequest) -> Decision:
    return Decision(True, "workspace" if request.kind == "program" else "once")


def test_a_program_that_starts_coterie_mcp_is_answered_by_the_window(window: Window, folder: Path) -> None:
    """Nothing is asked of the program, although it could be."""
    window.decide = allow_folder
    elicit, asked_of_program = answering()

    async def speak() -> tuple[CallToolResult, CallToolResult]:
        # It is the command itself, which has no model of its own here.
        async with speaking_to(window.home, "mcp", module="app", elicit=elicit) as client:
            answer = await client.call_tool("ask_local_model", {"question": "Hi"})
            return answer, await client.call_tool("run_task", {"task": "Write a word", "folder": str(folder)})

    answer, ran = asyncio.run(speak())
    assert text_of(answer) == "Hello from the script."
    assert text_of(ran).startswith(SAID) and (folder / NOTES).is_file()
    assert asked_of_program == []
    consent, change = window.asked
    assert (consent.kind, consent.server, consent.subject) == ("program", NAME, "Write a word")
    assert change.kind == "files"
    (run,) = window.services.runs.all()
    assert run.title == f"{NAME}: Write a word" and run.state == "completed"


def test_consent_counts_for_one_program_one_folder_and_modes_that_are_no_wider(
    window: Window, tmp_path: Path
) -> None:
    window.decide = allow_folder
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()

    def consents(call: Call) -> int:
        window.asked.clear()
        assert not done(window, call).failed
        return sum(request.kind == "program" for request in window.asked)

    assert consents(task(one)) == 1
    assert consents(task(one)) == 0
    assert consents(task(one, "read")) == 0
    assert consents(task(one, "workspace")) == 1
    assert consents(task(other)) == 1
    assert consents(task(one, program="Somebody else")) == 1
    for grant in window.services.runs.grants.all():
        window.services.runs.grants.revoke(grant.id)
    assert consents(task(one)) == 1


def test_what_a_person_refuses_is_not_done(window: Window, folder: Path) -> None:
    window.decide = lambda request: Decision(False)
    result = done(window, task(folder))
    assert result.failed and "did not allow it" in result.text
    assert window.services.runs.grants.all() == ()
    (run,) = window.services.runs.all()
    assert (run.state, run.reason) == ("stopped", "user")
    assert list(folder.iterdir()) == []


def test_two_tasks_go_on_beside_each_other_and_each_gets_its_own_result(
    window: Window, tmp_path: Path
) -> None:
    program, calls = Program(), []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        calls.append(begun(window, task(tmp_path / name), program))
    wait_until(lambda: len(window.asked) == 2)
    window.decide = allow_folder
    for request in tuple(window.asked):
        window.services.runs.decide(request.run, request.call, Decision(True))
    for thread, _ in calls:
        thread.join()
    assert sorted(path.parent.name for path in tmp_path.glob(f"*/{NOTES}")) == ["one", "other"]
    runs = {done.values["run"] for _, (done,) in calls if done is not None and done.values is not None}
    assert runs == {run.id for run in window.services.runs.all()} and len(runs) == 2


def test_a_program_that_goes_stops_its_run_and_takes_the_question_away(window: Window, folder: Path) -> None:
    program = Program()
    thread, _ = begun(window, task(folder), program)
    wait_until(lambda: bool(window.asked))
    (run,) = window.services.runs.all()
    assert run.state == "waiting"
    program.gone.set()
    thread.join()
    wait_until(lambda: window.services.runs.get(run.id).state == "stopped")
    assert window.services.runs.pending(run.id) is None
    assert list(folder.iterdir()) == []


def test_a_window_that_closes_says_so_and_leaves_nothing(coterie_home: Path, folder: Path) -> None:
    window = Window(coterie_home)
    thread, results = begun(window, task(folder), Program())
    wait_until(lambda: bool(window.asked))
    window.services.close()
    thread.join()
    (result,) = results
    assert result is not None and result.failed and "Coterie was closed" in result.text
    assert not (coterie_home / WINDOW).exists()
    assert carried_out_elsewhere(coterie_home, task(folder), Program()) is None


def test_a_person_can_turn_it_off_and_too_much_at_once_is_refused(window: Window, folder: Path) -> None:
    window.services.settings.change(programs_start_runs=False)
    assert "doesn’t let other programs" in done(window, task(folder)).text
    window.services.settings.change(programs_start_runs=True)
    program = Program()
    open_calls = [begun(window, task(folder), program) for _ in range(4)]
    wait_until(lambda: len(window.asked) == 4)
    assert "4 tasks of other programs" in done(window, task(folder)).text
    program.gone.set()
    for thread, _ in open_calls:
        thread.join()


@pytest.mark.parametrize(
    "said", [b"", b"{}", b'{"address":"/nowhere","key":"00"}', b'{"address":"/","key":"x"}', b"\xff"]
)
def test_an_address_that_nobody_listens_at_is_no_window(tmp_path: Path, said: bytes) -> None:
    (tmp_path / WINDOW).write_bytes(said)
    assert carried_out_elsewhere(tmp_path, Call("list_models"), Program()) is None


def test_a_run_that_a_program_began_is_gone_on_with_by_a_person(window: Window, folder: Path) -> None:
    """It was refused once; resuming it needs no further consent."""
    window.decide = lambda request: Decision(False)
    done(window, task(folder))
    (run,) = window.services.runs.all()
    window.asked.clear()
    window.decide = lambda request: Decision(True)
    window.services.runs.resume(run.id)
    assert window.services.runs.join(run.id)
    assert [request.kind for request in window.asked] == ["files"]
    assert (folder / NOTES).is_file()


@pytest.fixture
def headless(coterie_home: Path) -> Iterator[Window]:
    """The services of `coterie serve`."""
    made = Window(coterie_home, in_window=False)
    yield made
    made.services.close()


def test_without_a_window_the_server_s_process_works_and_the_program_s_person_is_asked(
    headless: Window, folder: Path
) -> None:
    assert "Open Coterie" in done(headless, task(folder)).text

    no = Program(lambda request: Decision(False))
    refused = carried_out_elsewhere(headless.home, task(folder), no)
    assert refused is not None and refused.failed and [request.kind for request in no.asked] == ["program"]

    nobody = Program(lambda request: None)
    unanswered = carried_out_elsewhere(headless.home, task(folder), nobody)
    assert unanswered is not None and unanswered.failed and list(folder.iterdir()) == []

    yes = Program(lambda request: Decision(True))
    result = carried_out_elsewhere(headless.home, task(folder), yes)
    assert result is not None and not result.failed and (folder / NOTES).is_file()
    assert [request.kind for request in yes.asked] == ["program", "files"] and "+word" in yes.asked[1].diff


def test_what_was_granted_before_is_begun_without_a_person_and_no_more(
    headless: Window, folder: Path
) -> None:
    granting = Program(allow_folder)
    carried_out_elsewhere(headless.home, task(folder), granting)
    (folder / NOTES).unlink()
    result = done(headless, task(folder))
    assert "Not allowed: 1 of the agent's calls because nobody could be asked" in result.text
    assert list(folder.iterdir()) == []


def test_a_window_comes_before_a_server(headless: Window) -> None:
    assert (headless.home / SERVER).is_file()
    window = Door(headless.home / WINDOW, lambda call, caller: Done("by the window"))
    window.open()
    try:
        assert done(headless, Call("list_models")).text == "by the window"
    finally:
        window.close()
    assert done(headless, Call("list_models")).text.startswith("starter")
