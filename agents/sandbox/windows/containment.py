"""Windows: containment, not isolation.

A program runs with the user's name but few rights: a token without privileges and of low integrity, so that it can
write to the folder it works in and to little else (what Windows leaves to all such programs, like LocalLow in the
user's AppData), in a job that limits its processes, memory and time, keeps it from the clipboard and from other
programs' windows, and ends all of it together. It can read what the user can read, and nothing keeps it from the
network.

For that the folder gets the mandatory label "low" with all that is in it, and the label "medium" again when this
process ends; when that is killed, other programs of low integrity can write there until Coterie has worked in the
folder again. What git would execute is put back when it was changed.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PureWindowsPath

assert sys.platform == "win32"

from agents.sandbox.environment import program_environment
from agents.sandbox.inside.guard import PutBack
from agents.sandbox.inside.plan import ENVIRONMENT
from agents.sandbox.output import KeptOutput
from agents.sandbox.protected import protected, writable_roots
from agents.sandbox.sandbox import Confinement, Limits, Ran
from agents.sandbox.visible import checked, interpreter
from agents.sandbox.windows import layouts, native
from agents.sandbox.windows.plan import ContainedPlan, Share, encoded
from engine.errors import UserError

_BOOT = "import sys; sys.path.append(sys.argv[1]); from agents.sandbox.windows.launch import main; main()"
_SOURCES = Path(__file__).resolve().parents[3]
_POLL = 0.05
_PATIENCE = 5.0
_LEAST_FREE = 1 << 30
_NOT_FOUND = (2, 3)  # ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND


class Containment:
    """See above. Confinements without the network are refused: it cannot be taken away."""

    name = "windows"
    isolates = False

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
        """See `Sandbox.run`."""
        _accepted(confinement)
        with private_folder() as home, put_back(confinement):
            variables = program_environment(environment) | layouts.private_places(PureWindowsPath(home))
            share = Share(limits.memory_bytes, limits.processes, limits.seconds)
            started = time.monotonic()
            with _Streams(limits.output_bytes, stdin) as streams:
                running = begun(argv, variables, confinement.workspace, share, streams.theirs)
                try:
                    streams.begin()
                    until = started + limits.seconds
                    code, why = _watched(running, until, cancelled, confinement.workspace)
                finally:
                    running.end()
                seconds = time.monotonic() - started
                output, errors, left_out = streams.finish()
        return Ran(
            code=-9 if code is None else code,
            output=output,
            errors=errors,
            seconds=seconds,
            timed_out=why == "time",
            cancelled=why == "cancelled",
            left_out=left_out,
            exceeded=why if why == "disk" else "",
        )

    def command(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
    ) -> tuple[list[str], dict[str, str]]:
        """See `Sandbox.command`. Whoever ends the process that is started ends the job, for it holds it."""
        _accepted(confinement)
        folder = Path(os.path.realpath(confinement.workspace))
        locked, _ = protected(confinement)
        plan = ContainedPlan(
            str(folder),
            Share(limits.memory_bytes, limits.processes),
            tuple(map(str, locked)),
            tuple(map(str, writable_roots(confinement))),
        )
        variables = program_environment(environment)
        given = {"PATH": variables["PATH"], "SYSTEMROOT": os.environ.get("SYSTEMROOT", "C:\\Windows")}
        start = [str(interpreter()), "-I", "-S", "-c", _BOOT, str(_SOURCES), encoded(plan), *argv]
        return start, given | {ENVIRONMENT: json.dumps(variables)}


def begun(
    argv: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    share: Share,
    streams: tuple[int, int, int],
) -> native.Contained:
    """Start a program that is contained. Raises UserError `sandbox.program_not_found` and `sandbox.failed`."""
    program = shutil.which(argv[0], path=environment.get("PATH"))
    if program is None:
        raise UserError("sandbox.program_not_found", detail=argv[0])
    try:
        return native.start([program, *argv[1:]], environment, folder, share, streams)
    except (OSError, ValueError) as error:
        missing = getattr(error, "winerror", 0) in _NOT_FOUND
        code = "sandbox.program_not_found" if missing else "sandbox.failed"
        raise UserError(code, detail=str(error)) from error


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for what a program keeps for itself, gone afterwards."""
    home = Path(os.path.realpath(tempfile.mkdtemp(prefix="coterie-sandbox-")))
    try:
        _labelled(home, layouts.LOW_LABEL)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def put_back(confinement: Confinement) -> Iterator[None]:
    """What git would execute is as it was afterwards, when nothing of the program runs any more."""
    undone = PutBack(protected(confinement)[0], writable_roots(confinement), brief=True)
    yield
    undone.restore()


