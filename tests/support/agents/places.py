"""A workspace to try tools in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.api import Sandbox, ToolContext
from agents.workspace.workspace import Workspace


def here_in(
    folder: Path,
    *,
    sandbox: Sandbox | None = None,
    network: bool = False,
    kept: Callable[[str], str] = lambda handle: "",
    cancelled: Callable[[], bool] = lambda: False,
    **named: Any,
) -> ToolContext:
    """What a tool may use in `folder`/work; trash and scratch lie beside it."""
    root = folder / "work"
    root.mkdir(exist_ok=True)
    return ToolContext(
        workspace=Workspace.at(root),
        sandbox=sandbox,
        trash=folder / "trash",
        scratch=folder / "scratch",
        cancelled=cancelled,
        kept=kept,
        network=network,
        **named,
    )
