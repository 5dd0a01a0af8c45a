"""Text that is piped into a command, or that a file is its standard input for."""

from __future__ import annotations

import codecs
import io
import os
import stat
import sys
import threading
from typing import TextIO

from app.cli.output import Output
from engine.errors import UserError

MOST_BYTES = 5 * 10**6
# Seconds without the end of the input, after which a person is told what is waited for.
PATIENCE = 2.0


def with_piped(prompt: str | None, output: Output) -> str | None:
    """The prompt with the standard input as text behind it; None where both are left to the terminal.

    "-" stands for the standard input alone, and so does no prompt where it is no terminal. Behind a prompt only a
    pipe or a file is read: what else was inherited, such as a socket, may never end. Raises UserError
    `cli.piped_too_long`, `cli.piped_not_text`.
    """
    source = sys.stdin
    if prompt is not None and prompt != "-":
        piped = _read(source, output) if source is not None and _has_end(source) else ""
        return f"{prompt}\n\n{piped}" if piped.strip() else prompt
    if prompt is None and source is not None and source.isatty():
        return None
    return "" if source is None else _read(source, output)


def _has_end(source: TextIO) -> bool:
    """Whether somebody piped it, or it is a file."""
    try:
        mode = os.fstat(source.fileno()).st_mode
    except (OSError, ValueError):  # closed, or not one of the system's
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _read(source: TextIO, output: Output) -> str:
    waiting = threading.Timer(PATIENCE, lambda: output.note(output.localized("cli.waiting_for_input")))
    waiting.daemon = True
    if not source.isatty():
        waiting.start()
    try:
        if not isinstance(source, io.TextIOWrapper):
            return source.read()
        data = source.buffer.read(MOST_BYTES + 1)
    finally:
        waiting.cancel()
        if waiting.ident is not None:
            waiting.join()
    if len(data) > MOST_BYTES:
        raise UserError("cli.piped_too_long", most_bytes=MOST_BYTES)
    return _text(data)


def _text(data: bytes) -> str:
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UserError("cli.piped_not_text")
    return text
