"""The calls of Windows that contain a program, as few as can be. Numbers and layouts are in layouts.py.

Written without a Windows machine at hand: the types of the calls are checked, and on Windows nothing is executed
unless `agents.sandbox.find.probe` saw there that programs run and cannot write outside of their folder.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

assert sys.platform == "win32"

import msvcrt

from agents.sandbox.windows import layouts
from agents.sandbox.windows.plan import Share

_KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
_RIGHTS = ctypes.WinDLL("advapi32", use_last_error=True)
_POINTER, _DWORD, _BOOL, _WIDE = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_size_t
_TEXT = ctypes.c_wchar_p
_WAIT_TIMEOUT = 258


def _call(library: ctypes.WinDLL, name: str, *types: type, result: type = _BOOL) -> Callable[..., Any]:
    function = getattr(library, name)
    function.argtypes, function.restype = types, result
    found: Callable[..., Any] = function
    return found


_close = _call(_KERNEL, "CloseHandle", _POINTER)
_create_job = _call(_KERNEL, "CreateJobObjectW", _POINTER, _TEXT, result=_POINTER)
_limit_job = _call(_KERNEL, "SetInformationJobObject", _POINTER, ctypes.c_int, _POINTER, _DWORD)
_end_job = _call(_KERNEL, "TerminateJobObject", _POINTER, _DWORD)
_wait = _call(_KERNEL, "WaitForSingleObject", _POINTER, _DWORD, result=_DWORD)
_exit_code = _call(_KERNEL, "GetExitCodeProcess", _POINTER, _POINTER)
_this_process = _call(_KERNEL, "GetCurrentProcess", result=_POINTER)
_free = _call(_KERNEL, "LocalFree", _POINTER, result=_POINTER)
_begin_attributes = _call(
    _KERNEL, "InitializeProcThreadAttributeList", _POINTER, _DWORD, _DWORD, ctypes.POINTER(_WIDE)
)
_add_attribute = _call(
    _KERNEL, "UpdateProcThreadAttribute", _POINTER, _DWORD, _WIDE, _POINTER, _WIDE, _POINTER, _POINTER
)
_end_attributes = _call(_KERNEL, "DeleteProcThreadAttributeList", _POINTER, result=_BOOL)
_open_token = _call(_RIGHTS, "OpenProcessToken", _POINTER, _DWORD, ctypes.POINTER(_POINTER))
_restrict_token = _call(
    _RIGHTS,
    "CreateRestrictedToken",
    *(_POINTER, _DWORD, _DWORD, _POINTER, _DWORD, _POINTER, _DWORD, _POINTER, ctypes.POINTER(_POINTER)),
)
_set_token = _call(_RIGHTS, "SetTokenInformation", _POINTER, ctypes.c_int, _POINTER, _DWORD)
_sid_of = _call(_RIGHTS, "ConvertStringSidToSidW", _TEXT, ctypes.POINTER(_POINTER))
_sid_length = _call(_RIGHTS, "GetLengthSid", _POINTER, result=_DWORD)
_descriptor_of = _call(
    _RIGHTS,
    "ConvertStringSecurityDescriptorToSecurityDescriptorW",
    *(_TEXT, _DWORD, ctypes.POINTER(_POINTER), ctypes.POINTER(_DWORD)),
)
_label_of = _call(
    _RIGHTS,
    "GetSecurityDescriptorSacl",
    *(_POINTER, ctypes.POINTER(_BOOL), ctypes.POINTER(_POINTER), ctypes.POINTER(_BOOL)),
)
_set_security = _call(
    _RIGHTS,
    "SetNamedSecurityInfoW",
    *(_TEXT, ctypes.c_int, _DWORD, _POINTER, _POINTER, _POINTER, _POINTER),
    result=_DWORD,
)
_create_process = _call(
    _RIGHTS,
    "CreateProcessAsUserW",
    *(_POINTER, _TEXT, _POINTER, _POINTER, _POINTER, _BOOL, _DWORD, _POINTER, _TEXT, _POINTER, _POINTER),
)


class Contained:
    """A program that was started in a job of its own, with all that it starts."""

    def __init__(self, job: int, process: int) -> None:
        self._job, self._process = job, process

    def wait(self, seconds: float) -> int | None:
        """Its exit code, an unsigned number; None when it has not ended by then."""
        if _wait(self._process, int(seconds * 1000)) == _WAIT_TIMEOUT:
            return None
        code = _DWORD()
        _checked(_exit_code(self._process, ctypes.byref(code)))
        return int(code.value)

    def end(self) -> None:
        """Kill what is left of it."""
        _end_job(self._job, 1)
        _wait(self._process, 5000)
        _close(self._process)
        _close(self._job)


def pipe() -> tuple[int, int]:
    """Descriptors to read from and to write to, of bytes as they are: Windows would translate ends of lines."""
    made = os.pipe()
    for end in made:
        msvcrt.setmode(end, os.O_BINARY)
    return made


def start(
    argv: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    share: Share,
    streams: tuple[int, int, int],
) -> Contained:
    """Start a program with fewer rights, in a job that limits it. `streams` are the descriptors of its standard input
    and outputs; it inherits nothing else. Raises OSError, and ValueError for a command line that is too long."""
    line = ctypes.create_unicode_buffer(layouts.command_line(argv))
    block = ctypes.create_unicode_buffer(layouts.environment_block(environment))
    inherited = [msvcrt.get_osfhandle(descriptor) for descriptor in streams]
    handles = (_POINTER * 3)(*inherited)
    for handle in inherited:
        os.set_handle_inheritable(handle, True)
    token, job = _token(), _job(share)
    try:
        jobs = (_POINTER * 1)(job)
        attributes = _attributes({layouts.HANDLE_LIST: handles, layouts.JOB_LIST: jobs})
        info = layouts.StartupInfo(
            size=ctypes.sizeof(layouts.StartupInfo), flags=layouts.USE_STANDARD_HANDLES
        )
        info.stdin, info.stdout, info.stderr = inherited
        info.attributes = ctypes.addressof(attributes)
        made = layouts.ProcessInformation()
        try:
            _checked(
                _create_process(
                    *(token, None, line, None, None, True, layouts.CREATION_FLAGS, block, str(folder)),
                    *(ctypes.byref(info), ctypes.byref(made)),
                )
            )
        finally:
            _end_attributes(attributes)
    except BaseException:
        _close(job)
        raise
    finally:
        _close(token)
        for handle in inherited:
            os.set_handle_inheritable(handle, False)
    _close(made.thread)
    return Contained(job, made.process)


def label(path: Path, text: str) -> None:
    """Give a file, or a folder with all that is in it, a mandatory label. Raises OSError."""
    descriptor = _POINTER()
    _checked(_descriptor_of(text, 1, ctypes.byref(descriptor), None))
    try:
        present, defaulted, acl = _BOOL(), _BOOL(), _POINTER()
        _checked(_label_of(descriptor, ctypes.byref(present), ctypes.byref(acl), ctypes.byref(defaulted)))
        place = (str(path), layouts.FILE_OBJECT, layouts.LABEL_INFORMATION)
        code = _set_security(*place, None, None, None, acl)
        if code:
            raise ctypes.WinError(code)
    finally:
        _free(descriptor)


def _token() -> int:
    """This process's own token with fewer rights and low integrity."""
    own, made, sid = _POINTER(), _POINTER(), _POINTER()
    _checked(_open_token(_this_process(), layouts.TOKEN_ACCESS, ctypes.byref(own)))
    try:
        none = (0, None, 0, None, 0, None)
        _checked(_restrict_token(own, layouts.TOKEN_FLAGS, *none, ctypes.byref(made)))
    finally:
        _close(own)
    try:
        _checked(_sid_of(layouts.LOW_INTEGRITY, ctypes.byref(sid)))
        try:
            level = layouts.MandatoryLabel(sid=sid.value, attributes=layouts.INTEGRITY)
            size = ctypes.sizeof(level) + _sid_length(sid)
            _checked(_set_token(made, layouts.TOKEN_INTEGRITY_LEVEL, ctypes.byref(level), size))
        finally:
            _free(sid)
    except BaseException:
        _close(made)
        raise
    return _handle(made.value)


