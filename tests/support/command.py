"""The command line as a person or a script runs it: a child process, its streams, its exit code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import run
from engine.hub import transfer
from tests.support import impatient

ROOT = Path(__file__).resolve().parents[2]
# Of what `coterie chat --json` prints, in their order.
ANSWER_KEYS = ["model", "content", "reasoning", "tool_calls", "finish_reason", "usage", "timings"]
# A proxy of the machine would be asked for the way to loopback, too.
_NOT_OURS = ("HF_TOKEN", "HF_ENDPOINT", "HF_HOME", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Each line of stdout, which has to be JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.objects[-1]

    @property
    def sentence(self) -> str:
        """What was said on stderr, which has to be one line of words."""
        told = self.err.strip()
        assert told and "\n" not in told, self.err
        assert "Traceback" not in told and told.endswith((".", ")", "!", "?")), told
        return told


def here(*arguments: str, **environment: str) -> Ran:
    """`coterie` in this process, with the data folder of the test: for what ends by itself, and does not come from
    a stream, the import of modules or the end of a process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name, value in environment.items():
            patch.setenv(name, value)
        code = run(arguments)
    return Ran(code, out.getvalue(), err.getvalue())


class Command:
    """`coterie` over one data folder and one hub. `module` is what Python runs."""

    def __init__(self, home: Path, endpoint: str = "", module: str = "app", **environment: str) -> None:
        self.home = home
        self.module = module
        kept = {name: value for name, value in os.environ.items() if name.upper() not in _NOT_OURS}
        self.environment = {**kept, "COTERIE_HOME": str(home), "LC_ALL": "C.UTF-8", **environment}
        if endpoint:
            self.environment["HF_ENDPOINT"] = endpoint

    @property
    def library(self) -> Path:
        return self.home / "models"

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", self.module, *arguments]

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=ROOT,
            env={**self.environment, **environment},
        )

    def run(self, *arguments: str, timeout: float = 100, environment: Mapping[str, str] | None = None) -> Ran:
        with self.start(*arguments, **(environment or {})) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Ran(process.returncode, out, err)

    def here(self, *arguments: str, **environment: str) -> Ran:
        """The same in this process, which takes a tenth of the time; for what ends by itself."""
        with pytest.MonkeyPatch.context() as patch:
            for name in _NOT_OURS:
                patch.delenv(name, raising=False)
            if self.module == impatient.__name__:
                for name, function in impatient.IMPATIENT.items():
                    patch.setattr(transfer, name, function)
            return here(*arguments, **{**self.environment, **environment})

    def models(self, *arguments: str, **options: Any) -> Ran:
        """`coterie models ... --json`."""
        return self.run("models", *arguments, "--json", **options)
