"""The reference servers from npm, in the real sandbox of this machine (make test-agents)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.mcp.host import Host
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import ApprovalRequest, Decision
from agents.sandbox.find import find_sandbox
from tests.agents.mcp.test_host import tools_of
from tests.support.agents.here import here_in
from tests.support.agents.npm_packages import node_of, npm_folder

pytestmark = [
    pytest.mark.agents,
    pytest.mark.timeout(900),
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
]


@pytest.fixture
def sandboxed(tmp_path: Path) -> Iterator[Host]:
    host = Host(find_sandbox, tmp_path / "homes", lambda spec: Values(dict(spec.env)))
    yield host
    host.close()


def npm_server(name: str, *arguments: str) -> ServerSpec:
    folder = npm_folder()
    script = folder / "node_modules" / "@modelcontextprotocol" / f"server-{name}" / "dist" / "index.js"
    return ServerSpec(name, (node_of(folder), str(script), *arguments), readable=(str(folder),))


def test_the_filesystem_server_keeps_to_its_folder_and_the_sandbox_keeps_it_there(
    sandboxed: Host, workspace: Path, tmp_path: Path
) -> None:
    (workspace / "in.txt").write_text("inside")
    (tmp_path / "out.txt").write_text("outside")
    tools = tools_of(sandboxed, npm_server("filesystem", str(workspace)), workspace)
    here = here_in(workspace)
    assert tools["filesystem_read_text_file"].run({"path": str(workspace / "in.txt")}, here).text.strip() == (
        "inside"
    )
    written = tools["filesystem_write_file"].run(
        {"path": str(workspace / "new.txt"), "content": "hello"}, here
    )
    assert written.status == "ok" and (workspace / "new.txt").read_text() == "hello"
    outside = tools["filesystem_read_text_file"].run({"path": str(tmp_path / "out.txt")}, here)
    assert (
        outside.status == "error" and "outside" not in outside.text.replace(str(tmp_path), "").split(":")[-1:]
    )
    (workspace / "link").symlink_to(tmp_path / "out.txt")
    linked = tools["filesystem_read_text_file"].run({"path": str(workspace / "link")}, here)
    assert linked.status == "error"


class Person:
    def __init__(self) -> None:
        self.asked: list[ApprovalRequest] = []

    def ask(self, request: ApprovalRequest) -> Decision:
        self.asked.append(request)
        fields = (request.schema or {}).get("properties", {})
        required = (request.schema or {}).get("required", [])
        content = {name: "x" for name in required if "default" not in fields[name]}
        return Decision(True, content=content)


def test_everything_that_the_test_server_has_is_met(sandboxed: Host, workspace: Path) -> None:
    spec = npm_server("everything", "stdio")
    tools = tools_of(sandboxed, spec, workspace)
    here = here_in(workspace)
    assert "hello" in tools["everything_echo"].run({"message": "hello"}, here).text
    added = tools["everything_get-sum"].run({"a": 2, "b": 40}, here)
    assert "42" in added.text
    picture = tools["everything_get-tiny-image"].run({}, here)
    assert picture.status == "ok" and "[image: image/png," in picture.text
    structured = tools["everything_get-structured-content"].run({"location": "Chicago"}, here)
    assert structured.status == "ok" and "temperature" in structured.text
    long = tools["everything_trigger-long-running-operation"].run({"duration": 1, "steps": 3}, here)
    assert long.status == "ok"
    environment = tools["everything_get-env"].run({}, here)
    assert "HF_TOKEN" not in environment.text and json.loads(environment.text)["HOME"]
    elicits = [name for name in tools if "elicitation" in name and "async" not in name]
    person = Person()
    for name in elicits:
        tools[name].run({}, here_in(workspace, approver=person))
    assert not elicits or person.asked
