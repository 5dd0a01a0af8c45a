"""Tools, what they may use while they run, and tasks that are given to runs of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from agents.api.commands import Commands, RunPort
from agents.api.run import Approver
from agents.api.sandboxes import Sandbox
from agents.events import ResultStatus
from agents.permissions.hosts import HostRule
from agents.permissions.values import Effects, ToolFacts
from agents.workspace.workspace import Workspace


class Outcome(msgspec.Struct, frozen=True):
    """The result of a call. `text` is for the model, whole; it is shortened for the context elsewhere.

    `untrusted`, `own`: as in `ToolFacts`. `refused` and `reached` are what the gate tells of a program's way out;
    `unseen` are paths outside of the workspace that it failed for, and that a person can let commands read.
    `goes_on`: the run was paused in its middle, and the call, which stays
    without a result until then, goes on where it is when the run is resumed.
    """

    text: str
    status: ResultStatus = "ok"
    summary: str = ""
    diff: str = ""
    untrusted: bool = False
    own: bool = False
    refused: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    goes_on: bool = False


class Surroundings(msgspec.Struct, frozen=True):
    """What programs find besides the system and the workspace: fields of `Confinement`, and variables."""

    programs: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    caches: tuple[Path, ...] = ()
    home: dict[str, str] = {}
    environment: dict[str, str] = {}


class Passed(msgspec.Struct, frozen=True):
    """Hosts that programs asked for and that are not allowed ("example.org", "example.org:8443"), and those that were
    reached."""

    refused: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()


class Gate(Protocol):
    """The way of a run's programs to the network, by the hosts that a person has allowed. Thread-safe."""

    def always(self) -> tuple[HostRule, ...]:
        """The hosts that are allowed in every run."""
        ...

    def follow(self, granted: Callable[[], Iterable[HostRule]]) -> None:
        """From now on `granted` is asked for each connection which hosts may be reached. Any thread may call it."""
        ...

    def socket(self) -> Path:
        """The socket of the proxy, for a `Confinement`. Raises OSError."""
        ...

    def begin(self, hosts: Iterable[str]) -> None:
        """A call begins that may reach `hosts` besides."""
        ...

    def end(self) -> Passed:
        """What was asked for since this was last called: by the call, and by commands in the background."""
        ...

    def leads(self) -> bool:
        """Whether any host may be reached now."""
        ...


class ToolContext(msgspec.Struct, frozen=True):
    """What a tool may use while it runs.

    `sandbox` None: there is none on this machine, so nothing is executed.

    `trash` is a folder of the run for what is deleted. `scratch` is a folder for what tools keep (notes,
    indexes). `network`: this call may use the network (granted for this very call). `cancelled`: give up
    soon. `kept` gives the text of a handle, `language` is the user's. `approver` is asked the questions of an
    MCP server (elicitation) on behalf of the call `call` of run `run`; the time that a person takes for the
    answer does not count against the tool's time-out. None: nobody can be asked. `attachments` are folders with
    tables of a chat, which programs may read; they lie in one folder, which the variable ATTACHMENTS names to them.
    `released` are files that other programs carry out, and that this call may write nevertheless.
    `readable` are files and folders outside of the workspace that a person lets programs read; `surroundings` gives
    what programs find besides, and may take a moment. `gate` leads programs to the hosts that are allowed, and to
    `hosts` in this call; None: there is no way but `network`, which is all of it. `delegation` gives tasks to runs of
    their own, None: this run cannot. The call is carried out at the same time as others, `beside` of them together.
    `skills` are folders of skills, which programs may read. `tainted`: strangers' text came into this run before.
    `commands` are those of the run; None: each is run in a sandbox of its own.
    `allowable` gives those of some paths, as they are really called, that are there and that a person may let
    commands read. `ports` are those of `commands` that a person lets the tool's server reach.
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
    attachments: tuple[Path, ...] = ()
    released: tuple[str, ...] = ()
    readable: tuple[Path, ...] = ()
    surroundings: Callable[[], Surroundings] = lambda: Surroundings()
    gate: Gate | None = None
    hosts: tuple[str, ...] = ()
    delegation: Delegation | None = None
    beside: int = 1
    tainted: bool = False
    allowable: Callable[[Sequence[str]], tuple[Path, ...]] = lambda paths: ()
    skills: tuple[Path, ...] = ()
    commands: Commands | None = None
    ports: tuple[RunPort, ...] = ()


class Tool(Protocol):
    """A tool that a run offers. `server` is the name of the MCP server it belongs to, "" for our own."""

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

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        """Predict what this call would do.

        Changes nothing, and never raises for arguments that fit the schema.
        """
        ...

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        """Carry out the call.

        A failure that the model can act on is an Outcome with status "error", not an exception.
        """
        ...


class Offered(msgspec.Struct, frozen=True):
    """A file that was changed in a copy of the workspace: its content before and after, None where there was no file.

    `mode` are the permission bits of a new file, None the usual ones.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None


class Delegation(Protocol):
    """Gives tasks of one run to runs of their own (sub-agents), which have their own context and journal."""

    def give(self, task: str, context: ToolContext, *, changes: bool) -> Outcome:
        """Have the task done, and wait for it. With `changes` in a copy of the workspace, else by reading alone.

        A call that was interrupted in its middle goes on. Raises UserError `store.*`.
        """
        ...

    def offered(self, run: int) -> tuple[Offered, ...]:
        """What a run that was given a task changed in its copy. Raises UserError `run.not_given` for another run,
        `undo.lost` when a content is not there any more.
        """
        ...


def definition(tool: Tool) -> dict[str, Any]:
    """The tool's definition for a model, in OpenAI's format."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    }
