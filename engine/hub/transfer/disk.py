"""Free space and errors of a disk."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from pathlib import Path

from engine.errors import UserError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_GONE = {errno.ENOENT, errno.ESTALE}


def free_bytes(folder: Path) -> int:
    """What may still be written into `folder`, or into the nearest folder above it that exists. Raises OSError."""
    while not folder.exists() and folder.parent != folder:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def no_room(need: int, have: int, folder: Path) -> UserError:
    return UserError("download.no_room", need_bytes=need, have_bytes=max(0, have), folder=str(folder))


def disk_error(error: OSError, folder: Path, need: int) -> UserError:
    """The `UserError` of a refused write into `folder`; `need` bytes were still to be written."""
    if error.errno in _FULL:
        have = 0
        with suppress(OSError):
            have = free_bytes(folder)
        return no_room(need, min(have, need), folder)
    if error.errno == errno.EFBIG:
        return UserError("download.too_large", folder=str(folder), need_bytes=need)
    if error.errno in _GONE:
        return UserError("download.gone", folder=str(folder))
    return UserError(
        "download.cannot_write", folder=str(folder), detail=error.strerror or type(error).__name__
    )
