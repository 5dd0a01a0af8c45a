"""Whether this computer can draw emoji: without a font that has them, boxes are drawn."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# One that fonts of text lack, as DejaVu has the older faces.
FACE = "1f9e0"
SECONDS = 5


def has_emoji() -> bool:
    """Asks fontconfig, and where that is not there looks for the file of such a font. Other systems bring one."""
    if sys.platform != "linux":
        return True
    asked = shutil.which("fc-list")
    if asked is not None:
        try:
            command = [asked, f":charset={FACE}", "family"]
            found = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            pass
        else:
            return bool(found.strip())
    return any(
        "emoji" in file.name.casefold() for folder in folders() for file in folder.rglob("*.[ot]t[fc]")
    )


def folders() -> list[Path]:
    """Where fonts are, for the system and for the user."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path(data) / "fonts",
        Path.home() / ".fonts",
    ]
