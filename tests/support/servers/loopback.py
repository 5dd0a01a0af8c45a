"""Programs that reach nothing but themselves: in a network of their own, with loopback alone (Linux)."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# linux/sockios.h and linux/if.h: the flags of a network device, of which the first is that it is up.
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1


def alone(*command: str) -> list[str]:
    """What runs `command` there."""
    unshare = [
        "unshare",
        "--map-root-user",
        "--net",
        "--",
        sys.executable,
        "-m",
        "tests.support.servers.loopback",
    ]
    return [*unshare, *command]


def why_not_alone() -> str:
    """Why that can't be done here, "" where it can."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return "there is no program unshare, which makes networks"
    tried = subprocess.run(alone("true"), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    return f"no network of its own can be made: {tried.stderr.strip()[-200:]}" if tried.returncode else ""


def switch_on() -> None:
    """Loopback, which is off in a new network."""
    import fcntl

    with socket.socket() as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(any_socket, GET_FLAGS, asked))
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | UP))


if __name__ == "__main__":
    switch_on()
    os.execvp(sys.argv[1], sys.argv[1:])
