"""What all that write packages are told on the command line, and how they end."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from app.version import VERSION
from installer.commands import SetupError
from installer.console import Console
from installer.packages.places import Release, release_of


def options(program: str, about: str, works: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The first of `works` is done where none is named; without any there is one thing to do."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about.partition("\n")[0])
    if works:
        parser.add_argument("work", nargs="?", choices=works, default=works[0])
    parser.add_argument(
        "--channel", choices=("stable", "beta"), default="stable", help="which releases it belongs to"
    )
    parser.add_argument(
        "--updates", default="", metavar="URL", help="the folder of releases that it looks for newer ones in"
    )
    return parser


def chosen_release(root: Path, chosen: argparse.Namespace) -> Release:
    """Raises SetupError."""
    return release_of(root, VERSION, chosen.channel)._replace(updates=chosen.updates)


def exit_code(work: Callable[[], None], console: Console) -> int:
    """0 done, 1 stopped for a reason told, 130 interrupted."""
    try:
        work()
    except (SetupError, OSError) as error:
        console.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
