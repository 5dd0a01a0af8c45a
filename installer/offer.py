"""Offers to bring the graphics cards to use, and starts that in the background."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from engine.graphics_cards import find_cards
from installer import system
from installer.backend import Places, backend_of, is_whole
from installer.commands import SetupError, run_logged
from installer.console import Console
from installer.graphics import Account, settled, sole
from installer.sources import engine_version
from installer.ways import Note, Prospect, Way, prospect

MESSAGES = Path("resources") / "messages" / "en.toml"
FETCHED = "0.6 GB"
# Processor minutes of a build for one architecture, and of one for Vulkan: measured.
CUDA_MINUTES, VULKAN_MINUTES = 90, 9


def offer(places: Places, console: Console, environ: Mapping[str, str], *, yes: bool) -> None:
    """Tell what there is and what could be done, and do it where the person wants it. Never stops set-up."""
    try:
        _offer(places, console, environ, yes=yes)
    except (OSError, SetupError) as error:
        console.say(f"  The graphics card is left as it was. {error}")


def _offer(places: Places, console: Console, environ: Mapping[str, str], *, yes: bool) -> None:
    found = prospect(find_cards(environ), environ)
    if yes and found.packages:
        found = _with_packages(found, places, console, environ)
    account = Account(places.state, found.notes)
    for note in found.notes:
        console.say(f"  {sentence(places.root, note)}")
    if not found.ways:
        if found.packages:
            account.notes.append(_lacking(found))
            console.say(f"  {sentence(places.root, account.notes[-1])}")
        account.write()
        return
    with sole(places) as alone:
        if not alone:
            console.say(f"  {sentence(places.root, Note('under_way', {'cards': found.cards}))}")
            return
        if _is_done(found, places, environ, again=yes):
            return
        account.notes.append(what_it_takes("offered", found))
        account.write()
    # Nothing is fetched for a toolkit that is here: as with the engine itself, no question is asked.
    wanted = yes or any(way.kind == "cuda" and not way.fetches for way in found.ways)
    if wanted or _asks(console, sentence(places.root, what_it_takes("question", found))):
        _start(places, environ)
        console.say(f"  {sentence(places.root, Note('started', {'cards': found.cards}))}")
    elif not _answers(console):
        console.say(f"  {sentence(places.root, account.notes[-1])}")


def _is_done(found: Prospect, places: Places, environ: Mapping[str, str], *, again: bool) -> bool:
    """Whether an earlier job tried all that there is, and what it kept is still there."""
    version, done = engine_version(places.root), settled(places.state)
    builds = [backend_of(way, places.root, version, environ) for way in found.ways]
    there = any(is_whole(places.folder, build) for build in builds)
    return all(build.name in done for build in builds) and (there or not again)


def what_it_takes(code: Literal["offered", "question"], found: Prospect) -> Note:
    """What building these ways takes, for a person to decide."""
    names = " + ".join(way.name for way in found.ways)
    minutes = sum(_minutes(way) for way in found.ways)
    told = {"cards": found.cards, "way": names, "minutes": str(minutes), "size": FETCHED}
    return Note(f"{code}_fetch" if any(way.fetches for way in found.ways) else code, told)


def _minutes(way: Way) -> int:
    each = CUDA_MINUTES * max(1, len(way.architectures)) if way.kind == "cuda" else VULKAN_MINUTES
    return max(1, round(each / (os.cpu_count() or 1)))


def _lacking(found: Prospect) -> Note:
    return Note("vulkan_packages", {"packages": " ".join(found.packages), "cards": found.cards})


def _with_packages(found: Prospect, places: Places, console: Console, environ: Mapping[str, str]) -> Prospect:
    """Install what a Vulkan build needs, where set-up may; gives what there is then."""
    rights = system.rights()
    if not rights.may_install:
        return found
    with console.step("System packages for Vulkan") as progress, contextlib.suppress(SetupError):
        command = rights.command("install", "-y", "--no-install-recommends", *found.packages)
        log = places.logs / "vulkan-packages.log"
        run_logged(command, log, progress, failure="They could not be installed.", own_group=False)
    return prospect(find_cards(environ), environ)


def _answers(console: Console) -> bool:
    """Whether a person is there to answer."""
    return console.terminal and sys.stdin is not None and sys.stdin.isatty()


def _asks(console: Console, question: str) -> bool:
    """Whether a person wants it; nobody there is a no."""
    if not _answers(console):
        return False
    try:
        return input(f"  {question} [Y/n] ").strip().lower() in ("", "y", "yes")
    except EOFError:
        return False


def _start(places: Places, environ: Mapping[str, str]) -> None:
    """Start the job, which goes on when set-up and its terminal are gone. Raises OSError."""
    places.logs.mkdir(parents=True, exist_ok=True)
    with (places.logs / "graphics.log").open("wb") as log:
        subprocess.Popen(
            [str(places.python), "-m", "installer.graphics"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=places.root,
            env={**environ, "PYTHONSAFEPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )


def sentence(root: Path, note: Note) -> str:
    """A note as `coterie doctor` tells it in English. Raises SetupError."""
    try:
        table = tomllib.loads((root / MESSAGES).read_text(encoding="utf-8"))
        text: str = table["doctor"]["graphics"][note.code]
        return text.format_map(note.params)
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"{MESSAGES} has no sentence for {note.code}") from error