_lowered: set[Path] = set()
_lowering = threading.Lock()


def _accepted(confinement: Confinement) -> None:
    """Check it, and let programs of low integrity write where it says."""
    checked(confinement)
    if not confinement.network:
        raise UserError("sandbox.network_open")
    for real in writable_roots(confinement):
        with _lowering:
            if not _lowered:
                atexit.register(_raise_again)
            _lowered.add(real)
        # Each time: another process of ours may have taken it back.
        _labelled(real, layouts.LOW_LABEL)


def _raise_again() -> None:
    with _lowering:
        folders = list(_lowered)
        _lowered.clear()
    for folder in folders:
        with contextlib.suppress(OSError):
            native.label(folder, layouts.MEDIUM_LABEL)


def _labelled(folder: Path, label: str) -> None:
    try:
        native.label(folder, label)
    except OSError as error:
        raise UserError("sandbox.failed", detail=f"{folder}: {error}") from error


def _watched(
    running: native.Contained, until: float, cancelled: Callable[[], bool], folder: Path
) -> tuple[int | None, str]:
    """The exit code, or why it must end: "time", "cancelled", "disk"."""
    floor = min(_LEAST_FREE, shutil.disk_usage(folder).free // 2)
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return None, "time"
        code = running.wait(min(_POLL, left))
        if code is not None:
            return code, ""
        if cancelled():
            return None, "cancelled"
        if shutil.disk_usage(folder).free < floor:
            return None, "disk"


class _Streams:
    """Pipes to a program; `theirs` are its ends of them."""

    def __init__(self, most: int, stdin: bytes) -> None:
        self._most, self._stdin = most, stdin
        self._pipes = [native.pipe() for _ in range(3)]
        (into, self._feed), (self._out, out), (self._err, err) = self._pipes
        self.theirs = (into, out, err)
        self._open = {end for pipe in self._pipes for end in pipe}

    def __enter__(self) -> _Streams:
        return self

    def __exit__(self, *_: object) -> None:
        for end in list(self._open):
            self._close(end)

    def begin(self) -> None:
        """The program has its ends: let go of them, so that the pipes end with it, and read."""
        for end in self.theirs:
            self._close(end)
        self._kept = [KeptOutput(pipe, self._most) for pipe in (self._out, self._err)]
        self._feeder = threading.Thread(target=self._write, name="sandbox-input", daemon=True)
        self._feeder.start()

    def finish(self) -> tuple[str, str, int]:
        """Both outputs, and how many bytes of them were left out."""
        for kept in self._kept:
            kept.finish(_PATIENCE)
        self._feeder.join(_PATIENCE)
        (output, left), (errors, also_left) = (kept.result() for kept in self._kept)
        return output, errors, left + also_left

    def _write(self) -> None:
        rest = memoryview(self._stdin)
        with contextlib.suppress(OSError):  # it need not read what it is given
            while rest:
                rest = rest[os.write(self._feed, rest[: 1 << 16]) :]
        self._close(self._feed)

    def _close(self, end: int) -> None:
        self._open.discard(end)
        with contextlib.suppress(OSError):
            os.close(end)
