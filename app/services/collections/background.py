"""Keeps the collections up to date while a window is open: a scan every ten minutes, and when somebody comes back to
the window, on a thread of its own.

It gives way to answers, and does nothing on a battery.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

import psutil

from app.services.collections.collections import Collections
from app.services.worker import survived
from engine.errors import UserError

log = logging.getLogger(__name__)
# Why nothing is read just now: the battery, or an answer that is being written.
Pause = Literal["", "battery", "answer"]
SCAN_S = 600.0
# Who comes back to the window so long after the last scan has it done again.
RETURN_S = 60.0
_ELSEWHERE_S = 15.0  # until another process is looked for again
_FAILED_S = 60.0
_TURN_S = 0.5
_BATTERY_S = 30.0


def on_battery() -> bool:
    """Whether the machine runs on its battery; False where it has none or does not tell."""
    try:
        battery = psutil.sensors_battery()
    except (OSError, ValueError, AttributeError):  # the last: a system for which psutil has no such thing
        return False
    return battery is not None and battery.power_plugged is False


class BackgroundIndexing:
    """Methods may be called from any thread. `answering`: whether an answer is being written."""

    def __init__(
        self,
        collections: Collections,
        answering: Callable[[], bool],
        on_battery: Callable[[], bool] = on_battery,
    ) -> None:
        self._collections, self._answering, self._on_battery = collections, answering, on_battery
        self._closed = threading.Event()
        # Ends the pause between two rounds, and a round that knows of less.
        self._again = threading.Event()
        self._looked = (-_BATTERY_S, False)
        self._rests_since: float | None = None  # None while a round goes on
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        if self._thread is None and not self._closed.is_set():
            self._thread = threading.Thread(target=self._run, name="collections", daemon=True)
            self._thread.start()

    def look_again(self) -> None:
        """Collections were changed: what is new in them is read now."""
        self._again.set()
        self._collections.make_way()
        self.begin()

    def look_soon(self) -> None:
        """Somebody comes back to the window, who may have changed files elsewhere."""
        since = self._rests_since
        if since is not None and time.monotonic() - since >= RETURN_S:
            self._again.set()

    @property
    def pause(self) -> Pause:
        """Why nothing is read just now, "" where nothing keeps it from being read."""
        return "battery" if self._is_saving_power() else "answer" if self._answering() else ""

    def make_way(self) -> None:
        """An answer begins."""
        self._collections.make_way()

    def close(self) -> None:
        """End the thread, whatever it is at."""
        self._closed.set()
        self._again.set()
        self._collections.make_way()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._again.clear()
            pause_s = _FAILED_S
            with survived():
                pause_s = 0.0 if self._closed.is_set() else self._round()
            self._rests_since = time.monotonic()
            self._again.wait(pause_s)
            self._rests_since = None

    def _round(self) -> float:
        """Bring everything up to date; the seconds until the next time."""
        if not self._collections.exist:
            return SCAN_S
        self._wait_turn()
        try:
            done = self._collections.bring_up_to_date(stopped=self._stops, wait_turn=self._wait_turn)
            read = False
            while done and not self._stops() and self._collections.scans.read(self._stops):
                read = True
                self._wait_turn()
        except UserError as error:
            log.warning("The collections could not be brought up to date: %s", error.code)
            return _FAILED_S
        if read:  # what is new in them is still to be found by its meaning
            return _TURN_S
        return SCAN_S if done else _ELSEWHERE_S

    def _stops(self) -> bool:
        return self._closed.is_set() or self._again.is_set()

    def _wait_turn(self) -> None:
        told: Pause = ""
        while not self._stops() and (pause := self.pause):
            if told != pause:
                told = pause
                self._collections.tell()
            self._again.wait(_TURN_S)
        if told:
            self._collections.tell()

    def _is_saving_power(self) -> bool:
        at, known = self._looked
        if time.monotonic() - at >= _BATTERY_S:
            self._looked = (time.monotonic(), self._on_battery())
            return self._looked[1]
        return known
