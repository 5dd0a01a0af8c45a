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
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agents.autorun.names import plain

_NEAR_FOLDERS = 2000  # maximum folders searched before a program starts, those near the top first
_MOST_FOLDERS = 50_000  # the same, after it has ended
_MOST_REPOSITORIES = 64
_OF_GIT = frozenset({"objects", "refs", "logs", "lfs"})  # what in a repository holds no others
_LONGEST = 1 << 20  # of a configuration, in bytes
_LONGEST_PATH = 4096
# What is still to be done of a rebase that waits, and its lines that name a command (git-rebase(1), "exec").
_TODO = "rebase-merge/git-rebase-todo"
_EXEC = re.compile(r"[ \t]*(?:exec|x)[ \t]+(.*)")
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

    Links are not followed. `whole` is False where there are too many; `closed` are those that cannot be read.
    """

    folders: list[tuple[str, set[str], set[str]]]
    whole: bool
    closed: frozenset[str]


class Before:
    """What was there when a tree was walked."""

    def __init__(self, tree: Walked) -> None:
        self._whole = tree.whole
        self._names = {} if tree.whole else {path: names | others for path, names, others in tree.folders}

    def lacked(self, path: str) -> bool:
        """Whether what is found at a path now, and was not then, is new for certain. It is not where it may have been
        in a folder that was one too many.
        """
        if self._whole or path in self._names:
            return True
        folder = ""
        for name in path.split("/"):
            names = self._names.get(folder)
            if names is None or name not in names:
                return names is not None
            folder = f"{folder}/{name}" if folder else name
        return False


def walked(root: Path, most: int = _MOST_FOLDERS, *, before: Walked | None = None) -> Walked:
    """The folders beneath `root`, without those in which git keeps objects.

    What was not closed `before` is read whatever its mode is now.
    """
    found: list[tuple[str, set[str], set[str]]] = []
    closed: set[str] = set()
    waiting = [""]
    for folder in waiting:
        if len(found) == most:
            return Walked(found, whole=False, closed=frozenset(closed))
        try:
            folders, others = _names(root / folder)
        except OSError:
            closed.add(folder)
            folders, others = set(), set()
            if before is not None and folder not in before.closed:
                with contextlib.suppress(OSError), opened(root / folder):
                    folders, others = _names(root / folder)
        found.append((folder, folders, others))
        inner = folders - _OF_GIT if folder and _is_repository(folder, folders, others) else folders
        waiting += [f"{folder}/{name}" if folder else name for name in sorted(inner)]
    return Walked(found, whole=True, closed=frozenset(closed))


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
        self._tree = Before(tree)
        self._before = {
            path: os.path.lexists(root / path / "commondir") for path in repositories_in(root, tree)
        }
        self._commands = {path: commands_of(_read(root / path / _TODO)) for path in self._before}

    @property
    def paths(self) -> list[str]:
        return list(self._before)

    def disarm(self, tree: Walked, *, new: bool = True) -> list[str]:
        """Remove what git would execute from new repositories and from rebases that wait (unless not `new`), and
        includes of other configurations from the rest.

        Returns the changed ones.
        """
        found = repositories_in(self._root, tree)
        paths = [path for path in found if path in self._before or (new and self._tree.lacked(path))]
        return [path for path in paths if self._changed(path, new)]

    def _changed(self, path: str, new: bool) -> bool:
        place = self._root / path
        with opened(*way_to(self._root, place), place, place / "hooks"):
            changed = self._disarmed(path, place)
            if new:  # else it may be the user's own rebase
                changed |= _without_commands(place / _TODO, self._commands.get(path, frozenset()))
            return changed

    def _disarmed(self, path: str, place: Path) -> bool:
        known = self._before.get(path, path not in self._before and self._is_a_worktree(place))
        changed = not known and _removed(place / "commondir")
        if path not in self._before:
            changed |= _without_hooks(place / "hooks")
            for name in ("config", "config.worktree"):
                changed |= _harmless_settings(place / name)
        return changed

    def _is_a_worktree(self, place: Path) -> bool:
        """Whether a new repository shares the settings of one that was there, in which it lies ("git worktree")."""
        file, common = place / "commondir", place.parent.parent
        with contextlib.suppress(OSError):
            if _kind(file) == stat.S_IFREG and file.stat().st_size < _LONGEST_PATH:
                named = file.read_bytes().decode("utf-8", "surrogateescape").strip()
                return named == "../.." and common.relative_to(self._root).as_posix() in self._before
        return False


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
    """The folders in it, and all other names, links included. Raises OSError."""
    folders: set[str] = set()
    others: set[str] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            (folders if entry.is_dir(follow_symlinks=False) else others).add(entry.name)
    return folders, others


def way_to(root: Path, place: Path) -> list[Path]:
    """The folders from `root` on that lead to a place in it."""
    return [parent for parent in reversed(place.parents) if parent.is_relative_to(root)]


def _is_repository(path: str, folders: set[str], others: set[str]) -> bool:
    """Whether git takes it for a repository, or might."""
    names = folders | others
    if "HEAD" not in names:
        return "config" in names and plain(path.rpartition("/")[2]) == ".git"
    return "commondir" in names or ("objects" in names and "refs" in names)


@contextlib.contextmanager
def opened(*folders: Path) -> Iterator[None]:
    """Makes folders, each in the one before it, readable and writable for their owner for a while."""
    modes: list[tuple[Path, int]] = []
    for folder in folders:
        with contextlib.suppress(OSError):
            facts = folder.lstat()
            if stat.S_ISDIR(facts.st_mode) and facts.st_mode & 0o700 != 0o700:
                folder.chmod(stat.S_IMODE(facts.st_mode) | 0o700)
                modes.append((folder, stat.S_IMODE(facts.st_mode)))
    try:
        yield
    finally:
        for folder, mode in reversed(modes):
            with contextlib.suppress(OSError):
                folder.chmod(mode)


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


def commands_of(todo: str) -> frozenset[str]:
    """The commands that a rebase would execute when somebody goes on with it."""
    return frozenset(found[1].strip() for line in todo.split("\n") if (found := _EXEC.match(line)))


def _without_commands(todo: Path, known: frozenset[str]) -> bool:
    """Comment out what a rebase that waits would execute, but for the commands that are `known`."""
    if _kind(todo.parent) != stat.S_IFDIR:
        return _removed(todo.parent)  # a link, which is not followed
    if _kind(todo) != stat.S_IFREG:
        return _kind(todo) != 0 and _removed(todo)
    text = _read(todo)
    if len(text) >= _LONGEST:
        return _removed(todo)
    if commands_of(text) <= known:
        return False
    lines = (f"# {line}" if commands_of(line) - known else line for line in text.split("\n"))
    _removed(todo)  # it may have another name
    with contextlib.suppress(OSError):
        todo.write_text("\n".join(lines), "utf-8", "surrogateescape")
    return True


def _read(file: Path) -> str:
    """The text of a regular file, as far as it is of a sensible size; "" for anything else."""
    with contextlib.suppress(OSError):
        if _kind(file) == stat.S_IFREG:
            with file.open("rb") as opened_file:
                return opened_file.read(_LONGEST).decode("utf-8", "surrogateescape")
    return ""


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
