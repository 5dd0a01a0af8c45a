"""`coterie acp`: runs inside an editor, over the Agent Client Protocol."""

from __future__ import annotations

from agents.events import Mode
from app.cli.opened import opened


def acp(model: str, mode: Mode) -> int:
    """Answer the editor until it leaves."""
    from app.acp.serving import serve

    with opened() as services:
        serve(services, model, mode)
    return 0