def _job(share: Share) -> int:
    job = _handle(_create_job(None, None))
    found = layouts.job_limits(share, os.cpu_count() or 1)
    no_ui = _DWORD(layouts.NO_UI)
    try:
        size = ctypes.sizeof(found)
        _checked(_limit_job(job, layouts.EXTENDED_LIMIT_INFORMATION, ctypes.byref(found), size))
        _checked(_limit_job(job, layouts.UI_RESTRICTIONS, ctypes.byref(no_ui), ctypes.sizeof(no_ui)))
    except BaseException:
        _close(job)
        raise
    return job


def _attributes(values: Mapping[int, ctypes.Array[ctypes.c_void_p]]) -> ctypes.Array[ctypes.c_char]:
    """A list of attributes for a new process; `values` have to live as long as it does."""
    size = _WIDE()
    _begin_attributes(None, len(values), 0, ctypes.byref(size))  # says how large it will be
    found = ctypes.create_string_buffer(size.value)
    _checked(_begin_attributes(found, len(values), 0, ctypes.byref(size)))
    for kind, value in values.items():
        _checked(_add_attribute(found, 0, kind, value, ctypes.sizeof(value), None, None))
    return found


def _handle(value: int | None) -> int:
    if not value:
        raise ctypes.WinError(ctypes.get_last_error())
    return value


def _checked(done: int) -> None:
    if not done:
        raise ctypes.WinError(ctypes.get_last_error())
