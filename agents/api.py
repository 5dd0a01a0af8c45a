"""Protocols a run is made of: chat model, tools, sandbox, approver, journal.

`agents.run.run.Run` works with these alone; the app brings the implementations.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from agents.events import Entry, ResultStatus, RunEvent
from agents.permissions.hosts import HostRule
from agents.permissions.values import ApprovalRequest, Decision, Effects, ToolFacts
from agents.workspace.workspace import Workspace
from engine.errors import ErrorInfo
from engine.values import FinishReason, Message, Reasoning, Sampling, Timings, ToolCall, Usage

# --- the model ---


class NewText(msgspec.Struct, frozen=True):
    """New text of a turn that the model is writing: of its reasoning, its answer, or the JSON of the arguments of a
    tool call, which has an id and the tool's name.
    """

    channel: Literal["reasoning", "content", "arguments"]
    text: str
    call: str = ""
    name: str = ""


# Called from another thread.
OnText = Callable[[NewText], None]


class ModelRequest(msgspec.Struct, frozen=True):
    """A request for one turn of the model.

    `tools` and `choice` as in `GenerateRequest`; `max_tokens` 0: up to the context.
    """

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    choice: str = "auto"
    sampling: Sampling = Sampling()
    reasoning: Reasoning = "auto"
    max_tokens: int = 0


class ModelResponse(msgspec.Struct, frozen=True):
    """The result of a `ModelRequest`. With `error` the text so far stands."""

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: ErrorInfo | None = None
    notices: tuple[ErrorInfo, ...] = ()


class Measured(msgspec.Struct, frozen=True):
    """Token counts of a whole prompt, template and tools included, and of each text alone.

    `exact` False: estimated, never too low, because the model's own tokenizer cannot be asked.
    """

    prompt: int
    texts: tuple[int, ...] = ()
    exact: bool = True


class ChatModel(Protocol):
    """A model that answers requests. Methods block and may be called from any thread but the GUI's.

    They raise UserError when there is no model to ask (`engine.*`, `model.*`, `remote.*`).
    """

    @property
    def name(self) -> str: ...

    @property
    def remote(self) -> bool:
        """Whether text leaves this machine."""
        ...

    def ready(self) -> int:
        """Wait until the model can answer; returns its context length in tokens."""
        ...

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured: ...

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        """Send the request and wait for the end of the answer.

        `cancelled` is polled at least ten times a second; once it is true the turn ends within 200 ms with
        the text so far (`finish_reason` "cancelled").
        """
        ...


# --- tools ---


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


class RunPort(msgspec.Struct, frozen=True):
    """A port of a run's sandbox at which `command` ("b1") listens, one in the background; `line` is the command's."""

    port: int
    command: str
    line: str = ""


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


# --- tasks that are given away ---


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


# --- the sandbox ---


class Limits(msgspec.Struct, frozen=True):
    """Resource limits of a sandboxed process tree.

    `output_bytes`: more of stdout or stderr than that is not kept, its middle is left out. `memory_bytes` and
    `file_bytes` count per process, `processes` for the tree.
    """

    seconds: float = 60.0
    output_bytes: int = 1_000_000
    memory_bytes: int = 4 * 1024**3
    file_bytes: int = 2 * 1024**3
    processes: int = 256
    open_files: int = 1024


class Confinement(msgspec.Struct, frozen=True):
    """Where a process may write and what it may reach.

    The system is readable, the user's home and our own data are not there at all, but for `readable`,
    `writable` and `programs`: toolchains, only to be read, in which no sockets are looked for. `hidden` paths in
    `readable` and `programs`, without links in them, cannot be read, whatever links lead to them. `workspace` is the
    working directory, writable unless `workspace_writable` is False; `protected` are paths in it that stay read-only
    (".git/hooks", ".git/config"). Files that other programs carry out without being asked (`agents.autorun`) are kept
    from being changed or made, but for `released`: files and whole folders, relative to the workspace or absolute.
    `caches` are folders that may be written to, and of which nothing is put back; `home` are files, by their names,
    in the program's own home, which begins with nothing else. `proxy` is the socket of a filtering proxy
    (`agents.network`), the only way out where `network` is False; bubblewrap alone leads there.
    """

    workspace: Path
    workspace_writable: bool = True
    protected: tuple[str, ...] = (".git/hooks", ".git/config")
    released: tuple[str, ...] = ()
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    network: bool = False
    programs: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    caches: tuple[Path, ...] = ()
    home: dict[str, str] = {}
    proxy: Path | None = None


class Ran(msgspec.Struct, frozen=True):
    """The result of a command.

    `code` is its exit code, negative the signal that ended it. `timed_out` and `cancelled` say that the tree
    was killed. `left_out` bytes of output were not kept. `exceeded` names what there was too much of, when
    the tree was ended for it: "processes", "memory" or "disk".
    """

    code: int
    output: str
    errors: str
    seconds: float
    timed_out: bool = False
    cancelled: bool = False
    left_out: int = 0
    exceeded: str = ""


class ShellState(msgspec.Struct, frozen=True):
    """What a shell leaves to the next one, as scripts that set it: `whole`, and of it the directory and the exported
    variables alone."""

    whole: str = ""
    exported: str = ""


class Job(Protocol):
    """A program that goes on in the background. `output` is the pipe of all that it writes, to be read to its end."""

    @property
    def output(self) -> int: ...

    def wait(self, seconds: float, cancelled: Callable[[], bool]) -> str:
        """Wait for its end: "", or why it goes on, "time" or "cancelled"."""
        ...

    def stop(self) -> None:
        """Have it ended, with all that it has started."""
        ...

    def ended(self) -> int:
        """Wait for its end; its exit code, negative the signal that ended it. Once, before `close`.

        Raises UserError `sandbox.*` when it could not be started."""
        ...

    def close(self) -> None: ...


class LivingSandbox(Protocol):
    """A sandbox whose programs share ports, processes and temporary files until it is closed.

    The confinement of each program may differ from the first in `released` alone. What it holds is held around each
    program, and while one in the background goes on. Methods may be called from any thread.
    """

    @property
    def is_alive(self) -> bool: ...

    def run(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        state: str,
        *,
        environment: Mapping[str, str],
        limits: Limits,
        cancelled: Callable[[], bool],
    ) -> tuple[Ran, ShellState | None] | None:
        """Run a program to its end and kill what is left of it; what its shell has left, None for nothing.

        `state` is that of the shell before it. None: what has to be held cannot be held any more in this sandbox, and
        nothing was done. Raises UserError `sandbox.*` when it cannot start.
        """
        ...

    def in_background(
        self,
        name: str,
        argv: Sequence[str],
        confinement: Confinement,
        state: str,
        *,
        environment: Mapping[str, str],
    ) -> Job | None:
        """Start a program that goes on while others run; None as for `run`."""
        ...

    def connect(self, port: int, program: str = "") -> socket.socket:
        """A connection to what listens at a port of its loopback; with `program` to that one in the background and to
        nobody else, and perhaps not made yet. Raises OSError when nothing does."""
        ...

    def ports(self) -> dict[str, tuple[int, ...]]:
        """The ports that each program in the background listens at, by its name."""
        ...

    def hold(self) -> None:
        """Stop all programs, and put back what they may not change, until `go_on`."""
        ...

    def go_on(self, released: Sequence[str]) -> None:
        """Let them go on; what was changed meanwhile was not theirs."""
        ...

    def close(self) -> None:
        """End all; waits until nothing is left."""
        ...


class BackgroundCommand(Protocol):
    """A command that goes on while others run: its name ("b1"), the line, the ports it listens at, and its exit code
    once it has ended."""

    @property
    def name(self) -> str: ...

    @property
    def command(self) -> str: ...

    @property
    def ports(self) -> tuple[int, ...]: ...

    @property
    def code(self) -> int | None: ...

    def new_output(self, seconds: float, cancelled: Callable[[], bool]) -> str:
        """What it has written since this was last asked; waits for some, or for its end, that long."""
        ...

    def stop(self, by: Literal["model", "user"]) -> None:
        """End it, with all that it has started; waits until that is done."""
        ...


class Commands(Protocol):
    """The commands of a run: each finds the directory, variables, functions, ports and temporary files of those
    before it, and some go on in the background. Methods may be called from any thread.

    Raise UserError `sandbox.*` when nothing can be started.
    """

    def run(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str],
        added: Mapping[str, str],
        call: str,
        limits: Limits,
        cancelled: Callable[[], bool],
    ) -> tuple[Ran, tuple[str, ...]]:
        """Run a program of a call to its end. The variables `environment` are the same in all calls, `added` those of
        this one. A call that is carried out again begins as it did before. Returns what the model has to know of the
        shell besides, too."""
        ...

    def start(
        self,
        command: str,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str],
        added: Mapping[str, str],
        call: str,
    ) -> tuple[BackgroundCommand, tuple[str, ...]]:
        """Start a command in the background for a call."""
        ...

    def all(self) -> tuple[BackgroundCommand, ...]:
        """Those in the background, ended ones included, in the order of their start."""
        ...

    @property
    def steered(self) -> bool:
        """Whether functions or variables that commands have left may make others of the commands that are named."""
        ...

    def connect(self, port: int) -> socket.socket:
        """A connection to what listens at a port in there. Raises OSError when nothing does."""
        ...

    def listening(self) -> tuple[RunPort, ...]:
        """The ports at which those in the background listen now."""
        ...

    def connect_to(self, at: RunPort) -> socket.socket:
        """A connection to this very command at its port, perhaps not made yet. Raises OSError when it does not listen
        there any more, or is not the only one."""
        ...

    def at_end(self, call: Callable[[], None]) -> None:
        """Have this called when they end with the run, at once where they have: before they are ended, by whoever
        ends them."""
        ...


class Sandbox(Protocol):
    """A way to run programs confined. `name` is "bubblewrap" or "landlock".

    `filters`: it leads to the proxy of a `Confinement`. Landlock cannot: it knows ports, not addresses.
    """

    @property
    def name(self) -> str: ...

    @property
    def filters(self) -> bool: ...

    def run(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        limits: Limits = Limits(),  # noqa: B008
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Ran:
        """Run the command to its end and kill what is left of the tree.

        Raises UserError `sandbox.*` when it cannot start.
        """
        ...

    def command(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
        listens: int = -1,
    ) -> tuple[list[str], dict[str, str]]:
        """The argv and environment that start `argv` sandboxed, for a caller that spawns the process itself
        (the MCP SDK).

        `limits.seconds` and `limits.output_bytes` do not count there. `listens` is a socket that the caller lets it
        inherit, and over which ports of its own loopback are opened (`agents.mcp.led_ports`); only for a
        sandbox that `filters`, and without the network.
        """
        ...

    def open(
        self,
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
    ) -> LivingSandbox:
        """A sandbox that lives until it is closed, or this process ends. `limits.seconds` and `limits.output_bytes`
        do not count. Raises UserError `sandbox.*`."""
        ...


# --- a person, and the journal ---


class Approver(Protocol):
    """Asks a person to approve a call.

    `ask` blocks until there is a decision; None: nobody can be asked, or the run is stopped.
    """

    def ask(self, request: ApprovalRequest) -> Decision | None: ...


class Journal(Protocol):
    """The event log of one run. All methods may be called from any thread and raise UserError `store.*`."""

    @property
    def run(self) -> int: ...

    def append(self, event: RunEvent) -> Entry:
        """Append an event durably: once this returns, killing the process does not lose it."""
        ...

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """Entries with a greater `seq` than `after`, in order."""
        ...

    def keep(self, text: str) -> str:
        """Store a long text outside the events; returns its handle ("r1", "r2", ...), short enough for a
        model to repeat.
        """
        ...

    def kept(self, handle: str) -> str:
        """The text of a handle. Raises UserError `run.no_text`."""
        ...
