"""The commands of a run, those in the background among them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from agents.api.sandboxes import Confinement, Limits, Ran


class RunPort(msgspec.Struct, frozen=True):
    """A port of a run's sandbox at which `command` ("b1") listens, one in the background; `line` is the command's."""

    port: int
    command: str
    line: str = ""


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
