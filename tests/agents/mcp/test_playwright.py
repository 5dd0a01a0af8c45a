"""Playwright's server with Debian's Chromium, in its sandbox, looks at what Vite serves in that of a run
(make test-agents)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agents.events import ToolResult
from agents.mcp.host import Host
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import Decision
from agents.sandbox.find import find_sandbox
from agents.tools.executing import shell
from agents.tools.files.write_file import write_file
from tests.agents.mcp.test_host import tools_of
from tests.support.agents.npm_packages import node_of, npm_folder
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.agents,
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(
        (found := find_sandbox()) is None or not found.filters, reason="without namespaces there are no ports"
    ),
]
PAGE = (
    '<!doctype html><title>Served</title><h1 id="h">plain</h1><script type="module" src="/main.js"></script>'
)
SCRIPT = 'document.getElementById("h").textContent = "{words}"\n'
ELSEWHERE = "() => fetch('http://localhost:5174/').then(() => 'open', () => 'closed')"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(find_sandbox, tmp_path / "homes", lambda spec: Values(dict(spec.env)))
    yield host
    host.close()


def test_a_page_that_a_run_serves_is_opened_and_follows_its_files(tmp_path: Path, host: Host) -> None:
    folder = npm_folder()
    node, modules = node_of(folder), folder / "node_modules"
    server = ServerSpec(
        "playwright",
        (
            *(
                node,
                str(modules / "@playwright" / "mcp" / "cli.js"),
                "--headless",
                "--no-sandbox",
                "--isolated",
            ),
            *("--executable-path", str(CHROMIUM)),
        ),
        readable=(str(folder),),
        timeout_s=300.0,
        start_s=120.0,
    )
    serves = f"{node} {modules}/vite/bin/vite.js --port 5173 --strictPort"
    waits = "for i in $(seq 600); do curl -sf localhost:5173 >/dev/null && break; sleep 0.1; done"
    made = Bench(
        tmp_path,
        ScriptedBrain(
            calls(("shell", {"command": serves, "background": True})),
            calls(("shell", {"command": waits})),
            calls(("playwright_browser_navigate", {"url": "http://localhost:5173/"})),
            calls(("playwright_browser_snapshot", {})),
            # Vite tells the page over a WebSocket.
            calls(("write_file", {"path": "main.js", "content": SCRIPT.format(words="Second words")})),
            calls(("playwright_browser_wait_for", {"text": "Second words"})),
            calls(("playwright_browser_evaluate", {"function": ELSEWHERE})),
            says("Done."),
        ),
        approver=ScriptedApprover(Decision(True)),
    )
    made.here = msgspec.structs.replace(made.here, sandbox=find_sandbox(), readable=(folder,))
    made.tools = (shell, write_file, *tools_of(host, server, made.workspace).values())
    (made.workspace / "index.html").write_text(PAGE)
    (made.workspace / "main.js").write_text(SCRIPT.format(words="First words"))
    made.run().go(started(mode="all-in-sandbox", tools=tuple(tool.name for tool in made.tools)))
    texts = [e.event.text for e in made.journal.entries() if isinstance(e.event, ToolResult)]
    print(*texts, sep="\n----\n")
    assert "Page Title: Served" in texts[2] and "First words" in texts[3]
    assert "Waited for Second words" in texts[5] and "closed" in texts[6]
    assert [one.subject for one in made.approver.asked if one.kind == "ports"] == [
        f"localhost:5173  {serves}"
    ]
