"""Output of a command: a JSON object or text on stdout; logs and errors always on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import msgspec

from app.cli.printable import printable
from app.language import Language, system_language
from app.messages import localized_error
from engine.errors import UserError
from engine.text import clean_text, clean_value


class Output:
    """Streams of a command. With `json` stdout gets JSON alone; `printed`: its object was printed."""

    def __init__(self, json: bool) -> None:
        self.json = json
        self.printed = False
        self.language: Language = system_language()

    def object(self, value: Any) -> None:
        """Print one JSON object on one line. Raises UserError `cli.output_closed`."""
        self.printed = True
        text = msgspec.json.encode(clean_value(msgspec.to_builtins(value))).decode()
        self._write_out(text + "\n")

    def text(self, text: str, end: str = "\n") -> None:
        """Print text to stdout; nothing with `json`. Raises UserError `cli.output_closed`."""
        if not self.json:
            self._write_out(text + end)

    def note(self, text: str, end: str = "\n") -> None:
        """Print text to stderr, if it is open."""
        with contextlib.suppress(OSError):
            self._write(sys.stderr, text + end)

    def progress(self, text: str) -> None:
        """Print transient text to stderr, on a terminal only."""
        if sys.stderr.isatty():
            self.note(text)

    def failed(self, error: UserError) -> int:
        """Report an error in one sentence; returns its exit code.

        Untrusted names cannot send control sequences.
        """
        said = printable(localized_error(error, self.language))
        if self.json and not self.printed:
            try:
                self.object({"error": {"code": error.code, "message": said}})
            except UserError as closed:
                said = printable(localized_error(closed, self.language))
        self.note(said)
        return 1

    def _write_out(self, text: str) -> None:
        try:
            self._write(sys.stdout, text)
        except OSError as error:
            self.printed = True  # nothing more is printed
            # Discard the buffer, or Python would fail again at exit.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
            raise UserError("cli.output_closed", detail=error.strerror or str(error)) from error

    @staticmethod
    def _write(stream: Any, text: str) -> None:
        """Write what the stream's encoding can represent, and flush."""
        encoding = stream.encoding or "utf-8"
        stream.write(clean_text(text).encode(encoding, "replace").decode(encoding))
        stream.flush()
