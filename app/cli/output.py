"""Output of a command: a JSON object or text on stdout; logs and errors always on stderr.

What goes to a terminal is sanitized here, whoever wrote it; a file or another program gets it as it is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from app.cli.printable import printable, shown, shown_json
from app.language import Language, system_language
from app.messages import localized, localized_error
from app.table import aligned
from engine.errors import ErrorInfo, UserError
from engine.text import clean_text, clean_value


class Output:
    """Streams of a command. With `json` stdout gets JSON alone; `printed`: its object was printed."""

    def __init__(self, json: bool) -> None:
        self.json = json
        self.printed = False
        self.language: Language = system_language()

    def object(self, value: Any) -> None:
        """Print one JSON object on one line; nothing without `json`. Raises UserError `cli.output_closed`."""
        if not self.json:
            return
        self.printed = True
        text = msgspec.json.encode(clean_value(msgspec.to_builtins(value))).decode()
        self._write_out((shown_json(text) if _is_terminal(sys.stdout) else text) + "\n")

    def text(self, text: str, end: str = "\n") -> None:
        """Print text to stdout; nothing with `json`. Raises UserError `cli.output_closed`."""
        if not self.json:
            self._write_out(text + end)

    def localized(self, key: str, /, **params: Any) -> str:
        """The message `key` with its parameters filled in, which cannot send control sequences to the terminal."""
        told = {name: printable(value) if isinstance(value, str) else value for name, value in params.items()}
        return localized(key, self.language, **told)

    def table(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Print rows as aligned lines to stdout, cells from outside sanitized; nothing for none."""
        if rows:
            self.text("\n".join(aligned([tuple(map(printable, row)) for row in rows], "  ")))

    def note(self, text: str, end: str = "\n") -> None:
        """Print text to stderr, if it is open."""
        with contextlib.suppress(OSError):
            self._write(sys.stderr, text + end)

    def tell(self, error: UserError | ErrorInfo) -> None:
        """Print an error or a notice to stderr, in one sentence. Untrusted names cannot send control sequences."""
        self.note(printable(localized_error(error, self.language)))

    def redraw(self, line: str) -> None:
        """Write over the last line of the terminal behind stderr, or with "" erase it."""
        with contextlib.suppress(OSError):
            sys.stderr.write("\r\x1b[K")
        self.note(line, end="")

    def progress(self, text: str) -> None:
        """Print transient text to stderr, on a terminal only."""
        if sys.stderr.isatty():
            self.note(text)

    def failed(self, error: UserError) -> int:
        """Report an error in one sentence; returns its exit code."""
        if self.json and not self.printed:
            told = error_object(error, self.language)
            try:
                self.object({"error": told | {"message": printable(told["message"])}})
            except UserError as closed:
                error = closed
        self.tell(error)
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
        text = shown(text) if _is_terminal(stream) else text
        stream.write(clean_text(text).encode(encoding, "replace").decode(encoding))
        stream.flush()


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except ValueError:  # closed
        return False


def error_object(error: ErrorInfo | UserError, language: Language) -> dict[str, str]:
    """An error or a notice in the JSON of all commands."""
    return {"code": error.code, "message": localized_error(error, language)}
