"""What llama.cpp finds on this machine: its version, the CPU features it was built for, and the devices.

Asked in a process of its own, because a broken GPU driver may take the process down.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.local import watch
from engine.local.host import prepare_process

PATIENCE = 60.0

DeviceKind = Literal["cpu", "gpu", "integrated_gpu", "accelerator", "other"]


class Device(msgspec.Struct, frozen=True):
    """One ggml device. Memory in bytes, as the device reports it."""

    name: str
    description: str
    kind: DeviceKind
    free: int
    total: int


class Survey(msgspec.Struct, frozen=True, tag="survey"):
    """`features_used` are the CPU features that the library was compiled for, in its own names."""

    package: str
    library: str
    gpu_offload: bool
    features_used: tuple[str, ...]
    devices: tuple[Device, ...]


def survey() -> Survey:
    """Ask a child. Raises UserError `engine.*` with the reason when the child could not answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="coterie-survey-") as folder:
        process = context.Process(target=_answer, args=(theirs, str(Path(folder) / "log")))
        process.start()
        theirs.close()
        try:
            data = ours.recv_bytes() if ours.poll(PATIENCE) else None
        except EOFError:
            data = b""
        if data is None:
            process.kill()
        process.join()
        code = process.exitcode
        process.close()
        ours.close()
    if data is None:
        raise UserError("engine.not_answering")
    if not data:
        raise UserError.from_info(watch.outcome(code))
    answer = msgspec.json.decode(data, type=Survey | ErrorInfo)
    if isinstance(answer, ErrorInfo):
        raise UserError.from_info(answer)
    return answer


def _answer(connection: Connection, log_path: str) -> None:
    prepare_process(log_path)
    try:
        from engine.local import native

        native.start()
    except UserError as error:
        connection.send_bytes(msgspec.json.encode(error.info))
        return
    except Exception as error:  # of any kind: the package's own, or of the system's loader
        detail = f"{type(error).__name__}: {error}"[:300]
        connection.send_bytes(msgspec.json.encode(ErrorInfo("engine.library_failed", {"detail": detail})))
        return
    found = Survey(
        package=native.PINNED_VERSION,
        library=native.library_version(),
        gpu_offload=native.supports_gpu_offload(),
        features_used=native.cpu_features(),
        devices=tuple(Device(*values) for values in native.devices()),
    )
    connection.send_bytes(msgspec.json.encode(found))
