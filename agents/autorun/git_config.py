"""What the configuration of git repositories points to: files that git reads further settings from, or executes.

Syntax and meaning are those of git-config(1). Nothing is executed. Where a value is a command line, each word of it
that names something is taken: rather too much than too little.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_LONGEST = 1 << 20  # of a configuration, in bytes
_MOST_FILES = 50  # maximum configurations that one includes
_SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]')
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}
_BETWEEN_WORDS = re.compile(r"[\s\"'`;|&()<>={},]+")
# Settings that name a program or a command line, without what stands between the first and the last dot.
_COMMANDS = re.compile(
    r"(core\.(fsmonitor|sshcommand|editor|pager|askpass|gitproxy|alternaterefscommand)|sequence\.editor|pager\."
    r"|alias\.|filter\.(clean|smudge|process)$|diff\.(external|command|textconv)$|merge\.driver$"
    r"|(merge|diff|gui)tool\.(cmd|path)$|(man|browser)\.(cmd|path)$|credential\.helper$|gpg\.\w*(program|command)$"
    r"|interactive\.difffilter$|sendemail\.\w*cmd$|sendemail\.smtpserver$|remote\.(uploadpack|receivepack|vcs)$"
    r"|uploadpack\.packobjectshook$|trailer\.(command|cmd)$|tar\.command$|gc\.recentobjectshook$|hook\.command$"
    r"|submodule\.update$|imap\.tunnel$|maintenance\.|instaweb\.)"
)
# Settings that name a file or folder of git's own.
_PATHS = frozenset({"core.hookspath", "core.attributesfile", "init.templatedir"})
_INCLUDES = frozenset({"include.path", "includeif.path"})


class Setting(NamedTuple):
    """`name` is "section.key", in lower case, without the subsection."""

    name: str
    value: str


def settings(text: str) -> Iterator[Setting]:
    """All settings of a configuration. What cannot be read is passed over, line by line."""
    section, place = "", 0
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    while place < len(text):
        letter = text[place]
        if letter.isspace():
            place += 1
        elif letter in "#;":
            place = _line_end(text, place)
        elif letter == "[":
            head = _SECTION.match(text, place)
            section = head[1].lower().partition(".")[0] if head else ""
            place = head.end() if head else _line_end(text, place)
        elif (key := _KEY.match(text, place)) is None:
            place = _line_end(text, place)
        else:
            value, place = _value(text, key.end())
            yield Setting(f"{section}.{key[1].lower()}", value)


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _value(text: str, place: int) -> tuple[str, int]:
    """The value behind a key, unquoted, and where it ends."""
    if place >= len(text) or text[place] != "=":
        return "", place if place < len(text) and text[place] == "\n" else _line_end(text, place)
    place += 1
    found: list[str] = []
    quoted = False
    while place < len(text):
        letter = text[place]
        place += 1
        if letter == "\\" and place < len(text):
            escaped = text[place]
            place += 1
            if escaped != "\n":
                found.append(_ESCAPES.get(escaped, escaped))
        elif letter == '"':
            quoted = not quoted
        elif letter == "\n":
            break
        elif letter in "#;" and not quoted:
            return "".join(found).strip(), _line_end(text, place)
        else:
            found.append(letter)
    return "".join(found).strip(), place


def pointed_to(
    root: Path, repositories: Sequence[str], environment: Mapping[str, str] = os.environ
) -> tuple[Path, ...]:
    """Paths below `root`, existing or not, that git executes or reads settings from: as one of `repositories`
    (paths relative to it, also of files named ".git"), the one that it is a part of, or the user's own settings say.
    """
    found: dict[Path, None] = {}
    places = [
        (place, (root / path).parent if place != root / path else _tree(place))
        for path in repositories
        for place in _led_to(root / path)
    ]
    above = next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), root)
    places += [(place, above) for place in _led_to(above / ".git")]
    own = _of_the_user(environment)
    for place, tree in places:
        common = _common(place)
        # What a repository that is there need not have; what is in a new one is looked at in another way.
        inner = (place / "config.worktree", place / "hooks") if place.is_dir() else ()
        files = (place / "config", place / "config.worktree", common / "config", *own)
        for path in (*inner, *_named_in(files, place, tree, environment)):
            if path != root and path.is_relative_to(root):
                found[path] = None
    for place, _ in places:
        found.pop(place, None)
    return tuple(found)


def user_paths(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders of hooks and templates that the user's own settings name."""
    found = [setting for file in _of_the_user(environment) for setting in settings(text_of(file))]
    return tuple(_placed(value, Path("/"), environment) for name, value in found if name in _PATHS and value)


