"""Time from the start of the process to a usable window, and memory, next to a bare QMainWindow."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7


def _start(kind: str, home: str) -> dict[str, float]:
    environment = {**os.environ, "COTERIE_HOME": home}
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.start_probe", kind],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    told = json.loads(done.stdout)
    return {
        "usable_s": told["usable"] - started,
        "usable_rss_mb": told["usable_rss"] / 1e6,
        "ready_s": told["ready"] - started,
        "ready_rss_mb": told["ready_rss"] / 1e6,
    }


def compare() -> dict[str, dict[str, float]]:
    """Medians over alternating starts, after one of each that warms the disk cache; ratio of the medians."""
    rounds: dict[str, list[dict[str, float]]] = {"bare": [], "coterie": []}
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as home:
        # Every start but the first of all.
        Path(home, "settings.toml").write_text("welcomed = true\n", "utf-8")
        for number in range(ROUNDS + 1):
            for kind, results in rounds.items():
                measured = _start(kind, home)
                if number:
                    results.append(measured)
    result = {}
    for name in rounds["bare"][0]:
        coterie, bare = (statistics.median(r[name] for r in rounds[kind]) for kind in ("coterie", "bare"))
        result[name] = {"coterie": coterie, "bare": bare, "ratio": coterie / bare}
    return result
