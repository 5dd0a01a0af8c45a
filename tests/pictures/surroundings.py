"""What a picture depends on besides the program: the fonts, the clock, the time zone and the folder."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

FONTS = Path(__file__).parent / "fonts"
# Shown by the settings and the start-up error, so it is the same in each run.
FOLDER = Path("/tmp/coterie-pictures")
# Thursday, 15 May 2025, 10:30 UTC.
NOW = 1_747_305_000.0

_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer><family>Noto Sans CJK KR</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>Noto Sans Mono CJK KR</family></prefer></alias>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""


def environment(folder: Path, *, pinned: bool) -> dict[str, str]:
    """The variables for a process that draws; `folder` takes the font configuration. Only with `pinned` are the
    fonts those of this folder, else they are the system's."""
    variables = {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
    }
    if pinned:
        file = folder / "fonts.conf"
        file.write_text(_FONTCONFIG.format(fonts=FONTS, cache=folder / "font-cache"), "utf-8")
        variables["FONTCONFIG_FILE"] = str(file)
    return variables


def stop_the_clock() -> None:
    """Make it `NOW`, before the product is imported. What measures time (`time.monotonic`) goes on."""
    time.time = lambda: NOW  # type: ignore[assignment]


def hold_the_memory() -> None:
    """Make it the same on each machine: 12 of 32 GB are in use."""
    memory = psutil.virtual_memory()._replace(total=32 * 10**9, available=20 * 10**9)
    psutil.virtual_memory = lambda: memory
