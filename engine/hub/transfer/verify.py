"""Finds rot: reads files again and names the parts that are not what they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.hub.transfer.stop import StopToken
from engine.hub.transfer.values import KeptFile, Verification


def verify(
    files: Sequence[KeptFile],
    parts: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    stop: StopToken | None = None,
) -> Verification:
    """Read each file whole and compare it with its SHA-256 and the hashes of its parts in the folder `parts`.

    Blocks. `progress` gets bytes read and bytes in all. A file without a SHA-256 is taken as it is: the one that
    is computed comes back, and its parts are kept for the next time.

    Raises Stopped, UserError `download.missing` (`path`) or `download.unreadable` (`path`, `detail`).
    """
    raise NotImplementedError
