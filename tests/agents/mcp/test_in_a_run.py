"""Servers in a whole run: approvals, their questions, and results that come back to the model."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agents.events import Approval, ToolResult
from agents.mcp.host import Host
from agents.permissions.values import ApprovalRequest, Decision
from tests.agents.mcp.conftest import Faulty
from tests.agents.mcp.test_host import tools_of
from tests.support.agents.open_sandbox import OpenSandbox
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

pytestmark = pytest.mark.process


def person(request: ApprovalRequest) -> Decision:
    if request.kind == "form":
        return Decision(True, content={"name": "Mina"})
    if request.kind == "url":
        return Decision(False)
    return Decision(True, scope="run")


def test_a_call_is_approved_its_form_answered_and_the_result_is_the_models(
    host: Host, tmp_path: Path, faulty: Faulty
) -> None:
    chat_model = ScriptedBrain(
        calls(("faulty_ask", {}), ("faulty_ask_url", {})), calls(("faulty_ask", {})), says("Done.")
    )
    approver = ScriptedApprover(person)
    bench = Bench(tmp_path / "run", chat_model, approver=approver)
    bench.here = msgspec.structs.replace(bench.here, sandbox=OpenSandbox())
    bench.tools = tuple(tools_of(host, faulty(), bench.workspace).values())
    bench.run().go(started(tools=tuple(tool.name for tool in bench.tools)))
    events = [entry.event for entry in bench.journal.entries()]
    results = [event for event in events if isinstance(event, ToolResult)]
    assert [result.status for result in results] == ["ok", "ok", "ok"]
    assert '"Mina"' in results[0].text and '"decline"' in results[1].text and '"Mina"' in results[2].text
    # Each tool is asked about at its first use alone; its own questions are asked every time.
    assert [one.kind for one in approver.asked] == ["mcp", "form", "mcp", "url", "form"]
    assert approver.asked[1].message == "Who are you?" and approver.asked[3].subject.startswith("https://")
    assert {one.server for one in approver.asked} == {"faulty"}
    granted = [event.by for event in events if isinstance(event, Approval) and event.decision == "allowed"]
    assert granted == ["user", "user", "grant"]
    assert bench.state().tainted


def test_a_server_that_dies_in_the_middle_costs_its_call_and_not_the_run(
    host: Host, tmp_path: Path, faulty: Faulty
) -> None:
    chat_model = ScriptedBrain(
        calls(("faulty_crash", {})), calls(("faulty_echo", {"text": "hi"})), says("Done.")
    )
    bench = Bench(tmp_path / "run", chat_model, approver=ScriptedApprover(person))
    bench.tools = tuple(tools_of(host, faulty(), bench.workspace).values())
    bench.run().go(started(tools=tuple(tool.name for tool in bench.tools)))
    events = [entry.event for entry in bench.journal.entries()]
    results = [event for event in events if isinstance(event, ToolResult)]
    assert results[0].status == "error" and "it breaks here" in results[0].text
    assert events[-1].status == "completed"  # type: ignore[union-attr]
