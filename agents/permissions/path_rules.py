"""Rules for paths that a model names: they stay in the workspace on every system, judged by the text alone.

Names that Windows reads in a way of its own are refused everywhere, so that a workspace that was written on
one system can be opened on another. Source: learn.microsoft.com "Naming Files, Paths, and Namespaces"; 255
bytes for a name and 4096 for a path elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from agents.autorun.names import plain

_LONGEST_NAME = 255  # bytes
_LONGEST_PATH = 4096
_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[ .].*)?",
    re.IGNORECASE | re.DOTALL,
)
_DRIVE = re.compile(r"[A-Za-z]:")
_HOME = re.compile(r"~[A-Za-z0-9_.-]*(?:/|$)")
_SHORT_GIT = re.compile(r"git~[0-9]+")  # the 8.3 names of ".git" on Windows
# Bidirectional controls: a path would be displayed in another order.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class PathRefused(ValueError):
    """A path that file tools refuse. `str()` is the reason, for the model; `path` is what was asked for.

    `outside`: it leads out of the workspace, which is more than a bad name.
    """

    def __init__(self, path: str, reason: str, *, outside: bool = False) -> None:
        super().__init__(reason)
        self.path = path
        self.outside = outside


def relative_path(root: Path, text: str) -> str:
    """A model's path, relative to `root` with "/" between names; "." is the workspace itself.

    An absolute path that lies in `root` is taken as well. Raises PathRefused.
    """
    if not text.strip():
        raise PathRefused(text, "The path is empty. Use '.' for the workspace itself.")
    for letter in text:
        if ord(letter) < 32 or 127 <= ord(letter) < 160:
            raise PathRefused(text, "The path has a control character in it.")
        if letter in _TURNING:
            raise PathRefused(
                text, "The path has an invisible character in it that turns the writing direction."
            )
    path = text.replace("\\", "/")
    if path.startswith("//"):
        raise PathRefused(text, _outside(text), outside=True)
    if _HOME.match(path):
        raise PathRefused(text, f"'{text}' is in a home folder. {_ONLY}", outside=True)
    path = _within(root, path, text)
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names:
        raise PathRefused(text, f"'{text}' goes up with '..'. {_ONLY}", outside=True)
    for name in names:
        _check_name(name, text)
    if len(path.encode("utf-8", "surrogatepass")) > _LONGEST_PATH:
        raise PathRefused(text, f"The path is longer than {_LONGEST_PATH} bytes.")
    return "/".join(names) or "."


def is_protected(path: str) -> bool:
    """Whether writing there could make Git run a program: anything in or at a ".git", however it is spelled.

    `path` is relative, with links resolved.
    """
    return any(name == ".git" or _SHORT_GIT.fullmatch(name) for name in map(plain, path.split("/")))


def same_name(first: str, second: str) -> bool:
    """Whether two names are equal in Unicode, composed (NFC) or not (NFD), as macOS writes Korean."""
    return unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)


_ONLY = "Tools reach only the workspace; give a path relative to it, like 'notes/today.md'."


def _outside(text: str) -> str:
    return f"'{text}' is outside the workspace. {_ONLY}"


def _within(root: Path, path: str, text: str) -> str:
    """`path` without the leading `root`. Raises PathRefused for an absolute path elsewhere."""
    base = unicodedata.normalize("NFC", root.as_posix()).rstrip("/")
    composed = unicodedata.normalize("NFC", path)
    if base and (composed == base or composed.startswith(f"{base}/")):
        # Letters before the root's end may be decomposed: cut by the names, not by the letters.
        return "/".join(path.split("/")[base.count("/") + 1 :])
    if path.startswith("/"):
        hint = path.lstrip("/")
        raise PathRefused(text, f"{_outside(text)} Perhaps '{hint or '.'}' is meant.", outside=True)
    if _DRIVE.match(path):
        raise PathRefused(text, f"'{text}' names a drive. {_ONLY}", outside=True)
    return path


def _check_name(name: str, text: str) -> None:
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        raise PathRefused(text, f"A name in the path is longer than {_LONGEST_NAME} bytes.")
    if ":" in name:
        raise PathRefused(text, f"'{name}' has a ':' in it, which not every system can hold.")
    if name[-1] in ". ":
        raise PathRefused(text, f"'{name}' ends with a dot or a space, which not every system can hold.")
    if _DEVICES.fullmatch(name):
        raise PathRefused(text, f"'{name}' is the name of a device on Windows.")
