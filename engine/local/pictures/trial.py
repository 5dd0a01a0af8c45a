"""Trial of a projector in a process of its own, which a file that makes native code abort takes with it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine.durable_files import write_whole

# Loading may read gigabytes from a slow disk.
PATIENCE = 300.0
_LOOK_S = 0.1
# Of the picture, in pixels; larger than most patches.
_SIDE = 64


def survives(path: str, model: str, threads: int, stopped: Callable[[], bool]) -> bool:
    """Whether a process that loads the projector at `path` beside the vocabulary of `model`, and encodes a picture,
    comes out of it, before it is `stopped`."""
    # Modules come from where ours do, never from the folder that we were started in.
    command = [sys.executable, "-P", "-m", "engine.local.pictures.trial", path, model, str(threads)]
    try:
        tried = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except OSError:
        return False
    with tried:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not stopped():
            with contextlib.suppress(subprocess.TimeoutExpired):
                return tried.wait(_LOOK_S) == 0
        tried.kill()
    return False


def is_sound(
    path: str, fingerprint: str, model: str, threads: int, stopped: Callable[[], bool], verdicts: str
) -> bool:
    """As `survives`, but what did once, in this state, beside this model and with this library, is not tried again.
    `verdicts` is the folder that keeps that, "": nowhere."""
    from engine.local import native

    told = repr((path, fingerprint, model, native.library_version()))
    kept = Path(verdicts) / f"projector-{hashlib.sha256(told.encode()).hexdigest()[:32]}"
    if verdicts and kept.exists():
        return True
    sound = survives(path, model, threads, stopped)
    if sound and verdicts:
        with contextlib.suppress(OSError):  # then it is tried again
            write_whole(kept, b"", synced=False)
    return sound


def main(path: str, model: str, threads: str) -> int:
    """The process: its exit code says whether the picture was encoded."""
    from engine.errors import UserError
    from engine.local import native
    from engine.local.native.projector import ProjectorHandle

    native.start()
    try:
        handle = ProjectorHandle(path, native.load_vocabulary(model), threads=int(threads))
        return 0 if handle.parts(_SIDE, _SIDE) and handle.encoded(_SIDE, _SIDE, bytes(3 * _SIDE**2)) else 1
    except UserError:
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
