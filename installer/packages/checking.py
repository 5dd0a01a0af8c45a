"""Tries the packages of dist/ as people do, in Debians that have nothing but their base; `make check-packages`.

It runs as root in a mount namespace of its own. The person that it tries them as has, but for the window, no network.
"""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from installer.commands import SetupError
from installer.console import Console
from installer.packages import trials, window
from installer.packages.inside import HOME, USER, Inside, make, take_away
from installer.packages.places import Places, Release, inputs, require

SUITE = "trixie"
Steps = Sequence[tuple[str, Callable[[], None]]]


def check(here: Places, release: Release, console: Console) -> None:
    """Try both packages. Raises SetupError for the first thing that is not as it must be."""
    require("mmdebstrap", "unshare", "Xvfb", "xdotool", "import")
    if os.geteuid() != 0:
        raise SetupError("A system to try packages in is made by root: sudo make check-packages")
    package, image = only(here.dist, "coterie_*_amd64.deb"), only(here.dist, "Coterie-*.AppImage")
    with as_a_person(image) as (person, copy):
        _go(console, [("AppImage, through FUSE", lambda: trials.through_fuse(person, copy, release))])
    # As old as what packages are compiled in.
    with system(inputs()["system"]["suite"], here, release, console) as bare:
        _go(console, [("AppImage, unpacked", lambda: trials.unpacked(bare, image, release))])
    picture = here.build / "window.png"
    with system(SUITE, here, release, console) as bare:
        _go(console, of_the_deb(bare, package, release, picture))
    console.say(f"The picture of the window: {picture.relative_to(here.root)}")


def of_the_deb(bare: Inside, package: Path, release: Release, picture: Path) -> Steps:
    return (
        ("Installed from the deb", lambda: trials.install(bare, package)),
        ("Doctor", lambda: trials.doctor(trials.diagnosis(bare), release, "deb")),
        ("An answer, offline", lambda: trials.answer(bare, "coterie")),
        ("A command in the sandbox", lambda: trials.sandboxed(bare)),
        ("Libraries", lambda: trials.linked(bare)),
        ("A home that can't be written", lambda: trials.unwritable(bare)),
        ("A message in the window", lambda: window.talk(bare.root, picture, USER, HOME)),
        ("Removed, and chats kept", lambda: trials.remove(bare)),
    )


def _go(console: Console, steps: Steps) -> None:
    for title, step in steps:
        with console.step(title):
            step()


@contextmanager
def system(suite: str, here: Places, release: Release, console: Console) -> Iterator[Inside]:
    with console.step(f"A bare Debian, {suite}") as progress:
        made = make(suite, here, release, progress)
    yield made
    take_away(made.root)


@contextmanager
def as_a_person(image: Path) -> Iterator[tuple[Inside, str]]:
    """This very system for a person with few rights, and a copy of the image that they may read. It is a user that
    every system has: fusermount mounts nothing for one without a name."""
    nobody = pwd.getpwnam("nobody").pw_uid
    folder = Path(tempfile.mkdtemp(prefix="coterie-check-"))
    try:
        folder.chmod(0o755)
        home, copy = folder / "사람 둘", folder / image.name
        home.mkdir()
        os.chown(home, nobody, nobody)
        shutil.copyfile(image, copy)
        copy.chmod(0o755)
        yield Inside(Path("/"), str(home), nobody), str(copy)
    finally:
        shutil.rmtree(folder)


def only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SetupError(f"There must be one {pattern} in {folder}: make packages")
    return found[0]
