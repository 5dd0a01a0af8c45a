"""A machine that lends its memory, on this machine: llama.cpp's RPC server on loopback, in a child process.

The server is started from the library that the engine uses, so both speak the same version.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import UserError
from engine.placement.workers import probe
from tests.support.servers.free_port import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 300.0


class Worker:
    """A running worker. `address` is what `Wishes.workers` takes."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.process, self.address = process, address

    def kill(self) -> None:
        """As when its machine loses power, except that the connection ends at once."""
        self.process.kill()
        self.process.wait()


@contextmanager
def rpc_worker(threads: int = 1, port: int = 0) -> Iterator[Worker]:
    """A worker that answers, on a free port unless told otherwise; it is gone at the end."""
    address = f"127.0.0.1:{port or free_port()}"
    command = [sys.executable, "-m", "tests.support.engines.rpc_worker", address, str(threads)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worker = Worker(process, address)
    try:
        _wait_for(worker)
        yield worker
    finally:
        worker.kill()


def _wait_for(worker: Worker) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            probe(worker.address)
            return
        except UserError:
            if worker.process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)


def serve(address: str, threads: int) -> None:
    """Serve the CPU of this machine; never returns."""
    import llama_cpp.llama_cpp as llama

    from engine.local.native.backends import start_processor

    library = llama._lib
    start_processor()
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    library.ggml_backend_reg_by_name.restype, library.ggml_backend_reg_by_name.argtypes = pointer, [text]
    find = library.ggml_backend_reg_get_proc_address
    find.restype, find.argtypes = pointer, [pointer, text]
    library.ggml_backend_dev_by_type.restype = pointer
    registry = library.ggml_backend_reg_by_name(b"RPC")
    if not registry:
        sys.exit("llama.cpp was built without RPC")
    kind = ctypes.CFUNCTYPE(None, text, text, size, size, ctypes.POINTER(pointer))
    start = kind(find(registry, b"ggml_backend_rpc_start_server"))
    devices = (pointer * 1)(library.ggml_backend_dev_by_type(0))
    start(address.encode(), None, threads, 1, devices)


if __name__ == "__main__":
    os.environ["GGML_NO_BACKTRACE"] = "1"
    serve(sys.argv[1], int(sys.argv[2]))
