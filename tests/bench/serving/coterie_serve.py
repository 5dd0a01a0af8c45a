"""`coterie serve` on this machine, as other programs meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil

from engine.values import Message
from tests.bench.serving.answers import Answer
from tests.bench.serving.http_answers import answer


class CoterieServe:
    """A running server with a data folder of its own. Ask from any thread."""

    def __init__(self, model: Path, context: int) -> None:
        self._home = tempfile.TemporaryDirectory()
        command = [sys.executable, "-B", "-m", "app", "serve", "--port", "0", "--no-key", "--json"]
        self._process = subprocess.Popen(
            [*command, "--model", str(model), "--context", str(context)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"COTERIE_HOME": self._home.name},
        )
        try:
            assert self._process.stdout is not None
            self.port = int(json.loads(self._process.stdout.readline())["address"].rpartition(":")[2])
            self.answer("Say one word.", 4)
        except BaseException:
            self.__exit__()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> CoterieServe:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()
        self._home.cleanup()

    def answer(self, messages: str | Sequence[Message], tokens: int) -> Answer:
        """Ask greedily, and read the stream to its end."""
        return answer(self.port, messages, tokens)

    @property
    def spent_s(self) -> float:
        """Processor seconds of the server, without those of its engine."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)
