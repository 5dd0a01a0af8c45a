"""What events are made of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec

# What to do with an interrupted call: carry it out again, or skip it.
RetryChoice = Literal["again", "skip"]
# What needs no approval; the command line uses these words.
Mode = Literal["read", "ask", "workspace", "all-in-sandbox"]
RunStatus = Literal["completed", "stopped", "failed"]
# How much of a tool's definition a model gets: all, no descriptions of arguments, or besides one sentence each.
Schemas = Literal["whole", "compact", "brief"]
BackgroundEnd = Literal["exit", "model", "user", "run", "sandbox", "interrupted"]
ResultStatus = Literal["ok", "error", "denied", "timeout", "interrupted", "skipped"]


class ContextPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of the prompt of a turn, in tokens.

    `count` is how many texts it is made of, `shortened` how many of them are not whole. "reserve" is kept
    free for the answer.
    """

    name: Literal["system", "tools", "task", "turns", "results", "summary", "reserve"]
    tokens: int
    count: int = 1
    shortened: int = 0


class Followed(msgspec.Struct, frozen=True, array_like=True):
    """Project instructions that a person agreed to: the file's path from the workspace, and its text then."""

    path: str
    text: str


class Nested(msgspec.Struct, frozen=True, array_like=True):
    """Project instructions that a person agreed to and that count for files in `folder`, below the workspace."""

    folder: str
    path: str
    text: str


class Attributes(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a file, folder or link has besides its content and mode bits.

    `modified` is the time of its last change in nanoseconds since 1970, `owner` (user, group), `extended` the
    extended attributes by name, ACLs among them. `linked` is the path of a file in the workspace with the same
    `inode`, which may be its own, "" when there is none other; `outside` tells that one outside has it.
    """

    modified: int
    owner: tuple[int, int]
    extended: tuple[tuple[str, bytes], ...] = ()
    inode: int = 0
    linked: str = ""
    outside: bool = False


class FileChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file before and after a call. `path` is relative to the workspace, with "/". Hashes are SHA-256 of the
    content that is kept, "" where there was no file, or none is kept because it is too large (`kept` False).

    `mode` bits are those before, to be restored, `mode_after` those after; both are 0 where there was nothing.
    `link` is the target of a symbolic link, before if there was one; the hashes are then those of the targets.
    A pipe can be made again; "other" are sockets and devices, of which nothing can be kept.
    """

    path: str
    change: Literal["new", "changed", "deleted", "unknown"]
    before: str = ""
    after: str = ""
    bytes_before: int = 0
    bytes_after: int = 0
    mode: int = 0
    kind: Literal["file", "folder", "link", "pipe", "other"] = "file"
    link: str = ""
    kept: bool = True
    mode_after: int = 0
    attributes: Attributes | None = None
    attributes_after: Attributes | None = None


def count_files(changes: Collection[FileChange]) -> int:
    """How many files changed, or folders where these were all."""
    return sum(change.kind != "folder" for change in changes) or len(changes)
