"""What systemd is told of a service: that it is ready, and that it ends."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Literal

VARIABLE = "NOTIFY_SOCKET"


def tell(state: Literal["READY=1", "STOPPING=1"]) -> None:
    """Does nothing where no service manager listens. The protocol is that of sd_notify(3)."""
    address = os.environ.get(VARIABLE, "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)