def _led_to(named: Path) -> list[Path]:
    """The repository behind ".git": that folder, or the one that a file of that name leads to."""
    if not named.is_file():
        return [named]
    text = text_of(named)
    if not text.startswith("gitdir:"):
        return []
    return [Path(os.path.normpath(named.parent / text.removeprefix("gitdir:").strip()))]


def _tree(place: Path) -> Path:
    """The folder whose files a repository keeps, unless its settings name another one."""
    named = text_of(place / "gitdir").strip()  # in a repository of "git worktree"
    if named:
        return Path(os.path.normpath(place / named)).parent
    return place.parent if place.name == ".git" else place


def _common(place: Path) -> Path:
    named = text_of(place / "commondir").strip()
    return Path(os.path.normpath(place / named)) if named else place


def _of_the_user(environment: Mapping[str, str]) -> list[Path]:
    home = environment.get("HOME", "")
    folder = environment.get("XDG_CONFIG_HOME", "") or (f"{home}/.config" if home else "")
    named = environment.get("GIT_CONFIG_GLOBAL", "")
    files = (
        [named] if named else [f"{home}/.gitconfig" if home else "", f"{folder}/git/config" if folder else ""]
    )
    system = environment.get("GIT_CONFIG_SYSTEM", "") or "/etc/gitconfig"
    return [Path(file) for file in (*files, system) if file]


def _named_in(
    files: Iterable[Path], place: Path, tree: Path, environment: Mapping[str, str]
) -> Iterator[Path]:
    """What the settings in `files` and in those that they include name."""
    waiting = list(dict.fromkeys(files))
    found: list[Setting] = []
    for file in waiting:
        for setting in settings(text_of(file)):
            if setting.name in _INCLUDES:  # whatever its condition
                path = _placed(setting.value, file.parent, environment)
                if path not in waiting and len(waiting) < _MOST_FILES:
                    waiting.append(path)
                yield path
            elif setting.name == "core.worktree" and setting.value:
                tree = _placed(setting.value, place, environment)
            else:
                found.append(setting)
    for name, value in found:
        if name in _PATHS and value:
            yield _placed(value, tree, environment)
        elif _COMMANDS.match(name) and (value.startswith("!") or not name.startswith("alias.")):
            yield from _of_a_command(value, tree, environment)


def _of_a_command(value: str, tree: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """The files that words of a command line name, those that are not there yet included."""
    for word in _BETWEEN_WORDS.split(value):
        if word and not word.startswith("-"):
            path = _placed(word, tree, environment)
            if ("/" in word or "." in word or path.is_file()) and not path.is_dir():
                yield path


def _placed(value: str, base: Path, environment: Mapping[str, str]) -> Path:
    """The absolute path that a value names, without "..": links are not followed."""
    value = value.removeprefix(":(optional)")
    home = environment.get("HOME", "")
    if home and (value == "~" or value.startswith(("~/", "$HOME/", "${HOME}/"))):
        value = home + value[value.find("/") if "/" in value else len(value) :]
    return Path(os.path.normpath(base / value.replace("\0", "")))


def text_of(file: Path) -> str:
    """The text of a regular file of a sensible size, else ""."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return ""
    try:
        with open(descriptor, "rb", closefd=False) as opened:
            return opened.read(_LONGEST).decode("utf-8", "surrogateescape")
    except OSError:  # a folder
        return ""
    finally:
        os.close(descriptor)
