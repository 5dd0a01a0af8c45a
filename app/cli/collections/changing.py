"""`coterie collections add` and `remove`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from app.cli.collections.opened import with_collections
from app.cli.collections.showing import print_status
from app.cli.output import Output
from app.services.collections.collections import Collections, Status

_TOLD_EVERY = 100  # files
_LOOK_S = 1.0


def add(name: str, paths: Sequence[str], output: Output, *, wait: bool) -> int:
    """Add sources to a collection and read what is new in it, newest files first."""

    def work(collections: Collections) -> Status:
        collection = collections.add(name, [Path(path) for path in paths])

        def tell(done: int) -> None:
            if done % _TOLD_EVERY == 0:
                output.progress(output.localized("cli.collections.read", count=done))

        told = False
        while not collections.bring_up_to_date(collection.name, meaning=wait, on_progress=tell):
            if not told:
                output.note(output.localized("cli.collections.elsewhere"))
            told = True
            if not wait:
                break
            time.sleep(_LOOK_S)
        return collections.status(collection.name)

    print_status(with_collections(work, output), output)
    return 0


def remove(name: str, paths: Sequence[str], output: Output) -> int:
    """Remove a collection or sources of it, and what is known of their files."""

    def work(collections: Collections) -> None:
        collections.remove(name, [Path(path) for path in paths])
        collections.sweep()

    with_collections(work, output)
    output.object({"removed": name, "paths": list(paths)})
    output.text(output.localized("cli.collections.removed", name=name))
    return 0
