"""Ways to run programs confined."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec


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
