"""Runs all tool servers: one session for each server and workspace, on one event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from agents.api import Confinement, Limits, Outcome, Sandbox, ToolContext
from agents.mcp.connection import Ask, Open
from agents.mcp.definitions import Definition, Offered, facts
from agents.mcp.elicitation import Question
from agents.mcp.led_ports import LedPorts
from agents.mcp.log import ServerLog
from agents.mcp.loop import Loop
from agents.mcp.program import found_program, needed_paths, search_path
from agents.mcp.session import Link, noted
from agents.mcp.spec import ServerSpec, Values
from agents.permissions.values import Effects, ToolFacts
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.mcp.login import Login, LoginKeeper

# The name of a server, its folder, and the run whose own session it is, 0 for that of all.
_Key = tuple[str, str, int]
NEW_SESSION = (
    "[{server} was started anew, for this run alone, so that it reaches what runs in the background: what it had "
    "open before is gone.]"
)
IDLE_S = 600.0
LOGIN_S = 310.0
SWEEP_S = 30.0


class ServerTool(msgspec.Struct, frozen=True):
    """A tool of a server, for runs.

    Its effects are unknown beforehand: the approval shows the call itself.
    """

    offered: Offered
    link: Link
    facts: ToolFacts

    @property
    def name(self) -> str:
        return self.offered.name

    @property
    def description(self) -> str:
        return self.offered.description

    @property
    def parameters(self) -> dict[str, Any]:
        return self.offered.schema

    @property
    def server(self) -> str:
        return self.link.spec.name

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        return Effects(kind="mcp", url=self.link.spec.url)

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        definition = self.offered.definition
        link, line = self.link.of_run(context)
        return noted(link.call(definition.name, arguments, definition.fingerprint, context), line)


class Host:
    """Owns the sessions of all tool servers. `find_sandbox` gives the sandbox for servers that are commands;
    None: they are not started.

    `homes` is the folder where each of them gets a home of its own. `values` gives a server's secrets when it
    is started. `on_tools` is told what a server lists, `on_change` that some link's state is another; both
    from other threads. `keeper` keeps what logins give; None: nobody is logged in anywhere.
    """

    def __init__(
        self,
        find_sandbox: Callable[[], Sandbox | None],
        homes: Path,
        values: Callable[[ServerSpec], Values],
        on_tools: Callable[[ServerSpec, tuple[Definition, ...]], None] = lambda spec, tools: None,
        on_change: Callable[[], None] = lambda: None,
        keeper: LoginKeeper | None = None,
    ) -> None:
        self._find_sandbox = find_sandbox
        self._homes = homes
        self._values = values
        self._on_tools = on_tools
        self._on_change = on_change
        self._keeper = keeper
        self._visits: dict[str, Callable[[str], None]] = {}
        self._loop = Loop()
        self._lock = threading.Lock()
        self._links: dict[_Key, Link] = {}
        self._sweeping = False
        self._closed = False

    def link(self, spec: ServerSpec, workspace: Path | None) -> Link:
        """The session of a server for a workspace, not started; a new one when `spec` has changed.

        A remote server has one for all workspaces. Without a workspace a command gets an empty folder.
        """
        folder = None if spec.remote or spec.workspace == "none" else workspace
        link = self._link(spec, folder)
        if not spec.remote:
            link.of_run = lambda context: self._of_run(link, folder, context)
        return link

    def _link(self, spec: ServerSpec, folder: Path | None, run: int = 0) -> Link:
        """The session of a server in a folder, a run's own or that of all."""
        key = (spec.name, str(folder or ""), run)
        with self._lock:
            if self._closed:
                raise UserError("mcp.ended", server=spec.name)
            old = self._links.get(key)
            if old is not None and old.spec == spec:
                return old
            link = Link(
                spec,
                self._loop,
                lambda log: self._opening(spec, folder, log, link if run else None),
                lambda definitions: self._on_tools(spec, definitions),
                self._on_change,
            )
            self._links[key] = link
            sweep, self._sweeping = not self._sweeping, True
        if old is not None:
            old.stop()
        if sweep:
            self._loop.submit(self._sweep())
        return link

    def _of_run(self, link: Link, folder: Path | None, context: ToolContext) -> tuple[Link, str]:
        """The session for a call. A run to whose ports the server is let gets one of its own, which ends with it:
        what others let it open could reach these ports, too. So does one that works in a copy of the folder."""
        spec, run, commands = link.spec, context.run, context.commands
        if commands is None:  # there is no sandbox: the server is not started
            return link, ""
        copied = folder is not None and folder != context.workspace.root
        place = context.workspace.root if copied else folder
        key = (spec.name, str(place or ""), run)
        with self._lock:
            own = self._links.get(key)
        if own is not None and own.spec == spec:
            return own, ""
        before = run in link.users
        if not context.ports and not copied:
            link.users.add(run)
            if not before:
                commands.at_end(lambda: link.users.discard(run))
            return link, ""
        own = self._link(spec, place, run)
        commands.at_end(lambda: self._retire(key, own))
        if not copied and not link.busy and link.users <= {run}:
            link.stop()  # two of them could be in each other's way
        return own, NEW_SESSION.format(server=spec.name) if before else ""

    def _retire(self, key: _Key, own: Link) -> None:
        with self._lock:
            if self._links.get(key) is own:
                del self._links[key]
        own.retire()

    def login(self, spec: ServerSpec, visit: Callable[[str], None]) -> Link:
        """Start a remote server, and let a person log in if it asks for that.

        `visit` gets the page to open, on the loop's thread, and must not block. Blocks for minutes. Raises
        UserError `mcp.*`.
        """
        link = self.link(spec, None)
        self._visits[spec.name] = visit
        try:
            link.start(again=True, patience=LOGIN_S)
        finally:
            self._visits.pop(spec.name, None)
        return link

    def links(self, server: str) -> tuple[Link, ...]:
        """The sessions of a server."""
        with self._lock:
            return tuple(link for (name, *_), link in self._links.items() if name == server)

    def stop(self, server: str) -> None:
        """Stop all sessions of a server and forget it."""
        with self._lock:
            keys = [key for key in self._links if key[0] == server]
            links = [self._links.pop(key) for key in keys]
        for link in links:
            link.stop()

    def close(self) -> None:
        """Stop all servers and the thread. Blocks until the slowest has ended, some 6 seconds at most."""
        with self._lock:
            self._closed = True
            links, self._links = list(self._links.values()), {}
        stopping = [threading.Thread(target=link.stop, name="mcp-stop") for link in links]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        self._loop.close()

    def _opening(
        self, spec: ServerSpec, workspace: Path | None, log: ServerLog, own: Link | None = None
    ) -> Open:
        """Make the factory of the transport; into that of a run's `own` session ports can be led. All that may block
        is done before it returns."""
        values = self._values(spec)
        if spec.remote:
            from agents.mcp.http import READ_S, http_transport

            read_s = max(READ_S, spec.timeout_s)
            return lambda ended, asker: http_transport(
                spec.url, values.headers, read_s, self._login(spec, values, asker)
            )
        from agents.mcp.stdio import stdio_transport

        led = LedPorts() if own is not None else None
        if own is not None:
            own.led = led
        argv, environment, cwd = self.start_of(spec, values, workspace, led.inherited if led else -1)
        return lambda ended, asker: stdio_transport(argv, environment, cwd, log, ended, led)

    def _login(self, spec: ServerSpec, values: Values, asker: Callable[[], Ask | None]) -> Login | None:
        """The login; None where the user's key is sent instead."""
        if self._keeper is None or any(name.lower() == "authorization" for name in values.headers):
            return None
        from agents.mcp.login import Login

        return Login(spec, values.client_secret, self._keeper, _Person(spec.name, self._visits, asker))

    def start_of(
        self, spec: ServerSpec, values: Values, workspace: Path | None, listens: int = -1
    ) -> tuple[list[str], dict[str, str], str]:
        """The sandboxed argv, environment and folder of a command. `listens` as for `Sandbox.command`.

        Raises UserError `mcp.no_sandbox`, `mcp.no_program`, `mcp.no_folder`, `sandbox.*`.
        """
        sandbox = self._find_sandbox()
        if sandbox is None:
            raise UserError("mcp.no_sandbox", server=spec.name)
        program = found_program(spec.command[0], spec.name)
        home = self._homes / spec.name
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shared = workspace if spec.workspace != "none" else None
        folder = Path(spec.cwd).expanduser() if spec.cwd else shared or home
        if not folder.is_dir():
            raise UserError("mcp.no_folder", server=spec.name, path=str(folder))
        writes = spec.workspace == "write" or folder == home
        readable = [*needed_paths(program), *(Path(path).expanduser() for path in spec.readable)]
        writable = [home, *(Path(path).expanduser() for path in spec.writable)]
        if shared is not None and shared != folder:
            (writable if spec.workspace == "write" else readable).append(shared)
        for path in (folder, *readable, *writable):
            if self._homes.resolve().is_relative_to(path.resolve()):  # all of our data would be visible
                raise UserError("sandbox.too_wide", path=str(path))
        confinement = Confinement(
            folder.resolve(),
            workspace_writable=writes,
            released=(str(home.resolve()),),  # the server's own
            readable=tuple(path for path in readable if path.exists()),
            writable=tuple(path for path in writable if path.exists()),
            network=spec.network,
        )
        environment = {"PATH": search_path(program), **_keeping(home), **values.env}
        argv, started_with = sandbox.command(
            [program, *spec.command[1:]],
            confinement,
            environment=environment,
            limits=Limits(),
            listens=listens,
        )
        return argv, started_with, str(folder)

    async def _sweep(self) -> None:
        """Stop idle servers; they start again when needed."""
        while True:
            await asyncio.sleep(SWEEP_S)
            before = time.monotonic() - IDLE_S
            with self._lock:
                idle = [
                    link
                    for link in self._links.values()
                    if link.state == "ready" and not link.busy and link.used < before
                ]
            for link in idle:
                await asyncio.to_thread(link.stop)


