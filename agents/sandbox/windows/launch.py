"""Starts a contained program for somebody who started this process, and ends when it does.

Started as `python -I -S -c BOOT ROOT PLAN PROGRAM ARGUMENT...` with the streams that are the program's. It holds the
job: when this process is ended, all that the program started is ended too.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path, PureWindowsPath
from typing import NoReturn

assert sys.platform == "win32"

from agents.sandbox.inside.guard import PutBack
from agents.sandbox.inside.plan import ENVIRONMENT
from agents.sandbox.windows import layouts, native, plan

CANNOT_START = 126
_LOOK = 3600.0


def main() -> NoReturn:
    told, argv = plan.decoded(sys.argv[2]), sys.argv[3:]
    environment: dict[str, str] = json.loads(os.environ.get(ENVIRONMENT, "{}"))
    folder = Path(told.folder)
    undone = PutBack(map(Path, told.guarded), list(map(Path, told.roots)), brief=False)
    home = Path(os.path.realpath(tempfile.mkdtemp(prefix="coterie-sandbox-")))
    try:
        native.label(home, layouts.LOW_LABEL)
        environment |= layouts.private_places(PureWindowsPath(home))
        program = shutil.which(argv[0], path=environment.get("PATH")) or argv[0]
        running = native.start([program, *argv[1:]], environment, folder, told.share, (0, 1, 2))
        _let_go_of_streams()
        code = None
        while code is None:
            code = running.wait(_LOOK)
        running.end()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {argv[0]}: {error}\n")
        code = CANNOT_START
    finally:
        undone.restore()
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(code)


def _let_go_of_streams() -> None:
    """So that whoever reads them sees their end when the program's are closed."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
