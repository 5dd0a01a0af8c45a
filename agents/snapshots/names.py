"""Names of files as a journal can hold them: on Linux a name is any bytes, in JSON it is text."""

from __future__ import annotations

import re

# Stands before the hexadecimal number of a byte that is no UTF-8; before "--" for itself, where a number or that
# follows it.
_MARK = "\ufffd"
_WRITTEN = re.compile(f"[\udc80-\udcff]|{_MARK}(?=[0-9a-f]{{2}}|--)")
_READ = re.compile(f"{_MARK}([0-9a-f]{{2}}|--)")


def kept_name(name: str) -> str:
    """A name or path as Python has it, without the lone surrogates that stand for bytes."""
    return _WRITTEN.sub(
        lambda found: _MARK + ("--" if found[0] == _MARK else f"{ord(found[0]) - 0xDC00:02x}"), name
    )


def real_name(name: str) -> str:
    """The name that `kept_name` was given."""
    if _MARK not in name:
        return name
    return _READ.sub(lambda found: _MARK if found[1] == "--" else chr(0xDC00 + int(found[1], 16)), name)
