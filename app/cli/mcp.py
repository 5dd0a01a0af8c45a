"""`coterie mcp`: our model and our runs as tools for the program that starts it."""

from __future__ import annotations

from app import paths
from app.cli.ending import Ended


def mcp() -> int:
    """Speak the protocol on stdin and stdout until the program closes them, or ends this process."""
    from app.mcp_server.over_stdio import serve

    try:
        serve(paths.home())
    except Ended:
        return 0
    return 0
