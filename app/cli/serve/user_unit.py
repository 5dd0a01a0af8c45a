"""The server as a service of this user: a unit for systemd, which starts it at login, and again where it fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app import paths
from app.integration.launch import this_one
from app.unit_text import escaped, quoted
from engine.durable_files import write_whole
from engine.errors import UserError

NAME = "coterie.service"
_MARK = "# Written by coterie serve --install."


def unit_file() -> Path:
    """Where systemd looks for the units of this user."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "systemd" / "user" / NAME


def unit_text(arguments: Sequence[str], writable: Sequence[Path]) -> str:
    """The unit that runs `coterie serve` with these arguments. It may write to these folders and nowhere else."""
    launch = this_one("serve", *arguments)
    lines = [
        _MARK,
        "[Unit]",
        "Description=Coterie's local server",
        "",
        "[Service]",
        "Type=notify",
        f"ExecStart={' '.join(map(quoted, launch.command))}",
        f"Environment={quoted(f'COTERIE_HOME={paths.home()}')}",
        f"WorkingDirectory={escaped(launch.folder)}",
        "Restart=on-failure",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        *(f"ReadWritePaths={quoted(f'-{folder}')}" for folder in writable),
        "",
        "[Install]",
        "WantedBy=default.target",
    ]
    return "\n".join(lines) + "\n"


def install(arguments: Sequence[str], library: str) -> Path:
    """Write the unit; `library` is the folder of the models where it lies elsewhere than in the data folder.

    Raises UserError `serve.no_systemd` on other systems, `serve.foreign_unit` (`path`) where somebody else's unit has
    this name, `serve.unit_not_written` (`path`, `detail`).
    """
    if not sys.platform.startswith("linux"):
        raise UserError("serve.no_systemd")
    file = unit_file()
    try:
        if file.exists() and not file.read_text(encoding="utf-8", errors="replace").startswith(_MARK):
            raise UserError("serve.foreign_unit", path=str(file))
        folders = [paths.home(), *([Path(library)] if library else [])]
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, unit_text(arguments, folders).encode())
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("serve.unit_not_written", path=str(file), detail=detail) from error
    return file
