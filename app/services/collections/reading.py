"""Reads files of collections into passages, in a child process with the limits of attachments."""

from __future__ import annotations

import hashlib
import os
import stat
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

from agents.tools.child import Child
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.passages import passages
from agents.tools.documents.reading import MOST_BYTES, SECONDS, Extracted, document_child, extracted
from app.store.documents.records import NewDocument, NewPassage, WaitingFile
from engine.errors import UserError

_PIECE = 1 << 20
_LOOKED_AT = 8192
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# A child that read so much ends: parsers leak.
_MOST_FILES, _MOST_S = 50, 20.0
# What is no fault of the file.
SKIPS = ("no_kind", "picture", "empty", "not_a_file", "too_large")
# UTF-16 and UTF-32 have zeros in them, and so has a PDF or an office file.
_KNOWN = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"PK", b"%PDF", b"\xd0\xcf\x11\xe0")


class Unread(Exception):
    """Why a file was not read: a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reader:
    """Reads one file after another; from one thread. `cancelled` is asked while a file is read."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled
        self._child: Child | None = None
        self._files = 0
        self._begun = 0.0

    def content(self, file: WaitingFile) -> tuple[str, bytes]:
        """The SHA-256 of a file's bytes, and those.

        Raises Unread with "gone", "unreadable", "changed", "stopped" or one of `SKIPS`.
        """
        try:
            content = self._content(file)
        except FileNotFoundError as error:
            raise Unread("gone") from error
        except OSError as error:
            raise Unread("unreadable") from error
        return hashlib.sha256(content).hexdigest(), content

    def document(self, file: WaitingFile, sha256: str, content: bytes) -> NewDocument:
        """What a content holds. Raises Unread with "stopped" or one of `SKIPS`."""
        name = shown_name(file.path)
        if (
            b"\0" in content[:_LOOKED_AT]
            and not content.startswith(_KNOWN)
            and b"%PDF-" not in content[:1024]
        ):
            raise Unread("no_kind")
        try:
            found = self._extracted(name, content)
        except Unreadable as error:
            if error.why == "cancelled":
                raise Unread("stopped") from error
            if error.why in SKIPS:
                raise Unread(error.why) from error
            state = "no_text" if error.why in ("no_text", "pages_are_pictures") else "failed"
            return NewDocument(sha256, name, error.kind, state, error.why)  # type: ignore[arg-type]
        pieces = tuple(
            NewPassage(part.number, piece.label, piece.first, piece.last, piece.heading, piece.text)
            for part in found.parts
            for piece in passages(name, part.label, part.text, found.kind)
        )
        if not pieces:
            return NewDocument(sha256, name, found.kind, "no_text", "no_text")
        return NewDocument(sha256, name, found.kind, "words", "longer" if found.cut else "", pieces)

    def close(self) -> None:
        if self._child is not None:
            self._child.__exit__(None, None, None)
            self._child = None

    def _content(self, file: WaitingFile) -> bytes:
        descriptor = os.open(file.path, _FLAGS)
        with os.fdopen(descriptor, "rb", buffering=0) as opened:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise Unread("not_a_file")
            if before.st_size > MOST_BYTES:
                raise Unread("too_large")
            pieces: list[bytes] = []
            left = before.st_size + 1
            while left > 0 and (piece := opened.read(min(_PIECE, left))):
                if self._cancelled():
                    raise Unread("stopped")
                pieces.append(piece)
                left -= len(piece)
            after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or left != 1:
            raise Unread("changed")
        return b"".join(pieces)

    def _extracted(self, name: str, content: bytes) -> Extracted:
        """With the child at hand; what ends it may be no fault of this file, which is then tried in a new one."""
        is_new = self._fresh()
        self._files += 1
        try:
            return extracted(name, content, self._cancelled, child=self._child)
        except Unreadable as error:
            if error.why in ("time", "broke", "cancelled"):
                self.close()
            if is_new or error.why not in ("time", "broke"):
                raise
        return extracted(name, content, self._cancelled)

    def _fresh(self) -> bool:
        """Have a child with enough of its time left; whether it is a new one."""
        now = time.monotonic()
        if self._child is not None and (self._files >= _MOST_FILES or now - self._begun > _MOST_S):
            self.close()
        if self._child is not None:
            return False
        try:
            self._child, self._files, self._begun = document_child(self._cancelled, SECONDS + _MOST_S), 0, now
        except OSError as error:
            raise UserError("collections.no_process", detail=error.strerror or str(error)) from error
        return True


def shown_name(path: bytes) -> str:
    """The name of a file as it is shown: composed, on one line, without marks that turn the writing around."""
    return shown(Path(os.fsdecode(path)).name)


def shown(text: str) -> str:
    """Text of the file system as it is shown."""
    kept = (
        " " if letter.isspace() else "" if unicodedata.category(letter)[0] == "C" else letter
        for letter in unicodedata.normalize("NFC", text)
    )
    return "".join(kept)
