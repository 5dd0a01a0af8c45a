"""Downloads over loopback: beside curl and sha256sum overlapped, how memory grows, and whether a window in the same
process keeps its 60 frames a second while three run.

The server is a process of its own that lets the kernel send; what comes is written to the disk both times.

Usage: python -m tests.bench.transfer serve FILE | fetch ADDRESS FOLDER
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from engine import thread_priority
from engine.hub.access import HubAccess
from engine.hub.client import Hub as HubClient
from engine.hub.transfer import Wanted, fetch
from tests.support.hub import DiskContent, Hub, HubRepo

SIZE = 10**9
ROUNDS = 5
REPO, FILE = "demo/Bench", "model.bin"
DOWNLOADS = 3
FRAME_MS, BEAT_MS = 16, 2


def compare() -> dict[str, float]:
    """Seconds of each, as medians of rounds in turn; `ratio` is the median of the ratios of the rounds. `cpu` counts
    what the processors did for it, which other programs disturb less. Memory in MB: with a fiftieth of the file
    here, and the most there ever was."""
    with _served() as (address, folder):
        curl, curl_cpu, ours, told = [], [], [], []
        for _ in range(ROUNDS):
            begun = _cpu_of_children()
            curl.append(_curl(address, folder))
            curl_cpu.append(_cpu_of_children() - begun)
            told.append(_fetch(address, folder))
            ours.append(told[-1]["seconds"])
    return {
        "curl_cpu_s": statistics.median(curl_cpu),
        "ours_cpu_s": statistics.median(one["cpu"] for one in told),
        "curl_s": statistics.median(curl),
        "ours_s": statistics.median(ours),
        "ratio": statistics.median(mine / bare for mine, bare in zip(ours, curl, strict=True)),
        "early_mb": statistics.median(one["early_mb"] for one in told),
        "most_mb": max(one["most_mb"] for one in told),
    }


def frames() -> dict[str, dict[str, float]]:
    """A window alone, and while three downloads run as fast as they can: gaps of its event loop in milliseconds, and
    frames a second."""
    with _served() as (address, folder):
        thread_priority.turn_on()
        alone = _watch_window(lambda: time.sleep(4))
        busy = _watch_window(lambda: _download(address, folder))
    return {"alone": alone, "busy": busy}


@contextlib.contextmanager
def _served() -> Iterator[tuple[str, Path]]:
    """A hub in a process of its own with one file of `SIZE`, and a folder to fetch into."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        source = folder / "source"
        _write(source)
        command = [sys.executable, "-m", "tests.bench.transfer", "serve", str(source)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                yield server.stdout.readline().strip(), folder
            finally:
                server.terminate()


def _write(path: Path) -> None:
    """Noise, no two mebibytes alike."""
    noise = random.Random(1).randbytes(2**20)
    with path.open("wb") as file:
        for number in range(-(-SIZE // 2**20)):
            file.write(number.to_bytes(8, "little") + noise[8:])
        file.truncate(SIZE)


def _serve(source: str) -> None:
    with Hub([HubRepo(REPO, {FILE: DiskContent(Path(source))})], second_host=True) as hub:
        hub.content(f"{REPO}/{FILE}").sha256  # noqa: B018 - computed before anybody waits for it
        print(hub.address, flush=True)
        sys.stdin.read()


def _cpu_of_children() -> float:
    times = psutil.Process().cpu_times()
    return times.children_user + times.children_system


def _curl(address: str, folder: Path) -> float:
    target = folder / "curl.bin"
    script = f"set -e; curl -sSfL {address}/{REPO}/resolve/main/{FILE} | tee {target} | sha256sum"
    begun = time.perf_counter()
    subprocess.run(["bash", "-c", script], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    target.unlink()
    return seconds


def _fetch(address: str, folder: Path) -> dict[str, float]:
    target = folder / "ours"
    command = [sys.executable, "-m", "tests.bench.transfer", "fetch", address, str(target)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(target)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def _fetched(address: str, folder: Path) -> dict[str, float]:
    access, process = HubAccess(address), psutil.Process()
    memory: dict[float, float] = {}
    with HubClient(access) as client:
        commit = client.repository(REPO).commit
        located = client.locate(REPO, commit, FILE)
        before = process.cpu_times()
        begun = time.perf_counter()
        fetch(
            lambda path: client.locate(REPO, commit, path),
            [Wanted(FILE, located.bytes, located.sha256, folder / FILE)],
            folder / "work",
            access=access,
            parts=folder / "parts",
            progress=lambda told: memory.setdefault(
                told.received / told.total, process.memory_info().rss / 1e6
            ),
        )
        seconds = time.perf_counter() - begun
    early = [mb for share, mb in memory.items() if share > 0.02]
    after = process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    return {"seconds": seconds, "cpu": cpu, "early_mb": early[0], "most_mb": max(memory.values())}


def _download(address: str, folder: Path) -> None:
    threads = [
        threading.Thread(target=_fetched, args=(address, folder / f"window-{number}"))
        for number in range(DOWNLOADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _watch_window(work: object) -> dict[str, float]:
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtGui import QPainter, QPaintEvent
    from PySide6.QtWidgets import QApplication, QWidget

    assert callable(work)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    gaps: list[float] = []
    painted: list[float] = []

    class Window(QWidget):
        """Draws a page of text anew at each frame."""

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            for line in range(40):
                painter.drawText(10, 16 * (line + 1), f"{len(painted)} {line} of a model on its way " * 3)
            painter.end()
            painted.append(time.perf_counter())

    window = Window()
    window.resize(1000, 700)
    window.show()
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(1000 * (now - last))
        last = now

    loop = QEventLoop()
    beats = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    beats.timeout.connect(beat)
    frame = QTimer(interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
    frame.timeout.connect(window.update)
    thread = threading.Thread(target=work)
    over = QTimer(interval=50)
    over.timeout.connect(lambda: thread.is_alive() or loop.quit())
    for timer in (beats, frame, over):
        timer.start()
    thread.start()
    loop.exec()
    for timer in (beats, frame, over):
        timer.stop()
    thread.join()
    window.close()
    application.processEvents()
    gaps.sort()
    seconds = painted[-1] - painted[0]
    return {
        "p50_ms": gaps[len(gaps) // 2],
        "p99_ms": gaps[int(len(gaps) * 0.99)],
        "max_ms": gaps[-1],
        "fps": (len(painted) - 1) / seconds,
        "seconds": seconds,
    }


def main() -> None:
    match sys.argv[1:]:
        case ["serve", source]:
            _serve(source)
        case ["fetch", address, folder]:
            print(json.dumps(_fetched(address, Path(folder))))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
