"""Tool servers that an editor names: real ones, in the real sandbox."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acp.helpers import text_block
from acp.schema import HttpHeader, HttpMcpServer, McpServerStdio, SseMcpServer

from agents.mcp.spec import ServerSpec
from agents.permissions.values import Grant
from agents.sandbox.find import find_sandbox
from app.acp.agent import CoterieAgent
from app.acp.servers import EditorServers
from app.services.services import Services, open_services
from tests.support.agents.editor import Editor, by_task, connected
from tests.support.servers.openai_script import call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.process
TIME = McpServerStdio(
    name="mcp-server-time", command=str(Path(sys.executable).parent / "mcp-server-time"), args=[], env=[]
)


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    services = open_services(coterie_home)
    yield services
    services.close()


@pytest.fixture
def servers(services: Services, coterie_home: Path) -> Iterator[EditorServers]:
    servers = EditorServers(services, coterie_home / "servers")
    services.above.callback(servers.close)
    services.above.callback(services.runs.close)
    return servers


@pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
def test_their_tools_are_asked_about_and_granted_for_a_run_at_most(
    services: Services, servers: EditorServers, tmp_path: Path
) -> None:
    (folder := tmp_path / "folder").mkdir()
    missing = McpServerStdio(name="gone", command="/no/such/program", args=[], env=[])
    script = by_task(When=[call("time_get_current_time", {"timezone": "Asia/Seoul"}), say("It is late.")])

    async def story(editor: Editor) -> None:
        await editor.agent.initialize(protocol_version=1)
        session = await editor.agent.new_session(cwd=str(folder), mcp_servers=[TIME, missing])
        for _ in range(2):
            await editor.agent.prompt(session_id=session.session_id, prompt=[text_block("When is it?")])
        (first, second) = editor.calls().values()
        assert (first["status"], second["status"]) == ("completed", "completed")
        assert first["title"] == "`time_get_current_time` (time)"
        assert "Asia/Seoul" in first["content"][0]["content"]["text"]
        assert [list(options) for _, options in editor.asked] == [["once", "run", "deny"]], (
            "asked once, for the run"
        )
        told = editor.text("agent_thought_chunk")
        assert told.startswith("Tool servers of the editor: time.") and told.count("/no/such/program") == 1

    with OpenAiServer(script) as server:

        async def connect() -> None:
            agent = CoterieAgent(services, servers, server.model, "ask")
            async with connected(agent, Editor(other="run")) as editor:
                await story(editor)

        asyncio.run(connect())
    assert services.servers.all() == ()
    assert [(grant.scope, grant.server) for grant in services.runs.grants.all()] == [("run", "time")]


def test_what_cannot_be_taken_is_left_out_with_the_reason(services: Services, servers: EditorServers) -> None:
    services.servers.add(ServerSpec("time", ("time",)))
    services.runs.grants.add(Grant("g", "server", "", 0.0, server="known"))

    def http(name: str, url: str) -> Any:
        return HttpMcpServer(
            type="http", name=name, url=url, headers=[HttpHeader(name="X-Key", value="canary")]
        )

    named = servers.named(
        [
            TIME,
            McpServerStdio(name="known", command="known", args=[], env=[]),
            SseMcpServer(type="sse", name="old", url="https://old.example", headers=[]),
            http("plain", "http://plain.example/mcp"),
            McpServerStdio(name="none", command=" ", args=[], env=[]),
            http("The Good One", "https://good.example/mcp"),
        ]
    )
    assert [error.code for error in named.left_out] == [
        *(
            "acp.server_name_taken",
            "acp.server_name_taken",
            "acp.server_kind",
            "mcp.plain_http",
            "mcp.no_command",
        )
    ]
    (spec,) = named.specs
    assert (spec.name, spec.url, spec.headers) == (
        *("The-Good-One", "https://good.example/mcp"),
        {"X-Key": "canary"},
    )
    assert "canary" not in repr(named)
