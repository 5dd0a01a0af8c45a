"""Git repositories in a folder: finds them, and removes what git would execute from new ones.

Whoever uses a folder next runs git there, often without a thought: many prompts do at each line. Git executes
what a repository's configuration and hooks say (git-config(1), githooks(5)), and takes any folder for a
repository that looks like one (gitrepository-layout(5)).
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from agents.autorun.names import plain

_NEAR_FOLDERS = 2000  # maximum folders searched before a program starts, those near the top first
_MOST_FOLDERS = 50_000  # the same, after it has ended
_MOST_REPOSITORIES = 64
_OF_GIT = frozenset({"objects", "refs", "logs", "lfs"})  # what in a repository holds no others
_LONGEST = 1 << 20  # of a configuration, in bytes
_LONGEST_PATH = 4096
_HEAD = re.compile(r'\[([A-Za-z0-9-]+)(?:[ \t]+"((?:[^"\\\n]|\\["\\])*)")?\][ \t]*')
_SETTING = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=(.*))?")
# Settings that name no program, and include no configuration that does.
_HARMLESS = {
    "core": "repositoryformatversion filemode bare logallrefupdates ignorecase precomposeunicode symlinks autocrlf "
    "eol safecrlf quotepath abbrev compression bigfilethreshold",
    "user": "name email",
    "author": "name email",
    "committer": "name email",
    "init": "defaultbranch",
    "remote": "url pushurl fetch push prune tagopt",
    "branch": "remote merge rebase",
    "submodule": "url active branch path",
    "extensions": "objectformat refstorage",
    "pull": "rebase ff",
    "push": "default autosetupremote followtags",
    "merge": "ff conflictstyle",
    "rebase": "autosquash autostash",
    "fetch": "prune",
    "color": "ui",
    "i18n": "commitencoding logoutputencoding",
    "gc": "auto",
    "advice": "detachedhead defaultbranchname",
}


class Walked(NamedTuple):
    """What is in a folder and those beneath it: for each its relative path with "/" ("" for itself), the names of the
    folders in it, and all other names, links included; those near the top first.

    Links are not followed. `whole` is False where there are too many.
    """

    folders: list[tuple[str, set[str], set[str]]]
    whole: bool


def walked(root: Path, most: int = _MOST_FOLDERS) -> Walked:
    """The folders beneath `root`, without those in which git keeps objects."""
    found: list[tuple[str, set[str], set[str]]] = []
    waiting = [""]
    for folder in waiting:
        if len(found) == most:
            return Walked(found, whole=False)
        folders, others = _names(root / folder)
        found.append((folder, folders, others))
        inner = folders - _OF_GIT if folder and _is_repository(folder, folders, others) else folders
        waiting += [f"{folder}/{name}" if folder else name for name in sorted(inner)]
    return Walked(found, whole=True)


def repositories(root: Path) -> list[str]:
    """Locations of repositories below `root`: relative paths with "/", such as ".git", "part/.git",
    ".git/modules/part", and "" for `root` itself.

    Links are not followed; those far down may be missing.
    """
    return repositories_in(root, walked(root, _NEAR_FOLDERS))[:_MOST_REPOSITORIES]


def repositories_in(root: Path, tree: Walked) -> list[str]:
    """As `repositories`, all of those in `tree`, and those that a ".git" in it leads to."""
    found: dict[str, None] = {}
    for folder, folders, others in tree.folders:
        if _is_repository(folder, folders, others):
            found[folder] = None
        for name in others:
            if plain(name) == ".git":
                led = _led_to(root, root / folder / name)
                found |= {led: None} if led else {}
    return list(found)


def _led_to(root: Path, named: Path) -> str:
    """Where below `root` the repository lies that a link or a file named ".git" leads to, "" for elsewhere."""
    place = named
    with contextlib.suppress(OSError, ValueError):
        if named.is_file():
            with named.open("rb") as file:
                text = file.read(_LONGEST_PATH).decode("utf-8", "surrogateescape")
            if not text.startswith("gitdir:"):
                return ""
            place = named.parent / text.removeprefix("gitdir:").strip()
        real = Path(os.path.realpath(place))
        if real.is_dir() and real != root and real.is_relative_to(root):
            return real.relative_to(root).as_posix()
    return ""


class Watched:
    """The repositories in a tree as they are now; `disarm` is for afterwards, when nobody is left who could swap
    a folder meanwhile."""

    def __init__(self, root: Path, tree: Walked) -> None:
        self._root = root
        self._whole = tree.whole
        self._before = {
            path: os.path.lexists(root / path / "commondir") for path in repositories_in(root, tree)
        }

    @property
    def paths(self) -> list[str]:
        return list(self._before)

    def disarm(self, tree: Walked, *, new: bool = True) -> list[str]:
        """Remove what git would execute from new repositories (unless not `new`), and includes of other
        configurations from the rest.

        Returns the changed ones.
        """
        new = new and self._whole  # or what was only not found before would be taken for new
        paths = [path for path in repositories_in(self._root, tree) if new or path in self._before]
        return [path for path in paths if self._changed(path)]

    def _changed(self, path: str) -> bool:
        place = self._root / path
        changed = not self._before.get(path, False) and _removed(place / "commondir")
        if path not in self._before:
            changed |= _without_hooks(place / "hooks")
            for name in ("config", "config.worktree"):
                changed |= _harmless_settings(place / name)
        return changed


def harmless(text: str) -> str:
    """A configuration reduced to settings known to be harmless. Unusual syntax is left out."""
    kept: list[str] = []
    known = ""
    for line in text.split("\n"):
        head = _HEAD.fullmatch(line)
        if line.lstrip().startswith("["):
            known = _HARMLESS.get(head[1].lower(), "") if head else ""
            if known:
                kept.append(line)
            continue
        setting = _SETTING.fullmatch(line)
        if setting and setting[1].lower() in known.split() and not (setting[2] or "").endswith("\\"):
            kept.append(line)
    return "".join(f"{line}\n" for line in kept)


def _names(folder: Path) -> tuple[set[str], set[str]]:
    """The folders in it, and all other names, links included."""
    folders: set[str] = set()
    others: set[str] = set()
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            (folders if entry.is_dir(follow_symlinks=False) else others).add(entry.name)
    return folders, others


def _is_repository(path: str, folders: set[str], others: set[str]) -> bool:
    """Whether git takes it for a repository, or might."""
    names = folders | others
    if "HEAD" not in names:
        return "config" in names and plain(path.rpartition("/")[2]) == ".git"
    return "commondir" in names or ("objects" in names and "refs" in names)


def _kind(path: Path) -> int:
    """The file type bits of the path itself, 0 for nothing."""
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return 0


def _removed(path: Path) -> bool:
    """Remove what is no folder; returns whether there was something."""
    if _kind(path) in (0, stat.S_IFDIR):
        return False
    with contextlib.suppress(OSError):
        path.unlink()
        return True
    return False


def _without_hooks(folder: Path) -> bool:
    if _kind(folder) != stat.S_IFDIR:
        return _removed(folder)
    changed = False
    with contextlib.suppress(OSError):
        for hook in folder.iterdir():
            if not hook.name.endswith(".sample"):
                changed |= _removed(hook)
    return changed


def _harmless_settings(file: Path) -> bool:
    if _kind(file) != stat.S_IFREG:
        return _removed(file)
    try:
        if file.stat().st_size > _LONGEST:
            return _removed(file)
        text = file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return _removed(file)
    kept = harmless(text)
    if [line for line in kept.split("\n") if line.strip()] == [
        line for line in text.split("\n") if line.strip()
    ]:
        return False
    _removed(file)
    with contextlib.suppress(OSError):
        file.write_bytes(kept.encode("utf-8", "surrogateescape"))
    return True
