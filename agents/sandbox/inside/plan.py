"""Launch plan: one JSON object in the launcher's arguments, made outside of the sandbox."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any, NamedTuple

_LONG = 50_000  # characters
ENVIRONMENT = "COTERIE_SANDBOX_ENVIRONMENT"
"""The variable that carries the program's whole environment as JSON: none of it reaches the launcher or bwrap,
which a variable of the linker could take over, and none of it stands in an argument that others can read."""


STATE = "{state}"
"""Stands in a program's arguments for the folder in which its shell finds and leaves its state (shell_state.py)."""
# Starts a shell: $1 is the command, $2 that folder. Prefers bash, as models write for it.
SHELL = """\
if command -v bash >/dev/null; then shell=bash; else shell=sh; fi
exec $shell -c '. "$2/begin-$0"; eval "set --; $1"' $shell "$1" "$2"
"""


class LaunchPlan(NamedTuple):
    """Instructions for the launcher. `kind` is the sandbox's name.

    `channel` is the inherited socket to who started it, -1 for none: somebody else started it and lets it
    live as long as it is needed. `serves`: the sandbox lives until the channel is closed, and programs are asked for
    over that (serving.py).

    `expected` are (path, device, inode) that must be what is found at those paths, or nothing is started: a
    link may have been put there meanwhile. `roots` are the folders that may be written to; new repositories
    of git in them are disarmed in the end. `guarded` are files and folders in them that are put back when
    they were changed, where the system cannot keep them from being written. `pointed` are paths that settings of git
    name, `released` those of other programs' files that may be written. `reads` and `writes` are paths,
    for Landlock, `lists` are folders of which the names may be read. `floor` bytes and room for `floor_files` files
    are left free on the disk of `folder`, the working directory. `landlock` is the version of Landlock to use, 0 for
    none. `caches` are folders that may be written to besides, and `home` has files of the program's home. `proxy` is
    the socket of the proxy outside, to which a relay on the loopback leads. `listens` is an inherited socket over
    which ports of the loopback are opened for who holds its other end (port_opener.py), -1 for none.
    """

    kind: str
    folder: str
    channel: int = -1
    serves: bool = False
    network: bool = False
    memory: int = 0
    file_bytes: int = 0
    processes: int = 0
    open_files: int = 0
    floor: int = 0
    floor_files: int = 0
    landlock: int = 0
    reads: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    pointed: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    expected: tuple[tuple[str, int, int], ...] = ()
    caches: tuple[str, ...] = ()
    home: tuple[tuple[str, str], ...] = ()
    proxy: str = ""
    listens: int = -1


def encoded(plan: LaunchPlan) -> str:
    """As one argument, which Linux limits to 128 KiB: a long one is compressed."""
    text = json.dumps(plan._asdict(), separators=(",", ":"))
    return text if len(text) < _LONG else base64.b64encode(zlib.compress(text.encode())).decode()


def decoded(text: str) -> LaunchPlan:
    whole = text if text.startswith("{") else zlib.decompress(base64.b64decode(text)).decode()
    fields: dict[str, Any] = json.loads(whole)
    for name in ("reads", "lists", "writes", "roots", "guarded", "pointed", "released", "caches"):
        fields[name] = tuple(fields[name])
    fields["expected"] = tuple((path, device, inode) for path, device, inode in fields["expected"])
    fields["home"] = tuple((name, text) for name, text in fields["home"])
    return LaunchPlan(**fields)
