"""Tool servers that an editor names for a session. They are held as Coterie's own are: commands run in the sandbox
without network, their calls are asked about, and nothing that counts beyond a run is granted to them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from acp.schema import HttpMcpServer, McpServerStdio

from agents.api import Tool
from agents.mcp.definitions import offered
from agents.mcp.host import Host, server_tools
from agents.mcp.session import Link
from agents.mcp.spec import ServerSpec, Values
from app.services.connections.server_import import named_paths, safe_server_name
from app.services.connections.servers import checked, own_names
from app.services.runs.parts import found_sandbox
from app.services.services import Services
from engine.errors import ErrorInfo, UserError

# Whoever waits for a message waits for this, too.
_START_S = 20.0


class Named(msgspec.Struct, frozen=True):
    """The servers of a session, and why others of the editor's are not among them."""

    specs: tuple[ServerSpec, ...] = ()
    left_out: tuple[ErrorInfo, ...] = ()

    def __repr__(self) -> str:
        return "Named()"  # they contain keys


class EditorServers:
    """Those of all sessions of an editor; `homes` is the folder where each gets a home of its own."""

    def __init__(self, services: Services, homes: Path) -> None:
        self._services = services
        self._host = Host(found_sandbox, homes, lambda spec: Values(env=spec.env, headers=spec.headers))

    def named(self, servers: Sequence[Any]) -> Named:
        """What the editor names, checked. Nothing is started. Reads the disk."""
        taken = {server.spec.name for server in self._services.servers.all()}
        taken |= {grant.server for grant in self._services.runs.grants.all()}
        specs: dict[str, ServerSpec] = {}
        left_out: list[ErrorInfo] = []
        for server in servers:
            try:
                spec = _spec(server)
                if spec.name in taken or spec.name in specs:
                    raise UserError("acp.server_name_taken", server=spec.name)
                specs[spec.name] = spec
            except UserError as error:
                left_out.append(error.info)
        return Named(tuple(specs.values()), tuple(left_out))

    def tools(self, named: Named, workspace: Path) -> tuple[tuple[Tool, ...], Named]:
        """Start the servers and list their tools; which of them have started. Blocks for up to 20 seconds."""
        if not named.specs:
            return (), named
        with ThreadPoolExecutor(len(named.specs), "mcp-start") as pool:
            started = list(pool.map(lambda spec: self._started(spec, workspace), named.specs))
        found: list[Tool] = []
        used = own_names()
        for link in started:
            if isinstance(link, Link):
                clear = [tool for tool in link.definitions if not tool.hides]
                tools = server_tools(link, offered(link.spec.name, clear, used))
                used.update(tool.name for tool in tools)
                found.extend(tools)
        specs = tuple(link.spec for link in started if isinstance(link, Link))
        failed = tuple(error for error in started if isinstance(error, ErrorInfo))
        return tuple(found), Named(specs, (*named.left_out, *failed))

    def close(self) -> None:
        """Stop all servers. Takes some seconds at most."""
        self._host.close()

    def _started(self, spec: ServerSpec, workspace: Path) -> Link | ErrorInfo:
        try:
            link = self._host.link(spec, workspace)
            link.start()
        except UserError as error:
            return error.info
        return link


def _spec(server: Any) -> ServerSpec:
    """Raises UserError `acp.server_kind`, and as `checked` does."""
    name = safe_server_name(server.name)
    if isinstance(server, McpServerStdio):
        command = (server.command, *server.args)
        env = {variable.name: variable.value for variable in server.env}
        spec = ServerSpec(name, command, env=env, readable=named_paths(command), start_s=_START_S)
    elif isinstance(server, HttpMcpServer):
        headers = {header.name: header.value for header in server.headers}
        spec = ServerSpec(name, url=server.url, headers=headers, start_s=_START_S)
    else:
        raise UserError("acp.server_kind", server=server.name[:100])
    checked(spec)
    return spec