class _Person:
    """The person who logs in to a server: whoever has just asked for it, or is behind the call that needs it."""

    def __init__(
        self, server: str, visits: dict[str, Callable[[str], None]], asker: Callable[[], Ask | None]
    ) -> None:
        self._server, self._visits, self._asker = server, visits, asker

    def present(self) -> bool:
        return self._server in self._visits or self._asker() is not None

    async def visit(self, url: str) -> bool:
        visit = self._visits.get(self._server)
        if visit is not None:
            visit(url)
            return True
        ask = self._asker()
        decision = await ask(Question("url", "", url=url)) if ask is not None else None
        return decision is not None and decision.allow


def _keeping(home: Path) -> dict[str, str]:
    """Cache folders of programs: the sandbox's home is gone after each run."""
    return {
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "npm_config_cache": str(home / "cache" / "npm"),
    }


def server_tools(link: Link, tools: list[Offered]) -> tuple[ServerTool, ...]:
    """The tools of a session, for runs."""
    spec = link.spec
    network = spec.remote or spec.network
    writes = not spec.remote and spec.workspace == "write"
    held = not (network or spec.writable or spec.cwd)
    return tuple(
        ServerTool(
            tool,
            link,
            facts(
                tool.definition,
                trusted=spec.trusted,
                network=network,
                writes=writes,
                held=held,
                loopback=not network,
                # A call may have to start it; the session watches over both.
                timeout_s=spec.start_s + spec.timeout_s,
            ),
        )
        for tool in tools
    )
