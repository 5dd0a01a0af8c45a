"""What the desktop is asked to open, by a command line, the system, or another start of the program.

A start whose folder has a window already hands its request over as one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec

from app.integration.model_link import LONGEST, is_link

LONGEST_MESSAGE = 65_536  # bytes: a path of 4096 bytes may be escaped to six times as many


class OpenRequest(msgspec.Struct, frozen=True):
    """A `link` as it was given, or the absolute path of a `file`; neither asks for the window alone. Both are
    strangers' texts that nobody has checked."""

    link: str = ""
    file: str = ""

    def to_line(self) -> bytes:
        """The message to another process, with its line end."""
        fields = {"link": self.link[: LONGEST + 1], "file": self.file}
        return json.dumps({name: text for name, text in fields.items() if text}).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> OpenRequest | None:
        """The request of a message; None for what is not one."""
        try:
            given = json.loads(line.decode()) if len(line) <= LONGEST_MESSAGE else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(given, dict) or len(given) > 1 or not given.keys() <= {"link", "file"}:
            return None
        if not all(isinstance(text, str) and text and "\0" not in text for text in given.values()):
            return None
        request = cls(**given)
        return request if not request.file or Path(request.file).is_absolute() else None


def is_openable(argument: str) -> bool:
    """Whether a command line's only argument is something to open, by its form: a link, or a path that ends in .gguf
    or has a separator in it. A file that is called as a command is, is opened as `./chat`."""
    if argument.startswith("-"):
        return False
    separators = {os.sep, os.altsep or os.sep}
    return (
        is_link(argument)
        or argument.lower().startswith("file:")
        or argument.lower().endswith(".gguf")
        or any(separator in argument for separator in separators)
    )


def request_of(argument: str) -> OpenRequest:
    """The request that such an argument stands for; a relative path is one of the current folder."""
    if is_link(argument):
        return OpenRequest(link=argument)
    if argument.lower().startswith("file:"):
        path = _path_of(argument)
        return OpenRequest(file=path) if path else OpenRequest(link=argument)
    try:
        return OpenRequest(file=str(Path(argument).absolute()))
    except OSError:  # the current folder is gone
        return OpenRequest(file=str(Path(os.sep, argument)))


def _path_of(address: str) -> str:
    """The path of a `file:` address of this computer, "" for another one. Bytes that are no text stay as they are."""
    try:
        parts = urlsplit(address)
        path = os.fsdecode(unquote_to_bytes(parts.path.encode("utf-8", "surrogateescape")))
    except ValueError:
        return ""
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment or "\0" in path:
        return ""
    if sys.platform == "win32":
        path = os.path.normpath(path.lstrip("/"))
    return path if Path(path).is_absolute() else ""
