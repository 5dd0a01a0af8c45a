"""What a command prints: a JSON object on stdout, or words; logs and errors always on stderr."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from app.language import system_language
from app.sentences import Language, sentence
from engine.errors import UserError


class Output:
    """Where a command writes. With `json` stdout gets JSON alone."""

    def __init__(self, json: bool) -> None:
        self.json = json
        self.language: Language = system_language()

    def object(self, value: Any) -> None:
        """Print one JSON object on one line."""
        self._write(sys.stdout, msgspec.json.encode(value).decode() + "\n")

    def text(self, text: str, end: str = "\n") -> None:
        """Words on stdout; nothing with `json`."""
        if not self.json:
            self._write(sys.stdout, text + end)

    def note(self, text: str, end: str = "\n") -> None:
        """Words on stderr."""
        self._write(sys.stderr, text + end)

    def progress(self, text: str) -> None:
        """A passing word on stderr, for a person who watches."""
        if sys.stderr.isatty():
            self.note(text)

    def failed(self, error: UserError) -> int:
        """Tell an error in one sentence; the exit code for it."""
        said = sentence(error, self.language)
        if self.json:
            self.object({"error": {"code": error.code, "message": said}})
        self.note(said)
        return 1

    @staticmethod
    def _write(stream: Any, text: str) -> None:
        """Write what the stream's encoding can carry, and at once."""
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
