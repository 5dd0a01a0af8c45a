"""Speeds as llama-bench measures them, in a fresh process, once after its own warm-up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any


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


def both_tps(
    program: Path,
    model: Path,
    threads: int,
    prompt: int,
    answer: int,
    depth: int,
    times: int,
    settings: Sequence[str] = (),
) -> tuple[list[float], list[float]]:
    """So many times both speeds, behind tokens that are read once."""
    what: list[str | int] = ["-p", prompt, "-n", answer, "-d", depth, *settings]
    read, written = _asked(program, model, threads, times, what)
    assert read["n_prompt"] and written["n_gen"]
    return read["samples_ts"], written["samples_ts"]


def _measured(program: Path, model: Path, threads: int, what: list[str | int]) -> float:
    return float(_asked(program, model, threads, 1, what)[0]["avg_ts"])


def _asked(
    program: Path, model: Path, threads: int, times: int, what: list[str | int]
) -> list[dict[str, Any]]:
    command = [program, "-m", model, "-t", threads, "-r", times, "-o", "json", *what]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
