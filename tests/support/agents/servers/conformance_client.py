"""The host of tool servers as a client of the conformance suite (npm, @modelcontextprotocol/conformance).

Usage, by the suite: `python -m tests.support.agents.servers.conformance_client URL`, with the scenario's name in
MCP_CONFORMANCE_SCENARIO and its context, if it has one, in MCP_CONFORMANCE_CONTEXT. It lists the server's tools as
a run does and calls those that can be offered: what the context asks for, else each of them once, with arguments
made from its schema. Whoever is asked agrees, fills in what the form suggests, and logs in where a page asks for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from typing import Any

from agents.api import Tool
from agents.mcp.definitions import offered
from agents.mcp.host import Host, server_tools
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import ApprovalRequest, Decision
from tests.support.agents.here import here_in

KNOWN: dict[str, dict[str, Any]] = {"add_numbers": {"a": 5, "b": 3}}


class Agreeable:
    """Allows everything, and fills in a form as far as it suggests nothing itself."""

    def ask(self, request: ApprovalRequest) -> Decision:
        if request.kind == "url":
            visit(request.subject)
        schema = request.schema or {}
        required = schema.get("required", [])
        fields = schema.get("properties", {})
        content = {name: made(fields[name]) for name in required if "default" not in fields[name]}
        return Decision(True, content=content)


class Remembered:
    """What logins gave, for as long as this runs."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def load(self, server: str) -> str:
        return self._kept.get(server, "")

    def save(self, server: str, text: str) -> None:
        self._kept[server] = text


def visit(url: str) -> None:
    """As a browser does: follow where the page leads, which is back to us."""

    def go() -> None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=300) as page:
            page.read()

    threading.Thread(target=go, daemon=True).start()


def made(schema: Any) -> Any:
    """Some value that fits a simple schema."""
    if not isinstance(schema, dict):
        return "x"
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    for key in ("oneOf", "anyOf", "allOf"):
        if schema.get(key):
            return made(schema[key][0])
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: made(schema.get("properties", {}).get(name)) for name in schema.get("required", [])}
    simple: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "null": None}
    return simple.get(kind, "x")


def wanted(tools: dict[str, Tool], context: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The calls to make, by the server's own names of its tools."""
    asked = context.get("toolCalls")
    if asked:
        return [(call["name"], call.get("arguments", {})) for call in asked]
    return [(name, arguments_for(name, tools)) for name in tools]


def arguments_for(name: str, tools: dict[str, Tool]) -> dict[str, Any]:
    if name == "json_schema_echo":  # to be told what a model is shown of the other tool
        return {"schema": tools["json_schema_2020_12_tool"].parameters}
    return KNOWN.get(name) or made(tools[name].parameters) or {}


def main(url: str) -> int:
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    with tempfile.TemporaryDirectory(prefix="coterie-conformance-") as folder:
        workspace = Path(folder) / "work"
        workspace.mkdir()
        values = Values(client_secret=context.get("client_secret", ""))
        host = Host(lambda: None, Path(folder) / "homes", lambda spec: values, keeper=Remembered())
        try:
            client = context.get("client_id", "https://conformance-test.local/client-metadata.json")
            link = host.login(ServerSpec("suite", url=url, timeout_s=20.0, client_id=client), visit)
            tools = {
                tool.offered.definition.name: tool
                for tool in server_tools(link, offered("suite", link.definitions))
            }
            print(f"{link.version}: {', '.join(tools)}", file=sys.stderr)
            for name, arguments in wanted(dict(tools), context):
                if name not in tools:
                    print(f"{name} is not offered", file=sys.stderr)
                    continue
                outcome = tools[name].run(arguments, here_in(workspace, approver=Agreeable()))
                print(f"{name}: {outcome.status}: {outcome.text[:300]}", file=sys.stderr)
        finally:
            host.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1]))
