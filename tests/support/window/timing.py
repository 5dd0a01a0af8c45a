"""Time: what still ticks in the window, what it was told, and a clock that is put forward."""

from __future__ import annotations

import time
from typing import TypeVar

import pytest
from PySide6.QtCore import QObject, QTimer

from app.desktop.base.bridge import Bridge
from app.services.events import ServiceEvent

E = TypeVar("E", bound=ServiceEvent)


def ticking(root: QObject) -> list[QTimer]:
    """The timers that run in a widget and in all that is in it."""
    return [timer for timer in root.findChildren(QTimer) if timer.isActive()]


def stop_ticking(root: QObject) -> None:
    """End what would only end by itself later, such as "Copied" on a button."""
    for timer in ticking(root):
        timer.stop()


def put_forward(patch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on the clock that only goes on is so far ahead."""
    real = time.monotonic
    patch.setattr(time, "monotonic", lambda: real() + seconds)


class Heard:
    """What the window was told, from now on: the window has dealt with an event once it is here."""

    def __init__(self, bridge: Bridge) -> None:
        self.events: list[ServiceEvent] = []
        bridge.events.connect(self.events.extend)

    def last(self, kind: type[E]) -> E | None:
        """The newest event of a kind."""
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)
