"""A sandbox that lives as long as a run: its programs see each other's ports, `/tmp` and processes."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

assert sys.platform == "linux"

from agents.api import Confinement, Limits, Ran, ShellState
from agents.sandbox.guarding import Guarding
from agents.sandbox.inside.serving import STALE
from agents.sandbox.output import KeptOutput
from agents.sandbox.process_room import process_room
from engine.errors import UserError

_POLL = 0.02
_PATIENCE = 5.0  # seconds until a launcher that was told to stop is killed
_LOOKING = 2.0  # seconds for a look at the ports
_STARTING = 30.0  # seconds until it must have started


class Said(msgspec.Struct):
    """What the launcher says in the end."""

    code: int = 0
    reason: str = ""
    error: str = ""
    detail: str = ""
    state: str | None = None
    exported: str = ""


class _Ports(msgspec.Struct):
    ports: dict[str, tuple[int, ...]] = {}


class Living:
    """See `LivingSandbox`. Started by `launch`, the command for the number of an inherited channel, in `environment`;
    `guarding` knows what is put back; `processes` at most.

    A thread of its own starts and awaits it, as the kernel ends it with the thread that started it. Raises UserError
    `sandbox.failed` where it cannot be started. Methods may be called from any thread.
    """

    def __init__(
        self,
        launch: Callable[[int], Sequence[str]],
        environment: Mapping[str, str],
        guarding: Guarding,
        processes: int,
    ) -> None:
        self._guarding = guarding
        self._channel, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._sending = threading.Lock()
        self._trouble = ""
        self._process: subprocess.Popen[bytes] | None = None
        started = threading.Event()

        def live() -> None:
            with process_room(processes) as room:
                try:
                    with theirs:
                        process = self._process = _started(
                            lambda channel: [*room, *launch(channel)], environment, theirs
                        )
                except OSError as error:
                    self._trouble = str(error)
                    return
                finally:
                    started.set()
                assert process.stderr
                with process.stderr:
                    output = KeptOutput(process.stderr.fileno(), 10_000)
                    process.wait()
                    output.finish(_PATIENCE)
                self._trouble = output.result()[0].strip()[-500:]

        self._thread = threading.Thread(target=live, name="sandbox-living", daemon=True)
        self._thread.start()
        started.wait()
        self._await_ready()

    def _await_ready(self) -> None:
        self._channel.settimeout(_STARTING)
        said = b""
        with contextlib.suppress(OSError):
            said = self._channel.recv(65536)
        if b'"ready"' not in said:
            self.close()
            detail = msgspec.json.decode(said, type=Said).detail if said.startswith(b"{") else self._trouble
            raise UserError("sandbox.failed", detail=detail)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

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
        """See `LivingSandbox.run`."""
        job = self._started(argv, confinement, state, environment)
        if job is None:
            return None
        output = KeptOutput(job.output, limits.output_bytes)
        errors = KeptOutput(job.errors, limits.output_bytes)
        why = job.wait(limits.seconds, cancelled)
        if why:
            job.stop()
        said = job.said()
        output.finish(_PATIENCE)
        errors.finish(_PATIENCE)
        job.close()
        check(said)
        (out_text, out_left), (error_text, error_left) = output.result(), errors.result()
        ran = Ran(
            code=said.code or -9 if why else said.code,
            output=out_text,
            errors=error_text,
            seconds=job.seconds,
            timed_out=why == "time",
            cancelled=why == "cancelled",
            left_out=out_left + error_left,
            exceeded=said.reason if said.reason != "stopped" else "",
        )
        return ran, None if said.state is None else ShellState(said.state, said.exported)

    def in_background(
        self,
        name: str,
        argv: Sequence[str],
        confinement: Confinement,
        state: str,
        *,
        environment: Mapping[str, str],
    ) -> LivingJob | None:
        """See `LivingSandbox.in_background`."""
        return self._started(argv, confinement, state, environment, name)

    def connect(self, port: int, program: str = "") -> socket.socket:
        """See `LivingSandbox.connect`."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._ask({"do": "connect", "port": port, "program": program}, ours, theirs)
            ours.settimeout(_STARTING)
            data, fds, _, _ = socket.recv_fds(ours, 65536, 1)
        if not fds:
            said = msgspec.json.decode(data, type=Said) if data else Said(detail="the sandbox has ended")
            raise ConnectionRefusedError(said.detail)
        return socket.socket(fileno=fds[0])

    def ports(self) -> dict[str, tuple[int, ...]]:
        """See `LivingSandbox.ports`."""
        said = self._told(
            {"do": "ports"}, _LOOKING
        )  # who asks also reads what the launcher may have to write
        return msgspec.json.decode(said, type=_Ports).ports if said else {}

    def hold(self) -> None:
        """See `LivingSandbox.hold`."""
        self._told({"do": "hold"})

    def go_on(self, released: Sequence[str]) -> None:
        """See `LivingSandbox.go_on`."""
        self._told({"do": "go on", "released": list(released)})

    def close(self) -> None:
        """End all programs, and the sandbox; waits until nothing is left."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        self._thread.join(_PATIENCE)
        if self._thread.is_alive() and self._process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, 9)
            self._process.kill()
            self._thread.join(_PATIENCE)
        self._channel.close()

    def _started(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        state: str,
        environment: Mapping[str, str],
        background: str = "",
    ) -> LivingJob | None:
        guards = self._guarding.guards(confinement)
        if guards is None:
            return None
        request = msgspec.to_builtins(guards) | {
            "do": "run",
            "argv": list(argv),
            "environment": dict(environment),
            "state": state,
            "background": background,
        }
        job = LivingJob(self._thread.is_alive, together=bool(background))
        try:
            self._ask(request, job.asked, *job.theirs)
        except OSError as error:
            job.let_go()
            job.close()
            raise UserError("sandbox.failed", detail=self._trouble or str(error)) from error
        job.let_go()
        begun = job.begun()
        if begun.error:
            job.close()
            if begun.detail == STALE:
                return None
            check(begun)
        return job

    def _told(self, request: dict[str, object], patience: float = _STARTING) -> bytes:
        """Ask, and wait until it is done; nothing when the sandbox has ended."""
        ours, theirs = socket.socketpair()
        with ours, contextlib.suppress(OSError):
            with theirs:
                self._ask(request, ours, theirs)
            ours.settimeout(patience)
            return ours.recv(65536)
        return b""

    def _ask(self, request: dict[str, object], ours: socket.socket, *theirs: socket.socket | int) -> None:
        descriptors = [one if isinstance(one, int) else one.fileno() for one in theirs]
        with self._sending:
            socket.send_fds(self._channel, [b"."], descriptors)
        ours.sendall(json.dumps(request).encode() + b"\n")


class LivingJob:
    """A program in a living sandbox: its `output` and `errors`, to be read to their end, and how it ends. With
    `together` both are one pipe. `is_alive`: whether the sandbox is."""

    def __init__(self, is_alive: Callable[[], bool], *, together: bool) -> None:
        self._is_alive = is_alive
        self.asked, theirs = socket.socketpair()
        self.output, out = os.pipe()
        self.errors, error = (-1, os.dup(out)) if together else os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        self.theirs: tuple[int | socket.socket, ...] = (nothing, out, error, theirs)
        self._text = b""
        self._since = time.monotonic()
        self.seconds = 0.0

    def let_go(self) -> None:
        """Close the program's ends here."""
        for one in self.theirs:
            os.close(one) if isinstance(one, int) else one.close()
        self.theirs = ()

    def begun(self) -> Said:
        """Wait until it has started, or could not be."""
        self.wait(_STARTING, lambda: not self._is_alive())
        line, _, self._text = self._text.partition(b"\n")
        return _parsed(line)

    def wait(self, seconds: float, cancelled: Callable[[], bool]) -> str:
        """See `Job.wait`."""
        until = time.monotonic() + seconds
        self.asked.settimeout(_POLL)
        while not self._is_over():
            if time.monotonic() >= until:
                return "time"
            if cancelled():
                return "cancelled"
        return ""

    def _is_over(self) -> bool:
        """Read more of what is said in the end, for a moment."""
        if self._text.endswith(b"\n"):
            return True
        try:
            piece = self.asked.recv(1 << 16)
        except TimeoutError:
            return False
        except OSError:
            piece = b""
        self._text += piece
        return not piece or self._text.endswith(b"\n")

    def stop(self) -> None:
        """See `Job.stop`."""
        with contextlib.suppress(OSError):
            self.asked.shutdown(socket.SHUT_WR)

    def said(self) -> Said:
        """Wait for its end, and tell how it ended. A sandbox that has ended says nothing."""
        self.wait(_STARTING, lambda: not self._is_alive())
        self.seconds = time.monotonic() - self._since
        return _parsed(self._text)

    def ended(self) -> int:
        """See `Job.ended`."""
        said = self.said()
        check(said)
        return said.code

    def close(self) -> None:
        self.asked.close()
        for one in (self.output, self.errors):
            if one >= 0:
                os.close(one)


def _parsed(text: bytes) -> Said:
    try:
        # A state may hold bytes that are no UTF-8, which msgspec's decoder refuses.
        return msgspec.convert(json.loads(text), Said)
    except (ValueError, msgspec.MsgspecError):  # the sandbox was ended, and says nothing
        return Said(code=-9, reason="stopped")


def check(said: Said) -> None:
    """Raises UserError `sandbox.*` when the program could not be started."""
    if said.error == "not_found":
        raise UserError("sandbox.program_not_found", detail=said.detail)
    if said.error:
        raise UserError("sandbox.failed", detail=said.detail)


def _started(
    launch: Callable[[int], Sequence[str]], environment: Mapping[str, str], theirs: socket.socket
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(launch(theirs.fileno())),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=dict(environment),
        cwd="/",
        pass_fds=(theirs.fileno(),),
        start_new_session=True,
    )
