"""What becomes of a download, as lines of Ollama's protocol. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from app.server.pulls import PullEvent
from app.server.refusal import Refusal, refusal_of
from app.store.records import Download

MANIFEST = {"status": "pulling manifest"}
SUCCESS = {"status": "success"}
_VERIFYING = {"status": "verifying sha256 digest"}
_DIGITS = 12


class PullLines:
    """The lines of one download, all of whose files are told as one layer."""

    def __init__(self, download: Download) -> None:
        digest = next((file.sha256 for file in download.files if file.sha256), "")
        self._digest = digest or hashlib.sha256(download.model.encode()).hexdigest()
        self._total, self._received = download.bytes, 0
        self._is_verifying = False

    def of(self, event: PullEvent) -> Iterator[dict[str, Any]]:
        """The lines of an event; SUCCESS is the last. Raises Refusal where it ends without the model."""
        if not isinstance(event, Download):
            if not self._is_verifying:
                yield self._progress(event.received)
        elif event.state == "done":
            yield from self._verifying()
            yield {"status": "writing manifest"}
            yield SUCCESS
        elif event.state == "verifying":
            yield from self._verifying()
        elif event.state in ("queued", "running"):
            yield self._progress(event.received)
        else:
            raise _ended(event)

    def again(self) -> dict[str, Any]:
        """What is told while nothing happens."""
        return _VERIFYING if self._is_verifying else self._progress(0)

    def _progress(self, received: int) -> dict[str, Any]:
        self._received = max(self._received, received)
        return {
            "status": f"pulling {self._digest[:_DIGITS]}",
            "digest": f"sha256:{self._digest}",
            "total": self._total,
            "completed": self._received,
        }

    def _verifying(self) -> Iterator[dict[str, Any]]:
        if not self._is_verifying:
            yield self._progress(self._total)
            self._is_verifying = True
            yield _VERIFYING


def _ended(download: Download) -> Refusal:
    """Why a download that isn't under way has no model."""
    if download.error is not None:
        return refusal_of(download.error)
    how = "canceled" if download.state == "cancelled" else "paused"
    return Refusal(
        503, f"download_{how}", f"The download of {download.model} was {how} on this computer.", param="model"
    )
