"""A child process for untrusted input: regular expressions, PDF and office files, web pages.

Any of these can take for ever or all memory. A thread cannot be ended, a process can: it gets limits, and is
killed when its time is up or the run is stopped. It reads requests from its stdin and answers each on its
stdout.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal

import agents

# Our packages, wherever they lie: an isolated interpreter does not look there by itself.
_PACKAGES = str(Path(agents.__file__).resolve().parent.parent)
_START = "import sys; sys.path.insert(0, sys.argv[1]); from agents.tools.child_main import main; main(*sys.argv[2:])"
_LENGTH = struct.Struct(">Q")
# Key of a request whose work tells how far it is, and of what it tells.
TELLS = "progress"
_LOOK = 0.05  # seconds between checks whether the run was stopped
_MOST_ANSWER = 256 * 1024 * 1024  # bytes


class ChildEnded(Exception):
    """The child ended before it answered.

    `why`: its time was up, the run was stopped, or it broke (of memory, mostly).
    """

    def __init__(self, why: Literal["time", "cancelled", "broke"]) -> None:
        super().__init__(why)
        self.why = why


class Child:
    """A child process that answers requests with `work` ("module:function").

    Use it in a `with`, or `end` it, from one thread at a time. All its requests together may take `seconds`, each one
    of them where it is `lasting`; `cpu_seconds` are those of the processor in its whole life, by default as many.
    """

    def __init__(
        self,
        work: str,
        *,
        seconds: float,
        cancelled: Callable[[], bool] = lambda: False,
        memory_bytes: int = 2 * 1024**3,
        cpu_seconds: float = 0.0,
        lasting: bool = False,
    ) -> None:
        self._why: Literal["time", "cancelled", "broke"] = "broke"
        self._cancelled = cancelled
        self._seconds, self._left, self._lasting = seconds, seconds, lasting
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-B",
                "-c",
                _START,
                _PACKAGES,
                work,
                str(memory_bytes),
                str(int(cpu_seconds or seconds) + 1),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def ask(
        self, request: dict[str, Any], body: bytes = b"", on_progress: Callable[[int], None] | None = None
    ) -> Any:
        """Send a request and wait for its answer, a JSON value. With `on_progress` the work is called with a third
        argument, which tells how far it is. Raises ChildEnded."""
        asked = request if on_progress is None else {**request, TELLS: True}
        message = json.dumps(asked).encode() + b"\n" + body
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._watched():
            try:
                self._process.stdin.write(_LENGTH.pack(len(message)) + message)
                self._process.stdin.flush()
                while True:
                    answer = json.loads(self._message(self._process.stdout))
                    if on_progress is None or not (isinstance(answer, dict) and answer.keys() == {TELLS}):
                        return answer
                    on_progress(int(answer[TELLS]))
            except (OSError, ValueError) as error:
                raise ChildEnded(self._why) from error

    def _message(self, answers: IO[bytes]) -> bytes:
        head = answers.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise ChildEnded(self._why)
        (length,) = _LENGTH.unpack(head)
        if length > _MOST_ANSWER:
            raise ChildEnded("broke")
        return answers.read(length)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """Kill the child when the time of a request is up, or the run is stopped."""
        if self._lasting:
            self._left = self._seconds
        done = threading.Event()
        watch = threading.Thread(target=self._watching, args=(done,), name="tool-child-watch", daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()

    def _watching(self, done: threading.Event) -> None:
        while not done.wait(min(_LOOK, max(0.0, self._left))):
            self._left -= _LOOK
            if self._left <= 0 or self._cancelled():
                self._why = "time" if self._left <= 0 else "cancelled"
                self._process.kill()
                return

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _environment() -> dict[str, str]:
    """Only the variables that an interpreter needs to start."""
    needed = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP")
    return {name: os.environ[name] for name in needed if name in os.environ} | {"PYTHONUTF8": "1"}
