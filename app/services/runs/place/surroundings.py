"""What the commands of a run may read besides the system and its workspace: the person's toolchains and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from agents.api import Surroundings
from agents.sandbox.git_identity import git_identity
from agents.sandbox.handed_in import handed_in
from agents.sandbox.secret_places import hidden_in, secret_places
from agents.sandbox.toolchains import found_toolchains


def surroundings(
    workspace: Path,
    data_folder: Path,
    readable: tuple[Path, ...],
    environment: Mapping[str, str] = os.environ,
) -> Surroundings:
    """Look at the homes of the user. Hidden is what is personal in them and in `readable`: keys, passwords, our data.

    It takes part of a second for large toolchains.
    """
    found = found_toolchains(user_home(), _without_ours(environment), workspace)
    kept_back = secrets(data_folder)
    hidden = hidden_in((*found.folders, *readable), kept_back)
    given = handed_in(environment, kept_back)
    return Surroundings(
        programs=(*found.folders, *given.files),
        hidden=tuple(dict.fromkeys((*found.hidden, *hidden))),
        home=git_identity(workspace),
        environment=found.environment | given.environment,
    )


def toolchains() -> tuple[str, ...]:
    """The names of the toolchains that commands find in every workspace."""
    found = found_toolchains(user_home(), os.environ, Path("/"))
    return tuple(dict.fromkeys(one.name for one in found.toolchains))


def secrets(data_folder: Path) -> tuple[Path, ...]:
    """What no command may read, as paths without links and as they are named."""
    ours = (data_folder, Path(os.path.realpath(data_folder)))
    return tuple(dict.fromkeys((*(path for home in _homes() for path in secret_places(home)), *ours)))


def user_home() -> Path:
    """The user's home, as the variable names it."""
    return Path(os.path.expanduser("~"))  # noqa: PTH111  # Path.home() raises where there is none


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the virtual environment that Coterie itself lives in: it is not the one that the person works with."""
    ours = Path(os.path.realpath(sys.prefix))
    return {
        name: value
        for name, value in environment.items()
        if name not in ("VIRTUAL_ENV", "CONDA_PREFIX") or Path(os.path.realpath(value)) != ours
    }


def _homes() -> Iterable[Path]:
    homes = [user_home()]
    if sys.platform != "win32":
        import pwd

        try:
            homes.append(Path(pwd.getpwuid(os.getuid()).pw_dir))
        except KeyError:  # a user without an entry
            return homes
    return dict.fromkeys(homes)
