"""Entry of the product: the desktop without arguments, else the command line.

Nothing heavy is imported at module level: a spawned engine host imports this module again.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run and exit with the command's code."""
    # Read by libraries at their import, so before any of them. The product asks for a token when it needs one.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    if len(sys.argv) == 1:
        sys.exit(_open())
    from app.cli.main import run

    sys.exit(run(sys.argv[1:]))


def _open() -> int:
    """The desktop where there is a screen; else the same conversation in the terminal; else a short one."""
    from app.screen import has_screen

    if has_screen():
        from app.desktop.application import run as run_desktop

        return run_desktop(sys.argv)
    from app.cli.terminal import open_without_screen

    return open_without_screen()


if __name__ == "__main__":
    main()
