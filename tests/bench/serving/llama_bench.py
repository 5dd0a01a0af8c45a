"""Speeds as llama-bench measures them, in a fresh process, once after its own warm-up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path


def prefill_tps(
    program: Path, model: Path, threads: int, tokens: int, depth: int = 0, settings: Sequence[str] = ()
) -> float:
    """Tokens per second of reading a prompt, behind `depth` tokens in memory, with more of its options."""
    return _measured(program, model, threads, ["-p", tokens, "-n", 0, "-d", depth, *settings])


def decode_tps(
    program: Path, model: Path, threads: int, tokens: int, depth: int = 0, settings: Sequence[str] = ()
) -> float:
    """Tokens per second of writing, behind `depth` tokens in memory, with more of its options."""
    return _measured(program, model, threads, ["-p", 0, "-n", tokens, "-d", depth, *settings])


def _measured(program: Path, model: Path, threads: int, what: list[str | int]) -> float:
    command = [program, "-m", model, "-t", threads, "-r", 1, "-o", "json", *what]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)[0]["avg_ts"])
