"""Sets aside what a call of a tool server has left in the workspace for other programs to carry out.

The server lives on and may swap a folder at any moment: what is changed is reached through open folders, and no link
is followed. What appears between two calls may be the user's own, and stays.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

from agents.autorun.names import plain
from agents.events import FileChange
from agents.sandbox.inside.repositories import commands_of, harmless
from agents.snapshots.names import real_name
from agents.snapshots.restoring import parent_of
from agents.workspace.carried_out import carried_out
from engine.errors import UserError

_LONGEST_NAME = 240  # bytes, of 255, so that something can be added
_CONFIGS = ("config", "config.worktree")
_SAMPLE = ".sample"  # of the hooks that come with git, which it does not execute

# Old and new names, relative to the workspace.
Moved = list[tuple[str, str]]


def set_aside(
    root: Path,
    changes: Sequence[FileChange],
    content: Callable[[str], bytes],
    released: Collection[str] = (),
) -> Moved:
    """Rename what is new or changed and would be carried out, and put back what was changed; `content` gives what is
    kept under a hash, `released` are files that a person allowed by name.

    What was moved along with a folder is not new.
    """
    gone = {(_name(each), each.before) for each in changes if each.change == "deleted"}
    made = {
        each.path: each
        for each in changes
        if each.change in ("new", "changed")
        and each.kind != "folder"
        and each.path not in released
        and not each.path.endswith(_SAMPLE)
        and (each.change == "changed" or (_name(each), each.after) not in gone)
    }
    paths = {real_name(path): path for path in made}
    named = {paths[path] for path in carried_out(root, paths)}
    named |= {path for path, each in made.items() if _of_git(root, each, content)}
    moved: Moved = []
    for path in sorted(named):
        with contextlib.suppress(OSError, UserError):  # it is gone, or a link stands in its way
            moved.append((path, _moved(root, made[path], content)))
    return moved


def _name(change: FileChange) -> str:
    return change.path.rpartition("/")[2]


def _moved(root: Path, change: FileChange, content: Callable[[str], bytes]) -> str:
    """Rename a file or link, and put back the one before it; returns its new path."""
    kept = content(change.before) if change.kind == "file" and change.before else None
    with parent_of(root, change.path) as (folder, name):
        short = os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])
        number = 0
        while folder.found(aside := f"{short}.aside{number or ''}") is not None:
            number += 1
        folder.move(name, folder, aside)
        if kept is not None:
            folder.write(name, kept, change.mode or None)
        elif change.change == "changed" and change.kind == "link" and change.link:
            folder.make_link(name, change.link)
        return folder.path_of(aside)


def _of_git(root: Path, change: FileChange, content: Callable[[str], bytes]) -> bool:
    """Whether it is a hook, a setting that names a program, or a command of a rebase, in a repository of git."""
    path = PurePosixPath(real_name(change.path))
    if path.name in _CONFIGS and _is_repository(root, path.parent):
        text = _text(change, content)
        return text is None or _lines(harmless(text)) != _lines(text)
    if path.parent.name == "hooks" and _is_repository(root, path.parent.parent):
        return True
    if path.name == "git-rebase-todo" and path.parent.name == "rebase-merge":
        text = _text(change, content)
        return text is None or bool(commands_of(text))
    return False


def _is_repository(root: Path, folder: PurePosixPath) -> bool:
    place = root / folder
    return plain(folder.name) == ".git" or all(
        os.path.lexists(place / name) for name in ("HEAD", "objects", "refs")
    )


def _text(change: FileChange, content: Callable[[str], bytes]) -> str | None:
    """What a file holds now, None where that is not kept."""
    if change.kind != "file" or not change.after:
        return None
    try:
        return content(change.after).decode("utf-8", "surrogateescape")
    except UserError:
        return None


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]
