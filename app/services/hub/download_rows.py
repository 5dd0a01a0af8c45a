"""Downloads by owner: this process, another, or a dead one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from app.services.hub.download_run import UNDER_WAY
from app.store.downloads import Downloads
from app.store.records import Download, DownloadState
from app.store.writers import is_alive
from engine.errors import UserError

NOT_ENDED: tuple[DownloadState, ...] = ("paused", "failed", *UNDER_WAY)


class DownloadRows:
    """Every method raises UserError `store.*` too."""

    def __init__(self, store: Downloads) -> None:
        self._store = store

    def all(self) -> list[Download]:
        """All downloads, in the order of the queue."""
        return [self.shown(download) for download in self._store.all()]

    def get(self, id: int) -> Download:
        """Raises UserError `download.not_found`."""
        found = self._store.find(id)
        if found is None:
            raise UserError("download.not_found")
        return self.shown(found)

    def mine(self) -> list[Download]:
        """Downloads that wait or run in this process."""
        return [download for download in self._store.all() if self.is_here(download)]

    def others(self) -> list[Download]:
        """Downloads of other processes."""
        return [
            self.shown(download) for download in self._store.all() if download.writer != self._store.writer
        ]

    def shown(self, download: Download) -> Download:
        """A download for display: paused if its process died, whatever the store says."""
        if download.state in UNDER_WAY and not self.is_here(download) and not self.is_elsewhere(download):
            return msgspec.structs.replace(download, state="paused", rate=0.0, writer="")
        return download

    def is_here(self, download: Download) -> bool:
        return download.state in UNDER_WAY and download.writer == self._store.writer

    def is_elsewhere(self, download: Download) -> bool:
        return (
            download.state in UNDER_WAY
            and download.writer not in ("", self._store.writer)
            and is_alive(download.writer)
        )

    def steerable(self, id: int) -> Download:
        """A download that this process may pause, resume or cancel, as stored.

        Raises UserError `download.not_found`, `download.elsewhere`, `download.ended`.
        """
        found = self._store.find(id)
        if found is None:
            raise UserError("download.not_found")
        if self.is_elsewhere(found):
            raise UserError("download.elsewhere", name=found.model)
        if found.state in ("done", "cancelled"):
            raise UserError("download.ended", name=found.model)
        return found

    def end(self, download: Download, states: Collection[DownloadState], **fields: Any) -> Download | None:
        """Change one that runs no more: one of this process, of nobody, or of the dead process that `download` names;
        None when it is in none of the states, or somebody else has it by now."""
        writers = {"", self._store.writer, download.writer}
        return self._store.change(download.id, states, writers, writer="", rate=0.0, **fields)

    def queue(self, id: int) -> Download:
        """Queue a download in this process.

        Raises UserError `download.elsewhere` when another has it by now.
        """
        row = self.steerable(id)
        changed = self._store.change(
            id, NOT_ENDED, (row.writer,), state="queued", writer=self._store.writer, error=None, rate=0.0
        )
        if changed is None:
            raise UserError("download.elsewhere", name=row.model)
        return changed
