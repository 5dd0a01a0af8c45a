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

from app.store.records import ChatOptions
from app.store.store import Store
from tests.bench.start_probe import MOMENTS

ROUNDS = 7
CHATS = 200


def _start(kind: str, home: str) -> dict[str, float]:
    # An installed program has its byte code; a shell may be set to leave none.
    environment = {**os.environ, "COTERIE_HOME": home, "PYTHONPYCACHEPREFIX": str(Path(home, "byte_code"))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.start_probe", kind],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    told = json.loads(done.stdout)
    times = {f"{moment}_s": told[moment] - started for moment in MOMENTS}
    return times | {f"{moment}_rss_mb": told[f"{moment}_rss"] / 1e6 for moment in MOMENTS}


def compare() -> dict[str, dict[str, float]]:
    """Medians over alternating starts, after one of each that compiles; ratio of the medians."""
    rounds: dict[str, list[dict[str, float]]] = {"bare": [], "coterie": []}
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as home:
        # Every start but the first of all.
        Path(home, "settings.toml").write_text("welcomed = true\n", "utf-8")
        with Store.open(Path(home, "coterie.db"), Path(home, "backups")) as store:
            for number in range(CHATS):
                chat = store.conversations.create(ChatOptions())
                store.conversations.rename(chat.id, f"Chat {number}", "user")
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
