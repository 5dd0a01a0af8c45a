"""Events of downloads."""

from __future__ import annotations

from app.services.events import ServiceEvent
from app.store.records import Download


class DownloadChanged(ServiceEvent, frozen=True):
    """A download was added or changed its state, position or reason; "done" means that it is in the library."""

    download: Download


class DownloadProgress(ServiceEvent, frozen=True):
    """`received` of `total` bytes, `rate` bytes per second, `seconds_left` -1.0 while unknown.

    Told at most four times a second for each download. While verifying, `received` counts what was read
    again.
    """

    download: int
    received: int
    total: int
    rate: float = 0.0
    seconds_left: float = -1.0
