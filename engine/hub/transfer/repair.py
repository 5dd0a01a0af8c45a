"""Mends files whose bad parts `verify` has named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.hub.transfer.stop import StopToken
from engine.hub.transfer.values import Access, BadPart, Limits, Locate, Progress, Room, Wanted


def repair(
    locate: Locate,
    damaged: Sequence[Wanted],
    bad: Sequence[BadPart],
    work: Path,
    *,
    access: Access,
    parts: Path,
    limits: Limits = Limits(),
    progress: Callable[[Progress], None] | None = None,
    stop: StopToken | None = None,
    room: Room | None = None,
) -> None:
    """Fetch the `bad` parts of files that lie at their destinations, and nothing else.

    Blocks. Each part is fetched into `work`, compared with its kept hash and only then written; whatever happens
    meanwhile, `verify` still tells good from bad. `progress` counts the bytes of the bad parts. In the end each
    file has its SHA-256 again.

    Raises Stopped, UserError `download.*` and whatever `locate` raises.
    """
    raise NotImplementedError
