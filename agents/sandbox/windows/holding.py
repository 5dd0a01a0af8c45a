"""A folder of Windows that stays where it is while something is done in it by its path.

While a folder is open, and not shared for deletion, neither it nor what it lies in can be renamed or removed, so that
nobody can put a link in its place (learn.microsoft.com, CreateFileW and "File Access Rights Constants"). Not run on
Windows yet: only the types of these calls are checked.
"""

from __future__ import annotations

import ctypes
import sys

assert sys.platform == "win32"

_KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
_LIST, _FACTS = 0x1, 0x80  # FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES
_OTHERS_READ_AND_WRITE = 0x1 | 0x2
_EXISTING = 3
_A_FOLDER_OR_A_LINK = 0x02000000 | 0x00200000  # FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT
_NONE = ctypes.c_void_p(-1).value

_open = _KERNEL.CreateFileW
_open.argtypes = (
    *(ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
    *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
)
_open.restype = ctypes.c_void_p
_close = _KERNEL.CloseHandle
_close.argtypes = (ctypes.c_void_p,)


def hold(path: str) -> int:
    """Hold a folder, or a link, until `let_go`. Raises OSError."""
    handle: int | None = _open(
        *(path, _LIST | _FACTS, _OTHERS_READ_AND_WRITE, None, _EXISTING, _A_FOLDER_OR_A_LINK, None)
    )
    if handle is None or handle == _NONE:
        raise ctypes.WinError(ctypes.get_last_error())
    return handle


def let_go(handle: int) -> None:
    """Once for each `hold`."""
    _close(handle)
