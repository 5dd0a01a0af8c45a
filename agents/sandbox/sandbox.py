"""What every sandbox can do, whichever system it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """What a sandboxed process tree may use. `output_bytes`: more of stdout or stderr than that is not kept, its
    middle is left out. `memory_bytes` and `file_bytes` count per process, `processes` for the tree."""

    seconds: float = 60.0
    output_bytes: int = 1_000_000
    memory_bytes: int = 4 * 1024**3
    file_bytes: int = 2 * 1024**3
    processes: int = 256
    open_files: int = 1024


class Confinement(msgspec.Struct, frozen=True):
    """Where a process may write and what it may reach. The system is readable, the user's home and our own data
    are not there at all, but for `readable` and `writable`. `workspace` is the working directory, writable unless
    `workspace_writable` is False; `protected` are paths in it that stay read-only (".git/hooks", ".git/config")."""

    workspace: Path
    workspace_writable: bool = True
    protected: tuple[str, ...] = (".git/hooks", ".git/config")
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    network: bool = False


class Ran(msgspec.Struct, frozen=True):
    """What became of a command. `code` is its exit code, negative the signal that ended it. `timed_out` and
    `cancelled` say that the tree was killed. `left_out` bytes of output were not kept. `exceeded` names what there
    was too much of, when the tree was ended for it: "processes", "memory" or "disk"."""

    code: int
    output: str
    errors: str
    seconds: float
    timed_out: bool = False
    cancelled: bool = False
    left_out: int = 0
    exceeded: str = ""


class Sandbox(Protocol):
    """A way to run programs confined. `name` is "bubblewrap" or "landlock"."""

    @property
    def name(self) -> str: ...

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
        """Run to the end and kill what is left of the tree. Raises UserError `sandbox.*` when it cannot start."""
        ...

    def command(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
    ) -> tuple[list[str], dict[str, str]]:
        """The argv and environment that start `argv` sandboxed, for somebody who spawns it himself (the MCP SDK).
        `limits.seconds` and `limits.output_bytes` do not count there."""
        ...
