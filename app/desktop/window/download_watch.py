"""What is being downloaded, taken together: how many, and how far they are. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.services.hub.events import DownloadChanged, DownloadProgress
from app.store.records import Download

# Those that come to an end without anybody doing something.
UNDER_WAY = ("queued", "running", "verifying")


class Activity(msgspec.Struct, frozen=True):
    """`count` downloads are under way, `fraction` (0 to 1) of their bytes are here."""

    count: int = 0
    fraction: float = 0.0

    @property
    def percent(self) -> int:
        """Rounded down: 100 is only said when it is over."""
        return min(99, int(self.fraction * 100))


class DownloadWatch:
    """Keeps the last report of every download that is under way; `take` says what came to an end."""

    def __init__(self) -> None:
        self._under_way: dict[int, Download] = {}
        self._received: dict[int, int] = {}

    def begin(self, downloads: Iterable[Download]) -> None:
        """What there was before the first event. What was told meanwhile is newer and stays."""
        for download in downloads:
            if download.state in UNDER_WAY and download.id not in self._under_way:
                self._keep(download)

    def take(self, event: DownloadChanged | DownloadProgress) -> Download | None:
        """Take in a report. The download, when it has just ended or failed."""
        if isinstance(event, DownloadProgress):
            known = self._under_way.get(event.download)
            if known is not None and known.state == "running":  # while verifying other bytes are counted
                self._received[event.download] = event.received
            return None
        download = event.download
        if download.state in UNDER_WAY:
            self._keep(download)
            return None
        was_under_way = self._under_way.pop(download.id, None) is not None
        self._received.pop(download.id, None)
        return download if was_under_way and download.state in ("done", "failed") else None

    def _keep(self, download: Download) -> None:
        self._under_way[download.id] = download
        received = download.bytes if download.state == "verifying" else download.received
        self._received[download.id] = max(received, self._received.get(download.id, 0))

    def activity(self) -> Activity:
        """All that is under way, as one."""
        total = sum(download.bytes for download in self._under_way.values())
        received = sum(self._received.values())
        return Activity(len(self._under_way), min(1.0, received / total) if total else 0.0)
