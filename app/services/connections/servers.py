"""Tool servers: their configuration, the user's consent, and their tools for runs.

A server starts when somebody asks for its tools or checks it, and only if the user has agreed to exactly its
command; nothing in a workspace starts one. Everything here may block and belongs off the GUI's thread, but
`all`, which reads two small files.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from agents.api import Sandbox, Tool
from agents.mcp.definitions import Definition, offered
from agents.mcp.host import Host, server_tools
from agents.mcp.http import checked_url
from agents.mcp.session import Link
from agents.mcp.spec import ServerSpec, consent_digest
from agents.mcp.warnings import warnings_of
from app.services.connections.events import ServersChanged
from app.services.connections.server_file import KeptServer, ServerFile
from app.services.connections.server_secrets import (
    CLIENT_SECRET,
    ServerSecrets,
    client_name,
    login_name,
    names_of,
    registered,
)
from app.services.connections.server_tools import KnownTools
from app.services.connections.server_values import Server, ServerTool
from app.services.events import EventBus
from app.services.settings.secrets import Secrets, TokenPlace
from engine.errors import UserError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
Revoke = Callable[[str, str], None]


class Removed(msgspec.Struct, frozen=True):
    """A removed server, for `Servers.restore`. It contains secrets: keep it in memory only."""

    kept: KeptServer
    secrets: dict[str, str]
    tools: dict[str, object] | None

    @property
    def name(self) -> str:
        return self.kept.spec.name

    def __repr__(self) -> str:
        return f"Removed({self.name!r})"


class Servers:
    """`home` is the data folder; `find_sandbox` gives the sandbox that commands are started in, None for none.

    `revoke(server, tool)` is called when a tool is another than the user knows: grants for it must go. For runs:
    `tools(workspace)` when one starts, with `ToolContext.approver`, `.run` and `.call` set for each call, so that a
    server can ask its questions; `close()` at the end of the program.
    """

    def __init__(
        self,
        home: Path,
        secrets: Secrets,
        find_sandbox: Callable[[], Sandbox | None],
        events: EventBus,
        revoke: Revoke = lambda server, tool: None,
    ) -> None:
        self._file = ServerFile(home / "servers.toml")
        self._secrets = ServerSecrets(secrets)
        self._known = KnownTools(home / "server_tools.toml", revoke)
        self.events = events
        self._lock = threading.Lock()
        self._definitions: dict[str, tuple[Definition, ...]] = {}
        self._seen: dict[str, tuple[ServerTool, ...]] = {}
        self._host = Host(
            find_sandbox, home / "servers", self._secrets.values, self._listed, self._changed, self._secrets
        )

    # --- reading ---

    def all(self) -> tuple[Server, ...]:
        """All servers, in the order they were added."""
        return tuple(self._shown(kept) for kept in self._file.by_key().values())

    def get(self, name: str) -> Server:
        """Raises UserError `mcp.unknown`."""
        return self._shown(self._file.get(name))

    def missing(self, name: str) -> tuple[str, ...]:
        """Names of variables and headers without a value.

        Asks the keyring. Raises UserError `mcp.unknown`.
        """
        return self._secrets.missing(self._file.get(name).spec)

    def for_this_session(self, name: str) -> tuple[str, ...]:
        """Keyring names of secrets that no keyring keeps. Asks it. Raises UserError `mcp.unknown`."""
        return self._secrets.for_this_session(self._file.get(name).spec)

    def secret_places(self, name: str) -> dict[str, TokenPlace]:
        """Where each secret variable and header is stored, "" for nowhere.

        Asks the keyring. Raises UserError `mcp.unknown`.
        """
        return self._secrets.places(self._file.get(name).spec)

    # --- configuration ---

    def add(
        self,
        spec: ServerSpec,
        env: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        imported: str = "",
        enabled: bool = True,
    ) -> Server:
        """Save a server.

        It is not started: `consent` comes first. What looks like a secret goes into the keyring.

        Raises UserError `mcp.bad_name`, `mcp.twice`, `mcp.bad_url`, `mcp.plain_http`, `mcp.no_command`,
        `settings.not_saved`.
        """
        checked(spec)
        split, secrets = self._secrets.split(spec, env or {}, headers or {})
        self._file.put(KeptServer(split, enabled, imported=imported), new=True)
        self._secrets.keep(secrets)
        self._changed()
        return self.get(spec.name)

    def change(self, name: str, **fields: object) -> Server:
        """Change fields of a server's spec; this may require consent again.

        Raises UserError as `add` does, and `mcp.unknown`.
        """
        kept = self._file.get(name)
        spec = msgspec.structs.replace(kept.spec, **fields)
        checked(spec)
        self._file.put(msgspec.structs.replace(kept, spec=spec))
        self._host.stop(name)
        self._changed()
        return self.get(name)

    def set_secret(self, name: str, variable: str, value: str) -> bool:
        """Give a variable or a header of a server its secret value, or "client_secret" that of the client that it
        knows Coterie as. False: no keyring keeps it beyond this session.

        Raises UserError `mcp.unknown`, `mcp.no_variable`, `settings.not_saved`.
        """
        spec = self._file.get(name).spec
        for kind in ("env", "headers"):
            plain, secret = getattr(spec, kind), getattr(spec, f"secret_{'env' if kind == 'env' else kind}")
            if variable not in plain and variable not in secret:
                continue
            if variable in plain:
                rest = {key: kept for key, kept in plain.items() if key != variable}
                self.change(name, **{kind: rest, f"secret_{kind}": (*secret, variable)})
            word = "env" if kind == "env" else "header"
            self._host.stop(name)
            return self._secrets.keep({f"server:{name}:{word}:{variable}": value})
        if variable == CLIENT_SECRET and registered(spec):
            self._host.stop(name)
            return self._secrets.keep({client_name(name): value})
        raise UserError("mcp.no_variable", server=name, name=variable)

    def consent(self, name: str, digest: str) -> Server:
        """The user agrees to what has this digest (`Server.digest`): what was shown, and not what it is by now.

        Raises UserError `mcp.unknown`, `mcp.consent_changed`, `settings.not_saved`.
        """
        kept = self._file.get(name)
        if digest != consent_digest(kept.spec):
            raise UserError("mcp.consent_changed", server=name)
        self._file.put(msgspec.structs.replace(kept, consent=digest))
        self._changed()
        return self.get(name)

    def enable(self, name: str, on: bool) -> Server:
        """Enable or disable a server; disabling stops it.

        Raises UserError `mcp.unknown`, `settings.not_saved`.
        """
        kept = self._file.get(name)
        self._file.put(msgspec.structs.replace(kept, enabled=on))
        if not on:
            self._host.stop(name)
        self._changed()
        return self.get(name)

    def trust(self, name: str, on: bool) -> Server:
        """Trust or distrust a server's hints about its tools.

        Raises UserError `mcp.unknown`, `settings.not_saved`.
        """
        return self.change(name, trusted=on)

    def remove(self, name: str) -> Removed:
        """Stop and remove a server, its secrets and accepted tools.

        Raises UserError `mcp.unknown`, `settings.not_saved`.
        """
        kept = self._file.remove(name)
        removed = Removed(kept, self._secrets.take(kept.spec), self._known.kept(name))
        self._host.stop(name)
        self._known.forget(name)
        self._secrets.forget(names_of(kept.spec))
        with self._lock:
            self._definitions.pop(name, None)
            self._seen.pop(name, None)
        self._changed()
        return removed

    def restore(self, removed: Removed) -> Server:
        """Undo `remove`. Raises UserError `mcp.twice`, `settings.not_saved`."""
        self._file.put(removed.kept, new=True)
        self._secrets.keep(removed.secrets)
        self._known.restore(removed.kept.spec.name, removed.tools)
        self._changed()
        return self.get(removed.kept.spec.name)

    # --- tools ---

    def check(self, name: str, workspace: Path | None = None) -> Server:
        """Start a server and list its tools, enabled or not.

        Raises UserError `mcp.unknown`, `mcp.no_consent`; later errors are in `Server.error`.
        """
        kept = self._allowed(name)
        link = self._host.link(kept.spec, workspace)
        with contextlib.suppress(UserError):  # the session records it
            link.start(again=True)
            self._listed(kept.spec, link.definitions)
        return self.get(name)

    def login(self, name: str, visit: Callable[[str], None]) -> Server:
        """Start a remote server, and let the user log in if it asks for that: `visit` gets the page to open
        in a browser, once, from another thread.

        Blocks until they have, five minutes at most. Raises UserError `mcp.unknown`, `mcp.no_consent`; what
        goes wrong after that is in `Server.error`.
        """
        kept = self._allowed(name)
        with contextlib.suppress(UserError):  # the session records it
            link = self._host.login(kept.spec, visit)
            self._listed(kept.spec, link.definitions)
        return self.get(name)

    def logout(self, name: str) -> Server:
        """Forget a login, and stop the server. Raises UserError `mcp.unknown`."""
        self._file.get(name)
        self._host.stop(name)
        self._secrets.forget([login_name(name)])
        self._changed()
        return self.get(name)

    def accept(self, name: str, tools: Collection[str] | None = None) -> Server:
        """Accept new and changed tools (by the server's names; None: all) as they are now.

        Raises UserError `mcp.unknown`, `settings.not_saved`.
        """
        kept = self._file.get(name)
        definitions = self._definitions.get(name, ())
        self._known.accept(name, definitions, tools)
        self._listed(kept.spec, definitions)
        return self.get(name)

    def tools(self, workspace: Path, taken: Collection[str] | None = None) -> tuple[Tool, ...]:
        """The tools of all servers that are on and agreed to, for a run in this folder. Starts those that do
        not run, all at once, and waits for each no longer than its `start_s`. One that cannot be started is left
        out; `all` says why. Tools that are new or changed since the user looked are left out too. `taken` are the
        names of other tools, None: those of our own. The order is that of the servers and their own.
        """
        servers = [
            kept
            for kept in self._file.by_key().values()
            if kept.enabled and kept.consent == consent_digest(kept.spec)
        ]
        if not servers:
            return ()
        with ThreadPoolExecutor(len(servers), "mcp-start") as pool:
            links = list(pool.map(lambda kept: self._started(kept.spec, workspace), servers))
        found: list[Tool] = []
        used = set(own_names() if taken is None else taken)
        for link in links:
            if link is None:
                continue
            reviewed = self._known.review(link.spec.name, link.definitions)
            accepted = {tool.tool for tool in reviewed if tool.status == "accepted"}
            definitions = [one for one in link.definitions if one.name in accepted]
            tools = server_tools(link, offered(link.spec.name, definitions, used))
            used.update(tool.name for tool in tools)
            found.extend(tools)
        return tuple(found)

    def close(self) -> None:
        """Stop all servers. Takes some seconds at most."""
        self._host.close()

    def _started(self, spec: ServerSpec, workspace: Path) -> Link | None:
        try:
            link = self._host.link(spec, workspace)
            link.start()
        except UserError:
            return None  # the session has recorded it
        return link

    def _allowed(self, name: str) -> KeptServer:
        kept = self._file.get(name)
        if kept.consent != consent_digest(kept.spec):
            raise UserError("mcp.no_consent", server=name)
        return kept

    def _listed(self, spec: ServerSpec, definitions: tuple[Definition, ...]) -> None:
        """Handle a server's list of tools, perhaps on the loop's thread."""
        try:
            seen = self._known.review(spec.name, definitions)
        except UserError:
            return
        with self._lock:
            self._definitions[spec.name] = definitions
            self._seen[spec.name] = seen
        self._changed()

    def _shown(self, kept: KeptServer) -> Server:
        spec = kept.spec
        digest = consent_digest(spec)
        links = self._host.links(spec.name)
        # The best state of it: it may run for one workspace and have failed for another.
        link = min(links, key=lambda one: _ORDER.index(one.state), default=None)
        with self._lock:
            tools = self._seen.get(spec.name)
        if tools is None:
            try:
                tools = self._known.remembered(spec.name)
            except UserError:
                tools = ()
        return Server(
            spec,
            kept.enabled,
            digest,
            kept.consent == digest,
            link.state if link else "off",
            link.error if link else None,
            tools,
            warnings_of(spec),
            log=link.log.tail(50) if link else (),
            imported=kept.imported,
        )

    def _changed(self) -> None:
        self.events.publish(ServersChanged())


def own_names() -> set[str]:
    """Names reserved for built-in tools, on every machine."""
    from agents.run.run import OWN_TOOLS
    from agents.tools.builtin import builtin_tools

    return {tool.name for tool in builtin_tools(None)} | {"shell", "python", "background"} | OWN_TOOLS


_ORDER = ("ready", "starting", "failed", "off")


def checked(spec: ServerSpec) -> None:
    """Validate a server.

    Raises UserError `mcp.bad_name`, `mcp.no_command`, `mcp.bad_url`, `mcp.plain_http`.
    """
    if not NAME.fullmatch(spec.name):
        raise UserError("mcp.bad_name", name=spec.name[:100])
    if spec.url:
        checked_url(spec.url)
    elif not spec.command or not spec.command[0].strip() or any("\0" in word for word in spec.command):
        raise UserError("mcp.no_command", server=spec.name)
