"""`coterie serve` on this machine, as other programs meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from tests.bench.serving.server import HttpServer


class CoterieServe(HttpServer):
    """A running server with a data folder of its own."""

    def __init__(self, model: Path, context: int) -> None:
        self._home = tempfile.TemporaryDirectory()
        command = [sys.executable, "-B", "-m", "app", "serve", "--port", "0", "--no-key", "--json"]
        super().__init__(
            subprocess.Popen(
                [*command, "--model", str(model), "--context", str(context)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"COTERIE_HOME": self._home.name},
            )
        )

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._home.cleanup()

    def _wait(self) -> None:
        assert self.process.stdout is not None
        self.port = int(json.loads(self.process.stdout.readline())["address"].rpartition(":")[2])

    @property
    def spent_s(self) -> float:
        """Processor seconds of the server, without those of its engine."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)
