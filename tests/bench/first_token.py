"""Time from the shell to the first token of `coterie chat`, beside llama-cli on the same file."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.local.threads import default_threads
from tests.bench.rivals import rival
from tests.support.models.starter import starter_model

ROUNDS = 7
# llama-cli repeats what was said before it answers.
_OURS, _THEIRS = re.compile(rb"\w"), re.compile(rb"> hi\s+\w")


def compare() -> dict[str, float]:
    """Medians of rounds in turns in seconds, and of their ratios, after one of each that compiles and remembers its
    load. Without llama-cli only ours."""
    rounds: dict[str, list[float]] = {"ours": [], "llama-cli": []}
    theirs = rival("llama-cli")
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as home:
        # An installed program has its byte code; a shell may be set to leave none.
        environment = {
            **os.environ,
            "COTERIE_HOME": home,
            "PYTHONPYCACHEPREFIX": str(Path(home, "byte_code")),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        ours = [sys.executable, "-m", "app", "chat", "hi", "--temperature", "0", "--max-tokens", "1"]
        for _ in range(ROUNDS + 1):
            rounds["ours"].append(_seconds(ours, _OURS, environment))
            if theirs is not None:
                rounds["llama-cli"].append(_seconds(_command(theirs), _THEIRS, dict(os.environ)))
    del rounds["ours"][0], rounds["llama-cli"][:1]
    found = {name: statistics.median(times) for name, times in rounds.items() if times}
    if theirs is not None:
        found["ratio"] = statistics.median(
            mine / bare for mine, bare in zip(rounds["ours"], rounds["llama-cli"], strict=True)
        )
    return found


def _command(program: Path) -> list[str]:
    options = f"-p hi -n 1 --temp 0 --single-turn --simple-io -t {default_threads()}"
    return [str(program), "-m", str(starter_model()), *options.split()]


def _seconds(command: list[str], first: re.Pattern[bytes], environment: dict[str, str]) -> float:
    """Until the first token is on stdout. Raises RuntimeError where none comes."""
    began, took, said = time.perf_counter(), 0.0, b""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        while some := process.stdout.read(4096):
            said += some
            if not took and first.search(said):
                took = time.perf_counter() - began
    if not took:
        raise RuntimeError(f"{command[0]} wrote no token: {said!r}")
    return took
