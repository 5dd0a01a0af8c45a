"""Progress of a long operation: a bar on a terminal, JSON lines on stdout with --json."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

import msgspec

from app.cli.output import Output, error_object
from app.format import format_duration, format_rate, format_size_of
from app.language import Language
from app.messages import localized, localized_error
from app.table import width_of
from engine.errors import ErrorInfo

# At most four lines a second.
INTERVAL = 0.25
_BAR = 24


class Step(msgspec.Struct, frozen=True):
    """Progress: `received` of `total` bytes, `rate` bytes per second.

    `seconds_left` is None while unknown, `trouble` the error that a retry waits out.
    """

    id: str
    state: str
    received: int
    total: int
    rate: float = 0.0
    seconds_left: float | None = None
    trouble: ErrorInfo | None = None


class ProgressReport:
    """Shows progress at most every `INTERVAL` unless the state changes. `close` it before printing more."""

    def __init__(self, output: Output, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._clock = clock
        self._last = 0.0
        self._state = ""
        self._drawn = False
        self._bar = not output.json and sys.stderr.isatty()

    def show(self, step: Step) -> None:
        """Raises UserError `cli.output_closed`."""
        now = self._clock()
        if step.state == self._state and now - self._last < INTERVAL:
            return
        self._last, self._state = now, step.state
        self._output.object(_object(step, self._output.language))
        if self._bar:
            self._draw(bar(step, self._output.language, shutil.get_terminal_size().columns))

    def close(self) -> None:
        """Erase the bar."""
        if self._drawn:
            self._draw("")
            self._drawn = False

    def _draw(self, line: str) -> None:
        self._output.redraw(line)
        self._drawn = True


def bar(step: Step, language: Language, columns: int) -> str:
    """The bar as one line of this many columns."""
    share = min(1.0, step.received / step.total) if step.total else 0.0
    filled = int(share * _BAR)
    told = ""
    if step.trouble:
        told = localized_error(step.trouble, language)
    elif step.state != "running":
        told = localized(f"cli.progress.{step.state}", language)
    parts = [
        f"{int(share * 100):3d}%",
        "█" * filled + "░" * (_BAR - filled),
        format_size_of(step.received, step.total, language),
    ]
    if told:
        parts.append(told)
    else:
        parts.append(format_rate(step.rate) if step.rate else "")
        if step.seconds_left is not None:
            left = format_duration(max(1, round(step.seconds_left)), language)
            parts.append(localized("cli.progress.left", language, time=left))
    line = "  ".join(part for part in parts if part)
    while width_of(line) >= columns and line:
        line = line[:-1]
    return line


def _object(step: Step, language: Language) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": step.id,
        "state": step.state,
        "received": step.received,
        "total": step.total,
        "rate": step.rate,
        "seconds_left": step.seconds_left,
    }
    if step.trouble is not None:
        fields["trouble"] = error_object(step.trouble, language)
    return fields
