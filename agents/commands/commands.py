"""The commands of a run, in a sandbox that lives as long as it is needed."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from agents.api import Confinement, Job, Limits, LivingSandbox, Ran, RunPort, Sandbox, ShellState
from agents.commands.background import InBackground
from agents.events import Background, BackgroundEnd
from agents.permissions.shell_review import STEERING
from agents.sandbox.inside.plan import STATE
from engine.errors import UserError
from engine.text import clean_text

NEW = "[this is a new shell, as the one before was ended: /tmp and commands in the background are gone]"
RESUMED = (
    "[this is a new shell, as the run was interrupted: the directory, variables, functions, /tmp and commands in the "
    "background of before are gone]"
)
EARLIER = (
    "[this is a new shell: the directory, variables, functions, /tmp and commands in the background of earlier "
    "answers are gone]"
)
UNCHANGED = (
    "[the shell was ended by other means than exit: directory and variables are as before this command]"
)
# As bash prints them.
_FUNCTION = re.compile(r"^\S+ \(\) *$", re.MULTILINE)
_EXPORTED = re.compile(r"^declare -\w*x\w* (\w+)", re.MULTILINE)
Found = TypeVar("Found")


class RunCommands:
    """Implements `Commands` in `sandbox`. `note` writes an event of the background to the journal; `lost` says what
    the model has to know at first of a shell that was there before."""

    def __init__(
        self,
        sandbox: Sandbox,
        note: Callable[[Background], None],
        *,
        first: int = 1,
        lost: Callable[[], str] = lambda: "",
    ) -> None:
        self._sandbox, self._note = sandbox, note
        self._living: LivingSandbox | None = None
        self._sees = frozenset[Path]()  # what may be read in there besides
        self._opening = threading.Lock()
        self._closed = False
        self._state = ShellState()
        self._last = "", self._state  # the last call, and the state before it
        self._number = first
        self._notices: list[str] = []
        self._lost: Callable[[], str] | None = lost
        self._background: list[InBackground] = []
        self._at_end: list[Callable[[], None]] = []

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
        """See `Commands.run`."""
        if call and call == self._last[0]:
            self._state = self._last[1]
        self._last = call, self._state
        if confinement.network or self._sees_otherwise(confinement):
            return self._apart(argv, confinement, environment, added, limits, cancelled)
        ran, left = self._in_living(
            confinement,
            environment,
            lambda living: living.run(
                argv, confinement, self._state.whole, environment=added, limits=limits, cancelled=cancelled
            ),
        )
        self._state = left or self._state
        return ran, self._told(ran, left, argv)

    def _sees_otherwise(self, confinement: Confinement) -> bool:
        """Whether the sandbox shows other files than this command may read, and must live on for what runs there; one
        in which nothing runs is ended, so that there is a new one."""
        with self._opening:
            if self._living is None or frozenset(confinement.readable) == self._sees:
                return False
            if self.running():
                return True
            self._renew()
            return False

    def _apart(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        environment: Mapping[str, str],
        added: Mapping[str, str],
        limits: Limits,
        cancelled: Callable[[], bool],
    ) -> tuple[Ran, tuple[str, ...]]:
        """Run in a sandbox of its own, which is given the directory and the exported variables, and gives them back.
        Functions stay behind: they could make another command of the one that was agreed to."""
        with contextlib.closing(self._sandbox.open(confinement, environment=environment)) as own:
            found = own.run(
                argv, confinement, self._state.exported, environment=added, limits=limits, cancelled=cancelled
            )
        if found is None:
            raise UserError("sandbox.failed", detail="")
        ran, left = found
        if left is not None:
            self._state = ShellState(f"{self._state.whole}\n{left.exported}", left.exported)
        return ran, self._told(ran, left, argv)

    def start(
        self,
        command: str,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str],
        added: Mapping[str, str],
        call: str,
    ) -> tuple[InBackground, tuple[str, ...]]:
        """See `Commands.start`."""
        name = f"b{self._number}"
        job: Job = self._in_living(
            confinement,
            environment,
            lambda living: living.in_background(
                name, argv, confinement, self._state.whole, environment=added
            ),
        )
        self._number += 1
        command = clean_text(command)
        self._note(Background(name, "started", call=call, command=command))
        started = InBackground(name, command, call, job, self._note, self._ports)
        self._background.append(started)
        return started, self._taken_notices()

    def all(self) -> tuple[InBackground, ...]:
        """See `Commands.all`."""
        return tuple(self._background)

    def stop(self, name: str) -> None:
        """End one in the background, for the user; nothing when there is none of this name that runs."""
        for one in self.running():
            if one.name == name:
                one.stop("user")

    def running(self) -> tuple[InBackground, ...]:
        """Those in the background that have not ended."""
        return tuple(one for one in self._background if one.code is None)

    @property
    def steered(self) -> bool:
        """See `Commands.steered`."""
        names = _EXPORTED.findall(self._state.whole)
        return bool(_FUNCTION.search(self._state.whole)) or any(map(STEERING.match, names))

    def connect(self, port: int) -> socket.socket:
        """See `Commands.connect`."""
        living = self._living
        if living is None or not living.is_alive:
            raise ConnectionRefusedError("nothing runs there")
        return living.connect(port)

    def listening(self) -> tuple[RunPort, ...]:
        """See `Commands.listening`."""
        living = self._living
        ports = living.ports() if living is not None else {}
        return tuple(
            RunPort(port, one.name, one.command) for one in self.running() for port in ports.get(one.name, ())
        )

    def connect_to(self, at: RunPort) -> socket.socket:
        """See `Commands.connect_to`."""
        living = self._living
        if living is None or not any(one.name == at.command for one in self.running()):
            raise ConnectionRefusedError("it has ended")
        return living.connect(at.port, at.command)

    def at_end(self, call: Callable[[], None]) -> None:
        """See `Commands.at_end`."""
        with self._opening:
            if not self._closed:
                self._at_end.append(call)
                return
        call()

    @contextlib.contextmanager
    def held(self, released: Callable[[], Sequence[str]]) -> Iterator[None]:
        """Meanwhile nothing runs in the background, and what changes is not its doing; `released` gives the files
        that it may write afterwards."""
        living = self._living
        if living is None or not self.running():
            yield
            return
        living.hold()
        try:
            yield
        finally:
            living.go_on(released())

    def close(self) -> None:
        """End all."""
        with self._opening:
            self._closed = True
            at_end, self._at_end = self._at_end, []
        try:
            for call in at_end:
                call()
        finally:
            with self._opening:
                self._end("run")

    def _in_living(
        self,
        confinement: Confinement,
        environment: Mapping[str, str],
        use: Callable[[LivingSandbox], Found | None],
    ) -> Found:
        """Use the sandbox; a new one where what must be held now cannot be held in the old one."""
        found = use(self._opened(confinement, environment))
        if found is None:
            with self._opening:
                self._renew()
            found = use(self._opened(confinement, environment))
        if found is None:
            raise UserError("sandbox.failed", detail="")
        return found

    def _opened(self, confinement: Confinement, environment: Mapping[str, str]) -> LivingSandbox:
        """The sandbox; a new one when there is none, or it was killed."""
        with self._opening:
            if self._closed:
                raise UserError("sandbox.failed", detail="the run has ended")
            if self._living is not None and not self._living.is_alive:
                self._renew()
            if self._living is None:
                self._living = self._sandbox.open(confinement, environment=environment)
                self._sees = frozenset(confinement.readable)
            return self._living

    def _renew(self) -> None:
        self._end("sandbox")
        self._notices.append(NEW)

    def _end(self, why: BackgroundEnd) -> None:
        for one in self._background:
            one.is_to_end(why)
        if self._living is not None:
            self._living.close()
            self._living = None
        for one in self._background:
            one.join()

    def _told(self, ran: Ran, left: ShellState | None, argv: Sequence[str]) -> tuple[str, ...]:
        """What the model has to know: of a shell, whether it has left something."""
        if left is None and STATE in argv and (self._state.whole or not ran.timed_out):
            return (*self._taken_notices(), UNCHANGED)
        return self._taken_notices()

    def _ports(self, name: str) -> tuple[int, ...]:
        living = self._living
        return () if living is None else living.ports().get(name, ())

    def _taken_notices(self) -> tuple[str, ...]:
        lost = self._lost() if self._lost is not None else ""
        self._lost = None
        taken, self._notices = tuple(filter(None, (lost, *self._notices))), []
        return taken
