"""Fetches the files of one model from the hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.hub.transfer.stop import StopToken
from engine.hub.transfer.values import Access, FetchedFile, Limits, Locate, Progress, Room, Wanted


def fetch(
    locate: Locate,
    wanted: Sequence[Wanted],
    work: Path,
    *,
    access: Access,
    parts: Path,
    limits: Limits = Limits(),
    progress: Callable[[Progress], None] | None = None,
    stop: StopToken | None = None,
    room: Room | None = None,
) -> tuple[FetchedFile, ...]:
    """Fetch `wanted` into their destinations, going on from what `work` holds of an earlier time.

    Blocks. `work` is a folder of this one download on the file system of the destinations; it goes when all is
    done. `parts` is the folder that keeps the hashes of parts for `verify`. `progress` is called on this thread,
    four times a second.

    Either all files appear, after size, SHA-256 and GGUF structure of all were found right, or none does.

    Raises Stopped when `stop` says so, UserError `download.*` and whatever `locate` raises. What had been fetched
    is kept, except where it proved wrong.
    """
    raise NotImplementedError


def discard(work: Path) -> None:
    """Remove what a download left in `work`: cancelling one that is not running.

    Raises UserError `download.elsewhere` while another process fetches it, `download.cannot_write`.
    """
    raise NotImplementedError
