"""Whatever a tool does, there is an outcome in time."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from agents.api import Outcome, ToolContext
from agents.permissions.values import ApprovalRequest, Decision, ToolFacts
from agents.run.tool_executor import Carried
from agents.run.tool_executor import carried_out as carry_out
from agents.workspace.workspace import Workspace
from engine.errors import UserError
from tests.support.agents.scripted_brain import NotedTool


def here(tmp_path: Path, **fields: Any) -> ToolContext:
    return ToolContext(Workspace(tmp_path), None, tmp_path, tmp_path, lambda: False, str, **fields)


def carried_out(*arguments: Any, **options: Any) -> Outcome:
    carried = carry_out(*arguments, **options)
    assert isinstance(carried, Carried) and 0 <= carried.waited <= carried.seconds
    return carried.outcome


def never() -> bool:
    return False


def obedient(arguments: dict[str, Any], where: ToolContext) -> Outcome:
    while not where.cancelled():
        time.sleep(0.005)
    return Outcome("gave up", "error")


def test_what_the_tool_says_is_the_outcome(tmp_path: Path) -> None:
    tool = NotedTool("t", Outcome("yes", summary="1"))
    assert carried_out(tool, {"a": 1}, here(tmp_path), never) == Outcome("yes", summary="1")
    assert tool.done == [{"a": 1}]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("bad"), "ValueError: bad"),
        (UserError("sandbox.none", name="x"), "sandbox.none (name: x)"),
        (RecursionError("deep"), "RecursionError"),
    ],
)
def test_a_tool_that_raises_is_an_error(tmp_path: Path, error: Exception, told: str) -> None:
    outcome = carried_out(NotedTool("t", error), {}, here(tmp_path), never)
    assert outcome.status == "error" and told in outcome.text


def test_a_tool_that_ends_its_thread_is_an_error(tmp_path: Path) -> None:
    def leave(arguments: dict[str, Any], where: ToolContext) -> Outcome:
        raise SystemExit(3)

    assert carried_out(NotedTool("t", leave), {}, here(tmp_path), never).status == "error"


def test_a_tool_that_returns_nonsense_is_an_error(tmp_path: Path) -> None:
    def nonsense(arguments: dict[str, Any], where: ToolContext) -> Any:
        return 3

    tool = NotedTool("t")
    tool.run = nonsense  # type: ignore[method-assign]
    assert "returned int" in carried_out(tool, {}, here(tmp_path), never).text


def test_a_tool_that_takes_too_long_is_told_to_give_up(tmp_path: Path) -> None:
    tool = NotedTool("t", obedient, facts=ToolFacts(timeout_s=0.05))
    outcome = carried_out(tool, {}, here(tmp_path), never)
    assert (outcome.status, outcome.text) == ("timeout", "The tool took longer than 0.05 seconds.\ngave up")


def test_a_tool_that_does_not_give_up_is_left_behind(tmp_path: Path) -> None:
    end = threading.Event()

    def stubborn(arguments: dict[str, Any], where: ToolContext) -> Outcome:
        end.wait(30)
        return Outcome("late")

    tool = NotedTool("t", stubborn, facts=ToolFacts(timeout_s=0.05))
    outcome = carried_out(tool, {}, here(tmp_path), never, grace=0.1)
    end.set()
    assert outcome.status == "timeout" and "may still go on" in outcome.text


def test_a_tool_is_stopped_with_the_run(tmp_path: Path) -> None:
    began = time.monotonic()
    outcome = carried_out(
        NotedTool("t", obedient), {}, here(tmp_path), lambda: time.monotonic() > began + 0.1
    )
    assert outcome.status == "interrupted"


def test_waiting_for_a_person_does_not_count_against_the_tool(tmp_path: Path) -> None:
    now = [0.0]

    class Slow:
        def ask(self, request: ApprovalRequest) -> Decision:
            now[0] += 600.0
            return Decision(True)

    def ask(arguments: dict[str, Any], where: ToolContext) -> Outcome:
        assert where.approver is not None
        where.approver.ask(ApprovalRequest(1, "c1", "t", "form", ""))
        return Outcome("asked")

    tool = NotedTool("t", ask, facts=ToolFacts(timeout_s=60.0))
    carried = carry_out(tool, {}, here(tmp_path, approver=Slow()), never, clock=lambda: now[0])
    assert carried.outcome.text == "asked" and carried.waited == carried.seconds == 600.0


def test_a_flood_is_cut_to_head_and_tail(tmp_path: Path) -> None:
    tool = NotedTool("t", "가" * 10_000, facts=ToolFacts(most_bytes=1000))
    text = carried_out(tool, {}, here(tmp_path), never).text
    assert len(text.encode()) <= 1000
    assert text.startswith("가") and text.endswith("가") and "bytes left out" in text


def test_text_that_cannot_be_kept_is_cleaned(tmp_path: Path) -> None:
    assert carried_out(NotedTool("t", "a\udc80\0b"), {}, here(tmp_path), never).text == "a\ufffdb"


def test_a_result_is_untrusted_where_the_tool_says_so(tmp_path: Path) -> None:
    tool = NotedTool("t", "page", facts=ToolFacts(untrusted=True))
    assert carried_out(tool, {}, here(tmp_path), never).untrusted


@pytest.mark.parametrize(
    ("own", "network", "is_own"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_what_comes_without_the_network_from_the_workspace_is_its_own(
    tmp_path: Path, own: bool, network: bool, is_own: bool
) -> None:
    tool = NotedTool("t", "a file", facts=ToolFacts(untrusted=True, own=own))
    assert carried_out(tool, {}, here(tmp_path, network=network), never).own is is_own
