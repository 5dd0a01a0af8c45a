"""What a tool is: a name and a schema for the model, facts for the rules, and a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from agents.events import ResultStatus

if TYPE_CHECKING:
    from agents.permissions.values import Approver
    from agents.sandbox.sandbox import Sandbox
    from agents.tools.workspace import Workspace


class ToolFacts(msgspec.Struct, frozen=True):
    """What the rules know of a tool. Facts that are not known are told as the stricter ones.

    `read_only`: changes nothing anywhere. `destructive`: may take away what was there. `network`: reaches other
    machines. `paths` names the arguments that are paths in the workspace. `anywhere`: its effects on the workspace
    are not told by its arguments (a shell), so the whole workspace is snapshotted around it. `volatile` names
    arguments that do not make two calls different. `untrusted`: its results were written by somebody outside.
    `polling`: asking again with the same arguments is meaningful. `held`: of a tool of an MCP server, the sandbox
    leaves the server no network and nothing of the user's but the workspace. `fingerprint`: of such a tool, the
    SHA-256 of what it says of itself; a grant for another one does not count.
    """

    read_only: bool = False
    destructive: bool = True
    network: bool = False
    paths: tuple[str, ...] = ()
    anywhere: bool = False
    volatile: tuple[str, ...] = ()
    untrusted: bool = False
    polling: bool = False
    held: bool = False
    timeout_s: float = 60.0
    most_bytes: int = 1_000_000
    fingerprint: str = ""


class Effects(msgspec.Struct, frozen=True):
    """What one call would do, worked out from its arguments without doing it. Paths are relative to the workspace.

    `kind` says how it is shown to a person: "command" is the exact shell command or program, `url` the exact
    address, `diff` a unified diff of what would change in files. `writes`: files made or changed; `deletes`: files
    taken away. `outside`: paths outside the workspace that it asks for (always refused by file tools).
    `network`: it wants to reach other machines; which ones is not known when there is no `url`.
    """

    kind: Literal["read", "files", "shell", "python", "network", "mcp", "other"] = "other"
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    command: str = ""
    url: str = ""
    diff: str = ""
    network: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What a call came to. `text` is for the model, whole; it is shortened for the context elsewhere."""

    text: str
    status: ResultStatus = "ok"
    summary: str = ""
    diff: str = ""
    untrusted: bool = False


class Here(msgspec.Struct, frozen=True):
    """What a tool may use while it runs. `sandbox` None: there is none on this machine, so nothing is executed.

    `trash` is a folder of the run for what is deleted. `scratch` is a folder for what tools keep (notes, indexes).
    `network`: this call may use the network (granted for this very call). `cancelled`: give up soon.
    `kept` gives the text of a handle, `language` is the user's. `approver` is asked the questions of an MCP server
    (elicitation) on behalf of the call `call` of run `run`; the time that a person takes for the answer does not
    count against the tool's time-out. None: nobody can be asked.
    """

    workspace: Workspace
    sandbox: Sandbox | None
    trash: Path
    scratch: Path
    cancelled: Callable[[], bool]
    kept: Callable[[str], str]
    network: bool = False
    language: Literal["en", "ko"] = "en"
    approver: Approver | None = None
    run: int = 0
    call: str = ""


class Tool(Protocol):
    """A tool at hand. `server` is the name of the MCP server it belongs to, "" for our own."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON Schema of an object."""
        ...

    @property
    def facts(self) -> ToolFacts: ...

    @property
    def server(self) -> str: ...

    def effects(self, arguments: dict[str, Any], here: Here) -> Effects:
        """What this call would do. Never changes anything, never raises for arguments that fit the schema."""
        ...

    def run(self, arguments: dict[str, Any], here: Here) -> Outcome:
        """Do it. Trouble that the model can act on is an Outcome with status "error", not an exception."""
        ...


def definition(tool: Tool) -> dict[str, Any]:
    """The tool in OpenAI's shape, for a model."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    }
