"""Detects whether a window can be shown."""

from __future__ import annotations

import os
import sys


def has_screen() -> bool:
    """Windows and macOS have one; elsewhere X11 or Wayland says so, or Qt was told which platform to use."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
