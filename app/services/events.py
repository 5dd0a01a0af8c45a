"""What the services tell their subscribers. Sent from service threads; the desktop's bridge makes signals."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from engine.errors import ErrorInfo


class ServiceEvent(msgspec.Struct, frozen=True):
    """Base of what services publish; each feature defines its own events beside it."""


class StoreFailed(ServiceEvent, frozen=True):
    """Something could not be saved (disk full, read-only); the text stays on screen and is tried again."""

    error: ErrorInfo


Subscriber = Callable[[list[ServiceEvent]], None]
