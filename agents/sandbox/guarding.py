"""What is put back around each program of a living sandbox, and whether the sandbox still holds what it has to."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

assert sys.platform == "linux"

from agents.api import Confinement
from agents.sandbox.protected import Protected, protected, sockets, writable_roots


class Guards(msgspec.Struct, frozen=True):
    """What is put back when a program has ended, absolute paths: see `inside/serving.py`."""

    guarded: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    pointed: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()


class Guarding:
    """`confinement` and `kept` are those that the sandbox was made with. `mounted`: what was to be locked then is
    mounted read-only, and sockets are covered; otherwise all of it is put back, and sockets are out of reach."""

    def __init__(self, confinement: Confinement, kept: Protected, *, mounted: bool) -> None:
        self._mounted = mounted
        locked = {str(path) for path in kept.locked} if mounted else set()
        self._locked = {name: facts for name, *facts in kept.expected if name in locked}
        self._sockets = set(self._found(confinement))

    def guards(self, confinement: Confinement) -> Guards | None:
        """What has to be put back from now on; None when this sandbox cannot do it: what it holds may be written by
        now."""
        kept = protected(confinement)
        released = [Path(confinement.workspace, path) for path in confinement.released]
        if any(
            Path(name).is_relative_to(path) or path.is_relative_to(name)
            for name in self._locked
            for path in released
        ):
            return None
        # What somebody has put in the place of a file that is mounted is not mounted.
        now = {name: facts for name, *facts in kept.expected}
        held = {name for name, facts in self._locked.items() if now.get(name) == facts}
        return Guards(
            guarded=tuple(str(path) for path in (*kept.linked, *kept.locked) if str(path) not in held),
            locked=tuple(held) if self._mounted else tuple(now),
            pointed=kept.pointed,
            released=tuple(map(str, released)),
            sockets=tuple(path for path in self._found(confinement) if path not in self._sockets),
        )

    def _found(self, confinement: Confinement) -> list[str]:
        return list(map(str, sockets(writable_roots(confinement)))) if self._mounted else []
