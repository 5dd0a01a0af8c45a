"""How the system starts this installation."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from app import paths
from app.installation.facts import installation
from app.installation.facts import program as own_program


class Launch(NamedTuple):
    """A program with its arguments, the folder that it is run in, and the variables that it is given besides those of
    the session."""

    command: tuple[str, ...]
    folder: str
    variables: Mapping[str, str]


def python() -> tuple[str, ...]:
    """This Python, which looks at the person's own variables and packages only where this process does."""
    return (sys.executable, "-I") if sys.flags.isolated else (sys.executable,)


def this_one(*options: str, executable: str = sys.executable, platform: str = sys.platform) -> Launch:
    """This very installation over this very data folder, with these options; on Windows without a console. What a
    package starts is its own program, in the person's home: its Python may be gone by then, or another one."""
    program = Path(executable)
    if platform == "win32" and (windowed := program.with_name("pythonw.exe")).exists():
        program = windowed
    variables = {"COTERIE_HOME": str(paths.home())} if os.environ.get("COTERIE_HOME") else {}
    if installation().kind not in ("source", "uv"):
        return Launch((*own_program(), *options), str(Path.home()), variables)
    return Launch((str(program), "-m", "app", *options), str(Path(paths.__file__).parents[1]), variables)
