"""The folder that a run works in."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Workspace(msgspec.Struct, frozen=True):
    """`root` is an absolute path without links in it."""

    root: Path
