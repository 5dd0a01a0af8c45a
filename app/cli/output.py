"""What a command prints: a JSON object on stdout, or words; logs and errors always on stderr."""

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
    """Where a command writes. With `json` stdout gets JSON alone; `printed` says that it got its object."""

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
        """Words on stdout; nothing with `json`. Raises UserError `cli.output_closed`."""
        if not self.json:
            self._write_out(text + end)

    def note(self, text: str, end: str = "\n") -> None:
        """Words on stderr; where it is closed there is nobody to tell."""
        with contextlib.suppress(OSError):
            self._write(sys.stderr, text + end)

    def progress(self, text: str) -> None:
        """A passing word on stderr, for a person who watches."""
        if sys.stderr.isatty():
            self.note(text)

    def failed(self, error: UserError) -> int:
        """Tell an error in one sentence; the exit code for it. What strangers named cannot steer the terminal."""
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
            self.printed = True  # nothing more will be
            # What is left in the buffer goes nowhere, or Python would fail once more at its end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
            raise UserError("cli.output_closed", detail=error.strerror or str(error)) from error

    @staticmethod
    def _write(stream: Any, text: str) -> None:
        """Write what the stream's encoding can carry, and at once."""
        encoding = stream.encoding or "utf-8"
        stream.write(clean_text(text).encode(encoding, "replace").decode(encoding))
        stream.flush()
