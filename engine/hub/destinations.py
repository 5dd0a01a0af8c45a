"""Destination of a hub file: a path inside the library that every file system can hold.

A name that is plain stays as it is. Every other one is made plain and marked with a hash of what it was, behind a
"~" that no unmarked name has, so two names never become one. Names are compared as the least careful file system
does, without case. Sources: learn.microsoft.com "Naming Files, Paths, and Namespaces" for Windows; 255 bytes for a
name elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._+=,@()\[\]{} -]*[A-Za-z0-9_+=,@()\[\]{}-])?")
_LONGEST = 100  # characters of one name
_LONGEST_PATH = 120  # of a path in a repository: Windows gives 260 to all, the library's own folder included
_DEEPEST = 6
_MARK = "~"
_MARK_LETTERS = 12
_SPLIT = re.compile(
    r"(?P<stem>.*)(?P<ending>-[0-9]{5}(?P<rest>-of-[0-9]{5}\.gguf))", re.DOTALL | re.IGNORECASE | re.ASCII
)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}", re.ASCII)
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[ .].*)?",
    re.IGNORECASE | re.DOTALL,
)


def safe_destination(library: Path, repo: str, path: str, among: Iterable[str] = ()) -> Path:
    """`<library>/OWNER/REPO/<path>`, or as near to it as is safe.

    `among` are the paths of all files of the repository: those that differ only in case are told apart. So are
    repositories whose names do, by what lies in `library` already. All parts of a split file have one folder and
    one stem, and keep their `-00001-of-0000N.gguf`.
    """
    owner, slash, name = repo.partition("/")
    if not slash:
        owner, name = "", repo
    folder = library
    for part in (owner, name):
        folder /= _name(part, (), folder)
    parts = path.split("/")
    others = [other.split("/") for other in among if other != path]
    if len(parts) > 1 and (len(parts) > _DEEPEST or len(path) > _LONGEST_PATH):
        folder /= _marked("/".join(parts[:-1]), file=False)  # one folder stands for all of them
    else:
        for depth, part in enumerate(parts[:-1]):
            beside = [
                other[depth] for other in others if len(other) > depth and other[:depth] == parts[:depth]
            ]
            folder /= _name(part, beside, folder)
    beside = [other[-1] for other in others if other[:-1] == parts[:-1]]
    return folder / _name(parts[-1], beside, folder, file=True)


def _name(part: str, beside: Iterable[str], folder: Path, *, file: bool = False) -> str:
    """What `part` is called in `folder`, where the names `beside` are too."""
    if _is_plain(part, file=file) and not _collides(part, (*beside, *_names_in(folder)), file=file):
        return part
    return _marked(part, file=file)


def _is_plain(part: str, *, file: bool) -> bool:
    return (
        len(part) <= _LONGEST
        and _PLAIN.fullmatch(part) is not None
        and _RESERVED.fullmatch(part) is None
        and not (file and part[-5:].lower() == ".gguf" and not part.endswith(".gguf"))
    )


def _collides(part: str, beside: Iterable[str], *, file: bool) -> bool:
    """Whether another name differs only in case."""
    mine = _identity(part, file=file)
    return any(
        other != mine and other.lower() == mine.lower()
        for other in (_identity(name, file=file) for name in beside)
    )


def _names_in(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except (OSError, ValueError):
        return []


def _identity(part: str, *, file: bool) -> str:
    """The name itself; one for all parts of a split file."""
    split = _SPLIT.fullmatch(part) if file else None
    return f"{split['stem']}\0{split['rest']}" if split else part


def _marked(part: str, *, file: bool) -> str:
    """What can be read of a name, the mark of what it was, and the ending that says what kind of file it is."""
    stem, ending = _ends(part) if file else (part, "")
    identity = _identity(part, file=file).encode("utf-8", "surrogatepass")
    digest = base64.b32encode(hashlib.sha256(identity).digest()).decode().lower()
    mark = _MARK + digest[:_MARK_LETTERS]
    return f"{_readable(stem, _LONGEST - len(mark) - len(ending))}{mark}{ending}"


def _ends(part: str) -> tuple[str, str]:
    """A file's stem, and the suffix that gives its type."""
    split = _SPLIT.fullmatch(part)
    if split:
        return split["stem"], split["ending"].lower()
    stem, dot, suffix = part.rpartition(".")
    if not dot or not _SUFFIX.fullmatch(dot + suffix):
        return part, ""
    return stem, f".{suffix.lower()}"


def _readable(text: str, longest: int) -> str:
    """Letters and digits of any script stay, everything else becomes "_"."""
    normal = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())
    kept = "".join(
        letter if letter.isalnum() or letter in "-_+=,@()[]{}. " else "_" for letter in normal[: 4 * longest]
    )
    kept = re.sub(r"_{3,}", "__", kept).lstrip(". -").rstrip(". ")
    kept = unicodedata.normalize("NFC", kept)[:longest].rstrip(". ")
    while len(kept.encode()) > 2 * longest:
        kept = kept[:-1].rstrip(". ")
    return f"_{kept}" if not kept or _RESERVED.fullmatch(kept) else kept
