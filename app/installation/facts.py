"""What kind of installation this is. A packer writes it into `installation.toml`, in the folder of its own Python.

The standard library alone is used: this is read before anything that a broken version could break.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from app.version import VERSION

FILE = "installation.toml"
# What uv leaves in the environment of a tool.
UV_RECEIPT = "uv-receipt.toml"

Kind = Literal["source", "uv", "deb", "appimage", "windows", "macos"]
Channel = Literal["stable", "beta"]
# Those whose versions replace each other without a package manager.
REPLACED = ("appimage", "windows")


class Installation(NamedTuple):
    """`commit` is "" where it is not known. `updates` is the address of the folder that holds the manifests of
    releases, "" where none is known. `keys` are further public keys of releases, as `resources/release_keys.toml` has
    them. `root` is the folder of this version's Python."""

    kind: Kind = "source"
    version: str = VERSION
    channel: Channel = "stable"
    commit: str = ""
    updates: str = ""
    keys: tuple[str, ...] = ()
    root: Path = Path(sys.prefix)


@functools.cache
def installation() -> Installation:
    """This installation. A file that cannot be used counts as none."""
    return read(Path(sys.prefix))


def read(root: Path) -> Installation:
    """The installation whose Python lies in `root`."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return Installation("uv" if (root / UV_RECEIPT).is_file() else "source", root=root)
    import tomllib  # 10 ms that other kinds save

    try:
        return _installation(tomllib.loads(text), root)
    except (ValueError, KeyError, TypeError):
        return Installation(root=root)


def _installation(table: Mapping[str, Any], root: Path) -> Installation:
    """Raises ValueError, KeyError."""
    kind, channel = table["kind"], table.get("channel", "stable")
    if kind not in get_args(Kind) or channel not in get_args(Channel):
        raise ValueError(kind, channel)
    version, commit, updates = (str(table.get(name, "")) for name in ("version", "commit", "updates"))
    keys = tuple(str(key) for key in table.get("keys", ()))
    return Installation(kind, version or VERSION, channel, commit, updates, keys, root)


def program(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The command that starts this installation, whichever of its versions is the current one."""
    here = installation()
    if here.kind == "appimage" and (file := environ.get("APPIMAGE")):
        return (file,)
    if here.kind == "windows" and (starter := here.root.parent.parent / "Coterie.exe").is_file():
        return (str(starter),)
    if here.kind == "deb" and (command := Path("/usr/bin/coterie")).exists():
        return (str(command),)
    return (sys.executable, *(["-I"] if sys.flags.isolated else []), "-m", "app")
