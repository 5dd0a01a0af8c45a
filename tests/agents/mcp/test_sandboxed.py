"""Servers in the real sandbox of this machine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.mcp.host import Host
from agents.mcp.spec import ServerSpec, Values
from agents.sandbox.find import find_sandbox
from engine.errors import UserError
from tests.agents.mcp.conftest import BIN, FAULTY
from tests.agents.mcp.test_host import tools_of
from tests.support.agents.here import here_in

pytestmark = pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")


@pytest.fixture
def sandboxed(tmp_path: Path) -> Iterator[Host]:
    host = Host(find_sandbox, tmp_path / "homes", lambda spec: Values(dict(spec.env)))
    yield host
    host.close()


def test_the_real_git_server_works_in_a_workspace(sandboxed: Host, workspace: Path) -> None:
    (workspace / "a.txt").write_text("one\n")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qmone"],
    ):
        subprocess.run(["git", *command], cwd=workspace, check=True)
    tools = tools_of(sandboxed, ServerSpec("git", (str(BIN / "mcp-server-git"),)), workspace)
    assert "git_status" in tools  # and not git_git_status
    assert "Message: one" in tools["git_log"].run({"repo_path": str(workspace)}, here_in(workspace)).text
    outside = tools["git_log"].run({"repo_path": str(Path.home())}, here_in(workspace))
    assert outside.status == "error"


SPY = """
import json, os, pathlib, socket
seen = {}
for name, path in json.loads(os.environ["PATHS"]).items():
    try:
        pathlib.Path(path).read_text()
        seen[name] = "read"
    except OSError as error:
        seen[name] = type(error).__name__
try:
    socket.create_connection(("127.0.0.1", 9), 1)
except OSError as error:
    seen["network"] = error.errno
try:
    pathlib.Path("made.txt").write_text("x")
    seen["write"] = "written"
except OSError as error:
    seen["write"] = type(error).__name__
os.environ["SEEN"] = json.dumps(seen)
import runpy, sys
sys.argv = [sys.argv[1]]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(("access", "written"), [("write", True), ("read", False)])
def test_a_server_sees_its_workspace_and_what_was_agreed_to(
    sandboxed: Host, workspace: Path, tmp_path: Path, access: str, written: bool
) -> None:
    (workspace / "in.txt").write_text("in")
    agreed, secret = tmp_path / "agreed.txt", tmp_path / "secret.txt"
    agreed.write_text("yes")
    secret.write_text("no")
    paths = json.dumps({"in": "in.txt", "agreed": str(agreed), "secret": str(secret)})
    spec = ServerSpec(
        "spy",
        ("python3", "-c", SPY, str(FAULTY)),
        env={"PATHS": paths},
        readable=(str(agreed), str(FAULTY)),
        workspace=access,  # type: ignore[arg-type]
    )
    tools = tools_of(sandboxed, spec, workspace)
    environment = json.loads(tools["spy_environment"].run({}, here_in(workspace)).text)
    seen = json.loads(environment["SEEN"])
    assert (seen["in"], seen["agreed"], seen["secret"]) == ("read", "read", "FileNotFoundError")
    assert (workspace / "made.txt").exists() == written
    assert tools["spy_echo"].facts.anywhere == written
    assert not tools["spy_echo"].facts.network


@pytest.mark.parametrize("field", ["readable", "writable"])
def test_a_server_gets_no_folder_that_holds_our_data(sandboxed: Host, workspace: Path, field: str) -> None:
    (workspace.parent / "homes").mkdir(exist_ok=True)
    spec = ServerSpec("spy", ("/bin/true",), **{field: (str(workspace.parent),)})
    with pytest.raises(UserError, match=r"sandbox\.too_wide"):
        sandboxed.start_of(spec, Values({}), workspace)
