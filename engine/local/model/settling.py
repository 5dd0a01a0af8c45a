"""When weights settle (`native/layouts/huge_pages.py`): while nobody waits, and beside answers a little at a time."""

from __future__ import annotations

import time
from typing import Protocol

# After so long without a command, seconds.
REST_S = 0.5
# Of the time of steps. What a slice takes is known after the first.
_SHARE, _FIRST_SLICE_S = 0.03, 0.005


class Settles(Protocol):
    """As a `Session`."""

    @property
    def settles(self) -> bool: ...

    def settle(self) -> None: ...


class Settling:
    """Settles one session's weights between the steps of its thread."""

    def __init__(self, session: Settles) -> None:
        self._session = session
        self._rested = False
        self._owed, self._slice_s = 0.0, _FIRST_SLICE_S

    @property
    def patience(self) -> float | None:
        """Seconds without a command after which `at_rest` is to be called; None: never more."""
        if not self._session.settles:
            return None
        return 0.0 if self._rested else REST_S

    def at_rest(self) -> None:
        """There was no command for so long."""
        self._rested = True
        self._settle()

    def woken(self) -> None:
        """A command has come."""
        self._rested = False

    def beside(self, seconds: float) -> None:
        """A step took so long."""
        self._owed += _SHARE * seconds
        if self._owed >= self._slice_s and self._session.settles:
            self._owed = 0.0
            self._settle()

    def _settle(self) -> None:
        began = time.monotonic()
        self._session.settle()
        self._slice_s = time.monotonic() - began
