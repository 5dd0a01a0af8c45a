"""New files that are whole or not there, and what can keep one from being written."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.errors import UserError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_file(path: Path, *, replace: bool) -> None:
    """Raise UserError `exchange.is_folder`, `exchange.exists` for a file that is not to be replaced, or as `told`."""
    with told(path):
        if path.is_dir():
            raise UserError("exchange.is_folder", path=str(path))
        if path.exists() and not replace:
            raise UserError("exchange.exists", path=str(path))


def check_folder(path: Path, *, replace: bool) -> None:
    """Make a folder for new files. Raise UserError `exchange.not_folder`, or `exchange.not_empty` for one with
    files in it, unless they may be replaced."""
    with told(path):
        if path.exists() and not path.is_dir():
            raise UserError("exchange.not_folder", path=str(path))
        path.mkdir(exist_ok=True)
        if not replace and any(path.iterdir()):
            raise UserError("exchange.not_empty", path=str(path))


@contextmanager
def new_file(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """A file to be written, which appears at `path` once it is whole. Raises what `check_file` and `told` do."""
    unfinished = path.with_name(f".coterie-{secrets.token_hex(4)}")
    check_file(path, replace=replace)
    with told(path):
        try:
            with unfinished.open("xb") as file:
                yield file
            check_file(path, replace=replace)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell an OSError as UserError `exchange.no_room` or `exchange.not_written`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise UserError("exchange.no_room", path=str(path)) from error
        detail = error.strerror or str(error)
        raise UserError("exchange.not_written", path=str(path), detail=detail) from error
