"""What a person sees of set-up: one line for each step, with how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

TERMINAL_INTERVAL_S = 1.0
LOG_INTERVAL_S = 60.0
TITLE_WIDTH = 34


def duration(seconds: float) -> str:
    """A duration as a person says it: `0.4 s`, `12 s`, `4 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class Progress:
    """The line of one step while it runs."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._started = time.monotonic()
        self._shown = self._started

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    def tick(self, share: float | None = None) -> None:
        """Tell that the step goes on; `share` is the part done, from 0 to 1. Call it as often as you like."""
        now = time.monotonic()
        interval = TERMINAL_INTERVAL_S if self._console.terminal else LOG_INTERVAL_S
        if now - self._shown < interval:
            return
        self._shown = now
        so_far = duration(self.elapsed) + ("" if share is None else f", {share:.0%}")
        self._console.write(self._title, so_far + " ...", lasting=not self._console.terminal)


class Console:
    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self.terminal = self._stream.isatty()

    def write(self, title: str, text: str, *, lasting: bool) -> None:
        line = f"  {title:<{TITLE_WIDTH}} {text}"
        if self.terminal:
            line = f"\r\033[K{line}"
        self._stream.write(line + ("\n" if lasting else ""))
        self._stream.flush()

    def say(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Progress]:
        """Show `title` while the block runs and its duration when it is done."""
        progress = Progress(self, title)
        if self.terminal:
            self.write(title, "...", lasting=False)
        try:
            yield progress
        except BaseException:
            self.write(title, f"stopped after {duration(progress.elapsed)}", lasting=True)
            raise
        self.write(title, duration(progress.elapsed), lasting=True)
