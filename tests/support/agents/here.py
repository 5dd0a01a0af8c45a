"""Where a tool runs, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from agents.api import ToolContext
from agents.workspace.workspace import Workspace


def here_in(folder: Path, **fields: Any) -> ToolContext:
    """`folder` is the workspace; trash and scratch lie beside it and are not made."""
    here = ToolContext(
        workspace=Workspace(folder),
        sandbox=None,
        trash=folder.parent / "trash",
        scratch=folder.parent / "scratch",
        cancelled=lambda: False,
        kept=lambda handle: "",
    )
    return msgspec.structs.replace(here, **fields)
